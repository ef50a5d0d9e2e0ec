#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run-one.sh NAME: for run.sh and check.sh: runs one test, under its name from all_tests, and keeps its output, its exit
# status and its seconds in TAP.
name=$1
file=${name#asan:}
if [ "$file" != "$name" ]; then
	EARLYBIND=$PWD/build/asan/glibc/earlybind INIT=$PWD/build/asan/glibc/earlybind-init
	ASAN_OPTIONS=strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1
	export EARLYBIND INIT ASAN_OPTIONS UBSAN_OPTIONS
	file=$(echo "$file" | sed 's,^build/test/,build/asan/test/,')
fi

# in_memory: TMPDIR is a folder of a tmpfs where there is one with room, in which programs can run: what makes thousands
# of small trees costs a third of what it does on ext4. Who set TMPDIR has meant it.
in_memory()
{
	[ -z "${TMPDIR:-}" ] || return 0
	memory_room=$(df -Pk -t tmpfs /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
	[ "${memory_room:-0}" -ge 1000000 ] || return 0
	memory=$(mktemp -d /dev/shm/earlybind.XXXXXX 2>/dev/null) || return 0
	trap 'chmod -R u+w "$memory"; rm -rf "$memory"' EXIT
	trap 'exit 1' HUP INT TERM
	printf '#!/bin/sh\n' >"$memory/runs"
	chmod 755 "$memory" "$memory/runs"
	! "$memory/runs" 2>/dev/null || export TMPDIR="$memory"
	rm -f "$memory/runs"
}

case $file in
tests/trees/* | tests/functional/* | tests/cases/*) in_memory ;;
esac
kept=${TAP:-build/tap}/$(echo "$name" | tr '/:' '__')
CMOCKA_MESSAGE_OUTPUT=TAP
export CMOCKA_MESSAGE_OUTPUT
begin=$(date +%s)
{
	case $file in
	*.t) sh "$file" ;;
	*) "$file" ;;
	esac
	echo $? >"$kept.status"
} 2>"$kept.err" | tee "$kept.tap"
echo "$name $(($(date +%s) - begin))" >"$kept.seconds"
exit "$(cat "$kept.status")"
