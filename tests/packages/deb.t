#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# deb.t: the Debian package: what is in it, its scripts, a machine on which it is installed, a rule added and a device
# bound, and with EARLYBIND_ALL=1 its life in clean roots of Debian 12 and 13 (life.sh), or of the one that
# EARLYBIND_SUITE names. Run from the top of the repository.
# shellcheck source=/dev/null
. tests/packages/lib.sh

# built: makes and unpacks the package.
built()
{
	before=$(tree_state)
	ok "make deb builds a package" package deb
	after=$(tree_state)
	ok "it leaves nothing in the tree" test "$before" = "$after"
	DEB=$(ls "$TMP/build/deb/earlybind_$VERSION"_*.deb)
	dpkg-deb -R "$DEB" "$TMP/deb" || fail "unpacking $DEB"
	C=$TMP/deb/DEBIAN
	(cd "$TMP/deb" && find . -path ./DEBIAN -prune -o ! -type d -print | sed -e 's,^\.,,' \
		-e 's,^/lib/,/usr&,' -e '/\/man\//s,\.gz$,,') |
		LC_ALL=C sort >"$TMP/deb.list"
}

field()
{
	dpkg-deb -f "$DEB" "$1" | tee "$TMP/field" | grep -Eq -e "$2" || { cat "$TMP/field"; return 1; }
}

clean_lintian()
{
	lintian --allow-root --fail-on error,warning --tag-display-limit 0 "$TMP"/build/deb/*.changes
}

same_again()
{
	cp "$DEB" "$TMP/first.deb"
	package deb DEB_BUILD_OPTIONS=nocheck && cmp "$TMP/first.deb" "$DEB"
}

# enabled: debhelper found every unit that has an [Install] section. It looks in one folder only, which depends on its
# version.
enabled()
{
	grep -rl '^\[Install\]' "$TMP/installed/usr/lib/systemd/system" 2>/dev/null | sed 's,.*/,,' >"$TMP/units"
	while read -r unit; do
		has "$C/postinst" "deb-systemd-helper enable '$unit'" || return 1
	done <"$TMP/units"
}

contents()
{
	ok "whatever make install installs is in the package" contains "$TMP/deb.list" '^/usr/share/zsh/'
	ok "the version is the Makefile's" field Version "^$VERSION\$"
	ok "the program says it too" sh -c "'$TMP/deb/usr/bin/earlybind' --version | grep -F '$VERSION'"
	ok "Depends has what the program is linked with" field Depends 'libkmod2 .*libpci3'
	ok "Built-Using names the libc of the boot program" field Built-Using '^klibc \(= [0-9]'
	ok "upgrade: conffiles: the configuration, not the lock" same "$C/conffiles" "$(cd "$TMP/deb" && find etc -type f |
		sed 's,^,/,' | LC_ALL=C sort)"
	ok "the configuration is one" has "$C/conffiles" /etc/earlybind.conf
	ok "the boot program is static" sh -c "! readelf -lW '$TMP/deb/usr/lib/earlybind/earlybind-init' | grep INTERP"
	ok "no trigger that rebuilds on machines without rules" lacks "$C/triggers" update-initramfs
	ok "every unit that is to be enabled is enabled" enabled
	ok "no unit is started or stopped by an installation" lacks "$C/postinst" deb-systemd-invoke
	ok "lintian has no error and no warning" clean_lintian
	ok "shellcheck has nothing to say of the scripts" shellcheck -s sh -e SC2317 "$C/postinst" "$C/prerm" "$C/postrm"
	for script in "$C"/postinst "$C"/prerm "$C"/postrm; do
		ok "dash can read ${script##*/}" dash -n "$script"
	done
}

ALL='update-initramfs -u -k 6.1.0-1
update-initramfs -u -k 6.1.0-2
'
TOOLS='sh grep cat cp rm rmdir cmp mktemp tr'

# scripts: with recording stand-ins for earlybind and update-initramfs.
scripts()
{
	S=$TMP/small
	# shellcheck disable=SC2086 # a list
	small_root "$S" $TOOLS
	small_images "$S" initrd.img- ''
	small_tool "$S" bin/update-initramfs
	small_earlybind "$S"
	ok "no rule: an installation rebuilds nothing" rebuilt "$S" "$CHECKED" "$C/postinst" configure
	ok "upgrade: no rule: it rebuilds nothing" rebuilt "$S" "$CHECKED" "$C/postinst" configure 0.0.1
	ok "a package that brings rules which change no image: nothing" rebuilt "$S" "$CHECKED" "$C/postinst" triggered \
		/usr/lib/earlybind.d
	small_stale "$S"
	ok "a package that brings or takes rules: every image" rebuilt "$S" "$CHECKED$MADE" "$C/postinst" triggered \
		/usr/lib/earlybind.d
	ok "upgrade: no rule, but an image that has a plan: every image" rebuilt "$S" "$CHECKED$MADE" "$C/postinst" \
		configure 0.0.1
	printf '\tbind 06:00\n' >>"$S/etc/earlybind.conf"
	ok "upgrade: a rule: it rebuilds every image" rebuilt "$S" "$MADE" "$C/postinst" configure 0.0.1
	small_earlybind "$S" 'exit 1'
	ok "regenerate fails: the installation succeeds" rebuilt "$S" "$MADE" "$C/postinst" configure 0.0.1
	ok "regenerate fails: loud" has "$TMP/out" 'W: earlybind: not every initramfs image was made again'
	cp packaging/earlybind.conf "$S/etc/earlybind.conf"
	echo 'bind 06:00' >"$S/usr/lib/earlybind.d/50-fleet.conf"
	ok "a rule in a drop-in counts" rebuilt "$S" "$MADE" "$C/postinst" configure 0.0.1
	rm "$S/usr/lib/earlybind.d/50-fleet.conf"
}

