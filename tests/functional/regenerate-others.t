#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# regenerate-others.t: `earlybind regenerate` with stand-ins for mkinitcpio and kernel-install: which images are theirs. Run
# from the top of the repository, as root (chroot).
# shellcheck source=tests/lib/stand-ins.sh
. tests/lib/stand-ins.sh

# kept_folder: the modules of a kernel that was upgraded (kernel-modules-hook).
kept_folder()
{
	cp -r "$T/lib/modules/$RELEASE" "$T/lib/modules/9.9.9-kept"
	sed -i 's,/boot/vmlinuz,/efi/vmlinuz,' "$T/etc/mkinitcpio.d/linux.preset"
	mkdir "$T/efi"
	bzimage "$RELEASE" >"$T/efi/vmlinuz-linux"
	rm "$T/calls"
	regenerate
	ok "mkinitcpio, a folder kept of an old kernel: exit 0" code 0
	ok "mkinitcpio, a folder kept of an old kernel: it has no image" has "$TMP/err" 'kernel 9.9.9-kept has no image'
	ok "mkinitcpio, a folder kept of an old kernel: the other is done" same "$T/calls" 'mkinitcpio -p linux'
	rm -r "$T/efi" "$T/lib/modules/9.9.9-kept"
	sed -i 's,/efi/vmlinuz,/boot/vmlinuz,' "$T/etc/mkinitcpio.d/linux.preset"
}

# escape: a fallback that is made without earlybind on purpose, to boot without it.
escape()
{
	cp "$T/etc/mkinitcpio.d/linux.preset" "$TMP/linux.preset"
	rm -rf "$TMP/without"
	cp -r "$I" "$TMP/without"
	rm -r "$TMP/without/usr/lib/earlybind"
	initrd_pack "$TMP/without" 'zstd -q' >"$T/new/without"
	stand_in mkinitcpio 'cp /new/image /boot/initramfs-linux.img; cp /new/without /boot/initramfs-linux-fallback.img'
	for options in '"-S autodetect,earlybind"' "'--skiphooks=earlybind' # why" "(-S earlybind --nopost)"; do
		echo "fallback_options=$options" >>"$T/etc/mkinitcpio.d/linux.preset"
		regenerate
		ok "fallback_options=$options: without a plan it is current" current boot/initramfs-linux-fallback.img
		cp "$TMP/linux.preset" "$T/etc/mkinitcpio.d"
	done
	for line in '#fallback_options="-S earlybind"' 'fallback_options="-S autodetect"' 'fallback_options="-A earlybind"' \
		'default_options="-S earlybind"'; do
		echo "$line" >>"$T/etc/mkinitcpio.d/linux.preset"
		regenerate --check
		ok "$line: a fallback without a plan is stale" stale 'initramfs-linux-fallback.img: stale'
		cp "$TMP/linux.preset" "$T/etc/mkinitcpio.d"
	done
	echo 'fallback_options="-S earlybind"' >>"$T/etc/mkinitcpio.d/linux.preset"
	stand_in mkinitcpio 'echo half >/boot/initramfs-linux-fallback.img' 'exit 1'
	regenerate
	ok "a fallback without earlybind is put back, too" cmp "$T/new/without" "$T/boot/initramfs-linux-fallback.img"
	cp "$TMP/linux.preset" "$T/etc/mkinitcpio.d"
	stand_in mkinitcpio 'cp /new/image /boot/initramfs-linux.img; cp /new/image /boot/initramfs-linux-fallback.img'
	rm "$T/calls"
	regenerate
}

