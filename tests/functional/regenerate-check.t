#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# regenerate-check.t: `earlybind regenerate --check` and `earlybind status` tell current images from all others. Run from
# the top of the repository.
# shellcheck disable=SC2016 # backticks in what is expected
# shellcheck source=tests/lib/regenerate.sh
. tests/lib/regenerate.sh

status()
{
	"$EARLYBIND" status --root "$T" "$@" >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
}

# booted: this boot ended well, so that `status` has nothing to say but of images.
booted()
{
	mkdir -p "$T/run/earlybind" "$T/sys/bus/pci/devices"
	printf 'earlybind-report 1\nplan - active -\nsummary 0 0 0 5\n' >"$T/run/earlybind/report"
}

# told WHAT PATH: `regenerate --check` and `status` both call the image current, and stale after the next change of the
# configuration, which is then undone.
told()
{
	regenerate --check
	ok "$1: current" current "$2"
	status
	ok "$1: status: nothing is wrong" code 0
	cp "$T/etc/earlybind.conf" "$TMP/conf"
	echo 'set timeout=20s' >>"$T/etc/earlybind.conf"
	regenerate --check
	ok "$1, from before the last change: stale" stale "/$2: stale"
	status
	ok "$1, from before the last change: status says so" stale "/$2: stale"
	cp "$TMP/conf" "$T/etc/earlybind.conf"
}

many_segments()
{
	mkdir -p "$TMP/rest"
	echo rest >"$TMP/rest/rest"
	{
		initrd_microcode
		head -c 512 /dev/zero
		initrd_pack "$TMP/rest" cat
		initrd_pack "$I" 'zstd -q'
		head -c 3 /dev/zero
		initrd_pack "$TMP/rest" 'xz --check=crc32'
	} >"$T/boot/initrd.img-$RELEASE"
	told "microcode, a plain, a zstd and an xz segment" "boot/initrd.img-$RELEASE"
	mkdir -p "$TMP/over/usr/lib/earlybind"
	echo over >"$TMP/over/usr/lib/earlybind/plan"
	initrd_pack "$TMP/over" 'gzip -n' >>"$T/boot/initrd.img-$RELEASE"
	regenerate --check
	ok "a later segment with another plan wins: stale" stale 'its plan is damaged'
}

compressions()
{
	new
	booted
	for packer in cat 'gzip -n' 'xz --check=crc32' 'zstd -q' 'lz4 -q -l' 'lz4 -q' bzip2 lzma; do
		initrd_pack "$I" "$packer" >"$T/boot/initrd.img-$RELEASE"
		told "$packer" "boot/initrd.img-$RELEASE"
		truncate -s -1000 "$T/boot/initrd.img-$RELEASE"
		regenerate --check
		ok "$packer, truncated: damaged" says damaged ''
	done
	many_segments
}

ukis()
{
	new
	booted
	rm "$T/boot/initrd.img-$RELEASE"
	uki=efi/EFI/Linux/arch-$RELEASE.efi
	mkdir -p "$T/efi/EFI/Linux"
	initrd_pack "$I" 'zstd -q' >"$TMP/initrd"
	initrd_uki "$TMP/initrd" .initrd >"$T/$uki"
	told "a UKI" "$uki"
	head -c 200 "$T/$uki" >"$TMP/uki"
	cp "$TMP/uki" "$T/$uki"
	regenerate --check
	ok "a truncated UKI: damaged" says damaged 'its PE headers are damaged, or it is truncated'
	initrd_uki "$TMP/initrd" .linux >"$T/$uki"
	regenerate --check
	ok "a UKI without .initrd: foreign" says foreign 'without an .initrd section'
	rm -r "$I/usr/lib/earlybind"
	initrd_pack "$I" 'zstd -q' >"$TMP/initrd"
	initrd_uki "$TMP/initrd" .initrd >"$T/$uki"
	regenerate --check
	ok "a UKI without the plan: stale" stale 'holds no plan'
	initrd_microcode >"$TMP/initrd"
	initrd_uki "$TMP/initrd" .initrd >"$T/$uki"
	regenerate --check
	ok "a UKI without an init: damaged" says damaged 'it holds no /init'
}

# at PATH...: the image at each of them alone is current.
at()
{
	for at_path; do
		mkdir -p "$T/${at_path%/*}"
		cp "$TMP/image" "$T/$at_path"
		regenerate --check
		ok "$at_path is found" current "$at_path"
		rm "$T/$at_path"
	done
}

