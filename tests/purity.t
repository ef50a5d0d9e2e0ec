#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# purity.t: the objects of src/core import nothing but functions of memory and strings: no file, clock, environment,
# process or print. What they may import is in purity.allowed. And the boot program asks no clock that can be set.
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh
need nm:binutils
TMP=$(mktemp -d) || exit 1
trap 'rm -rf "$TMP"' EXIT

# imports FOLDER: what its objects use and none of them defines. With _FORTIFY_SOURCE, as distributions build, memcpy is
# __memcpy_chk.
imports()
{
	nm -u "$1"/*.o | awk '$1 == "U" { print $2 }' |
		sed 's/^__\(.*\)_chk$/\1/' | LC_ALL=C sort -u >"$TMP/used"
	nm --defined-only "$1"/*.o | awk 'NF == 3 { print $3 }' | LC_ALL=C sort -u >"$TMP/defined"
	LC_ALL=C comm -23 "$TMP/used" "$TMP/defined"
}

pure()
{
	imports "$1" >"$TMP/imports"
	grep -q '^strcmp$' "$TMP/imports" || { echo "nothing was read from $1"; return 1; }
	grep -v '^#' tests/purity.allowed | LC_ALL=C sort >"$TMP/allowed"
	LC_ALL=C comm -23 "$TMP/imports" "$TMP/allowed" >"$TMP/impure"
	silent "$TMP/impure"
}

# Nothing static either: a core that remembers is not pure.
no_state()
{
	objdump -t "$1"/*.o | awk '/ O / && ($(NF - 2) ~ /^\.(bss|tbss|tdata)/ ||
		($(NF - 2) ~ /^\.data/ && $(NF - 2) !~ /^\.data\.rel\.ro/)) { print $NF }' >"$TMP/state"
	silent "$TMP/state"
}

# Whatever sets the clock while it runs must not end a healthy run.
no_wall_clock()
{
	nm -u "$1"/boot/*.o "$1"/sys/*.o | awk '$1 == "U" { print $2 }' >"$TMP/used"
	has "$TMP/used" times && ! grep -xE '_*(gettimeofday|time|time64|ftime|clock_gettime(64)?)(_.*)?' "$TMP/used"
}

for libc in klibc musl glibc; do
	if [ -d "$BUILD/$libc/core" ]; then
		ok "src/core imports nothing that is not allowed ($libc)" pure "$BUILD/$libc/core"
		ok "src/core has no variables ($libc)" no_state "$BUILD/$libc/core"
		ok "clock-step: the boot program measures by times(2) alone ($libc)" no_wall_clock "$BUILD/$libc"
	else
		skip "src/core imports nothing that is not allowed ($libc)" "$BUILD/$libc was not built"
	fi
done
tap_end