# presets: more presets than linux.
presets()
{
	rm "$T/calls"
	mine=$T/etc/mkinitcpio.d/mine.preset
	printf '%s\n' 'ALL_kver=/boot/vmlinuz-mine' 'PRESETS=(default)' 'default_image=/boot/initramfs-mine.img' >"$mine"
	cp "$mine" "$TMP/preset"
	echo old >"$T/boot/initramfs-mine.img"
	for how in '' --check; do
		# shellcheck disable=SC2086 # no word, or one
		regenerate $how
		ok "a preset of no known kernel, regenerate $how: exit 1" code 1
		ok "a preset of no known kernel, regenerate $how: said" has "$TMP/err" "its image /boot/initramfs-mine.img is left"
		ok "a preset of no known kernel, regenerate $how: the others" has "$TMP/out" '/boot/initramfs-linux.img: current'
	done
	ok "a preset of no known kernel: its image is not touched" same "$T/boot/initramfs-mine.img" old
	ok "a preset of no known kernel: no preset but the others is used" same "$T/calls" 'mkinitcpio -p linux'
	uki=efi/EFI/Linux/arch-linux.efi
	mkdir -p "$T/${uki%/*}"
	initrd_uki "$T/new/image" .initrd >"$T/new/uki"
	echo old >"$T/$uki"
	rm "$mine" "$T/boot/initramfs-linux-fallback.img"
	stand_in mkinitcpio "cp /new/uki /$uki" 'cp /new/image /boot/initramfs-linux.img'
	printf '%s\n' "default_uki=\"/$uki\"" '#fallback_uki="/boot/initramfs-mine.img"' >>"$T/etc/mkinitcpio.d/linux.preset"
	regenerate
	ok "mkinitcpio: the UKI of the preset is verified" current "$uki"
	stand_in mkinitcpio "head -c 100 /new/uki >/$uki" 'cp /new/image /boot/initramfs-linux.img'
	regenerate
	ok "mkinitcpio: the UKI of the preset is put back" cmp "$T/new/uki" "$T/$uki"
	initrd_uki "$T/new/image" .linux >"$T/new/without"
	stand_in mkinitcpio "cp /new/without /$uki" 'cp /new/image /boot/initramfs-linux.img'
	regenerate
	ok "a new UKI without .initrd: exit 1" code 1
	ok "a new UKI without .initrd: said" has "$TMP/err" 'a UKI without an .initrd section'
	ok "a new UKI without .initrd: the old one is put back" cmp "$T/new/uki" "$T/$uki"
	stand_in mkinitcpio "cp /new/uki /$uki" 'cp /new/image /boot/initramfs-linux.img'
	echo old >"$T/boot/initramfs-linux-fallback.img"
	regenerate
	ok "a fallback that is stale: exit 1" code 1
	spelling=0
	for list in "('default')" "(\n'default')" default; do
		spelling=$((spelling + 1))
		sed -i "s/^PRESETS=.*/PRESETS=$list/" "$T/etc/mkinitcpio.d/linux.preset"
		for how in '' --check; do
			# shellcheck disable=SC2086 # no word, or one
			regenerate $how
			ok "PRESETS, spelling $spelling, regenerate $how: what else the preset names does not count" code 0
			ok "PRESETS, spelling $spelling, regenerate $how: it is named" has "$TMP/err" \
				'/boot/initramfs-linux-fallback.img is left as it is: PRESETS in its preset does not name it'
		done
	done
	cp "$TMP/preset" "$mine"
	rm "$T/calls" "$T/lib/modules/$RELEASE/pkgbase" "$T/etc/mkinitcpio.d/linux.preset"
	stand_in mkinitcpio 'cp /new/image /boot/initramfs-mine.img'
	bzimage "$RELEASE" >"$T/boot/vmlinuz-mine"
	regenerate
	ok "a kernel without pkgbase: its preset is the one that names its file" same "$T/calls" 'mkinitcpio -p mine'
	ok "a kernel without pkgbase: verified" current boot/initramfs-mine.img
	sed -i "s/vmlinuz-mine/vmlinuz-$RELEASE/" "$mine"
	stand_in mkinitcpio 'echo half >/boot/initramfs-mine.img'
	regenerate
	ok "a kernel without pkgbase, its file named by its release: the old image" \
		cmp "$T/new/image" "$T/boot/initramfs-mine.img"
	bzimage 9.9.9 >"$T/boot/vmlinuz-mine"
	echo mine >"$T/lib/modules/$RELEASE/pkgbase"
	sed -i "s/vmlinuz-$RELEASE/vmlinuz-mine/" "$mine"
	regenerate
	ok "a preset whose kernel is another by now is not that of its pkgbase" has "$TMP/err" 'no kernel here is that of'
	rm "$T/calls" "$T/boot/vmlinuz-mine"
	# shellcheck disable=SC2016 # for the preset
	sed -i 's,^default_image=.*,default_image="${ALL_kver/vmlinuz/initramfs}.img",' "$mine"
	regenerate
	ok "a preset whose image is no plain path: exit 1" code 1
	ok "a preset whose image is no plain path: said" has "$TMP/err" 'is no plain path, and could not be kept'
	ok "a preset whose image is no plain path: nothing is run" test ! -e "$T/calls"
	regenerate --check
	ok "a preset whose image is no plain path: --check says so" has "$TMP/err" 'is no plain path, and was not looked at'
}

