#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# regenerate.t: `earlybind regenerate` with stand-ins for update-initramfs and dracut, and what goes wrong. Run from the
# top of the repository, as root (chroot).
# shellcheck source=tests/lib/stand-ins.sh
. tests/lib/stand-ins.sh
# shellcheck source=/dev/null
. tests/lib/holder.sh

need flock:util-linux
# kept_folder: the modules of another kernel of the same pkgbase, as after an upgrade or a downgrade.
kept_folder()
{
	cp -r "$T/lib/modules/$RELEASE" "$T/lib/modules/9.9.9-kept"
	rm "$T/calls" "$T/boot/initramfs-linux-fallback.img"
	bzimage "$RELEASE" >"$T/boot/vmlinuz-linux"
	regenerate
	ok "dracut on Arch, two folders: exit 0" code 0
	ok "dracut on Arch, two folders: the image is that of the kernel beside it" same "$T/calls" \
		"dracut --force /boot/initramfs-linux.img $RELEASE"
	ok "dracut on Arch, two folders: the other has no image" has "$TMP/err" 'kernel 9.9.9-kept has no image'
	rm "$T/calls"
	: >"$T/boot/vmlinuz-linux"
	regenerate
	ok "dracut on Arch, two folders, which of them cannot be told: exit 1" code 1
	ok "dracut on Arch, two folders, which of them cannot be told: the image is named" has "$TMP/err" \
		'/boot/initramfs-linux.img is left as it is'
	ok "dracut on Arch, two folders, which of them cannot be told: nothing is run" test ! -e "$T/calls"
	rm -r "$T/lib/modules/9.9.9-kept"
	regenerate
	ok "dracut on Arch: a kernel alone has the image, whatever the file says" same "$T/calls" \
		"dracut --force /boot/initramfs-linux.img $RELEASE"
}

# two_generators: dracut is there beside initramfs-tools, which made the image. In the end dracut has made it.
two_generators()
{
	installed usr/lib/dracut/dracut-functions.sh
	stand_in dracut 'exit 9'
	rm "$T/calls" "$T/etc/kernel/postinst.d/initramfs-tools"
	installed etc/kernel/postinst.d/dracut
	regenerate
	ok "two generators: the one that made the image, whatever kernel installations use" \
		same "$T/calls" "update-initramfs -u -k $RELEASE"
	ok "two generators: the one that made the image: current" current "boot/initrd.img-$RELEASE"
	mv "$T/usr/share/initramfs-tools/hook-functions" "$TMP"
	rm "$T/calls"
	regenerate
	ok "the generator that made the image is gone: exit 1" code 1
	ok "the generator that made the image is gone: said" has "$TMP/err" \
		"initramfs-tools made /boot/initrd.img-$RELEASE, and is not installed here: nothing was changed"
	ok "the generator that made the image is gone: no other is run" test ! -e "$T/calls"
	mv "$TMP/hook-functions" "$T/usr/share/initramfs-tools"
	content dracut
	initrd_pack "$I" 'zstd -q' >"$T/new/image"
	stand_in dracut "cp /new/image /boot/initrd.img-$RELEASE"
	mv "$image" "$TMP/by-initramfs-tools"
	regenerate "$RELEASE"
	ok "two generators, no image: the one that kernel installations use" same "$T/calls" "dracut --force --kver $RELEASE"
	ok "two generators, no image: said" has "$TMP/err" \
		'initramfs-tools and dracut are installed: using dracut, as kernel installations do'
	regenerate
	ok "two generators, the other one's image" new_is_there
}