# names: where else an image may be, and what is none.
names()
{
	new
	mv "$T/boot/initrd.img-$RELEASE" "$TMP/image"
	at "lib/modules/$RELEASE/initrd"
	initrd_uki "$TMP/image" .initrd >"$TMP/uki"
	mv "$TMP/uki" "$TMP/image"
	echo 'BUILD_ID=rolling' >"$T/etc/os-release"
	id=0123456789abcdef0123456789abcdef
	for rest in "-$id" "-$id-rolling" -Default -Default-rolling -rolling ''; do
		at "efi/EFI/Linux/linux-$RELEASE$rest.efi"
	done
	at "boot/efi/EFI/Linux/token-$RELEASE+3-0.efi"
	for name in "linux-$RELEASE-other" "token-$RELEASE+deb13" "token-$RELEASE+3+2"; do
		cp "$TMP/image" "$T/efi/EFI/Linux/$name.efi"
		regenerate --check
		ok "$name.efi is no image of $RELEASE" has "$TMP/err" 'there is no image to check'
		rm "$T/efi/EFI/Linux/$name.efi"
	done
	at "efi/EFI/Linux/$RELEASE.efi" # systemd-boot starts it, whoever made it
	rm -r "$T/efi" "${T:?}/boot"
	mkdir -p "$T/boot/EFI/Linux"
	ln -s boot "$T/efi"
	cp "$TMP/image" "$T/boot/EFI/Linux/token-$RELEASE.efi"
	regenerate --check
	ok "an ESP with two names: each image once" same "$TMP/out" "/boot/EFI/Linux/token-$RELEASE.efi: current"
}

deviations()
{
	new
	regenerate --check
	ok "as made: current" current "boot/initrd.img-$RELEASE"
	echo 'set timeout=20s' >>"$T/etc/earlybind.conf"
	regenerate --check
	ok "from before the last change of a setting: stale" stale 'other modules, guards or settings'
	tree_lock 10de:13c2 >"$T/etc/earlybind.lock"
	echo 'bind 10de:13c2' >"$T/etc/earlybind.conf"
	regenerate --check
	ok "from before the last change of rules: stale" stale 'but rules and lock now make'
	: >"$T/etc/earlybind.conf"
	regenerate --check
	ok "the last rule is gone: stale" stale 'holds a plan, though there is nothing to bind'
	rm -rf "$I/usr/lib/earlybind"
	repack
	regenerate --check
	ok "no rule, no plan: current" current "boot/initrd.img-$RELEASE"
	echo 'bind 10de:13c2' >"$T/etc/earlybind.conf"
	regenerate --check
	ok "a rule, no plan: stale" stale 'holds no plan'
	new
	chmod u+w "$I/usr/lib/earlybind/modules/vfio-pci.ko"
	truncate -s -100 "$I/usr/lib/earlybind/modules/vfio-pci.ko"
	repack
	regenerate --check
	ok "a module that was stripped: stale" stale 'vfio-pci.ko in it has lost its signature'
	rm "$I/usr/lib/earlybind/modules/vfio-pci.ko"
	repack
	regenerate --check
	ok "a module that is missing: stale" stale 'lacks /usr/lib/earlybind/modules/vfio-pci.ko'
	content initramfs-tools
	: >"$I/usr/lib/earlybind/modules/old.ko"
	repack
	regenerate --check
	ok "a module too many: stale" stale 'old.ko in it is not needed any more'
	content initramfs-tools
	chmod 644 "$I/usr/lib/earlybind/earlybind-init"
	repack
	regenerate --check
	ok "a program that cannot be run: stale" stale 'earlybind-init in it is not executable'
	echo x >>"$I/usr/lib/earlybind/earlybind-init"
	repack
	regenerate --check
	ok "another program: stale" stale 'earlybind-init in it is not the one that is installed'
}

# placed KIND SED-COMMAND FILE WHAT TEXT: an image of the kind is current, and stale after an edit of one of its files.
placed()
{
	content "$1"
	repack
	regenerate --check
	ok "$1: current" current "boot/initrd.img-$RELEASE"
	sed -i "$2" "$I/$3"
	repack
	regenerate --check
	ok "race: $1, $4: stale" stale "$5"
}

# moved KIND WHAT TEXT COMMAND...: the same after a command in I.
moved()
{
	moved_kind=$1 moved_what=$2 moved_text=$3
	shift 3
	content "$moved_kind"
	(cd "$I" && "$@")
	repack
	regenerate --check
	ok "race: $moved_kind, $moved_what: stale" stale "$moved_text"
}