# boot_counting: UKIs of kernel-install, of which each new one has another name until it has booted.
boot_counting()
{
	rm -r "$T/boot/token"
	ukis=efi/EFI/Linux
	mkdir -p "$T/$ukis"
	initrd_uki "$T/new/image" .initrd >"$T/new/uki"
	initrd_microcode >"$TMP/microcode"
	initrd_uki "$TMP/microcode" .initrd >"$T/$ukis/token-$RELEASE.efi"
	touch -d '1 hour ago' "$T/$ukis/token-$RELEASE.efi"
	cp "$T/$ukis/token-$RELEASE.efi" "$TMP/old-uki"
	stand_in kernel-install "cp /new/uki /$ukis/token-$RELEASE+3.efi"
	regenerate
	ok "boot counting: the new UKI is what counts" code 0
	ok "boot counting: the new UKI is verified" current "$ukis/token-$RELEASE+3.efi"
	ok "boot counting: the one that has booted is left to fall back on" \
		cmp "$TMP/old-uki" "$T/$ukis/token-$RELEASE.efi"
	mv "$T/$ukis/token-$RELEASE+3.efi" "$T/$ukis/token-$RELEASE+2-1.efi"
	regenerate --check
	ok "boot counting: with a try: current" current "$ukis/token-$RELEASE+2-1.efi"
	ok "boot counting: the one that has booted is named" has "$TMP/err" "/$ukis/token-$RELEASE.efi is left as it is"
	stand_in kernel-install "head -c 100 /new/uki >/$ukis/token-$RELEASE+3.efi"
	regenerate
	ok "boot counting: a damaged one: exit 1" code 1
	ok "boot counting: a damaged one: said" has "$TMP/err" "/$ukis/token-$RELEASE+3.efi: damaged"
	rm -r "$T/efi"
	mkdir -p "$T/boot/token/$RELEASE"
}

# made_elsewhere: kernel-install only copies an image that knows nothing of us, and our archive stands beside it.
made_elsewhere()
{
	new
	rm "$T/boot/initrd.img-$RELEASE"
	folder=boot/token/$RELEASE
	mkdir -p "$T/$folder" "$T/new" "$T/usr/lib/systemd/system"
	cp systemd/earlybind.service "$T/usr/lib/systemd/system/"
	: >"$T/lib/modules/$RELEASE/vmlinuz"
	content systemd
	rm -r "${I:?}/usr/lib/earlybind" "$I/usr/lib/systemd/system/initrd.target.wants"
	initrd_pack "$I" cat >"$T/new/image"
	cp "$T/new/image" "$T/$folder/initrd"
	"$EARLYBIND" image --root "$T" --kernel "$RELEASE" --cpio "$T/$folder/initrd-earlybind" >/dev/null
	stand_in kernel-install "cp /new/image /$folder/initrd"
	regenerate
	ok "an image that is made elsewhere, with our archive: exit 0" code 0
	ok "an image that is made elsewhere: the archive is verified" current "$folder/initrd-earlybind"
	echo 'set timeout=20s' >>"$T/etc/earlybind.conf"
	regenerate
	ok "an image that is made elsewhere, with an old archive: exit 1" code 1
	ok "an image that is made elsewhere, with an old archive: what to do" has "$TMP/out" \
		"Now run \`earlybind image --kernel $RELEASE --cpio /$folder/initrd-earlybind\`."
}

# beside_dracut: mkinitcpio and dracut on Arch, whose images have the same names.
beside_dracut()
{
	new
	rm "$T/boot/initrd.img-$RELEASE"
	image=$T/boot/initramfs-linux.img
	installed usr/lib/dracut/dracut-functions.sh usr/lib/initcpio/functions \
		usr/share/libalpm/hooks/90-mkinitcpio-install.hook
	mkdir -p "$T/etc/pacman.d/hooks" "$T/etc/mkinitcpio.d"
	ln -s /dev/null "$T/etc/pacman.d/hooks/90-mkinitcpio-install.hook"
	echo linux >"$T/lib/modules/$RELEASE/pkgbase"
	printf '%s\n' 'ALL_kver="/boot/vmlinuz-linux"' "PRESETS=('default')" \
		'default_image="/boot/initramfs-linux.img"' >"$T/etc/mkinitcpio.d/linux.preset"
	stand_in dracut 'cp /new/dracut /boot/initramfs-linux.img'
	stand_in mkinitcpio 'cp /new/mkinitcpio /boot/initramfs-linux.img'
	for maker in dracut mkinitcpio; do
		content $maker
		initrd_pack "$I" 'zstd -q' >"$T/new/$maker"
	done
	for maker in mkinitcpio dracut; do
		cp "$T/new/$maker" "$image"
		regenerate
		ok "mkinitcpio beside dracut: an image of $maker: current" current boot/initramfs-linux.img
		ok "mkinitcpio beside dracut: an image of $maker stays one" cmp "$T/new/$maker" "$image"
	done
	rm "$T/etc/mkinitcpio.d/linux.preset" "$T/calls"
	regenerate
	ok "mkinitcpio beside dracut, without a preset" same "$T/calls" "dracut --force /boot/initramfs-linux.img $RELEASE"
	echo half >"$image"
	regenerate
	ok "mkinitcpio beside dracut: an image of neither: exit 1" code 1
	ok "mkinitcpio beside dracut: an image of neither: it is as it was" same "$image" half
	ok "mkinitcpio beside dracut: an image of neither: said" has "$TMP/err" 'dracut and mkinitcpio are installed, and which'
	rm "$image" "$T/calls"
	installed usr/share/libalpm/hooks/90-dracut-install.hook
	regenerate "$RELEASE"
	ok "mkinitcpio beside dracut, no image: a hook that is masked does not count" same "$T/calls" \
		"dracut --force --kver $RELEASE"
}

