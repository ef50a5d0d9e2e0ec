#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# arch.t: the PKGBUILD builds as an unprivileged user; what is in the package; its life on a small host, with the real
# pacman, mkinitcpio's own hook and dracut beside it: an upgrade from commit fd7fe03, a removal. Run from the top of the
# repository.
# shellcheck disable=SC2016,SC2086 # scripts; IMAGES is a list
# shellcheck source=/dev/null
. tests/packages/lib.sh

built()
{
	before=$(tree_state)
	ok "make arch builds a package" package arch MAKEPKG_FLAGS="-d $NOCHECK"
	ok "it leaves nothing in the tree" test "$before" = "$(tree_state)"
	mkdir "$TMP/arch"
	bsdtar -xf "$TMP/build/arch/earlybind-$VERSION-1"-*.pkg.tar* -C "$TMP/arch" || fail "no package"
	A=$TMP/arch
	(cd "$A" && find . ! -type d | sed -e 's,^\.,,' -e '/\/man\//s,\.gz$,,') | LC_ALL=C sort >"$TMP/arch.list"
}

# fires FILE OPERATION: for `ok`: some target of HOOK's triggers with that operation matches the file.
fires()
{
	awk -v operation="$2" '
		/^\[/ { flush(); n = 0; wanted = 0 }
		/^Operation = / { wanted = wanted || $3 == operation }
		/^Target = / { target[n++] = $3 }
		function flush(  i) { if (wanted) for (i = 0; i < n; i++) print target[i] }
		END { flush() }' "$HOOK" >"$TMP/targets"
	while read -r target; do
		# shellcheck disable=SC2254 # a pattern
		case $1 in
		$target) return 0 ;;
		esac
	done <"$TMP/targets"
	return 1
}

contents()
{
	ok "whatever make install installs is in the package, but for initramfs-tools' plugin" contains "$TMP/arch.list" \
		'^/usr/share/initramfs-tools/'
	ok "that is not" lacks "$TMP/arch.list" initramfs-tools
	ok "the version is the Makefile's" has "$A/.PKGINFO" "pkgver = $VERSION-1"
	ok "upgrade: the drop-in of mkinitcpio is kept" has "$A/.PKGINFO" 'backup = etc/mkinitcpio.conf.d/zz-earlybind.conf'
	ok "what people write is none of its files" lacks "$TMP/arch.list" /etc/earlybind.conf
	ok "of which a sample is documentation" has "$TMP/arch.list" /usr/share/doc/earlybind/examples/earlybind.conf
	ok "the boot program is static" sh -c "! readelf -lW '$A/usr/lib/earlybind/earlybind-init' | grep INTERP"
	ok "the unit that confirms a plan is enabled" test -e \
		"$A/usr/lib/systemd/system/multi-user.target.wants/earlybind-confirm.service"
	ok "one hook, which comes after that of mkinitcpio" same "$TMP/hooks" '91-earlybind.hook'
	HOOK=$A/usr/share/libalpm/hooks/91-earlybind.hook
	ok "what the hook runs is there" test -x "$A$(sed -n 's/^Exec = //p' "$HOOK")"
	for operation in Install Upgrade; do
		ok "the hook runs after: $operation" fires usr/lib/earlybind/earlybind-init $operation
	done
	ok "the hook leaves mkinitcpio's folder to mkinitcpio" fails fires usr/lib/initcpio/install/earlybind Upgrade
	for operation in Install Upgrade Remove; do
		ok "another package's rules, $operation: it runs" fires usr/lib/earlybind.d/50-fleet.conf $operation
	done
	ok "rules that are no package's leave it alone" fails fires etc/earlybind.conf Upgrade
}

readable()
{
	ok "bash can read the install file" bash -n "$A/.INSTALL"
	ok "dash can read the hook's script" dash -n "$SCRIPT"
	ok "shellcheck has nothing to say of them" shellcheck "$A/.INSTALL" "$SCRIPT" packaging/arch/PKGBUILD
}

# host_pacman OPTION...: the real pacman, which runs scripts and hooks in H.
host_pacman()
{
	printf '%s\n' '[options]' 'Architecture = auto' 'SigLevel = Never' 'LocalFileSigLevel = Never' >"$TMP/pacman.conf"
	pacman --root "$H" --dbpath "$H/var/lib/pacman" --config "$TMP/pacman.conf" --cachedir "$H/var/cache" \
		--logfile "$TMP/pacman.log" --noconfirm -dd "$@" </dev/null >"$TMP/pacman" 2>&1 ||
		{ cat "$TMP/pacman"; return 1; }
	lacks "$TMP/pacman" 'error:'
}

