# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Programs of the host tool's objects, with one of them changed. Meant to be sourced, after need.sh.
need pkg-config:pkgconf

# host_objects [SOURCE]: those of the host tool as it was built, but for main and this source's.
host_objects()
{
	find "$BUILD/glibc/core" "$BUILD/glibc/sys" "$BUILD/glibc/host" -name '*.o' |
		grep -v -e '/cli/main\.o$' -e "/${1:-no-such}\.o\$"
}

# host_link PROGRAM OBJECT...
host_link()
{
	host_program=$1
	shift
	# shellcheck disable=SC2046 # a list of words
	gcc -o "$host_program" "$@" $(pkg-config --libs libkmod blkid mount libpci smartcols libarchive liblzma libzstd)
}
