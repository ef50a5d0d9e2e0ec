#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# images.t: cases of `earlybind regenerate` and of the images it makes: whatever happens, the image is whole, and what boots
# is what is verified. Stand-ins play the generators.
# shellcheck source=tests/lib/stand-ins.sh
. tests/lib/stand-ins.sh
# shellcheck source=/dev/null
. tests/cases/lib.sh
need strace:strace mke2fs:e2fsprogs losetup:mount
ASAN_OPTIONS=detect_leaks=0 # a process that is traced cannot look for leaks
export ASAN_OPTIONS

# good: update-initramfs makes the good image, at once.
good()
{
	debian "cp /new/image /boot/initrd.img-$RELEASE"
}

# kept NAME: the copy that an interrupted run kept of a file of this name.
kept()
{
	mkdir -p "$T/var/lib/earlybind/images"
	chmod 700 "$T/var/lib/earlybind"
	cp "$TMP/old-image" "$T/var/lib/earlybind/images/$1"
}

# is_new: the image is the good one.
is_new()
{
	# shellcheck disable=SC2154 # debian sets it
	cmp "$T/new/image" "$image"
}

# --- killed-then-again

# killed FIRST LINE...: dracut does the first, works for a while, and then does the rest; its regenerate is killed meanwhile.
# Another one runs at once, and dracut with it; at the end of both a whole image is there.
killed()
{
	good
	content dracut
	initrd_pack "$I" 'gzip -n' >"$T/new/image"
	rm -r "$T/usr/share/initramfs-tools" "$T/etc/kernel"
	installed usr/lib/dracut/dracut-functions.sh etc/kernel/postinst.d/dracut
	mkdir -p "$TMP/by-dracut/usr/lib"
	echo old >"$TMP/by-dracut/init"
	: >"$TMP/by-dracut/usr/lib/dracut-lib.sh"
	initrd_pack "$TMP/by-dracut" 'gzip -n' >"$image"
	killed_first=$1
	shift
	# shellcheck disable=SC2016 # for the script
	stand_in dracut 'if [ -e /started ]; then cp /new/image "$2"; exit; fi' "$killed_first" ': >/started' \
		'n=0; while [ ! -e /go ] && [ $n -lt 200 ]; do sleep 0.05; n=$((n + 1)); done' "$@" ': >/ended'
	"$EARLYBIND" regenerate --root "$T" >/dev/null 2>&1 &
	killed_pid=$!
	while [ ! -e "$T/started" ] && kill -0 $killed_pid; do sleep 0.05; done
	kill -KILL $killed_pid
	wait $killed_pid 2>/dev/null
	timeout 20 "$EARLYBIND" regenerate --root "$T" >"$TMP/out" 2>"$TMP/err" &
	killed_pid=$!
	sleep 1
	: >"$T/go"
	wait $killed_pid
	echo $? >"$TMP/code"
	sleep 0.5
}

killed_and_new()
{
	killed "$@"
	code 0 && is_new
}

# --- leftover-blocks

# blocks_nothing NAME: with this leftover the image of the kernel that is here is made.
blocks_nothing()
{
	good
	kept "$1"
	regenerate "$RELEASE"
	code 0 && is_new
}

# comes_not_back NAME: nor is it put into /boot, for a kernel that is gone.
comes_not_back()
{
	blocks_nothing "boot%$1"
	[ ! -e "$T/boot/$1" ]
}

# --- kill-sweep

# whole FILE: the old image, or the new one.
whole()
{
	cmp -s "$TMP/old-image" "$1" || cmp -s "$T/new/image" "$1"
}

# points: the system calls of a run from the first backup on, as "CALL N": its Nth call of that name.
points()
{
	strace -o "$TMP/trace" "$EARLYBIND" regenerate --root "$T" "$RELEASE" >/dev/null 2>&1
	awk -F '(' '/^[a-z]/ { n[$1]++ } /^mkdirat.*images"/ { on = 1 } on && /^[a-z]/ { print $1, n[$1] }' "$TMP/trace"
}