# unclear_maker: with both there, an image of which nobody can tell who made it, or images of both, or none.
unclear_maker()
{
	rm "$T/calls"
	cp "$TMP/by-initramfs-tools" "$T/boot/initrd-$RELEASE"
	regenerate
	ok "two generators, an image of each: exit 1" code 1
	ok "two generators, an image of each: said" has "$TMP/err" \
		"dracut made /boot/initrd.img-$RELEASE, and initramfs-tools made /boot/initrd-$RELEASE: nothing was changed; remove the one"
	rm "$T/boot/initrd-$RELEASE"
	cp "$TMP/old-image" "$image"
	regenerate
	ok "two generators, an image of neither: it is left" old_is_back
	ok "two generators, an image of neither: said" has "$TMP/err" \
		"which of them made /boot/initrd.img-$RELEASE cannot be told: nothing was changed"
	rm "$T/etc/kernel/postinst.d/dracut" "$image"
	regenerate "$RELEASE"
	ok "two generators that nobody uses, no image: exit 1" code 1
	ok "two generators that nobody uses, no image: said" has "$TMP/err" 'kernel installations use none of them'
	installed etc/kernel/postinst.d/dracut etc/kernel/postinst.d/initramfs-tools
	regenerate "$RELEASE"
	ok "two generators that are both used, no image: said" has "$TMP/err" 'kernel installations use more than one of them'
	ok "two generators, where it is not clear: nothing is run" test ! -e "$T/calls"
	rm "$T/usr/share/initramfs-tools/hook-functions"
}

# ukis_of_dracut: they need not be what its configuration makes, so their names are given.
ukis_of_dracut()
{
	initrd_uki "$T/new/image" .initrd >"$T/new/uki"
	: >"$T/lib/modules/$RELEASE/vmlinuz"
	stand_in kernel-install true
	# shellcheck disable=SC2016 # for the script
	stand_in dracut '[ "$2" = --uefi ] && cp /new/uki "$3"'
	mkdir -p "$T/efi/EFI/Linux"
	for name in "$RELEASE-0123456789abcdef0123456789abcdef" "$RELEASE"; do
		uki=efi/EFI/Linux/linux-$name.efi
		echo old >"$T/$uki"
		regenerate
		ok "dracut: its UKI linux-$name.efi is made" same "$T/calls" "dracut --force --uefi /$uki $RELEASE"
		ok "dracut: its UKI linux-$name.efi is verified" current "$uki"
		rm "$T/calls" "$T/$uki"
	done
	mkdir -p "$T/etc/kernel"
	echo linux >"$T/etc/kernel/entry-token"
	cp "$T/new/uki" "$T/$uki"
	regenerate
	ok "dracut: a UKI that kernel-install names so is left to it" same "$T/calls" \
		"kernel-install add $RELEASE /lib/modules/$RELEASE/vmlinuz"
	rm -r "$T/efi" "$T/etc/kernel" "$T/usr/sbin/kernel-install"
}

generators()
{
	debian "cp /new/image /boot/initrd.img-$RELEASE"
	regenerate
	ok "update-initramfs: the new image is there, no copy is left" new_is_there
	ok "update-initramfs: called for the kernel" same "$T/calls" "update-initramfs -u -k $RELEASE"
	ok "update-initramfs: verified" has "$TMP/out" "/boot/initrd.img-$RELEASE: current"
	ok "update-initramfs: progress" has "$TMP/out" "[1/1] $RELEASE: running /usr/sbin/update-initramfs -u"
	installed etc/kernel/proxmox-boot-uuids
	stand_in proxmox-boot-tool
	regenerate
	ok "proxmox-boot-tool: refresh afterwards" has "$T/calls" 'proxmox-boot-tool refresh'
	stand_in proxmox-boot-tool 'exit 3'
	regenerate
	ok "proxmox-boot-tool fails: exit 1" code 1
	ok "proxmox-boot-tool fails: said" has "$TMP/err" 'what boots may still be the old images'
	debian "cp /new/image /boot/initrd.img-$RELEASE"
	rm "$image"
	regenerate
	ok "a kernel without an image gets none by itself" test ! -e "$image"
	ok "no kernel has an image: exit 1" code 1
	ok "no kernel has an image: said" has "$TMP/err" 'there is no image to make anew'
	regenerate "$RELEASE"
	ok "a kernel without an image gets one when it is named" has "$T/calls" "update-initramfs -c -k $RELEASE"
	ok "a kernel without an image: verified" current "boot/initrd.img-$RELEASE"
	two_generators
	ok "dracut: its image is named" has "$T/calls" "dracut --force /boot/initrd.img-$RELEASE $RELEASE"
	ok "dracut: the new image is there" new_is_there
	rm "$T/calls" "$image"
	regenerate "$RELEASE"
	ok "dracut: a first image has the name that it gives it" same "$T/calls" "dracut --force --kver $RELEASE"
	unclear_maker
	rm -f "$T/calls" "$image"
	ukis_of_dracut
	cp "$T/new/image" "$image"
	echo linux >"$T/lib/modules/$RELEASE/pkgbase"
	for name in linux linux-fallback; do echo old >"$T/boot/initramfs-$name.img"; done
	rm "$T/calls" "$image"
	# shellcheck disable=SC2016 # for the script
	stand_in dracut 'while [ $# -gt 2 ]; do shift; done' 'cp /new/image "$1"'
	regenerate
	ok "dracut on Arch: exit 0" code 0
	ok "dracut on Arch: the images have the pkgbase in their names" same "$T/calls" \
		"$(printf 'dracut --force%s.img %s\n' ' /boot/initramfs-linux' "$RELEASE" \
			' --no-hostonly /boot/initramfs-linux-fallback' "$RELEASE")"
	kept_folder
	rm "$T/usr/lib/dracut/dracut-functions.sh"
	regenerate
	ok "remains of removed packages are no generators" has "$TMP/err" 'no program that makes initramfs images'
	ok "no generator: exit 1, nothing changed" code 1
	ok "no generator: the line of progress has an end" grep -qxF "[1/1] $RELEASE: nothing was begun" "$TMP/out"
}

