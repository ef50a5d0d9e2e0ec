#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# mutants.t: the properties of tests/unit/test_properties.c can fail: without the line that keeps it (tests/mutants),
# each does.
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh
need_build
need gcc:gcc /usr/include/cmocka.h:libcmocka-dev
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

# breaks FILE SCRIPT: with the line changed the program compiles, and finds a machine for which the property fails.
breaks()
{
	sed "$2" "src/core/$1" >"$TMP/$1"
	! cmp -s "src/core/$1" "$TMP/$1" || { echo "the script changes nothing in $1"; return 1; }
	sed -i 's,#include "\([a-z_]*\.h\)",#include "core/\1",' "$TMP/$1"
	compile "$TMP/$1" "$TMP/mutant.o" || return 1
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
	if CMOCKA_MESSAGE_OUTPUT=TAP "$TMP/mutant" >"$TMP/said" 2>&1; then
		echo 'it survives'
		return 1
	fi
	grep -q '^not ok' "$TMP/said" || { cat "$TMP/said"; return 1; }
}

mkdir "$TMP/core"
for source in src/core/*.c; do
	compile "$source" "$TMP/core/$(basename "$source" .c).o" || fail "$source"
done
compile tests/unit/test_properties.c "$TMP/properties.o" || fail 'test_properties.c'
# What fails anyway would seem to find every mutant.
whole()
{
	gcc -o "$TMP/whole" "$TMP/properties.o" "$TMP"/core/*.o -lcmocka || return 1
	"$TMP/whole" >"$TMP/said" 2>&1 || { cat "$TMP/said"; return 1; }
}

ok 'with every line in its place they hold' whole
grep -v '^#' tests/mutants | sed 's/ | /|/; s/ | /|/' >"$TMP/table"
while IFS='|' read -r property file script; do
	[ -z "$property" ] || ok "$property" breaks "$file" "$script"
done <"$TMP/table"
tap_end