places()
{
	new
	units=usr/lib/systemd/system
	# shellcheck disable=SC2016 # sed's last line
	placed initramfs-tools '/earlybind/d;$a/scripts/init-top/earlybind "$@"' scripts/init-top/ORDER \
		'earlybind behind udev' 'too late: after udev in scripts/init-top/ORDER'
	placed initramfs-tools /earlybind/d scripts/init-top/ORDER 'not in ORDER' 'ORDER does not name it'
	moved initramfs-tools 'script gone' 'no scripts/init-top/earlybind' rm scripts/init-top/earlybind
	moved initramfs-tools 'script without x' 'not executable' chmod 644 scripts/init-top/earlybind
	for kind in dracut dracut-var; do
		content $kind
		repack
		regenerate --check
		ok "$kind: current" current "boot/initrd.img-$RELEASE"
	done
	h=usr/lib/dracut/hooks
	moved dracut 'in pre-udev' 'too late: as /usr/lib/dracut/hooks/pre-udev/00-earlybind.sh' \
		mv $h/cmdline/00-earlybind.sh $h/pre-udev/
	moved dracut 'as 50' 'too late' mv $h/cmdline/00-earlybind.sh $h/cmdline/50-earlybind.sh
	moved dracut 'no hook' 'no hook of it' rm $h/cmdline/00-earlybind.sh
	placed systemd /DefaultDependencies/d $units/earlybind.service 'with default dependencies' 'DefaultDependencies=no'
	placed systemd 's/ systemd-udev-trigger.service//' $units/earlybind.service 'not before udev' \
		'not before systemd-udev-trigger.service'
	placed systemd 's/ dracut-pre-udev.service//' $units/earlybind.service 'not before dracut' \
		'not before dracut-pre-udev.service'
	moved systemd 'no wants link' 'initrd.target.wants has no link' rm $units/initrd.target.wants/earlybind.service
	moved systemd 'no unit' 'there is no earlybind.service' rm $units/earlybind.service
	moved systemd 'masked' 'is masked' ln -sf /dev/null $units/earlybind.service
	placed mkinitcpio 's/"earlybind udev"/"udev earlybind"/' config 'behind udev' 'after udev in EARLYHOOKS'
	placed mkinitcpio 's/earlybind//' config 'not in EARLYHOOKS' 'EARLYHOOKS in /config does not name it'
	moved mkinitcpio 'no hook' 'there is no /hooks/earlybind' rm hooks/earlybind
	moved unknown 'of no known generator' 'no known generator made it' true
}

# of_root FILE NAME STATE TEXT: what --check says to a user who may not read the file; never to make images anew.
of_root()
{
	if [ "$(id -u)" -ne 0 ]; then
		skip "$2" "who is not root cannot take rights from himself and back"
		return
	fi
	chmod 600 "$1"
	chmod 755 "$TMP"
	setpriv --reuid 65534 --regid 65534 --clear-groups "$EARLYBIND" regenerate --root "$T" --check >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
	chmod 644 "$1"
	ok "$2" says "$3" "$4"
	ok "$2: and nothing to do about it" lacks "$TMP/out" 'Now run'
}