failures()
{
	debian 'exit 5'
	regenerate
	ok "a generator that fails: the old image" old_is_back
	ok "a generator that fails: said" has "$TMP/err" 'update-initramfs failed with exit status 5'
	debian "cp /new/garbage /boot/initrd.img-$RELEASE" 'exit 1'
	regenerate
	ok "a generator that fails after it wrote: the old image" old_is_back
	debian "rm /boot/initrd.img-$RELEASE" 'exit 1'
	regenerate
	ok "full-disk: a generator that fails and removes the image (dracut 059): the old image" old_is_back
	debian "rm /boot/initrd.img-$RELEASE"
	regenerate
	ok "a generator that removes the image and succeeds: the old image" old_is_back
	# shellcheck disable=SC2016 # for the script
	debian "head -c 1 /new/image >/boot/initrd.img-$RELEASE" 'kill -9 $$'
	regenerate
	ok "a generator that is killed: the old image" old_is_back
	ok "a generator that is killed: said" has "$TMP/err" 'ended by signal 9'
	debian "cp /new/garbage /boot/initrd.img-$RELEASE"
	regenerate
	ok "a damaged image of a generator that succeeds: the old image" old_is_back
	ok "a damaged image: said" has "$TMP/err" ': foreign'
	debian "cp /new/microcode /boot/initrd.img-$RELEASE"
	initrd_microcode >"$T/new/microcode"
	regenerate
	ok "full-disk: an image of the microcode alone, of a generator that succeeds: the old image" old_is_back
	ok "full-disk: said" has "$TMP/err" 'it holds no /init'
	debian "cp /new/lzo /boot/initrd.img-$RELEASE"
	printf '\211LZO\000\015\012\032\012rest' >"$T/new/lzo"
	regenerate
	ok "a new image packed by lzop, which we cannot read: it stays" cmp "$T/new/lzo" "$image"
	ok "a new image packed by lzop: said" has "$TMP/err" ': unknown'
	ok "a new image packed by lzop: exit 1, no copy is left" code 1
	debian "cp /new/stale /boot/initrd.img-$RELEASE"
	rm -r "${I:?}/usr"
	initrd_pack "$I" cat >"$T/new/stale"
	regenerate
	ok "a new image without the plan: exit 1" code 1
	ok "a new image without the plan: it stays, it is no worse" cmp "$T/new/stale" "$image"
	ok "a new image without the plan: said" has "$TMP/err" 'it holds no plan'
	ok "a new image without the plan: it is another than before" lacks "$TMP/err" 'it is as it was before'
	debian 'echo "update-initramfs: Not updating initramfs."'
	regenerate
	ok "a generator that does nothing and succeeds: exit 1" code 1
	ok "a generator that does nothing and succeeds: why" has "$TMP/err" \
		'it is as it was before: update-initramfs did not write it, or wrote the same again'
	debian "cp /new/image /boot/initrd.img-$RELEASE"
	echo damaged >"$image"
	regenerate
	ok "an old image that is damaged: a new one" new_is_there
	rm -f "$T/calls"
	echo "! [ -e '$T/calls' ]" >"$TMP/meanwhile"
	ok "while another one writes, nothing is run" waits_for "$T/run/earlybind/lock" regenerate
	ok "then it is" same "$T/calls" "update-initramfs -u -k $RELEASE"
	rm -f "$T/calls"
	debian "cp /new/image /boot/initrd.img-$RELEASE"
	rm -r "${T:?}/bin"
	regenerate
	ok "a generator that cannot be started: the old image" old_is_back
	ok "a generator that cannot be started: said" has "$TMP/err" \
		'update-initramfs cannot be run: No such file or directory'
	interrupted
}

