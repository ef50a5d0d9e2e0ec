# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Cells that are more than one boot of a fresh machine: sequences (NAME/STEP in the table `cells`), which share their EFI
# variables, and with the name loader-LOADER their ESP; and cells where somebody types (typed/NAME). Needs the other files
# of this folder sourced.

# sequences: of the cells on stdin those of a sequence in one line, the others alone; lines with many boots first.
sequences()
{
	awk '
		split($0, part, "/") > 1 { list[part[1]] = list[part[1]] " " $0; next }
		{ rest = rest $0 "\n" }
		END { for (name in list) print substr(list[name], 2); printf "%s", rest }'
}

# sequence_run CELL...: one cell, or those of a sequence in their order.
sequence_run()
{
	case $1 in
	*/*)
		mkdir -p "$WORK/cells/${1%/*}"
		BOOT_VARS=$WORK/cells/${1%/*}/vars
		cp /usr/share/OVMF/OVMF_VARS_4M.fd "$BOOT_VARS"
		sequence_name=${1%/*}
		[ "${sequence_name#loader-}" = "$sequence_name" ] ||
			loader_make "$(echo "${sequence_name#loader-}" | tr - _)" "$WORK/cells/$sequence_name/esp"
		;;
	*)
		[ ! -e "$TOP/tests/qemu/typed/$1" ] || sequence_type "$1"
		;;
	esac
	for sequence_cell; do
		cell_run "$sequence_cell"
	done
}

# sequence_type NAME: starts who types for this cell, and ends with the boot.
sequence_type()
{
	mkdir -p "$WORK/cells/$1"
	BOOT_INPUT=$WORK/cells/$1/input
	mkfifo "$BOOT_INPUT"
	sequence_typist "$1" "$$" >"$BOOT_INPUT" &
}

# sequence_typist NAME PID: waits for each line, and types what belongs to it, as long as that process is there.
sequence_typist()
{
	table_read "typed/$1" | while IFS='|' read -r typist_wait typist_text; do
		until grep -qs -e "$typist_wait" "$WORK/cells/$1/log"; do
			kill -0 "$2" 2>/dev/null || exit 0
			sleep 1
		done
		# What is typed before the shell reads is lost.
		typist_size=$(wc -c <"$WORK/cells/$1/log")
		until [ "$(wc -c <"$WORK/cells/$1/log")" -gt "$typist_size" ]; do
			kill -0 "$2" 2>/dev/null || exit 0
			echo "$typist_text"
			sleep 5
		done
	done
	# Who closes the line ends nothing, but QEMU would look at it all the time.
	while kill -0 "$2" 2>/dev/null; do
		sleep 1
	done
}

# sequence_locks IMAGE...: of these the locks that are written by hand.
sequence_locks()
{
	for sequence_image; do
		[ "$(table_cell images "$sequence_image" 3)" != hand ] || (
			# shellcheck source=/dev/null
			cd "$TOP" && . tests/lib/tree.sh
			tree_end lock <"tests/qemu/hand/${sequence_image%-6.*}" >"$WORK/locks/$sequence_image"
		) || exit 1
	done
}
