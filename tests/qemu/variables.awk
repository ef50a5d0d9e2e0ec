# SPDX-License-Identifier: GPL-2.0-or-later
#
# Reads the bytes of a file of OVMF's EFI variables (od -An -v -tx1) and prints a line for each record of its store, also
# of deleted ones: the name, and all bytes. The firmware's own ConIn, ConOut, ErrOut and MTC are left out: it writes them at
# each boot. A write is a new record and another state of the old one (MdeModulePkg/Include/Guid/VariableFormat.h), so what
# prints the same has not been written.

{ for (i = 1; i <= NF; i++) byte[count++] = $i }

function value(text,    i, n)
{
	for (i = 1; i <= length(text); i++)
		n = n * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
	return n
}

function number(at, bytes,    n)
{
	while (bytes--)
		n = n * 256 + value(byte[at + bytes])
	return n
}

function name_at(at, bytes,    i, text)
{
	for (i = 0; i < bytes - 2; i += 2)
		text = text sprintf("%c", value(byte[at + i]))
	return text
}

END {
	# The header of the volume says how long it is; the store's own has 28 bytes, a record's 60.
	for (at = number(48, 2) + 28; byte[at] byte[at + 1] == "aa55"; at = next_at) {
		name_bytes = number(at + 36, 4)
		end = at + 60 + name_bytes + number(at + 40, 4)
		next_at = int((end + 3) / 4) * 4
		name = name_at(at + 60, name_bytes)
		if (name ~ /^(ConIn|ConOut|ErrOut|MTC)$/)
			continue
		line = name ":"
		for (i = at; i < end; i++)
			line = line byte[i]
		print line
	}
}