# left_behind FILE: FILE is what an interrupted run kept of the image, which is not there any more.
left_behind()
{
	mkdir -p "$T/var/lib/earlybind/images"
	mv "$1" "$T/var/lib/earlybind/images/boot%initrd.img-$RELEASE"
}

# A run was killed, or the power failed, after the generator had begun: the copy is all that can be booted.
interrupted()
{
	debian 'exit 1'
	left_behind "$image"
	echo half >"$image"
	regenerate --check
	ok "after a run that was killed: --check names the copy" has "$TMP/err" \
		"/boot/initrd.img-$RELEASE is damaged; an interrupted run kept its copy /var/lib/earlybind/images/boot%initrd.img-$RELEASE"
	regenerate
	ok "after a run that was killed, its copy comes back" old_is_back
	left_behind "$image"
	initrd_microcode >"$image"
	regenerate
	ok "full-disk: after a run that was killed with the microcode written, too" old_is_back
	mkdir -p "$T/boot/initrd-$RELEASE"
	left_behind "$image"
	echo half >"$image"
	regenerate
	ok "after a run that was killed, where another image cannot be copied: its copy comes back" old_is_back
	ok "where an image cannot be copied: said" has "$TMP/err" "/boot/initrd-$RELEASE: no copy can be kept: Is a directory"
	rmdir "$T/boot/initrd-$RELEASE"
	left_behind "$image"
	echo half >"$T/var/lib/earlybind/images/boot%other.new"
	regenerate --check
	ok "full-disk: after a run that was killed with the image removed: --check: exit 1" code 1
	ok "full-disk: after a run that was killed with the image removed: --check names the copy" has "$TMP/err" \
		"/boot/initrd.img-$RELEASE is gone; an interrupted run kept its copy"
	for kernel in '' "$RELEASE"; do
		# shellcheck disable=SC2086 # no word, or one
		regenerate $kernel
		ok "full-disk: after a run that was killed with the image removed, regenerate $kernel: its copy comes back" old_is_back
		ok "full-disk: the image removed, regenerate $kernel: said" has "$TMP/err" \
			"/boot/initrd.img-$RELEASE was gone: the copy that an interrupted run had kept was put back"
		left_behind "$image"
	done
	stand_in update-initramfs "cp /new/image /boot/initrd.img-$RELEASE"
	regenerate
	ok "full-disk: after a run that was killed with the image removed: it is made anew" new_is_there
	left_behind "$TMP/old-image"
	mv "$T/var/lib/earlybind/images/boot%initrd.img-$RELEASE" "$T/var/lib/earlybind/images/boot%initrd.img-5.5.5"
	regenerate
	ok "a copy whose kernel is not here: no harm" code 0
	ok "a copy whose kernel is not here: its image does not come back" test ! -e "$T/boot/initrd.img-5.5.5"
	ok "a copy whose kernel is not here: said" has "$TMP/err" \
		'/boot/initrd.img-5.5.5 is gone; an interrupted run kept its copy /var/lib/earlybind/images/boot%initrd.img-5.5.5'
	echo sound >"$T/var/lib/earlybind/images/boot%initrd.img-9"
	cp "$image" "$T/boot/initrd.img-9"
	rm "$T/var/lib/earlybind/images/boot%initrd.img-5.5.5"
	regenerate
	ok "a copy whose image is sound is removed" new_is_there
	ok "a copy whose image is sound: that stays" cmp "$image" "$T/boot/initrd.img-9"
	rm "$T/boot/initrd.img-9"
}