# removal: before it, with earlybind, and then without.
removal()
{
	small_stale "$S"
	ok "upgrade: before it the old version does not look" rebuilt "$S" '' "$C/prerm" upgrade 9
	ok "no rule: before a removal the images are looked at" rebuilt "$S" "$CHECKED" "$C/prerm" remove
	mv "$S/bin/earlybind" "$S/away"
	ok "no rule, but an image that has a plan: a removal rebuilds every image" rebuilt "$S" "$ALL" "$C/postrm" remove
	mv "$S/away" "$S/bin/earlybind"
	: >"$S/images"
	ok "no rule, images without a plan: before a removal" rebuilt "$S" "$CHECKED" "$C/prerm" remove
	rm "$S/bin/earlybind"
	ok "no rule, images without a plan: a removal rebuilds nothing" rebuilt "$S" '' "$C/postrm" remove
	printf '\tbind 06:00\n' >>"$S/etc/earlybind.conf"
	ok "a rule: a removal rebuilds every image" rebuilt "$S" "$ALL" "$C/postrm" remove
	ok "upgrade: the removal of the old version rebuilds nothing more" rebuilt "$S" '' "$C/postrm" upgrade 9
	small_tool "$S" bin/update-initramfs 'exit 1'
	ok "a generator that fails: the removal succeeds, and it is tried for each kernel" rebuilt "$S" "$ALL" \
		"$C/postrm" remove
	ok "a generator that fails: loud" has "$TMP/out" 'W: earlybind: /boot/initrd.img-6.1.0-2 could not be made again'
	small_tool "$S" bin/update-initramfs 'echo "update-initramfs: Not updating initramfs."'
	ok "a generator that does nothing, and succeeds: the removal succeeds" rebuilt "$S" "$ALL" "$C/postrm" remove
	ok "a generator that does nothing, and succeeds: loud" has "$TMP/out" \
		'W: earlybind: /boot/initrd.img-6.1.0-2 could not be made again: it is as it was'
	# shellcheck disable=SC2016 # what the program expands
	small_tool "$S" bin/update-initramfs 'echo old >"/boot/initrd.img-$3"'
	touch -d yesterday "$S"/boot/initrd.img-*
	ok "a generator that makes the same image again: the removal succeeds" rebuilt "$S" "$ALL" "$C/postrm" remove
	ok "a generator that makes the same image again: not a word" silent "$TMP/out"
	cp packaging/earlybind.conf "$S/etc/earlybind.conf"
	small_tool "$S" bin/update-initramfs
	echo 'card 1 _SB_.PCI0 03.1/00 10de:13c2:1043:8508:030000 - 0000:06:00.0' >"$S/etc/earlybind.lock"
	ok "a card in the lock, its rule gone: a removal rebuilds" rebuilt "$S" "$ALL" "$C/postrm" remove
	ok "a removal keeps the lock" test -e "$S/etc/earlybind.lock"
	mkdir -p "$S/var/lib/earlybind/images"
	ok "a purge rebuilds nothing: the removal did" rebuilt "$S" '' "$C/postrm" purge
	ok "a purge takes the lock away" test ! -e "$S/etc/earlybind.lock"
	ok "a purge takes copies of images away" test ! -e "$S/var/lib/earlybind"
}

# with_kernel_install: whose images are each on the ESP, and the kernels where Debian has them.
with_kernel_install()
{
	mv "$S/boot" "$S/away"
	mkdir -p "$S/boot/efi/EFI/Linux" "$S/boot/token/6.1.0-2"
	for image in efi/EFI/Linux/token-6.1.0-1.efi efi/EFI/Linux/token-6.1.0-1+deb13.efi token/6.1.0-2/initrd \
		token/6.1.0-2/initrd-fallback; do
		echo old >"$S/boot/$image"
	done
	: >"$S/boot/vmlinuz-6.1.0-1"
	: >"$S/boot/vmlinuz-6.1.0-2"
	small_tool "$S" bin/kernel-install
	ok "images of kernel-install: a removal: once for each kernel, from /boot" rebuilt "$S" \
		'kernel-install add 6.1.0-1 /boot/vmlinuz-6.1.0-1
kernel-install add 6.1.0-2 /boot/vmlinuz-6.1.0-2
' "$C/postrm" remove
	rm -r "${S:?}/boot" "$S/bin/kernel-install"
	mv "$S/away" "$S/boot"
}