other_generators()
{
	new
	rm "$T/boot/initrd.img-$RELEASE"
	installed usr/lib/initcpio/functions
	stand_in mkinitcpio 'cp /new/image /boot/initramfs-linux.img; cp /new/image /boot/initramfs-linux-fallback.img'
	echo linux >"$T/lib/modules/$RELEASE/pkgbase"
	mkdir -p "$T/etc/mkinitcpio.d"
	printf '%s\n' 'ALL_kver="/boot/vmlinuz-linux"' "PRESETS=('default' 'fallback')" \
		'default_image="/boot/initramfs-linux.img"' 'fallback_image="/boot/initramfs-linux-fallback.img"' \
		>"$T/etc/mkinitcpio.d/linux.preset"
	content mkinitcpio
	initrd_pack "$I" 'zstd -q' >"$T/new/image"
	echo old >"$T/boot/initramfs-linux.img"
	regenerate
	ok "mkinitcpio: the preset of the kernel" same "$T/calls" 'mkinitcpio -p linux'
	ok "mkinitcpio: its images are those of the preset" current boot/initramfs-linux-fallback.img
	kept_folder
	escape
	presets
	rm -r "$T/etc/mkinitcpio.d"
	regenerate "$RELEASE"
	ok "mkinitcpio without a preset: exit 1" code 1
	ok "mkinitcpio without a preset: said" has "$TMP/err" 'no preset of mkinitcpio'
	new
	rm "$T/boot/initrd.img-$RELEASE"
	mkdir -p "$T/boot/token/$RELEASE"
	echo old >"$T/boot/token/$RELEASE/initrd"
	: >"$T/lib/modules/$RELEASE/vmlinuz"
	content systemd
	stand_in kernel-install "cp /new/image /boot/token/$RELEASE/initrd"
	initrd_pack "$I" 'zstd -q' >"$T/new/image"
	regenerate
	ok "kernel-install: where its images are" same "$T/calls" \
		"kernel-install add $RELEASE /lib/modules/$RELEASE/vmlinuz"
	ok "kernel-install: verified" current "boot/token/$RELEASE/initrd"
	boot_counting
	installed usr/share/initramfs-tools/hook-functions
	stand_in update-initramfs "cp /new/image /boot/initrd.img-$RELEASE"
	stand_in kernel-install "cp /boot/initrd.img-$RELEASE /boot/token/$RELEASE/initrd"
	for file in "initrd.img-$RELEASE" "token/$RELEASE/initrd"; do echo old >"$T/boot/$file"; done
	rm "$T/calls"
	regenerate
	ok "images of kernel-install beside others: first the generator, then kernel-install" same "$T/calls" \
		"$(printf '%s\n' "update-initramfs -u -k $RELEASE" \
			"kernel-install add $RELEASE /lib/modules/$RELEASE/vmlinuz")"
	ok "images of kernel-install beside others: current" current "boot/token/$RELEASE/initrd"
	stand_in kernel-install "echo half >/boot/token/$RELEASE/initrd" 'exit 7'
	regenerate
	ok "images of kernel-install beside others: it fails" has "$TMP/err" 'kernel-install failed with exit status 7'
	ok "images of kernel-install beside others: the old image" cmp "$T/new/image" "$T/boot/token/$RELEASE/initrd"
	stand_in kernel-install "cp /new/image /boot/token/$RELEASE/initrd"
	rm "$T/calls" "$T/boot/initrd.img-$RELEASE"
	mkdir "$T/lib/modules/5.5.5"
	: >"$T/lib/modules/5.5.5/modules.dep"
	regenerate
	ok "the oldest kernel, without an image, chooses no generator for the others" code 0
	ok "the oldest kernel, without an image, is named" has "$TMP/err" 'kernel 5.5.5 has no image, and gets none'
	ok "the oldest kernel, without an image: the others are done" lacks "$T/calls" update-initramfs
	rm -r "$T/lib/modules/5.5.5"
	installed run/ostree-booted
	rm "$T/calls"
	stand_in rpm-ostree
	regenerate
	ok "rpm-ostree: names both commands" has "$TMP/out" 'rpm-ostree initramfs-etc --track=/etc/earlybind.lock'
	ok "rpm-ostree: names both commands" has "$TMP/out" 'rpm-ostree initramfs --enable'
	ok "rpm-ostree: runs nothing" test ! -e "$T/calls"
}

with_stand_ins other_generators beside_dracut made_elsewhere
tap_end