# left_alone WHAT TEXT: regenerate refuses, and runs nothing; the image that binds is as it was.
left_alone()
{
	rm -f "$T/calls"
	cp "$T/new/image" "$image"
	regenerate
	ok "$1: exit 1" code 1
	ok "$1: nothing is run" test ! -e "$T/calls"
	ok "$1: the image is as it was" cmp "$T/new/image" "$image"
	ok "$1: said" has "$TMP/err" "$2"
	regenerate --check
	ok "$1: --check: what the image should hold cannot be told" says unknown 'what it should hold cannot be told'
	ok "$1: --check: that is no reason to make it anew" lacks "$TMP/out" 'Now run'
}

# Rules are there, or may be, and images made now would lack what they ask for.
lost_rules()
{
	debian "cp /new/noplan /boot/initrd.img-$RELEASE"
	rm -r "${I:?}/usr"
	initrd_pack "$I" cat >"$T/new/noplan"
	conf=$T/etc/earlybind.conf lock=$T/etc/earlybind.lock
	cp "$lock" "$TMP/lock"
	printf 'x' >>"$lock"
	left_alone "a damaged lock" 'the images are left as they are: made now, they would not bind what the rules ask for: /etc/earlybind.lock'
	rm "$lock"
	left_alone "no lock" "/etc/earlybind.lock is missing: run \`earlybind accept\`"
	echo 'bind 10de:13c2 live' >"$conf"
	regenerate
	ok "no lock, and no rule that needs one: images are made" test -e "$T/calls"
	cp "$TMP/lock" "$lock"
	echo 'bnid 10de:13c1' >"$conf"
	left_alone "the only rule is misspelt" 'the configuration has wrong lines, and no rule that can be used'
	rm "$conf"
	mkdir "$conf"
	left_alone "a configuration that cannot be read" 'not all of the configuration can be read'
	rmdir "$conf"
	echo 'bind 10de:13c1' >"$conf"
	mkdir -p "$T/etc/earlybind.d/more.conf"
	left_alone "a drop-in that cannot be read" 'not all of the configuration can be read'
	rmdir "$T/etc/earlybind.d/more.conf"
	mv "$T/usr/lib/earlybind/earlybind-init" "$TMP/program"
	left_alone "no boot program" '/usr/lib/earlybind/earlybind-init cannot be read'
	mv "$TMP/program" "$T/usr/lib/earlybind/earlybind-init"
	rm "$T/lib/modules/$RELEASE/modules.dep.bin"
	left_alone "a kernel without an index of modules" 'have no modules.dep.bin'
	depmod -b "$T" "$RELEASE"
	printf 'x' >>"$lock"
	: >"$conf"
	regenerate
	ok "a damaged lock that no rule needs: images are made" test -e "$T/calls"
}

