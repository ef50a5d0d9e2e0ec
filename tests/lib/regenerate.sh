# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the tests of `earlybind regenerate` share: a tree with one kernel and its image. Images are made by the real cpio,
# compressors and `earlybind image`. Sourced from the top of the repository.
# shellcheck source=tests/lib/image.sh
. tests/lib/image.sh
# shellcheck source=tests/lib/initrd.sh
. tests/lib/initrd.sh

need cpio:cpio gzip:gzip lz4:lz4 bzip2:bzip2 lzma:xz-utils objcopy:binutils
T=''
I=$TMP/content

# regenerate ARG...: in the tree T; what it says goes to out and err, how it ends to code.
regenerate()
{
	"$EARLYBIND" regenerate --root "$T" "$@" >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
}

# new: a tree with one kernel, whose image would be current, of initramfs-tools. Its parts are in I.
new()
{
	[ -z "$T" ] || rm -rf "$T"
	new_tree regenerate
	mkdir -p "$T/boot"
	content initramfs-tools
	initrd_pack "$I" "gzip -n" >"$T/boot/initrd.img-$RELEASE"
}

# content KIND: fresh contents of an image in I.
content()
{
	rm -rf "$I"
	initrd_fill "$T" "$RELEASE" "$I"
	initrd_place "$1" "$I"
}

# repack: the image from what is in I.
repack()
{
	initrd_pack "$I" cat >"$T/boot/initrd.img-$RELEASE"
}

current()
{
	code 0 && has "$TMP/out" "/$1: current"
}

# stale TEXT: exit 1, and this is a reason.
stale()
{
	code 1 && has "$TMP/out" ": stale" && has "$TMP/out" "$1"
}

# says STATE TEXT
says()
{
	code 1 && has "$TMP/out" ": $1" && has "$TMP/out" "$2"
}

# with_real_modules FUNCTION: calls it with M and RELEASE of a real kernel.
with_real_modules()
{
	if M=$(modules_get 6.1) || M=$(modules_get 6.12); then
		RELEASE=$(modules_release "$M")
		"$1"
	else
		skip "images with real modules" "no such kernel can be had here"
	fi
}
