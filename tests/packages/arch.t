#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# arch.t: the PKGBUILD builds as an unprivileged user; what is in the package; its hook and what it runs, with a
# recording stand-in for dracut. There is no Arch here: installing it is not tested. Run from the top of the repository.
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
	ok "upgrade: the configuration is kept" has "$A/.PKGINFO" 'backup = etc/earlybind.conf'
	ok "upgrade: and that of mkinitcpio" has "$A/.PKGINFO" 'backup = etc/mkinitcpio.conf.d/zz-earlybind.conf'
	ok "the boot program is static" sh -c "! readelf -lW '$A/usr/lib/earlybind/earlybind-init' | grep INTERP"
	ok "the unit that confirms a plan is enabled" test -e \
		"$A/usr/lib/systemd/system/multi-user.target.wants/earlybind-confirm.service"
	ok "no hook for mkinitcpio, which has its own" same "$TMP/hooks" '90-earlybind-dracut.hook
91-earlybind-rules.hook'
	HOOK=$A/usr/share/libalpm/hooks/90-earlybind-dracut.hook
	ok "what the hook runs is there" test -x "$A$(sed -n 's/^Exec = //p' "$HOOK")"
	for operation in Install Upgrade; do
		ok "the hook runs after: $operation" fires usr/lib/earlybind/earlybind-init $operation
	done
	ok "the hook leaves mkinitcpio's folder to mkinitcpio" fails fires usr/lib/initcpio/install/earlybind Upgrade
	HOOK=$A/usr/share/libalpm/hooks/91-earlybind-rules.hook
	for operation in Install Upgrade Remove; do
		ok "another package's rules, $operation: a hook runs" fires usr/lib/earlybind.d/50-fleet.conf $operation
	done
	ok "rules that are no package's leave it alone" fails fires etc/earlybind.conf Upgrade
	ok "what that hook runs makes the images of either generator" same "$TMP/exec" '/usr/bin/earlybind regenerate'
	ok "and is there" test -x "$A/usr/bin/earlybind"
}

readable()
{
	ok "bash can read the install file" bash -n "$A/.INSTALL"
	ok "dash can read the hook's script" dash -n "$SCRIPT"
	ok "shellcheck has nothing to say of them" shellcheck "$A/.INSTALL" "$SCRIPT" packaging/arch/PKGBUILD
}

ONE='dracut --force /boot/initramfs-linux.img 6.12.1-arch1-1
'

# lsinitrd: a stand-in for it: an image is a text that says who made it, and what is in it.
lsinitrd()
{
	# shellcheck disable=SC2016 # what the program expands
	printf '%s\n' '#!/bin/sh' '[ "$1" != -f ] || exec grep dracut "$3"' 'cat "$1"' >"$S/bin/lsinitrd"
	chmod 755 "$S/bin/lsinitrd"
	stands_in lsinitrd
}