# Kernels that are not there, or not any more, cost only themselves.
wrong_kernels()
{
	debian "cp /new/image /boot/initrd.img-$RELEASE"
	regenerate 9.9.9
	ok "an unknown kernel: exit 1" code 1
	ok "an unknown kernel: said" has "$TMP/err" 'there is no kernel 9.9.9'
	ok "an unknown kernel: nothing is run" test ! -e "$T/calls"
	ok "an unknown kernel: the image is as it was" cmp "$TMP/old-image" "$image"
	regenerate 9.9.9 "$RELEASE"
	ok "an unknown kernel beside a known one: exit 1" code 1
	ok "an unknown kernel beside a known one: that one is done" cmp "$T/new/image" "$image"
	mkdir "$T/lib/modules/5.5.5"
	cp "$TMP/old-image" "$T/boot/initrd.img-5.5.5"
	cp "$TMP/old-image" "$image"
	rm "$T/calls"
	regenerate
	ok "a removed kernel's folder: exit 1" code 1
	ok "a removed kernel's folder: said" has "$TMP/err" 'kernel 5.5.5 has no modules.dep'
	ok "a removed kernel's folder: its image is as it was" cmp "$TMP/old-image" "$T/boot/initrd.img-5.5.5"
	ok "a removed kernel's folder: the other kernel is done" same "$T/calls" "update-initramfs -u -k $RELEASE"
	ok "a removed kernel's folder: and verified" has "$TMP/out" "/boot/initrd.img-$RELEASE: current"
	rm -r "$T/lib/modules/5.5.5"
	regenerate
	ok "a removed kernel without a folder, and without its file: nobody's business" code 0
	: >"$T/boot/vmlinuz-5.5.5"
	for how in '' --check; do
		# shellcheck disable=SC2086 # no word, or one
		regenerate $how
		ok "a removed kernel without a folder, regenerate $how: exit 1" code 1
		ok "a removed kernel without a folder, regenerate $how: said" \
			has "$TMP/err" 'its image /boot/initrd.img-5.5.5 is left as it is'
	done
	ok "a removed kernel without a folder: its image is as it was" cmp "$TMP/old-image" "$T/boot/initrd.img-5.5.5"
	bzimage 5.5.5 >"$T/boot/vmlinuz-5.5.5.old"
	: >"$T/boot/vmlinuz-$RELEASE.bak"
	for name in "initrd.img-$RELEASE.bak" initrd.img-5.5.5.old initramfs-0-rescue-1.img initramfs-linux.img; do
		mv "$T/boot/initrd.img-5.5.5" "$T/boot/$name"
		: >"$T/boot/vmlinuz-linux"
		: >"$T/boot/vmlinuz-0-rescue-1"
		regenerate --check
		ok "$name is no removed kernel's" code 0
		mv "$T/boot/$name" "$T/boot/initrd.img-5.5.5"
	done
}

# A link in the place of an image that leads nowhere.
dangling()
{
	debian "cp /boot/real /boot/initrd.img-$RELEASE"
	rm "$image"
	ln -s gone "$image"
	regenerate
	ok "a link that leads nowhere: exit 1" code 1
	ok "a link that leads nowhere: nothing is run" test ! -e "$T/calls"
	ok "a link that leads nowhere: said, and what to do" has "$TMP/err" \
		"earlybind: /boot/initrd.img-$RELEASE is a link to what is not there; nothing was changed: remove it, or make what it names"
	ok "a link that leads nowhere: no line of progress without an end" same "$TMP/out" "[1/1] $RELEASE: nothing was begun"
}

# A kernel that has no driver for us.
no_driver()
{
	debian "cp /new/image /boot/initrd.img-$RELEASE"
	find "$T/lib/modules" -name 'vfio*' -delete
	depmod -b "$T" "$RELEASE"
	content initramfs-tools
	initrd_pack "$I" cat >"$T/new/image"
	for how in '' --check; do
		# shellcheck disable=SC2086 # no word, or one
		regenerate $how
		ok "a kernel without vfio-pci, regenerate $how: the image is current" current "boot/initrd.img-$RELEASE"
		ok "a kernel without vfio-pci, regenerate $how: said once" \
			[ "$(grep -c "no-driver: kernel $RELEASE has no module vfio-pci" "$TMP/err")" = 1 ]
	done
}

