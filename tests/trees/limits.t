#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# limits.t: whatever limits, closed files and ignored signals whoever starts the boot program leaves it, it exits with 0
# and says nothing, and where it can write its report this is the usual one.
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh
# shellcheck source=/dev/null
. tests/trees/lib.sh
need depmod:kmod gcc:gcc prlimit:util-linux pgrep:procps

# An address space that AddressSanitizer needs is no limit.
ASAN_OPTIONS=detect_leaks=0
export ASAN_OPTIONS

accepted_host two-gpus "$TMP/host" 'bind 10de:13c2'
two_gpus_bound >"$TMP/manifest"
tree "$TMP/manifest" "$TMP/before"
planned "$TMP/host" 6.1.0-builtin "$TMP/before"

# limited COMMAND...: a boot by this command, which starts the program; its report goes to $TMP/report.
limited()
{
	rm -rf "$TMP/after" "$TMP/report"
	cp -a "$TMP/before" "$TMP/after"
	"$@" --root "$TMP/after" >"$TMP/said" 2>&1
	limited_code=$?
	[ $limited_code = 0 ] || { echo "exit code $limited_code"; cat "$TMP/said"; return 1; }
	report "$TMP/after" >"$TMP/report"
}

# usual COMMAND...: the report is that of every other boot. other COMMAND...: there is none, or one that says why.
usual()
{
	limited "$@" && silent "$TMP/said" && has "$TMP/report" 'summary 2 0 0'
}

other()
{
	limited "$@" || return 1
	grep -e '^no report$' -e '^plan - broken .' "$TMP/report" || { cat "$TMP/report"; return 1; }
}

# any COMMAND...: it ends with 0, with whatever report.
any()
{
	limited "$@" && [ -s "$TMP/report" ]
}

# undone COMMAND...: what is said by `undo` does not get into the pipe between its processes.
undone()
{
	limited "$1" || return 1
	for undone in 0 1; do
		undone_at=$TMP/after/sys/devices/pci0000:00/0000:00:03.1/0000:06:00.$undone
		rm "$undone_at/driver"
	done
	shift
	"$@" --root "$TMP/after" undo || return 1
	report "$TMP/after" >"$TMP/report"
	has "$TMP/report" 'summary 0 0 2'
}

for init in $INITS; do
	libc=$(basename "$(dirname "$init")")
	# shellcheck disable=SC2016 # for the inner shell
	{
		ok "boot-odd: no file may be written: exit 0 ($libc)" other prlimit --fsize=0 "$init"
		ok "boot-odd: no file may be written, which ends a process by default ($libc)" other \
			env --default-signal=XFSZ prlimit --fsize=0 "$init"
		ok "boot-odd: standard input, output and error are closed ($libc)" usual sh -c 'exec "$@" <&- >&- 2>&-' sh "$init"
		ok "boot-odd: only the input is closed ($libc)" usual sh -c 'exec "$@" <&-' sh "$init"
		ok "boot-odd: only the output is closed ($libc)" usual sh -c 'exec "$@" >&-' sh "$init"
		ok "boot-odd: undo, all three closed ($libc)" undone "$init" sh -c 'exec "$@" <&- >&- 2>&-' sh "$init"
		ok "boot-odd: five open files at most: no pipe ($libc)" any prlimit --nofile=5 "$init"
		# make leaves the files of its job server to what it runs.
		ok "boot-odd: eight open files are enough ($libc)" usual sh -c 'exec "$@" 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-' \
			sh prlimit --nofile=8 "$init"
		ok "boot-odd: no further process ($libc)" any prlimit --nproc=0 "$init"
		ok "boot-odd: a second of processor time, soft ($libc)" usual prlimit --cpu=1:2 "$init"
		ok "boot-odd: children are not waited for ($libc)" usual env --ignore-signal=CHLD "$init"
		ok "boot-odd: all signals are at their default ($libc)" usual env --default-signal "$init"
		ok "boot-odd: a word that it does not know, and nobody reads what it says ($libc)" sh -c \
			'mkfifo "$2/fifo" && { sleep 0 <"$2/fifo" & } && { sleep 1; "$1" word; echo $? >"$2/code"; } 2>"$2/fifo"
			rm "$2/fifo" && [ "$(cat "$2/code")" = 0 ]' sh "$init" "$TMP"
	}
	case $init in
	*asan*) skip "boot-odd: little memory, few files ($libc)" "AddressSanitizer is a library, and needs terabytes of addresses" ;;
	*)
		for files in 0 1 2 3; do
			ok "boot-odd: $files open files at most ($libc)" other prlimit --nofile="$files" "$init"
		done
		ok "boot-odd: 64 KiB of stack ($libc)" usual prlimit --stack=65536 "$init"
		for kib in 400 600 1000 4000; do
			ok "boot-odd: $kib KiB of addresses ($libc)" any prlimit --as=$((kib * 1024)) "$init"
		done
		;;
	esac
done
tap_end
