#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# places.t: the packages' script for removals, which runs when earlybind is gone, knows the same images as earlybind, and
# has each made by the same program. Run from the top of the repository, as root (chroot).
# shellcheck source=/dev/null
. tests/packages/lib.sh

K=6.1.0-1
ID=0123456789abcdef0123456789abcdef

# image PATH...: a file at each.
image()
{
	for image; do
		mkdir -p "$S/${image%/*}"
		echo image >"$S/$image"
	done
}

# all: every name of an image of K, and some that are none.
all()
{
	image "boot/initrd.img-$K" "boot/initramfs-$K.img" "boot/initrd-$K" "usr/lib/modules/$K/initramfs.img" \
		"lib/modules/$K/initrd" boot/initramfs-linux.img boot/initramfs-linux-fallback.img
	image "boot/initrd.img-$K.bak" boot/initramfs-0-rescue-1.img boot/initramfs-lts.img "boot/initramfs-${K}kdump.img"
	for esp in boot efi boot/efi; do
		image "$esp/token/$K/initrd" "$esp/token/$K/initrd-fallback" "$esp/token/$K/linux" "$esp/$K/initrd"
		for name in "linux-$K" "linux-$K-$ID" "linux-$K-$ID-rolling" "linux-$K-Default" "linux-$K-Default-x" \
			"linux-$K-rolling" "token-$K" "another-$K+3" "third-$K+3-0" "token-$K+" "token-$K+deb13" \
			"token-$K+3+2" "linux-$K-other" "linux-$K-$ID.bak" "$K" "token-$K-$ID" "linux-$K-${ID}0"; do
			image "$esp/EFI/Linux/$name.efi"
		done
	done
	echo linux >"$S/lib/modules/$K/pkgbase"
	printf '%s\n' 'ID=arch' 'BUILD_ID="rolling"' >"$S/etc/os-release"
}

# by_script, by_earlybind: what each of both finds, a path a line.
by_script()
{
	printf '%s\n' '#!/bin/sh' "images_of $K" | sed '1r packaging/removal.sh' >"$TMP/script"
	small_run "$S" "$TMP/script" && sed "s,^$K ,," "$TMP/out" | LC_ALL=C sort
}

by_earlybind()
{
	build/glibc/earlybind regenerate --root "$S" --check "$K" 2>/dev/null | sed -n 's,^\(/[^ ]*\): .*,\1,p' |
		sed 's,^/usr/lib/modules/\(.*/initrd\)$,/lib/modules/\1,' | LC_ALL=C sort
}

compare()
{
	by_script >"$TMP/by_script"
	by_earlybind >"$TMP/by_earlybind"
	[ "$(wc -l <"$TMP/by_script")" -eq "$1" ] || { cat "$TMP/by_script"; return 1; }
	diff -u "$TMP/by_script" "$TMP/by_earlybind"
}

# made NAME: for `ok`: an image of that name in /boot alone, and both have it made by the same call.
made()
{
	rm -rf "${S:?}/boot" "$S/efi"
	mkdir "$S/boot"
	: >"$S/boot/vmlinuz-$K"
	image "boot/$1"
	printf '%s\n' '#!/bin/sh' "images_rebuild true" | sed -e '1r packaging/images.sh' -e '1r packaging/removal.sh' \
		>"$TMP/script"
	small_run "$S" "$TMP/script" || return 1
	cp "$S/calls" "$TMP/by_script"
	: >"$S/calls"
	build/glibc/earlybind regenerate --root "$S" "$K" >/dev/null 2>&1
	[ -s "$S/calls" ] && diff -u "$TMP/by_script" "$S/calls"
}

need_build
if ! why=$(may_chroot); then
	skip "the names of images" "$why"
	tap_end
	exit 0
fi
S=$TMP/small
small_root "$S" sh grep cat cp rm rmdir cmp mktemp tr
all
ok "the script and earlybind know the same images" compare 41
mkdir -p "$S/etc/kernel"
echo linux >"$S/etc/kernel/entry-token"
ok "and where kernel-install uses the names of dracut" compare 41
rm -r "$S/etc/kernel" "$S/usr/lib/modules" "$S/lib/modules/$K/initrd"
rm -r "$S/efi" && ln -s boot "$S/efi"
ok "and where /efi is /boot" compare 28
mkdir -p "$S/usr/lib/dracut"
: >"$S/usr/lib/dracut/dracut-functions.sh"
small_tool "$S" bin/dracut
small_tool "$S" bin/kernel-install
for name in "initrd.img-$K" "initramfs-linux.img" "initramfs-linux-fallback.img" "token/$K/initrd" \
	"token/$K/initrd-fallback" "EFI/Linux/linux-$K-$ID.efi" "EFI/Linux/linux-$K-$ID-rolling.efi" \
	"EFI/Linux/linux-$K.efi" "EFI/Linux/linux-$K-rolling.efi" "EFI/Linux/token-$K+3.efi"; do
	ok "the script and earlybind have it made alike: $name" made "$name"
done
tap_end