# on_esp: images of removed kernels where kernel-install and dracut have them. Another system's are none of ours.
on_esp()
{
	debian "cp /new/image /boot/initrd.img-$RELEASE"
	cp "$T/new/image" "$image"
	id=0123456789abcdef0123456789abcdef
	mkdir -p "$T/etc/kernel" "$T/efi/EFI/Linux" "$T/boot/mine/5.5.5" "$T/boot/other/5.5.5"
	echo mine >"$T/etc/kernel/entry-token"
	echo $id >"$T/etc/machine-id"
	: >"$T/boot/other/5.5.5/linux"
	for name in boot/other/5.5.5/initrd boot/mine/5.5.5/initrd efi/EFI/Linux/other-5.5.5.efi \
		efi/EFI/Linux/linux-5.5.5-fedcba9876543210fedcba9876543210.efi efi/EFI/Linux/mine-rescue.efi; do
		echo image >"$T/$name"
		regenerate --check
		ok "a removed kernel: /$name is no image of it" code 0
	done
	: >"$T/boot/mine/5.5.5/linux"
	regenerate
	ok "a removed kernel's initrd beside its kernel on the ESP: said" has "$TMP/err" \
		'its image /boot/mine/5.5.5/initrd is left as it is'
	ok "a removed kernel's initrd beside its kernel on the ESP: exit 1" code 1
	rm -r "$T/boot/mine" "$T/boot/other" "$T"/efi/EFI/Linux/*
	for name in mine-5.5.5 mine-5.5.5+3-0 linux-5.5.5-$id linux-5.5.5-$id-rolling; do
		echo image >"$T/efi/EFI/Linux/$name.efi"
		regenerate --check
		ok "a removed kernel's UKI: said" has "$TMP/err" "its image /efi/EFI/Linux/$name.efi is left as it is"
		ok "a removed kernel's UKI: exit 1" code 1
		rm "$T/efi/EFI/Linux/$name.efi"
	done
}

full_disk()
{
	debian "cp /new/image /boot/initrd.img-$RELEASE"
	mkdir "$TMP/boot"
	if ! mount -t tmpfs -o size=2m earlybind-test "$T/boot" 2>"$TMP/mount"; then
		skip "full-disk" "a tmpfs cannot be mounted here: $(cat "$TMP/mount")"
		return
	fi
	head -c 600000 /dev/urandom >"$TMP/old/init"
	initrd_pack "$TMP/old" 'gzip -n' >"$image"
	cp "$image" "$TMP/old-image"
	regenerate
	ok "full-disk: refused before anything is done" old_is_back
	ok "full-disk: loud" has "$TMP/err" 'MiB may be needed: remove an old kernel, or make room; nothing was changed'
	ok "full-disk: the generator was not run" test ! -e "$T/calls"
	umount "$T/boot"
	mount -t tmpfs -o size=8m earlybind-test "$T/boot"
	cp "$TMP/old-image" "$image"
	head -c 10000000 /dev/urandom >"$T/new/large"
	stand_in update-initramfs "cat /new/large >/boot/initrd.img-$RELEASE" 'exit 1'
	regenerate
	ok "full-disk: it fills while the generator writes: the old image" old_is_back
	ok "full-disk: it was full" has "$TMP/err" 'No space left on device'
	umount "$T/boot"
	mount -t tmpfs -o size=9m earlybind-test "$T/boot"
	head -c 3000000 /dev/urandom >"$image"
	rm "$T/calls"
	mkdir "$T/boot/kept"
	ln -s ../../../boot/kept "$T/var/lib/earlybind/images"
	regenerate
	ok "full-disk: images and copies share a file system: no room for both" has "$TMP/err" 'MiB may be needed'
	ok "full-disk: images and copies share a file system: the generator was not run" test ! -e "$T/calls"
	rm "$T/var/lib/earlybind/images"
	umount "$T/boot"
	mkdir -p "$T/var"
	mount -t tmpfs -o size=64k earlybind-test "$T/var"
	cp "$TMP/old-image" "$image"
	rm -f "$T/calls"
	regenerate
	ok "full-disk: no room for the copy" has "$TMP/err" 'copies of the images need'
	ok "full-disk: no room for the copy: the generator was not run" test ! -e "$T/calls"
	umount "$T/var"
}

with_stand_ins generators failures lost_rules wrong_kernels on_esp dangling no_driver full_disk
tap_end
