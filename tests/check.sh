#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check.sh: `make check`, what the build of a package runs: offline, without root and QEMU, nothing is installed. Tests for
# which this machine lacks something are skipped, and say so. The last line is "N passed, N failed, N skipped"; the exit
# status is 1 if anything failed. The whole is tests/run.sh.
#
# BUILD is where the build is and the tests' output goes (BUILD/check), JOBS how many run at once.
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=/dev/null
. tests/lib/need.sh
BEGIN=$(date +%s)
TAP=$BUILD/check
JOBS=${JOBS:-$(nproc)}
EARLYBIND_OFFLINE=1
EARLYBIND_HISTORIES=${EARLYBIND_HISTORIES:-10000}
export BUILD TAP EARLYBIND_OFFLINE EARLYBIND_HISTORIES
unset EARLYBIND INIT EARLYBIND_ALL SHOW

# tests: their names, those that take longest first.
tests()
{
	ls tests/trees/cases.t tests/functional/disks.t tests/functional/drift.t
	printf '%s\n' tests/trees/*.t tests/functional/*.t | grep -v -e /cases.t -e /disks.t -e /drift.t
	ls tests/cases/*.t 2>/dev/null
	for test in shell purity rooms size runner make; do echo "tests/$test.t"; done
	[ -z "$CMOCKA" ] || for test in tests/unit/test_*.c; do echo "$BUILD/test/unit/$(basename "$test" .c)"; done
}

# processor_seconds: of this shell's children, user and system, so far.
processor_seconds()
{
	times >"$TAP/times"
	LC_ALL=C awk 'NR == 2 { split($0, part, /[ms ]+/); printf "%.0f", part[1] * 60 + part[2] + part[3] * 60 + part[4] }' "$TAP/times"
}

mkdir -p "$TAP" || exit 1
rm -f "$TAP"/*
CMOCKA=
if printf '#include <%s.h>\n' stdarg stddef stdint setjmp cmocka | ${CC:-gcc} -E -x c - >/dev/null 2>&1; then
	CMOCKA=unit
else
	echo '1..0 # SKIP this machine lacks cmocka (Debian: libcmocka-dev)' >"$TAP/unit.tap"
	echo 0 >"$TAP/unit.status"
fi
case ${MAKEFLAGS:-} in
*jobserver*) jobs= ;;
*) jobs=-j$JOBS ;;
esac
# shellcheck disable=SC2086 # a word each, or none
${MAKE:-make} $jobs all $CMOCKA || exit 1
[ -x "$BUILD/glibc/earlybind" ] || fail 'earlybind cannot be built here, see above'
processor_seconds >"$TAP/built"
# Words of this make's command line are not for the makes of tests.
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL
step "testing, $JOBS at once; the output is in $TAP"
tests | tr '\n' '\0' | xargs -0 -n 1 -P "$JOBS" sh tests/lib/check-one.sh
processor_seconds >"$TAP/tested"
sh tests/lib/count.sh "$TAP" 0 "$(($(date +%s) - BEGIN))" \
	"$(cat "$TAP/tested") processor seconds, $(cat "$TAP/built") of them to build"
