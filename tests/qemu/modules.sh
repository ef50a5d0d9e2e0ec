# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Kernel modules of ours for a root's kernel (modules/), built against Debian's headers of exactly that kernel. Those are
# cached with it: a mirror has only the newest ones. Needs need.sh and root.sh sourced.

MODULES_NAMES='hang-probe hang-init hang-remove fail-probe'

# headers_make RELEASE DIR: unpacks the headers of that kernel into DIR/kernel/headers.
headers_make()
{
	headers_package=linux-headers-$1
	step "headers of $1"
	headers_list=$(root_apt "$2" bookworm apt-cache depends --no-recommends "$headers_package" |
		awk '$1 == "Depends:" && $2 ~ /-common$|^linux-kbuild/ { print $2 }')
	mkdir -p "$2/debs" "$2/kernel/headers"
	# shellcheck disable=SC2086 # a list of packages
	(cd "$2/debs" && root_apt "$2" bookworm apt-get download -qq "$headers_package" $headers_list) ||
		fail "apt-get download $headers_package"
	for headers_file in "$2"/debs/*; do
		dpkg-deb --fsys-tarfile "$headers_file" | tar -x -C "$2/kernel/headers" || fail "unpacking $headers_file"
	done
}

# modules_make SERIES TO: the modules for that kernel, as TO/NAME.ko.
modules_make()
{
	modules_kernel=$(kernel_get "$1") || return 1
	[ -d "$modules_kernel/headers" ] || fail "kernel $1 is cached without its headers (root.sh: kernel_make)"
	modules_build=$modules_kernel/headers/usr/src/linux-headers-$(cat "$modules_kernel/release")
	# Debian's file has the absolute path of an installed package.
	sed -i "s,^include .*/usr/src/,include $modules_kernel/headers/usr/src/," "$modules_build/Makefile"
	mkdir -p "$2"
	cp "$TOP/tests/qemu/modules/Kbuild" "$2"
	for modules_name in $MODULES_NAMES; do
		cp "$TOP/tests/qemu/modules/hang.c" "$2/$modules_name.c"
	done
	modules_cc=gcc-12
	command -v $modules_cc >/dev/null || modules_cc=gcc
	make -s -C "$modules_build" M="$2" CC=$modules_cc CONFIG_DEBUG_INFO_BTF_MODULES= modules >"$2/log" 2>&1 || {
		tail -n 20 "$2/log" >&2
		fail "modules for kernel $1"
	}
}