bad_images()
{
	new
	image=$T/boot/initrd.img-$RELEASE
	truncate -s -1000 "$image"
	regenerate --check
	ok "a truncated image: damaged" says damaged 'gzip: '
	echo 'no image' >"$image"
	regenerate --check
	ok "a foreign file: foreign" says foreign 'this is no initramfs image'
	: >"$image"
	regenerate --check
	ok "an empty file: foreign" says foreign 'it is empty'
	printf '\211LZO\000\015\012\032\012rest' >"$image"
	regenerate --check
	ok "an image packed by lzop, which we cannot read: cannot be told" says unknown 'lzop: this cannot be unpacked here'
	{ initrd_microcode; cat "$image"; } >"$TMP/lzo"
	cp "$TMP/lzo" "$image"
	regenerate --check
	ok "microcode, and the rest packed by lzop: cannot be told" says unknown 'lzop: this cannot be unpacked here'
	initrd_microcode >"$image"
	regenerate --check
	ok "an image of the microcode alone: damaged" says damaged 'it holds no /init'
	new
	mkdir "$I/sbin"
	mv "$I/init" "$I/sbin/init"
	repack
	regenerate --check
	ok "an image for rdinit=/sbin/init: current" current "boot/initrd.img-$RELEASE"
	initrd_microcode >"$image"
	: >"$T/etc/earlybind.conf"
	regenerate --check
	ok "an image of the microcode alone, and no rule: damaged" says damaged 'it holds no /init'
	new
	mkdir -p "$T/boot/token/$RELEASE/initrd.d"
	regenerate --check
	ok "a folder beside the images of kernel-install is none" current "boot/initrd.img-$RELEASE"
	rm "$image"
	mkdir "$image"
	regenerate --check
	ok "a folder in its place: unreadable" says unreadable 'cannot be read'
	rmdir "$image"
	repack
	of_root "$image" "an image that this user may not read: unreadable" unreadable 'cannot be read: Permission denied'
	of_root "$T/etc/earlybind.lock" "a lock that this user may not read: cannot be told" unknown \
		'cannot be told: /etc/earlybind.lock: it cannot be read: Permission denied (try sudo)'
	of_root "$T/etc/earlybind.conf" "a configuration that this user may not read: cannot be told" unknown \
		'cannot be told: not all of the configuration can be read (try sudo)'
	rm "$image"
	regenerate --check
	ok "no image at all: exit 1" code 1
	ok "no image at all: said" has "$TMP/err" "kernel $RELEASE has no image"
	regenerate --check 9.9.9
	ok "an unknown kernel: exit 1" code 1
	ok "an unknown kernel: said" has "$TMP/err" 'there is no kernel 9.9.9'
	new
	mkdir "$T/lib/modules/5.5.5"
	echo old >"$T/boot/initrd.img-5.5.5"
	regenerate --check
	ok "a removed kernel's folder: exit 1" code 1
	ok "a removed kernel's folder: said" has "$TMP/err" 'kernel 5.5.5 has no modules.dep'
	ok "a removed kernel's folder: the others are looked at" has "$TMP/out" "$RELEASE: current"
	rm "$T/boot/initrd.img-5.5.5"
	regenerate --check
	ok "a left-over folder without an image is nobody's business" current "boot/initrd.img-$RELEASE"
	regenerate --check ../etc
	ok "no release: exit 2" code 2
	echo 'bind 0a:00.0' >>"$T/etc/earlybind.conf"
	regenerate --check
	ok "a rule without an entry is named" has "$TMP/err" 'not-accepted: /etc/earlybind.conf:2: bind 0000:0a:00.0'
}

# vendor KIND: the image of KIND at VENDOR holds nothing of ours, as one that is made elsewhere.
vendor()
{
	new
	booted
	rm "$T/boot/initrd.img-$RELEASE"
	VENDOR=boot/token/$RELEASE/initrd
	mkdir -p "$T/${VENDOR%/*}" "$T/usr/lib/systemd/system"
	cp systemd/earlybind.service "$T/usr/lib/systemd/system/"
	content systemd
	rm -r "$I/usr/lib/earlybind" "$I/usr/lib/systemd/system/initrd.target.wants" "$I/usr/lib/systemd/system/earlybind.service"
	initrd_pack "$I" cat >"$T/$VENDOR"
}

# extra FILE: the archive that is loaded behind it.
extra()
{
	"$EARLYBIND" image --root "$T" --kernel "$RELEASE" --cpio "$T/$1" >/dev/null
}

# update_initramfs: a program that makes images is installed.
update_initramfs()
{
	mkdir -p "$T/usr/sbin" "$T/usr/share/initramfs-tools"
	: >"$T/usr/share/initramfs-tools/hook-functions"
	install -m 755 /dev/null "$T/usr/sbin/update-initramfs"
}

extras()
{
	vendor
	regenerate --check
	ok "an image that is made elsewhere: stale" stale 'it holds no plan'
	ok "an image that is made elsewhere: no program makes it here" has "$TMP/out" 'These images are made elsewhere'
	ok "an image that is made elsewhere: regenerate would not help" lacks "$TMP/out" 'earlybind regenerate'
	for file in "$VENDOR-earlybind" boot/extra.cpio; do
		extra "$file"
		told "an image that is made elsewhere, and our archive as $file" "$file"
		regenerate --check
		ok "$file: the image itself needs no plan" current "$VENDOR"
		ok "$file: which is said" has "$TMP/out" "it holds no plan itself; /$file does, if the boot loader loads that"
		echo 'set timeout=20s' >>"$T/etc/earlybind.conf"
		regenerate --check
		ok "$file: stale: how it is made anew" has "$TMP/out" \
			"Now run \`earlybind image --kernel $RELEASE --cpio /$file\`."
		ok "$file: stale: and not by regenerate" lacks "$TMP/out" 'earlybind regenerate'
		cp "$TMP/conf" "$T/etc/earlybind.conf"
		rm "$T/$file"
	done
	mv "$T/usr/lib/systemd/system/earlybind.service" "$TMP/"
	extra "$VENDOR-earlybind"
	regenerate --check
	ok "our archive without the unit: stale" stale 'there is no earlybind.service'
	mv "$T/$VENDOR-earlybind" "$T/boot/extra.cpio"
	update_initramfs
	regenerate --check
	ok "an archive of ours in /boot, where a program makes images: they need a plan" stale 'it holds no plan of earlybind'
	rm -r "$T/usr/sbin" "$T/usr/share/initramfs-tools" "$T/boot/extra.cpio"
	extra "$VENDOR-earlybind"
	: >"$T/etc/earlybind.conf"
	regenerate --check
	ok "our archive, and nothing to bind: stale" stale 'though there is nothing to bind'
	extra "$VENDOR-earlybind"
	regenerate --check
	ok "our archive of nothing, and nothing to bind: current" current "$VENDOR-earlybind"
	cp "$T/$VENDOR" "$T/boot/extra.cpio"
	regenerate --check
	ok "another image in /boot is not taken for ours" lacks "$TMP/out" extra.cpio
}

