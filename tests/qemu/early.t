#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# early.t [REGEX]: the boots of the table `early`, as TAP; with REGEX those of them whose names match.
TOP=$(cd "$(dirname "$0")/../.." && pwd)
WORK=$TOP/build/early
export TOP WORK
cd "$TOP" || exit 1
# shellcheck source=/dev/null
. tests/lib/tap.sh
# shellcheck source=/dev/null
. tests/lib/need.sh
# The harness comes later: a boot is one of QEMU here.
# shellcheck source=/dev/null
. tests/trees/lib.sh
# shellcheck source=/dev/null
. tests/qemu/lib.sh
# shellcheck source=/dev/null
. tests/qemu/kernel.sh
# shellcheck source=/dev/null
. tests/qemu/early.sh

# wanted ROW: whether it has its turn in this run.
wanted()
{
	[ "$(early_cell "$1" 9)" != all ] || [ "${EARLYBIND_ALL:-}" = 1 ]
}

[ "$(id -u)" -eq 0 ] || { ! sudo -n true 2>/dev/null || lib_sudo "$0" "$@"; }
[ "$(id -u)" -eq 0 ] || { echo '1..0 # SKIP kernels are fetched as root: run as root, or with sudo' && exit 0; }
lib_need
need /usr/share/doc/busybox-static:busybox-static xz:xz-utils
rm -rf --one-file-system "$WORK"
mkdir -p "$WORK/tables" "$WORK/boots"
table_read early >"$WORK/tables/early"
rows=$(table_names early | grep -E -e "${1:-.}")
# What a person waits for is told of first.
for row in $rows; do
	! wanted "$row" || early_kernel "$row" >/dev/null
done
for row in $rows; do
	if wanted "$row"; then
		ok "$row" early_right "$row"
	else
		skip "$row" 'long: EARLYBIND_ALL=1'
	fi
done
tap_end
