# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The tables of tests/qemu: a line a row, fields between `|`, the first one its name, `#` comments. A row that ends
# in a backslash goes on in the next line.

# table_rows TABLE: the rows, each as one line, fields trimmed and separated by `|`.
table_rows()
{
	awk '
		/^[ \t]*(#|$)/ { next }
		/\\$/ { sub(/[ \t]*\\$/, " "); row = row $0; next }
		{
			row = row $0
			gsub(/[ \t]*\|[ \t]*/, "|", row)
			gsub(/[ \t]+/, " ", row)
			sub(/^ /, "", row)
			sub(/ $/, "", row)
			print row
			row = ""
		}' "$TOP/tests/qemu/$1"
}

# table_cell TABLE ROW COLUMN: one field; columns count from 1, the name's.
table_cell()
{
	table_rows "$1" | awk -F '|' -v row="$2" -v column="$3" '$1 == row { print $column }'
}
