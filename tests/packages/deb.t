#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# deb.t: the Debian package: what is in it, its life on a small host (deb-host.sh), a machine on which it is installed, a
# rule added and a device bound, and with EARLYBIND_ALL=1 its life in clean roots of Debian 12 and 13 (life.sh), or of the
# one that EARLYBIND_SUITE names. Run from the top of the repository.
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
	ok "upgrade: conffiles: what is in /etc" same "$C/conffiles" "$(cd "$TMP/deb" && find etc -type f |
		sed 's,^,/,' | LC_ALL=C sort)"
	ok "and no configuration that a program edits" lacks "$C/conffiles" /etc/earlybind.conf
	ok "of which a sample is documentation" test -e "$TMP/deb/usr/share/doc/earlybind/examples/earlybind.conf"
	ok "the boot program is static" sh -c "! readelf -lW '$TMP/deb/usr/lib/earlybind/earlybind-init' | grep INTERP"
	ok "no trigger that rebuilds on machines without rules" lacks "$C/triggers" update-initramfs
	ok "every unit that is to be enabled is enabled" enabled
	ok "no unit is started or stopped by an installation" lacks "$C/postinst" deb-systemd-invoke
	ok "lintian has no error and no warning" clean_lintian
	ok "shellcheck has nothing to say of the scripts" shellcheck -s sh -e SC2317 "$C/preinst" "$C/postinst" "$C/prerm" "$C/postrm"
	for script in "$C"/preinst "$C"/postinst "$C"/prerm "$C"/postrm; do
		ok "dash can read ${script##*/}" dash -n "$script"
	done
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
	# shellcheck source=/dev/null
	. tests/packages/deb-host.sh
	if host_modules; then
		host_life "$DEB"
	else
		skip "the package's life on a small host" "no such kernel can be had here"
	fi
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
