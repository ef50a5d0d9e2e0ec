#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# mutants.t: the properties of tests/unit/test_properties.c, and of test_next_steps.c for files of host/, can fail: without
# the line that keeps it (tests/mutants), each does.
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh
need_build
need gcc:gcc /usr/include/cmocka.h:libcmocka-dev
# shellcheck source=/dev/null
. tests/lib/host-link.sh
TMP=$(mktemp -d) || exit 1
trap 'rm -rf "$TMP"' EXIT
export EARLYBIND_HISTORIES=100000
CFLAGS='-std=gnu11 -O1 -w -Isrc -Isrc/core -Itests/unit'

# compile SOURCE OBJECT
compile()
{
	# shellcheck disable=SC2086 # a list of words
	gcc $CFLAGS -c -o "$2" "$1"
}

# survives: what a mutant that was linked says. Else some property failed.
survives()
{
	if CMOCKA_MESSAGE_OUTPUT=TAP "$TMP/mutant" >"$TMP/said" 2>&1; then
		echo 'it survives'
		return 0
	fi
	! grep -q '^not ok' "$TMP/said" || return 1
	cat "$TMP/said"
}

# change SOURCE SCRIPT: the source with the line changed, as mutant.c.
change()
{
	sed "$2" "$1" >"$TMP/mutant.c"
	! cmp -s "$1" "$TMP/mutant.c" || { echo "the script changes nothing in $1"; return 1; }
	change_room=$(dirname "${1#src/}")
	sed -i "s,#include \"\.\./\.\./,#include \"," "$TMP/mutant.c"
	sed -i "s,#include \"\.\./,#include \"host/," "$TMP/mutant.c"
	sed -i "s,#include \"\([a-z_]*\.h\)\",#include \"$change_room/\1\"," "$TMP/mutant.c"
}

# link_host PROGRAM OBJECT...: with the properties of the next steps.
link_host()
{
	program=$1
	shift
	host_link "$program" "$TMP/next_steps.o" "$@" -lcmocka
}

# breaks_host SOURCE SCRIPT
breaks_host()
{
	change "src/$1" "$2" && compile "$TMP/mutant.c" "$TMP/mutant.o" || return 1
	# shellcheck disable=SC2046 # a list of files
	link_host "$TMP/mutant" "$TMP/mutant.o" $(host_objects "${1%.c}") || return 1
	! survives
}

# breaks FILE SCRIPT: with the line changed the program compiles, and finds a machine for which the property fails.
breaks()
{
	case $1 in
	host/*) breaks_host "$@"; return ;;
	esac
	change "src/core/$1" "$2" && compile "$TMP/mutant.c" "$TMP/mutant.o" || return 1
	set -- "$1" "$TMP"/core/*.o
	mutant_objects=
	for object; do
		case $object in
		*/"${1%.c}.o" | "$1") ;;
		*) mutant_objects="$mutant_objects $object" ;;
		esac
	done
	# shellcheck disable=SC2086 # a list of files
	gcc -o "$TMP/mutant" "$TMP/properties.o" "$TMP/mutant.o" $mutant_objects -lcmocka || return 1
	! survives
}

mkdir "$TMP/core"
for source in src/core/*.c; do
	compile "$source" "$TMP/core/$(basename "$source" .c).o" || fail "$source"
done
compile tests/unit/test_properties.c "$TMP/properties.o" || fail 'test_properties.c'
compile tests/unit/test_next_steps.c "$TMP/next_steps.o" || fail 'test_next_steps.c'
# What fails anyway would seem to find every mutant.
whole()
{
	gcc -o "$TMP/whole" "$TMP/properties.o" "$TMP"/core/*.o -lcmocka || return 1
	"$TMP/whole" >"$TMP/said" 2>&1 || { cat "$TMP/said"; return 1; }
}

# shellcheck disable=SC2046 # a list of files
whole_host()
{
	link_host "$TMP/whole" $(host_objects) || return 1
	"$TMP/whole" >"$TMP/said" 2>&1 || { cat "$TMP/said"; return 1; }
}

ok 'with every line in its place they hold' whole
ok 'those of the next steps, too' whole_host
grep -v '^#' tests/mutants | sed 's/ | /|/; s/ | /|/' >"$TMP/table"
while IFS='|' read -r property file script; do
	[ -z "$property" ] || ok "$property" breaks "$file" "$script"
done <"$TMP/table"
tap_end
