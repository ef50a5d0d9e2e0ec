#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# regenerate.t: `earlybind regenerate` in a tree. Images are made by the real cpio, compressors and `earlybind image`;
# the generators are stand-ins: scripts in the tree's /usr/sbin that record how they are called and copy a prepared
# image. Run from the top of the repository, as root (chroot).
# shellcheck disable=SC2016 # backticks in what is expected
# shellcheck source=tests/lib/image.sh
. tests/lib/image.sh
# shellcheck source=tests/lib/initrd.sh
. tests/lib/initrd.sh

need cpio:cpio gzip:gzip lz4:lz4 bzip2:bzip2 lzma:xz-utils objcopy:binutils busybox:busybox-static
STAND_INS='' T=''
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

compressions()
{
	new
	for packer in cat 'gzip -n' 'xz --check=crc32' 'zstd -q' 'lz4 -q -l' 'lz4 -q' bzip2 lzma; do
		initrd_pack "$I" "$packer" >"$T/boot/initrd.img-$RELEASE"
		regenerate --check
		ok "$packer: current" current "boot/initrd.img-$RELEASE"
	done
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
	regenerate --check
	ok "microcode, a plain, a zstd and an xz segment: current" current "boot/initrd.img-$RELEASE"
	mkdir -p "$TMP/over/usr/lib/earlybind"
	echo over >"$TMP/over/usr/lib/earlybind/plan"
	initrd_pack "$TMP/over" 'gzip -n' >>"$T/boot/initrd.img-$RELEASE"
	regenerate --check
	ok "a later segment with another plan wins: stale" stale 'its plan is damaged'
	rm "$T/boot/initrd.img-$RELEASE"
	mkdir -p "$T/efi/EFI/Linux"
	initrd_pack "$I" 'zstd -q' >"$TMP/initrd"
	initrd_uki "$TMP/initrd" .initrd >"$T/efi/EFI/Linux/arch-$RELEASE.efi"
	regenerate --check
	ok "a UKI: current" current "efi/EFI/Linux/arch-$RELEASE.efi"
	initrd_uki "$TMP/initrd" .linux >"$T/efi/EFI/Linux/arch-$RELEASE.efi"
	regenerate --check
	ok "a UKI without .initrd: foreign" says foreign 'without an .initrd section'
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
	ok "$1, $4: stale" stale "$5"
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
	ok "$moved_kind, $moved_what: stale" stale "$moved_text"
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
	rm "$image"
	mkdir "$image"
	regenerate --check
	ok "a folder in its place: unreadable" says unreadable 'cannot be read'
	rmdir "$image"
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

status()
{
	"$EARLYBIND" status --root "$T" "$@" >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
}

in_status()
{
	new
	mkdir -p "$T/run/earlybind"
	printf 'earlybind-report 1\nplan - active -\nsummary 0 0 0 5\n' >"$T/run/earlybind/report"
	status
	ok "status, images current: exit 0" code 0
	ok "status, images current: not a word of them" lacks "$TMP/out" /boot/
	echo 'set timeout=20s' >>"$T/etc/earlybind.conf"
	status
	ok "status names a stale image" stale 'other modules, guards or settings'
	ok "status: and what to do" has "$TMP/out" 'Now run `earlybind regenerate`.'
	status --json
	ok "status --json: images" has "$TMP/out" "\"path\":\"/boot/initrd.img-$RELEASE\",\"kernel\":\"$RELEASE\",\"state\":\"stale\""
	rm "$T/run/earlybind/report"
	status --json
	ok "status --json without a report: images" has "$TMP/out" '"report":null,"images":[{"path":"/boot/initrd.img-'
	regenerate --check --json
	ok "regenerate --check --json" has "$TMP/out" '"findings":["its plan '
}

# stand_in NAME LINE...: a script in the tree's /usr/sbin that records its call in /calls.
stand_in()
{
	name=$1
	shift
	mkdir -p "$T/usr/sbin" "$T/bin" "$T/new"
	cp "$(command -v busybox)" "$T/bin/busybox"
	ln -sf busybox "$T/bin/sh"
	# shellcheck disable=SC2016 # for the script
	printf '%s\n' '#!/bin/sh' 'echo "${0##*/} $*" >>/calls' 'for c in cp cat rm head; do alias $c="busybox $c"; done' \
		"$@" >"$T/usr/sbin/$name"
	chmod 755 "$T/usr/sbin/$name"
	case " $STAND_INS " in
	*" $name "*) ;;
	*) STAND_INS="${STAND_INS:+$STAND_INS }$name" ;;
	esac
}

installed()
{
	for file in "$@"; do
		mkdir -p "$T/${file%/*}"
		: >"$T/$file"
	done
}

# debian LINE...: initramfs-tools, of which update-initramfs does this. The image it has is stale, /new holds a good one.
debian()
{
	new
	image=$T/boot/initrd.img-$RELEASE
	installed usr/share/initramfs-tools/hook-functions etc/kernel/postinst.d/initramfs-tools
	stand_in update-initramfs "$@"
	mv "$image" "$T/new/image"
	echo garbage >"$T/new/garbage"
	mkdir -p "$TMP/old"
	echo old >"$TMP/old/old"
	initrd_pack "$TMP/old" 'gzip -n' >"$image"
	cp "$image" "$TMP/old-image"
}

kept_nothing()
{
	[ ! -e "$T/var/lib/earlybind/images" ]
}

# old_is_back: exit 1, the old image is as it was, no copy is left.
old_is_back()
{
	code 1 && cmp "$TMP/old-image" "$image" && kept_nothing
}