# killed_at CALL N: then the image or its backup is whole; and the image, when another run, whose generator fails at once,
# has put it back.
killed_at()
{
	strace -o /dev/null -e "trace=$1" -e "inject=$1:signal=KILL:when=$2" \
		"$EARLYBIND" regenerate --root "$T" "$RELEASE" >/dev/null 2>&1
	killed_code=$?
	whole "$image" || whole "$T/var/lib/earlybind/images/boot%initrd.img-$RELEASE" || { echo "$1 $2: lost"; return 1; }
	printf '#!/bin/sh\nexit 1\n' >"$T/usr/sbin/update-initramfs"
	regenerate "$RELEASE"
	whole "$image" || { echo "$1 $2: not put back"; return 1; }
	kept_nothing || { echo "$1 $2: a backup is left"; return 1; }
	[ $killed_code -lt 128 ] || swept_points=$((swept_points + 1))
}

# swept EVERY LINE...: regenerate is killed at every so many of these points, with a generator that does this.
swept()
{
	swept_every=$1
	swept_result=0
	swept_points=0
	shift
	debian "$@"
	points >"$TMP/points"
	awk -v every="$swept_every" 'NR % every == 0' "$TMP/points" >"$TMP/swept"
	while read -r swept_call swept_n <&3; do
		debian "$@"
		killed_at "$swept_call" "$swept_n" || swept_result=1
	done 3<"$TMP/swept"
	echo $swept_points >>"$TMP/killed"
	[ $swept_points -ge $((60 / swept_every)) ] || { echo "killed $swept_points times only"; return 1; }
	return $swept_result
}

# --- power-loss