scripts()
{
	S=$TMP/small
	small_root "$S" sh grep cat cp rm rmdir cmp mktemp tr
	small_tool "$S" bin/dracut
	lsinitrd
	for kernel in 6.12.1-arch1-1:linux 6.6.1-lts:linux-lts; do
		mkdir "$S/lib/modules/${kernel%:*}"
		: >"$S/lib/modules/${kernel%:*}/modules.dep"
		echo "${kernel#*:}" >"$S/lib/modules/${kernel%:*}/pkgbase"
	done
	echo old >"$S/boot/initramfs-linux.img"
	ok "no rule: nothing is rebuilt" rebuilt "$S" '' "$SCRIPT"
	echo 'usr/lib/earlybind/plan' >"$S/boot/initramfs-linux.img"
	ok "no rule, but an image that has a plan: it is rebuilt" rebuilt "$S" "$ONE" "$SCRIPT"
	{ cat "$A/.INSTALL"; echo post_remove; } >"$TMP/remove"
	ok "a removal then: it is rebuilt too" rebuilt "$S" "$ONE" "$TMP/remove"
	echo old >"$S/boot/initramfs-linux.img"
	echo 'bind 06:00' >>"$S/etc/earlybind.conf"
	ok "a rule: each image that dracut made, and no other" rebuilt "$S" "$ONE" "$SCRIPT"
	cp -r "$S/lib/modules/6.12.1-arch1-1" "$S/lib/modules/6.11.9-arch1-1"
	printf '\0%s' '6.12.1-arch1-1 (linux@archlinux) #1' >"$S/boot/vmlinuz-linux"
	ok "a folder kept of an old kernel: the image is made for the kernel beside it" rebuilt "$S" "$ONE" "$SCRIPT"
	rm -r "$S/lib/modules/6.11.9-arch1-1"
	echo old >"$S/boot/initramfs-6.6.1-lts.img"
	ok "an image may be named after the kernel's release too" rebuilt "$S" \
		"${ONE}dracut --force /boot/initramfs-6.6.1-lts.img 6.6.1-lts
" "$SCRIPT"
	rm "$S"/boot/*
	ok "no image under a usual name: nothing is made" rebuilt "$S" '' "$SCRIPT"
	ok "no image under a usual name: loud" has "$TMP/out" 'please rebuild the images of dracut'
	echo old >"$S/boot/initramfs-linux.img"
	mv "$S/etc/earlybind.conf" "$S/etc/earlybind.conf.pacsave"
	ok "a removal, when script and hook are gone, rebuilds" rebuilt "$S" "$ONE" "$TMP/remove"
	destroyer "$S"
	ok "dracut destroys the image: the transaction goes on, the image is put back" survived "$S" \
		/boot/initramfs-linux.img "$SCRIPT"
	ok "dracut destroys the image: loud" has "$TMP/out" '/boot/initramfs-linux.img could not be made again'
	ok "dracut destroys the image: a removal puts it back" survived "$S" /boot/initramfs-linux.img "$TMP/remove"
}

# others: images of dracut that have other names, when earlybind is removed.
others()
{
	small_tool "$S" bin/dracut
	rm "$S"/boot/*
	fallback=/boot/initramfs-linux-fallback.img
	uki=/efi/EFI/Linux/linux-6.12.1-arch1-1-0123456789abcdef0123456789abcdef-rolling.efi
	mkdir -p "$S/efi/EFI/Linux"
	echo 'usr/lib/earlybind/plan' | tee "$S$fallback" >"$S$uki"
	ok "a removal: a fallback stays one, and a UKI with BUILD_ID in its name is a UKI" rebuilt "$S" \
		"dracut --force --no-hostonly $fallback 6.12.1-arch1-1
dracut --force --uefi $uki 6.12.1-arch1-1
" "$TMP/remove"
	rm -r "$S/efi"
	echo old >"$S/boot/initramfs-linux.img"
	rm "$S$fallback"
}

# both: mkinitcpio beside dracut.
both()
{
	small_tool "$S" bin/dracut
	small_tool "$S" bin/mkinitcpio
	ok "where there is mkinitcpio, its images are left to its own hook" rebuilt "$S" '' "$SCRIPT"
	echo 'by dracut' >"$S/boot/initramfs-linux.img"
	echo 'by mkinitcpio' >"$S/boot/initramfs-linux-lts.img"
	ok "where there is mkinitcpio, an image of dracut is rebuilt all the same" rebuilt "$S" "$ONE" "$SCRIPT"
}

need_build
need makepkg:makepkg pacman:pacman-package-manager bsdtar:libarchive-tools fakeroot:fakeroot musl-gcc:musl-tools shellcheck:shellcheck scdoc:scdoc
need dash:dash bash:bash
built
ls "$A/usr/share/libalpm/hooks" >"$TMP/hooks"
sed -n 's/^Exec = //p' "$A/usr/share/libalpm/hooks/91-earlybind-rules.hook" >"$TMP/exec"
SCRIPT=$A/usr/share/libalpm/scripts/earlybind-dracut
ok "make install (for comparison)" installed
contents
readable
if why=$(may_chroot); then
	scripts
	others
	both
else
	skip "the package's scripts" "$why"
fi
tap_end
