# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Kernel modules of ours for a root's kernel (modules/), built against Debian's headers of exactly that kernel, which
# are unpacked once into build/cache. Needs need.sh and root.sh sourced.

MODULES_NAMES='hang-probe hang-init hang-remove fail-probe'

# headers_make SERIES DIR: unpacks the headers of that cached kernel into DIR/headers.
headers_make()
{
	headers_release=$(cat "$(kernel_get "$1")/release") || return 1
	headers_package=linux-headers-$headers_release
	step "headers of $headers_release"
	headers_list=$(root_apt "$2" apt-cache depends --no-recommends "$headers_package" |
		awk '$1 == "Depends:" && $2 ~ /-common$|^linux-kbuild/ { print $2 }')
	# shellcheck disable=SC2086 # a list of packages
	(cd "$2" && root_apt "$2" apt-get download -qq "$headers_package" $headers_list) ||
		fail "apt-get download $headers_package: for another kernel than the newest, remove build/cache/kernel-$1"
	mkdir -p "$2/headers"
	for headers_file in "$2"/linux-*.deb; do
		dpkg-deb --fsys-tarfile "$headers_file" | tar -x -C "$2/headers" || fail "unpacking $headers_file"
	done
	echo "$headers_release" >"$2/headers/release"
}

# modules_make SERIES TO: the modules for that kernel, as TO/NAME.ko. What is cached for another release of the series
# is made anew.
modules_make()
{
	modules_release=$(cat "$(kernel_get "$1")/release") || return 1
	[ "$modules_release" = "$(cat "$TOP/build/cache/headers-$1/release" 2>/dev/null)" ] ||
		rm -rf --one-file-system "$TOP/build/cache/headers-$1"
	modules_headers=$(cache_get "headers-$1" headers headers_make "$1") || return 1
	modules_build=$modules_headers/usr/src/linux-headers-$modules_release
	# Debian's file has the absolute path of an installed package.
	sed -i "s,^include .*/usr/src/,include $modules_headers/usr/src/," "$modules_build/Makefile"
	mkdir -p "$2"
	cp "$TOP/tests/qemu/modules/Kbuild" "$2"
	for modules_name in $MODULES_NAMES; do
		cp "$TOP/tests/qemu/modules/hang.c" "$2/$modules_name.c"
	done
	modules_cc=gcc-12
	command -v $modules_cc >/dev/null || modules_cc=gcc
	make -s -C "$modules_build" M="$2" CC=$modules_cc CONFIG_DEBUG_INFO_BTF_MODULES= modules >"$2/log" 2>&1 || {
		tail -n 20 "$2/log" >&2
		fail "modules for $modules_release"
	}
}