# host_old_arch: the package of commit fd7fe03, under an earlier release. Its scripts did nothing at an upgrade.
host_old_arch()
{
	host_old "$TMP/old" "$A"
	rm -r "$TMP/old/usr/share/initramfs-tools"
	printf '%s\n' 'pkgname = earlybind' "pkgver = $VERSION-0" 'pkgdesc = as of fd7fe03' 'arch = any' \
		'backup = etc/earlybind.conf' 'backup = etc/mkinitcpio.conf.d/earlybind.conf' >"$TMP/old/.PKGINFO"
	bsdtar -C "$TMP/old" --zstd -cf "$TMP/old.pkg.tar.zst" .PKGINFO etc usr
}

# host_arch: with the old package, two rules; the images of one kernel are made by mkinitcpio, that of the other by dracut.
host_arch()
{
	host_make bash
	mkdir -p "$H/var/lib/pacman" "$H/var/cache"
	host_mkinitcpio
	host_dracut
	IMAGES='initramfs-linux.img initramfs-linux-fallback.img initramfs-9.9.9-second.img'
	host_old_arch
	ok "upgrade: (the old package is installed)" host_pacman -U "$TMP/old.pkg.tar.zst"
	host_accept
	echo '# ours' >>"$H/etc/mkinitcpio.conf.d/earlybind.conf"
	cp "$H/etc/mkinitcpio.conf.d/earlybind.conf" "$TMP/drop-in"
	ok "upgrade: (the images are made)" host_images \
		'mkinitcpio -p linux; dracut --force /boot/initramfs-9.9.9-second.img 9.9.9-second'
	ok "upgrade: (they have a plan)" host_plans "$TMP/plans" $IMAGES
}

host_life()
{
	host_arch
	ok "upgrade: from a package that brought the configuration" host_pacman -U "$TMP/build/arch/earlybind-$VERSION-1"-*.pkg.tar*
	host_upgraded earlybind.conf mkinitcpio.conf.d/zz-earlybind.conf mkinitcpio.conf.d/zz-earlybind.conf.pacnew
	ok "upgrade: the drop-in of mkinitcpio has its new name" cmp "$TMP/drop-in" "$H/etc/mkinitcpio.conf.d/zz-earlybind.conf"
	ok "upgrade: mkinitcpio's own hook ran, and the image of dracut, which was current, is not rebuilt" \
		host_called 'mkinitcpio -p linux'
	rm "$H/etc/mkinitcpio.conf.d/zz-earlybind.conf.pacnew"
	in_host sh -c 'echo changed >>/usr/lib/earlybind/earlybind-init'
	ok "upgrade: (the image of dracut has another program)" host_images \
		'dracut --force /boot/initramfs-9.9.9-second.img 9.9.9-second'
	ok "upgrade: an image that is not current is rebuilt" host_pacman -U "$TMP/build/arch/earlybind-$VERSION-1"-*.pkg.tar*
	ok "upgrade: (after mkinitcpio's)" host_called 'mkinitcpio -p linux' \
		'dracut --force /boot/initramfs-9.9.9-second.img 9.9.9-second'
	ok "upgrade: the plans are the same still" host_same_plans $IMAGES
	ok "upgrade: and the configuration" host_kept
	ok "remove" host_pacman -R earlybind
	ok "remove: each image is rebuilt, and mkinitcpio's hook runs" host_called 'mkinitcpio -p linux' \
		'dracut --force /boot/initramfs-9.9.9-second.img 9.9.9-second' 'mkinitcpio -p linux'
	ok "remove: every image is clean" host_clean $IMAGES
	ok "remove: what people wrote is kept" host_kept
	ok "remove: and the drop-in that was changed, as pacman keeps it" cmp "$TMP/drop-in" \
		"$H/etc/mkinitcpio.conf.d/zz-earlybind.conf.pacsave"
	rm "$H"/etc/earlybind.conf "$H"/etc/earlybind.lock "$H"/etc/mkinitcpio.conf.d/*
	ok "remove: nothing else is left" host_nothing_left
}

need_build
need makepkg:makepkg pacman:pacman-package-manager bsdtar:libarchive-tools fakeroot:fakeroot musl-gcc:musl-tools shellcheck:shellcheck scdoc:scdoc
need dash:dash bash:bash busybox:busybox-static cpio:cpio zstd:zstd
built
ls "$A/usr/share/libalpm/hooks" >"$TMP/hooks"
SCRIPT=$A/usr/share/libalpm/scripts/earlybind-images
ok "make install (for comparison)" installed
contents
readable
if ! why=$(may_chroot); then
	skip "the package's life on a small host" "$why"
	tap_end
	exit 0
fi
# shellcheck source=/dev/null
. tests/packages/host.sh
if host_modules; then
	host_life
else
	skip "the package's life on a small host" "no such kernel can be had here"
fi
tap_end