bases()
{
	new
	booted
	rm "$T/boot/initrd.img-$RELEASE"
	base=lib/modules/$RELEASE/initramfs.img
	mkdir -p "$T/usr/lib"
	mv "$T/lib/modules" "$T/usr/lib/modules"
	rm -rf "$I"
	mkdir "$I"
	"$EARLYBIND" image --root "$T" --kernel "$RELEASE" --destdir "$I" --base >/dev/null
	initrd_place systemd "$I"
	initrd_pack "$I" cat >"$T/usr/$base"
	regenerate --check
	ok "an image with --base, whose lock is added we do not know where: cannot be told" says unknown \
		'a lock that is added to it, and whether that is /etc/earlybind.lock as it is now cannot be told'
	mkdir -p "$T/run"
	: >"$T/run/ostree-booted"
	regenerate --check
	ok "rpm-ostree: an image with --base, and no lock: stale" stale 'nothing in /boot/ostree/initramfs-overlays holds'
	ok "rpm-ostree: an image with --base, and no lock: what to do" has "$TMP/out" 'rpm-ostree initramfs-etc --track'
	mkdir -p "$T/boot/ostree/initramfs-overlays" "$TMP/overlay/etc"
	cp "$T/etc/earlybind.lock" "$TMP/overlay/etc/"
	initrd_pack "$TMP/overlay" 'gzip -n' >"$T/boot/ostree/initramfs-overlays/0123.img"
	regenerate --check
	ok "rpm-ostree: an image with --base, and the lock: current" current "usr/$base"
	status
	ok "rpm-ostree: an image with --base, and the lock: status: nothing is wrong" code 0
	tree_lock 10de:13c1 10de:13c2 >"$T/etc/earlybind.lock"
	regenerate --check
	ok "rpm-ostree: an image with --base, and an old lock: stale" stale 'holds /etc/earlybind.lock as it is now'
	rm "$I/usr/lib/earlybind/modules/vfio-pci.ko"
	initrd_pack "$I" cat >"$T/usr/$base"
	regenerate --check
	ok "an image with --base that lacks a module: stale" stale 'it lacks /usr/lib/earlybind/modules/vfio-pci.ko'
	: >"$T/etc/earlybind.conf"
	"$EARLYBIND" image --root "$T" --kernel "$RELEASE" --destdir "$I" --base >/dev/null
	initrd_pack "$I" cat >"$T/usr/$base"
	regenerate --check
	ok "an image with --base, and nothing to bind: current" current "usr/$base"
}

in_status()
{
	new
	booted
	status
	ok "status, images current: exit 0" code 0
	ok "status, images current: not a word of them" lacks "$TMP/out" /boot/
	echo 'set timeout=20s' >>"$T/etc/earlybind.conf"
	update_initramfs
	status
	ok "status names a stale image" stale 'other modules, guards or settings'
	ok "status: and what to do" has "$TMP/out" 'Now run `earlybind regenerate`.'
	status --json
	ok "status --json: images" has "$TMP/out" "\"path\":\"/boot/initrd.img-$RELEASE\",\"kernel\":\"$RELEASE\",\"state\":\"stale\""
	rm "$T/run/earlybind/report"
	status --json
	ok "status --json without a report: images" has "$TMP/out" '"schema":1,"report":null,"trial":null,"off_next_boot":false,"images":[{"path":"/boot/initrd.img-'
	regenerate --check --json
	ok "regenerate --check --json" has "$TMP/out" '"next":["earlybind","regenerate"],"text":"its plan '
	regenerate --check --json 9
	ok "regenerate --check --json of a kernel that is not there: JSON, too" same "$TMP/out" '{"schema":1,"images":[]}'
	ok "and exit status 1" code 1
}

all()
{
	compressions
	ukis
	names
	deviations
	places
	bad_images
	extras
	bases
	in_status
}

with_real_modules all
tap_end