# dracut_scripts: Debian's dracut has no update-initramfs.
dracut_scripts()
{
	rm "$S/bin/update-initramfs"
	echo 'bind 06:00' >>"$S/etc/earlybind.conf"
	ok "no generator: a removal succeeds" rebuilt "$S" '' "$C/postrm" remove
	ok "no generator: loud" has "$TMP/out" 'W: earlybind: /boot/initrd.img-6.1.0-1 could not be made again'
	small_tool "$S" bin/dracut
	ok "dracut: a removal: each kernel that has an image" rebuilt "$S" \
		'dracut --force /boot/initrd.img-6.1.0-1 6.1.0-1
dracut --force /boot/initrd.img-6.1.0-2 6.1.0-2
' "$C/postrm" remove
	with_kernel_install
	destroyer "$S"
	images='/boot/initrd.img-6.1.0-1 /boot/initrd.img-6.1.0-2'
	ok "dracut destroys the image: a removal puts back each" survived "$S" "$images" "$C/postrm" remove
	# shellcheck disable=SC2086 # a list
	small_root "$S" $TOOLS "$TMP/deb/usr/bin/earlybind"
	small_images "$S" initrd.img- ''
	echo 'card 1 _SB_.PCI0 03.1/00 10de:13c2:1043:8508:030000 - 0000:06:00.0' >"$S/etc/earlybind.lock"
	destroyer "$S"
	ok "dracut destroys the image: an upgrade puts back each" survived "$S" "$images" "$C/postinst" configure 0.0.1
}

# first_boot: the short form of life.sh: installed in a root like this machine, a rule added in a guest, the image made
# in a chroot, and booted. The host drivers of both cards are in that image.
first_boot()
{
	R=$TMP/root
	series=$(suite_kernel "$(root_suite)")
	root_with "$(root_get "$(root_suite)")" "$R" "$series" || return 1
	release=$(root_release "$R" "$series")
	put "$DEB"
	ok "a machine: the package is installed" in_root dpkg -i /deb
	machine_make
	disk_make "$R" "$WORK/disk"
	image_tiny "$R" "$release" "$WORK/tiny.cpio"
	machine_boot add "$release" "$WORK/tiny.cpio" off add
	ok "a machine: earlybind add" machine_shows add 'report:none add~^added 01:00.0=bochs-drm'
	ok "a machine: config and lock are there" machine_take etc/earlybind.conf etc/earlybind.lock
	ok "a machine: earlybind regenerate" in_root earlybind regenerate "$release"
	ok "a machine: earlybind regenerate --check" in_root earlybind regenerate --check
	machine_boot bound "$release" "$R/boot/initrd.img-$release" on
	ok "a machine: after the reboot one of the twins is bound" machine_shows bound "00:01.0=bochs-drm $MACHINE_BOUND"
	images_note
	ok "a machine: its rule is removed, and nobody runs regenerate" rules_gone
	ok "a machine: the package is purged" in_root dpkg --purge earlybind
	ok "a machine: the image is made again" images_made_again
	ok "a machine: the image is clean" is_clean 1
	rm -rf --one-file-system "$R"
}

# may_boot: else says why not.
may_boot()
{
	may_chroot || return 1
	unshare --mount true 2>/dev/null || { echo 'no mount namespaces here'; return 1; }
	[ -n "$(. tests/qemu/root.sh && root_mirror '')" ] || { echo "this machine's apt names no Debian"; return 1; }
}

if ! command -v dpkg-deb >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
	skip "the Debian package" "this is no Debian"
	tap_end
	exit 0
fi
need_build
need dh:debhelper dpkg-buildpackage:dpkg-dev lintian:lintian shellcheck:shellcheck scdoc:scdoc dash:dash
need /usr/include/cmocka.h:libcmocka-dev mmdebstrap:mmdebstrap /usr/lib/python3/dist-packages/jsonschema:python3-jsonschema
need busybox:busybox-static sfdisk:fdisk jq:jq depmod:kmod pgrep:procps strace:strace cpio:cpio lz4:lz4 zstd:zstd xz:xz-utils
need /usr/share/keyrings/debian-archive-keyring.gpg:debian-archive-keyring debugfs:e2fsprogs
built
ok "make install (for comparison)" installed
contents
if why=$(may_chroot); then
	scripts
	removal
	dracut_scripts
else
	skip "the package's scripts" "$why"
fi
if ! why=$(may_boot); then
	skip "a machine with the package" "$why"
	tap_end
	exit 0
fi
# shellcheck source=/dev/null
. tests/packages/life.sh
lib_need
if [ "${EARLYBIND_ALL:-}" = 1 ]; then
	ok "the same tree gives the same package, byte for byte" same_again
	for suite in ${EARLYBIND_SUITE:-bookworm trixie}; do
		life_in "$suite"
	done
else
	first_boot
	skip "the life of the package in clean Debian 12 and 13 roots" "long: EARLYBIND_ALL=1"
fi
tap_end
