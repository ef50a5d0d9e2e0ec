#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh [--all] [REGEX...]: builds and tests everything, or those tests whose names match. Missing packages are
# installed. A whole run ends in tables of the incidents (tests/incidents) and the minutes of each family, and fails if it
# took more than 25 minutes (EARLYBIND_MINUTES=N: more than N), not counting what is made once and kept in build/cache. The
# last line is "N passed, N failed, N skipped"; the exit status is 1 if anything failed.
#
#   tests/unit, tests/fuzz     the core, by cmocka, and the fuzz targets over their corpus
#   tests/trees                decisions and attempted writes, in trees that stand in for a machine
#   tests/functional, plugins  the host tool and what it does for the generators
#   tests/cases                attacks and public reports, by name; after a whole run their table
#   tests/packages             packages: built, looked into, and with --all installed, upgraded and purged
#   tests/qemu                 boots of real kernels, with each generator; at the end the matrix of them as a table
#   asan:...                   the same with AddressSanitizer and UndefinedBehaviorSanitizer
#
# --all: also the sweeps that take long (EARLYBIND_ALL=1), without that limit; `--all qemu` those of a family. Each test's own output stays in build/tap.
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=/dev/null
. tests/lib/need.sh
TAP=build/tap
unset EARLYBIND INIT BUILD
[ "${1:-}" != --all ] || { EARLYBIND_ALL=1; export EARLYBIND_ALL; shift; }
# Of tests/unit/test_properties.c.
EARLYBIND_HISTORIES=${EARLYBIND_HISTORIES:-$([ -n "${EARLYBIND_ALL:-}" ] && echo 1000000 || echo 100000)}
export EARLYBIND_HISTORIES
case ${1:-} in
-*) echo 'usage: run.sh [--all] [REGEX...]' >&2; exit 2 ;;
esac

# Which tests the sanitizers run too. What makes images of real kernels, or boots them, is left to the real programs.
sanitized()
{
	case $1 in
	tests/trees/* | tests/functional/*) [ "${1#*image}" = "$1" ] ;;
	build/test/*) true ;;
	*) false ;;
	esac
}

# all_tests: the names of all tests, those that take longest first.
all_tests()
{
	ls tests/qemu/*.t tests/packages/*.t
	for test in tests/trees/*.t tests/functional/*.t; do
		! sanitized "$test" || echo "asan:$test"
	done
	ls tests/trees/*.t tests/functional/*.t tests/cases/*.t tests/plugins/*.t tests/*.t
	for test in tests/unit/test_*.c; do
		test=build/test/unit/$(basename "$test" .c)
		echo "$test"
		echo "asan:$test"
	done
}

selected()
{
	if [ $# -eq 0 ]; then
		all_tests
	else
		all_tests | grep -E "$(printf '%s\n' "$@" | paste -s -d '|')"
	fi
}

# need_tests: what the selected tests would install, before two of them run at once: apt-get cannot.
need_tests()
{
	case $tests in
	*test/unit*) need cpio:cpio gzip:gzip lz4:lz4 bzip2:bzip2 xz:xz-utils zstd:zstd ;;
	esac
	files=$(echo "$tests" | sed -n 's/^asan://; /\.t$/p' | sort -u)
	case $files in
	*tests/qemu/* | *tests/packages/deb.t*) (TOP=$PWD && . tests/qemu/lib.sh && lib_need) || exit 1 ;;
	esac
	[ -n "$files" ] || return 0
	# shellcheck disable=SC2046,SC2086 # lists of words
	need $(sed -n 's/^need //p' $files tests/functional/host.sh tests/lib/*.sh | tr ' ' '\n' | sort -u)
}

# build WHAT ARGUMENT...: one make, of which only what is worth reading is seen.
build()
{
	step "building $1"
	shift
	make -j"$(nproc)" WERROR=-Werror "$@" >"$TAP/make.log" 2>&1 || { cat "$TAP/make.log"; fail "make $*"; }
	grep -i '^cannot build' "$TAP/make.log"
}

mkdir -p "$TAP"
rm -f "$TAP"/*.tap "$TAP"/*.status "$TAP"/*.seconds "$TAP/one-time" build/qemu/matrix.txt
tests=$(selected "$@")
[ -n "$tests" ] || fail "no test has a name like: $*"
need_build
need musl-gcc:musl-tools prove:perl cmp:diffutils /usr/include/cmocka.h:libcmocka-dev
need_tests
# What was installed stays, and does not count.
BEGIN=$(date +%s)
build 'with gcc: klibc, musl and glibc' all
case $tests in
*test/unit*) build 'the unit tests' unit ;;
esac
case $tests in
*asan:*test/unit*) build 'with sanitizers, and the unit tests' SANITIZE=address,undefined BUILD=build/asan all unit ;;
*asan:*) build 'with sanitizers' SANITIZE=address,undefined BUILD=build/asan all ;;
esac

step "testing: $(echo "$tests" | wc -l) files; their output is in $TAP"
# shellcheck disable=SC2086 # a list of names without spaces
prove --timer -j2 --exec 'sh tests/lib/run-one.sh' $tests
proved=$?
case $tests in
*tests/qemu/boots.t*) [ ! -e build/qemu/matrix.txt ] || cat build/qemu/matrix.txt ;;
esac
[ $# -gt 0 ] || sh tests/lib/incidents.sh tests/incidents "$TAP"
[ $# -gt 0 ] || [ ! -e tests/lib/cases.sh ] || sh tests/lib/cases.sh "$TAP"
limit=${EARLYBIND_MINUTES:-25}
[ -n "${EARLYBIND_MINUTES:-}" ] || [ -z "${EARLYBIND_ALL:-}" ] || limit=-
[ $# -eq 0 ] || limit=-
sh tests/lib/minutes.sh "$TAP" "$(($(date +%s) - BEGIN))" "$limit"
sh tests/lib/count.sh "$TAP" $proved "$(($(date +%s) - BEGIN))"