new_is_there()
{
	code 0 && cmp "$T/new/image" "$image" && kept_nothing
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
	regenerate "$RELEASE"
	ok "a kernel without an image gets one when it is named" has "$T/calls" "update-initramfs -c -k $RELEASE"
	ok "a kernel without an image: verified" current "boot/initrd.img-$RELEASE"
	installed usr/lib/dracut/dracut-functions.sh
	stand_in dracut 'exit 9'
	regenerate
	ok "two generators: the one that kernel installations use" has "$TMP/out" 'running /usr/sbin/update-initramfs'
	ok "two generators: said" has "$TMP/err" 'both initramfs-tools and dracut are installed: using initramfs-tools'
	rm "$T/etc/kernel/postinst.d/initramfs-tools"
	installed etc/kernel/postinst.d/dracut
	content dracut
	initrd_pack "$I" 'zstd -q' >"$T/new/image"
	stand_in dracut "cp /new/image /boot/initrd.img-$RELEASE"
	regenerate
	ok "two generators, the other way" has "$TMP/err" 'using dracut, because /etc/kernel/postinst.d/dracut is there'
	ok "dracut: its image is named" has "$T/calls" "dracut --force /boot/initrd.img-$RELEASE $RELEASE"
	ok "dracut: the new image is there" new_is_there
	rm "$T/usr/lib/dracut/dracut-functions.sh" "$T/usr/share/initramfs-tools/hook-functions"
	regenerate
	ok "remains of removed packages are no generators" has "$TMP/err" 'no program that makes initramfs images'
	ok "no generator: exit 1, nothing changed" code 1
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
	ok "mkinitcpio: all presets at once" same "$T/calls" 'mkinitcpio -P'
	ok "mkinitcpio: its images are those of the preset" current boot/initramfs-linux-fallback.img
	regenerate "$RELEASE"
	ok "mkinitcpio: the preset of a kernel" has "$T/calls" 'mkinitcpio -p linux'
	rm -r "$T/etc/mkinitcpio.d" "$T/boot/initramfs-linux.img"
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
	installed run/ostree-booted
	rm "$T/calls"
	stand_in rpm-ostree
	regenerate
	ok "rpm-ostree: names both commands" has "$TMP/out" 'rpm-ostree initramfs-etc --track=/etc/earlybind.lock'
	ok "rpm-ostree: names both commands" has "$TMP/out" 'rpm-ostree initramfs --enable'
	ok "rpm-ostree: runs nothing" test ! -e "$T/calls"
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
	ok "a generator that fails and removes the image (dracut 059): the old image" old_is_back
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
	debian "cp /new/stale /boot/initrd.img-$RELEASE"
	rm -r "${I:?}/usr"
	initrd_pack "$I" cat >"$T/new/stale"
	regenerate
	ok "a new image without the plan: exit 1" code 1
	ok "a new image without the plan: it stays, it is no worse" cmp "$T/new/stale" "$image"
	ok "a new image without the plan: said" has "$TMP/err" 'it holds no plan'
	debian "cp /new/image /boot/initrd.img-$RELEASE"
	rm -r "${T:?}/bin"
	regenerate
	ok "a generator that cannot be started: the old image" old_is_back
	debian "exit 0"
	mkdir -p "$T/var/lib/earlybind/images"
	mv "$image" "$T/var/lib/earlybind/images/boot%initrd.img-$RELEASE"
	echo half >"$image"
	stand_in update-initramfs 'exit 1'
	regenerate
	ok "after a run that was killed, its copy comes back" old_is_back
}

full_disk()
{
	debian "cp /new/image /boot/initrd.img-$RELEASE"
	mkdir "$TMP/boot"
	if ! mount -t tmpfs -o size=2m earlybind-test "$T/boot" 2>"$TMP/mount"; then
		skip "full-disk" "a tmpfs cannot be mounted here: $(cat "$TMP/mount")"
		return
	fi
	head -c 600000 /dev/urandom >"$TMP/old/old"
	initrd_pack "$TMP/old" 'gzip -n' >"$image"
	cp "$image" "$TMP/old-image"
	regenerate
	ok "full-disk: refused before anything is done" old_is_back
	ok "full-disk: loud" has "$TMP/err" 'MiB may be needed: remove an old kernel, or make room; nothing was changed'
	ok "full-disk: the generator was not run" test ! -e "$T/calls"
	umount "$T/boot"
	mount -t tmpfs -o size=8m earlybind-test "$T/boot"
	cp "$TMP/old-image" "$image"
	stand_in update-initramfs "head -c 100000000 /dev/zero >/boot/initrd.img-$RELEASE" 'exit 1'
	regenerate
	ok "full-disk: it fills while the generator writes: the old image" old_is_back
	ok "full-disk: it was full" has "$TMP/err" 'update-initramfs failed'
	umount "$T/boot"
	mkdir -p "$T/var"
	mount -t tmpfs -o size=64k earlybind-test "$T/var"
	cp "$TMP/old-image" "$image"
	rm "$T/calls"
	regenerate
	ok "full-disk: no room for the copy" has "$TMP/err" 'copies of the images need'
	ok "full-disk: no room for the copy: the generator was not run" test ! -e "$T/calls"
	umount "$T/var"
}

all()
{
	compressions
	deviations
	places
	bad_images
	in_status
	if [ "$(id -u)" -ne 0 ]; then
		skip "the generators" "chroot needs root"
		return
	fi
	generators
	other_generators
	failures
	full_disk
	echo "# stand-ins for generators: $(echo "$STAND_INS" | wc -w): $STAND_INS"
}

if M=$(modules_get 6.1) || M=$(modules_get 6.12); then
	RELEASE=$(modules_release "$M")
	all
else
	skip "images with real modules" "this machine's apt has no such kernel"
fi
tap_end
