#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# size.t: the boot program needs no other file, and with klibc it is at most 64 KiB.
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh
need readelf:binutils
LIMIT=65536

small()
{
	small_bytes=$(wc -c <"$1")
	[ "$small_bytes" -le $LIMIT ] || { echo "$small_bytes bytes, $((small_bytes - LIMIT)) too many"; return 1; }
}

# No interpreter and no shared library.
static()
{
	readelf -h "$1" >/dev/null && ! readelf -lW "$1" | grep INTERP && ! readelf -dW "$1" | grep NEEDED
}

stripped()
{
	! readelf -SW "$1" | grep -e '\.symtab' -e '\.debug'
}

if [ -e "$BUILD/klibc/earlybind-init" ]; then
	ok "the boot program with klibc has at most $LIMIT bytes" small "$BUILD/klibc/earlybind-init"
else
	skip "the boot program with klibc has at most $LIMIT bytes" 'there is no klibc here'
fi
for libc in klibc musl glibc; do
	[ -e "$BUILD/$libc/earlybind-init" ] || continue
	ok "the boot program with $libc is static" static "$BUILD/$libc/earlybind-init"
	[ $libc = glibc ] || ok "the boot program with $libc is stripped" stripped "$BUILD/$libc/earlybind-init"
done
tap_end