# synced: the image, and the directory that holds it, reach the disk before its backup goes.
synced()
{
	good
	strace -f -y -o "$TMP/trace" -e trace=fsync,fdatasync,syncfs,sync,unlink,unlinkat,renameat,renameat2 \
		"$EARLYBIND" regenerate --root "$T" >/dev/null 2>&1
	awk -v image="/boot/initrd.img-$RELEASE>" '
		/(fsync|fdatasync)\(/ && index($0, image) { file = 1 }
		/syncfs\(|[ \t]sync\(/ { file = directory = 1 }
		/fsync\(/ && /\/boot>/ { directory = 1 }
		/unlink(at)?\(/ && /%initrd.img-/ && !/\.new/ { gone++; if (file && directory) safe++ }
		END { exit !(gone && gone == safe) }' "$TMP/trace" || { cat "$TMP/trace"; return 1; }
}

# disk_on: /boot, and the backups with it, on a disk of its own, all of it written to the file that stands for that.
disk_on()
{
	truncate -s 0 "$TMP/disk"
	truncate -s 16M "$TMP/disk"
	mke2fs -q -t ext4 "$TMP/disk" || return 1
	# As ext4 is meant to be, and not kind to who forgets to sync.
	mount -o loop,noauto_da_alloc "$TMP/disk" "$T/boot" || return 1
	mkdir -p "$T/boot/state" "$T/var/lib"
	ln -s ../../boot/state "$T/var/lib/earlybind"
	cp "$TMP/old-image" "$image"
	sync -f "$T/boot"
}

# on_disk PATH: after the power has failed, the file that has this path on the disk is whole.
on_disk()
{
	rm -f "$TMP/found"
	debugfs -R "dump $1 $TMP/found" "$TMP/cut" >/dev/null 2>&1
	[ -s "$TMP/found" ] && whole "$TMP/found"
}

# survives: the power fails now, and what was not written to the disk is lost: one of image and backup is whole.
survives()
{
	cp "$TMP/disk" "$TMP/cut"
	e2fsck -fy "$TMP/cut" >/dev/null 2>&1
	on_disk "/${image##*/}" || on_disk "/state/images/boot%${image##*/}"
}

# cut_at CALL N: the power fails at the Nth such call, or after all of the run; or then, when the journal has been written,
# for another file's sake, which may be before the data.
cut_at()
{
	disk_on || return 1
	if [ "$1" = end ]; then
		"$EARLYBIND" regenerate --root "$T" "$RELEASE" >/dev/null 2>&1
	else
		strace -o /dev/null -e "trace=$1" -e "inject=$1:signal=KILL:when=$2" \
			"$EARLYBIND" regenerate --root "$T" "$RELEASE" >/dev/null 2>&1
	fi
	cut_lost=0
	survives || { echo "$1 $2: lost"; cut_lost=1; }
	: >"$T/boot/other"
	sync "$T/boot/other"
	survives || { echo "$1 $2: lost, when the journal was written"; cut_lost=1; }
	umount "$T/boot" || { sleep 1 && umount "$T/boot"; } || return 1
	return $cut_lost
}

# disk_cut EVERY LINE...: at every so many of the points of a run with a generator that does this, and at the end.
disk_cut()
{
	cut_every=$1
	cut_result=0
	shift
	debian "$@"
	points | awk -v every="$cut_every" 'NR % every == 0; END { print "end", 0 }' >"$TMP/cuts"
	[ "$(wc -l <"$TMP/cuts")" -gt $((60 / cut_every)) ] || { cat "$TMP/cuts"; return 1; }
	while read -r cut_call cut_n <&3; do
		debian "$@"
		cut_at "$cut_call" "$cut_n" || cut_result=1
	done 3<"$TMP/cuts"
	return $cut_result
}

cuts()
{
	debian
	if ! disk_on >"$TMP/mount" 2>&1; then
		skip "power-loss: the disk is cut" "a file cannot be mounted here: $(cat "$TMP/mount")"
		return
	fi
	umount "$T/boot"
	outcome power-loss 'the disk is cut, and the generator succeeds' disk_cut "$every" "cp /new/image /boot/initrd.img-$RELEASE"
	outcome power-loss 'the disk is cut, and the generator fails' disk_cut "$every" "rm /boot/initrd.img-$RELEASE" 'exit 1'
}

# --- image-quadratic

# xz_footers: a megabyte of xz of which every twelve bytes might be the end: half a file back is what their index says.
xz_footers()
{
	xz_six='\377\377\001\000\000\004'
	# shellcheck disable=SC2046,SC2059 # bytes
	set -- $(printf "$xz_six" | gzip -c | tail -c 8 | od -An -v -to1 -N4)
	# shellcheck disable=SC2059 # bytes
	printf "\\$1\\$2\\$3\\$4${xz_six}YZ" >"$TMP/footers"
	while [ "$(wc -c <"$TMP/footers")" -lt 524288 ]; do
		cat "$TMP/footers" "$TMP/footers" >"$TMP/more"
		mv "$TMP/more" "$TMP/footers"
	done
	printf '\3757zXZ\000\000\004\346\326\264F'
	head -c 524276 /dev/zero
	head -c 524280 "$TMP/footers"
}

# quick: the image that /boot has is judged within three seconds of the processor.
quick()
{
	# shellcheck disable=SC3045 # dash has it
	(ulimit -t 3 && exec "$EARLYBIND" regenerate --check --root "$T" >"$TMP/out" 2>&1)
	quick_code=$?
	[ $quick_code -le 1 ] || { echo "exit code $quick_code"; return 1; }
}

hostile()
{
	good
	"$1" >"$image"
	quick
}

# --- root-absolute-image

# inside LINK: the image is a link, as DIR has it; it is renewed, and called stale before, in DIR and nowhere else.
inside()
{
	debian 'cp /new/image /efi/x/initrd'
	mkdir -p "$T/efi/x"
	mv "$image" "$T/efi/x/initrd"
	ln -s "$1" "$image"
	regenerate --check
	code 1 || return 1
	regenerate
	code 0 && cmp "$T/new/image" "$T/efi/x/initrd" && [ -L "$image" ]
}

# --- pop-esp-copy, gentoo-unversioned, opensuse-sdbootutil, bootc-alone, omarchy-hooks

stale_image()
{
	mkdir -p "$TMP/old"
	echo old >"$TMP/old/init"
	initrd_pack "$TMP/old" 'gzip -n'
}

# entry DIR FILE LINE: the loader's entry in the ESP at DIR names this copy, which is stale.
entry()
{
	good
	cp "$T/new/image" "$image"
	mkdir -p "$T/$1/loader/entries" "$T/$1/${2%/*}"
	stale_image >"$T/$1/$2"
	bzimage "$RELEASE" >"$T/$1/${2%/*}/vmlinuz.efi"
	printf '%s\n' 'title An entry' "version $RELEASE" "linux /${2%/*}/vmlinuz.efi" "initrd /$2" \
		>"$T/$1/loader/entries/current.conf"
	regenerate --check --json
	code 1 && json_names "/$1/$2"
}

# entry_is_current: the same where that copy was renewed.
entry_is_current()
{
	entry "$@"
	cp "$T/new/image" "$T/$1/$2"
	regenerate --check --json
	code 0
}

unversioned()
{
	good
	content dracut
	initrd_pack "$I" 'gzip -n' >"$T/new/image"
	rm -r "$T/usr/share/initramfs-tools" "$T/etc/kernel" "$image"
	stale_image >"$T/boot/initramfs.img"
	cp "$T/new/image" "$T/boot/initramfs-$RELEASE.img"
	bzimage "$RELEASE" >"$T/boot/vmlinuz.efi"
	regenerate --check --json
	json_names /boot/initramfs.img
}

by_hash()
{
	good
	rm -r "$T/usr/share/initramfs-tools" "$T/etc/kernel" "$image"
	hashed=boot/efi/opensuse/$RELEASE/initrd-0123456789abcdef0123456789abcdef01234567
	mkdir -p "$T/${hashed%/*}" "$T/etc/kernel"
	echo opensuse >"$T/etc/kernel/entry-token"
	stale_image >"$T/$hashed"
	installed usr/lib/dracut/dracut-functions.sh usr/bin/sdbootutil
	stand_in dracut 'exit 0'
	regenerate
	code 1 && ! grep '^dracut' "$T/calls"
}

bootc_host()
{
	good
	rm -r "$T/usr/share/initramfs-tools" "$T/etc/kernel" "$image"
	mkdir -p "$T/usr/lib/modules"
	mv "$T/lib/modules/$RELEASE" "$T/usr/lib/modules/"
	rmdir "$T/lib/modules"
	ln -s ../usr/lib/modules "$T/lib/modules"
	stale_image >"$T/usr/lib/modules/$RELEASE/initramfs.img"
	installed run/ostree-booted
	stand_in bootc 'exit 0'
	regenerate
	code 1 && ! cat "$TMP/out" "$TMP/err" | grep rpm-ostree
}

# hooks_last: HOOKS of mkinitcpio has earlybind after all drop-ins of a system that assigns it anew.
hooks_last()
{
	mkdir -p "$TMP/drop-ins"
	cp mkinitcpio/*.conf "$TMP/drop-ins/"
	echo 'HOOKS=(base udev plymouth keyboard autodetect block encrypt filesystems)' >"$TMP/drop-ins/${1}_hooks.conf"
	bash -c 'HOOKS=(base udev block); for f in "$1"/*; do . "$f"; done; [[ " ${HOOKS[*]} " == *" base earlybind udev "* ]]' \
		hooks "$TMP/drop-ins"
	hooks_code=$?
	rm -r "$TMP/drop-ins"
	return $hooks_code
}

# hooks_named: mkinitcpio's image has no plan, since a drop-in that comes after ours assigns HOOKS anew: it is named.
hooks_named()
{
	good
	rm -r "$T/usr/share/initramfs-tools" "$T/etc/kernel" "$image"
	mkdir -p "$T/etc/mkinitcpio.conf.d" "$T/etc/mkinitcpio.d" "$T/usr/lib/initcpio"
	cp mkinitcpio/zz-earlybind.conf "$T/etc/mkinitcpio.conf.d"
	echo 'HOOKS=(base udev block)' | tee "$T/etc/mkinitcpio.conf" >"$T/etc/mkinitcpio.conf.d/zz-more.conf"
	echo linux >"$T/lib/modules/$RELEASE/pkgbase"
	: >"$T/usr/lib/initcpio/functions"
	bzimage "$RELEASE" >"$T/boot/vmlinuz-linux"
	printf '%s\n' 'ALL_kver="/boot/vmlinuz-linux"' "PRESETS=('default')" 'default_image="/boot/initramfs-linux.img"' \
		>"$T/etc/mkinitcpio.d/linux.preset"
	mkdir -p "$TMP/by-mkinitcpio"
	echo 'EARLYHOOKS="udev"' >"$TMP/by-mkinitcpio/config"
	: >"$TMP/by-mkinitcpio/init"
	initrd_pack "$TMP/by-mkinitcpio" 'gzip -n' | tee "$T/new/without" >"$T/boot/initramfs-linux.img"
	stand_in mkinitcpio 'cp /new/without /boot/initramfs-linux.img'
	regenerate
	code 1 && has "$TMP/err" /etc/mkinitcpio.conf.d/zz-more.conf:1
}

# uki_by_machine_id: a UKI of another naming is looked into.
uki_by_machine_id()
{
	good
	rm -r "$T/usr/share/initramfs-tools" "$T/etc/kernel" "$image"
	mkdir -p "$T/boot/EFI/Linux" "$T/usr/lib/initcpio"
	: >"$T/usr/lib/initcpio/functions"
	stale_image >"$TMP/stale"
	initrd_uki "$TMP/stale" .initrd >"$T/boot/EFI/Linux/0123456789abcdef0123456789abcdef_linux.efi"
	stand_in mkinitcpio 'exit 0'
	regenerate --check --json
	json_names 0123456789abcdef0123456789abcdef_linux.efi
}

images()
{
	debian # in this shell: each test begins with the tree of the one before
	for name in dracut mkinitcpio sdbootutil bootc; do stands_in $name; done
	# shellcheck disable=SC2016 # for the script
	{
		outcome killed-then-again 'the orphan copies and removes' killed_and_new : 'cp /new/garbage "$2"; rm -f "$2"'
		outcome killed-then-again 'the orphan writes a half' killed_and_new : 'head -c 100 /new/image >"$2"; exit 1'
		outcome killed-then-again 'the orphan lives on' killed_and_new 'trap "" TERM' 'cp /new/garbage "$2"; rm -f "$2"'
		outcome killed-then-again 'what the orphan began lives on' killed_and_new '(' 'cp /new/garbage "$2"; rm -f "$2"' \
			') & wait $!'
	}
	outcome leftover-blocks 'a release of which this one is the start' \
		blocks_nothing "boot%0123456789abcdef0123456789abcdef%${RELEASE}0%initrd"
	outcome leftover-blocks 'beside the image itself' comes_not_back "initrd.img-${RELEASE}0"
	ok 'leftover-blocks: of another release altogether' blocks_nothing "boot%0123456789abcdef0123456789abcdef%1.2.3%initrd"
	every=$([ -n "${EARLYBIND_ALL:-}" ] && echo 1 || echo 24)
	ok "kill-sweep: where the generator succeeds" swept "$every" "cp /new/image /boot/initrd.img-$RELEASE"
	ok "kill-sweep: where it writes a half and fails" swept "$every" "head -c 50 /new/image >/boot/initrd.img-$RELEASE" 'exit 1'
	ok "kill-sweep: where it removes the image and fails" swept "$every" "rm /boot/initrd.img-$RELEASE" 'exit 1'
	ok "kill-sweep: at 150 points, or a part of them" [ "$(awk '{ n += $1 } END { print n }' "$TMP/killed")" -ge $((150 / every)) ]
	outcome leftover-blocks 'of the kernel that is here, whose ESP is not mounted' \
		blocks_nothing "efi%0123456789abcdef0123456789abcdef%$RELEASE%initrd"
	outcome power-loss 'image and directory are synced before the backup goes' synced
	cuts
	outcome image-quadratic 'xz with a thousand ends' hostile xz_footers
	outcome root-absolute-image 'an absolute link' inside /efi/x/initrd
	ok 'root-absolute-image: a relative link' inside ../efi/x/initrd
	outcome pop-esp-copy 'a copy in the ESP' entry boot/efi EFI/Pop_OS-11111111/initrd.img
	outcome pop-esp-copy 'in the ESP at /efi' entry efi linux/initrd
	ok 'pop-esp-copy: the copy was renewed' entry_is_current boot/efi EFI/Pop_OS-11111111/initrd.img
	outcome gentoo-unversioned 'its path is in the JSON' unversioned
	outcome opensuse-sdbootutil 'dracut is not run on it' by_hash
	outcome bootc-alone 'rpm-ostree is not named' bootc_host
	ok 'omarchy-hooks: HOOKS assigned by omarchy_hooks.conf' hooks_last omarchy
	ok 'omarchy-hooks: a drop-in that comes after ours is named' hooks_named
	ok 'omarchy-hooks: HOOKS assigned by an earlier name' hooks_last another
	outcome omarchy-hooks 'a UKI named by machine-id' uki_by_machine_id
}

with_stand_ins images
tap_end
