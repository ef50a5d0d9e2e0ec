#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# boot-entries.t: what boots is what is verified: on machines with the boot directories of many distributions, which boot
# entries are this installation's, whether their initrds are current, and with which exit code that ends.
# shellcheck source=/dev/null
. tests/functional/host.sh
need jq:jq objcopy:binutils setpriv:util-linux
K=6.1.0-builtin
ROOT_UUID=aaaaaaaa-0000-4000-8000-000000000001
OTHER_UUID=bbbbbbbb-0000-4000-8000-000000000002
BOOT_UUID=cccccccc-0000-4000-8000-000000000003
ESP_UUID=E5E5-0001
BPOOL_UUID=1234567890123456789
ID=0123456789abcdef0123456789abcdef
HASH=0123456789abcdef0123456789abcdef01234567

# pristine: a machine with a root on ext4, an ESP, and another installation's disk, where a card is accepted; and images.
pristine()
{
	new two-gpus 'bind 06:00'
	change 'include two-gpus' 'block nvme0n1 0000:04:00.0/nvme/nvme0 259:0' \
		"block nvme0n1p1 nvme0n1 259:1 part=1 type=vfat uuid=$ESP_UUID partuuid=11111111-0000-4000-8000-00000000000e" \
		"block nvme0n1p2 nvme0n1 259:2 part=2 type=ext4 uuid=$ROOT_UUID" \
		"block nvme0n1p3 nvme0n1 259:3 part=3 type=ext4 uuid=$OTHER_UUID" \
		"block nvme0n1p4 nvme0n1 259:4 part=4 type=ext4 uuid=$BOOT_UUID" \
		"block nvme0n1p5 nvme0n1 259:5 part=5 type=zfs_member uuid=$BPOOL_UUID label=bpool" \
		'cmdline ro quiet' \
		'line proc/self/mountinfo 22 1 259:2 / / rw - ext4 /dev/nvme0n1p2 rw'
	echo "UUID=$ROOT_UUID / ext4 defaults 0 1" >"$R/etc/fstab"
	echo $ID >"$R/etc/machine-id"
	rm -r "$R/lib/modules/6.1.0-modular"
	did accept --yes || return 1
	image
	initrd_place initramfs-tools "$TMP/image"
	initrd_pack "$TMP/image" 'gzip -n' >"$TMP/current"
	mkdir -p "$TMP/old"
	echo old >"$TMP/old/init"
	initrd_pack "$TMP/old" 'gzip -n' >"$TMP/stale"
	mv "$R" "$TMP/pristine"
}

# machine_of NAME: a fresh copy of it, to which the function of the name adds what its distribution has.
machine_of()
{
	rm -rf "$R"
	cp -a "$TMP/pristine" "$R"
	"$1"
}

# mounted DIRECTORY DEVICE [ROOT]: what mountinfo has, and fstab.
mounted()
{
	mkdir -p "$R$1"
	echo "30 22 259:${2#nvme0n1p} ${3:-/} $1 rw - ext4 /dev/$2 rw" >>"$R/proc/self/mountinfo"
}

# put FILE...: TMP/is, which the test says, goes there.
put()
{
	for put_file; do
		mkdir -p "$R/${put_file%/*}"
		cp "$TMP/is" "$R/$put_file"
	done
}

# a_kernel FILE [RELEASE]
a_kernel()
{
	mkdir -p "$R/${1%/*}"
	bzimage "${2:-$K}" >"$R/$1"
}

# text FILE LINE...
text()
{
	text_file=$R/$1
	mkdir -p "${text_file%/*}"
	shift
	printf '%s\n' "$@" >"$text_file"
}

# uki FILE: a UKI with TMP/is.
uki()
{
	mkdir -p "$R/${1%/*}"
	initrd_uki "$TMP/is" .initrd >"$R/$1"
}

# grub_entry TITLE UUID KERNEL INITRD WORD...: an entry as grub-mkconfig writes it.
grub_entry()
{
	printf "menuentry '%s' --class os --id 'id-%s' {\n" "$1" "$1"
	printf '\tsearch --no-floppy --fs-uuid --set=root %s\n' "$2"
	printf '\tlinux %s %s\n' "$3" "$5"
	[ -z "$4" ] || printf '\tinitrd %s\n' "$4"
	echo '}'
}

# --- the machines

debian_grub()
{
	mounted /boot/efi nvme0n1p1
	a_kernel boot/vmlinuz-$K
	put boot/initrd.img-$K
	mkdir -p "$R/boot/grub"
	{
		grub_entry Debian $ROOT_UUID /boot/vmlinuz-$K /boot/initrd.img-$K "root=UUID=$ROOT_UUID ro quiet"
		grub_entry 'Debian (recovery mode)' $ROOT_UUID /boot/vmlinuz-$K /boot/initrd.img-$K "root=UUID=$ROOT_UUID ro single"
		grub_entry 'Debian on sda3' $OTHER_UUID /boot/vmlinuz-$K /boot/initrd.img-$K "root=UUID=$OTHER_UUID ro"
		grub_entry 'Memory test' $ROOT_UUID /boot/memtest86+x64.bin '' ''
		printf "menuentry 'Windows' {\n\tsearch --no-floppy --fs-uuid --set=root %s\n" $ESP_UUID
		printf '\tchainloader /EFI/Microsoft/Boot/bootmgfw.efi\n}\n'
	} >"$R/boot/grub/grub.cfg"
}

# Debian with systemd-boot: the ESP has a copy of what stands in /boot, which is current.
debian_systemd_boot()
{
	mounted /boot/efi nvme0n1p1
	a_kernel boot/efi/$ID/$K/linux
	put boot/efi/$ID/$K/initrd.img-$K
	cp "$TMP/current" "$R/boot/initrd.img-$K"
	text boot/efi/loader/entries/$ID-$K.conf 'title Debian' "version $K" "machine-id $ID" \
		"options root=UUID=$ROOT_UUID ro" "linux /$ID/$K/linux" "initrd /$ID/$K/initrd.img-$K"
}

# The same, with a copy that somebody made by hand; what Debian has beside it renews that of its own layout only.
debian_by_hand()
{
	debian_systemd_boot
	for by_hand_program in kernel-install installkernel; do
		text usr/bin/$by_hand_program '#!/bin/sh'
		chmod 755 "$R/usr/bin/$by_hand_program"
	done
	put boot/efi/EFI/debian/initrd.img
	a_kernel boot/efi/EFI/debian/vmlinuz
	text boot/efi/loader/entries/debian.conf 'title Debian, by hand' 'linux /EFI/debian/vmlinuz' \
		'initrd /EFI/debian/initrd.img' "options root=UUID=$ROOT_UUID ro"
}

fedora()
{
	mounted /boot nvme0n1p4
	a_kernel boot/vmlinuz-$K
	put boot/initramfs-$K.img
	a_kernel boot/vmlinuz-0-rescue-$ID
	cp "$TMP/stale" "$R/boot/initramfs-0-rescue-$ID.img"
	text boot/loader/entries/$ID-$K.conf 'title Fedora' "version $K" "linux /vmlinuz-$K" "initrd /initramfs-$K.img" \
		"options root=UUID=$ROOT_UUID ro"
	text boot/loader/entries/$ID-0-rescue.conf 'title Fedora (0-rescue)' "version 0-rescue-$ID" \
		"linux /vmlinuz-0-rescue-$ID" "initrd /initramfs-0-rescue-$ID.img" "options root=UUID=$ROOT_UUID ro"
}

# Arch: the ESP is /boot; names without a release, by a preset; microcode in front.
arch()
{
	mounted /boot nvme0n1p1
	echo linux >"$R/lib/modules/$K/pkgbase"
	text etc/mkinitcpio.d/linux.preset 'ALL_kver="/boot/vmlinuz-linux"' "PRESETS=('default')" \
		'default_image="/boot/initramfs-linux.img"'
	a_kernel boot/vmlinuz-linux
	initrd_microcode >"$R/boot/amd-ucode.img"
	put boot/initramfs-linux.img
	text boot/loader/entries/arch.conf 'title Arch Linux' 'linux /vmlinuz-linux' 'initrd /amd-ucode.img' \
		'initrd /initramfs-linux.img' "options root=UUID=$ROOT_UUID rw"
}

# Arch with UKIs, whose names have no release.
arch_uki()
{
	mounted /efi nvme0n1p1
	echo linux >"$R/lib/modules/$K/pkgbase"
	uki efi/EFI/Linux/arch-linux.efi
}

# The firmware finds a UKI by itself; the other program there is no entry.
fallback_uki()
{
	mounted /efi nvme0n1p1
	mkdir -p "$R/efi/EFI/BOOT"
	echo $K >"$TMP/uname"
	initrd_uki >"$R/efi/EFI/BOOT/BOOTIA32.EFI"
	initrd_uki "$TMP/uname" .uname "$TMP/is" .initrd >"$R/efi/EFI/BOOT/BOOTX64.EFI"
}

limine()
{
	mounted /boot nvme0n1p1
	a_kernel boot/$ID/linux/vmlinuz
	put boot/$ID/linux/initramfs
	text boot/limine.conf '/+CachyOS' '//linux' 'protocol: linux' "path: boot():/$ID/linux/vmlinuz" \
		"cmdline: root=UUID=$ROOT_UUID rw" "module_path: boot():/$ID/linux/initramfs"
}

# openSUSE: the root is a snapshot of a btrfs; older ones are in the menu.
opensuse_snapshots()
{
	snapshot=@/.snapshots/7/snapshot
	sed -i 's,/ / rw - ext4,/@/.snapshots/7/snapshot / rw - btrfs,' "$R/proc/self/mountinfo"
	mounted /.snapshots nvme0n1p2 /@/.snapshots
	a_kernel boot/vmlinuz-$K
	put boot/initrd-$K
	a_kernel .snapshots/3/snapshot/boot/vmlinuz-$K
	mkdir -p "$R/boot/grub2"
	cp "$TMP/stale" "$R/.snapshots/3/snapshot/boot/initrd-$K"
	{
		grub_entry openSUSE $ROOT_UUID /boot/vmlinuz-$K /boot/initrd-$K "root=UUID=$ROOT_UUID rootflags=subvol=$snapshot"
		grub_entry 'openSUSE, before zypper' $ROOT_UUID /@/.snapshots/3/snapshot/boot/vmlinuz-$K \
			/@/.snapshots/3/snapshot/boot/initrd-$K "root=UUID=$ROOT_UUID rootflags=subvol=@/.snapshots/3/snapshot"
	} >"$R/boot/grub2/grub.cfg"
}

# Ubuntu with root and /boot on ZFS: GRUB names datasets without their pool, and snapshots of them.
ubuntu_zfs()
{
	sed -i 's,.* / / rw - ext4 .*,22 1 0:25 / / rw - zfs rpool/ROOT/ubuntu_1a2b3c rw,' "$R/proc/self/mountinfo"
	: >"$R/etc/fstab"
	echo '30 22 0:26 / /boot rw - zfs bpool/BOOT/ubuntu_1a2b3c rw' >>"$R/proc/self/mountinfo"
	a_kernel boot/vmlinuz-$K
	put boot/initrd.img-$K
	mkdir -p "$R/boot/grub"
	zfs_root='root=ZFS="rpool/ROOT/ubuntu_1a2b3c" ro'
	{
		grub_entry Ubuntu $BPOOL_UUID /BOOT/ubuntu_1a2b3c@/vmlinuz-$K /BOOT/ubuntu_1a2b3c@/initrd.img-$K "$zfs_root"
		grub_entry 'Ubuntu, as it was' $BPOOL_UUID /BOOT/ubuntu_1a2b3c@autozsys_x/vmlinuz-$K \
			/BOOT/ubuntu_1a2b3c@autozsys_x/initrd.img-$K 'root=ZFS="rpool/ROOT/ubuntu_1a2b3c@autozsys_x" ro'
		grub_entry 'Ubuntu, another' $BPOOL_UUID /BOOT/ubuntu_4d5e6f@/vmlinuz-$K /BOOT/ubuntu_4d5e6f@/initrd.img-$K \
			'root=ZFS="rpool/ROOT/ubuntu_4d5e6f" ro'
	} >"$R/boot/grub/grub.cfg"
	echo "BOOT_IMAGE=/BOOT/ubuntu_1a2b3c@/vmlinuz-$K root=ZFS=rpool/ROOT/ubuntu_1a2b3c ro" >"$R/proc/cmdline"
}

# The pool was copied: datasets of the same names are mounted elsewhere, with an older image.
ubuntu_zfs_copied()
{
	ubuntu_zfs
	mkdir -p "$R/mnt/backup"
	echo '40 22 0:40 / /mnt/backup rw - zfs backup/BOOT/ubuntu_1a2b3c rw' >>"$R/proc/self/mountinfo"
	cp "$TMP/stale" "$R/mnt/backup/initrd.img-$K"
	a_kernel mnt/backup/vmlinuz-$K
}

# /boot is the pool's own dataset.
ubuntu_zfs_pool()
{
	ubuntu_zfs
	sed -i 's,bpool/BOOT/ubuntu_1a2b3c,bpool,' "$R/proc/self/mountinfo"
	sed -i 's,/BOOT/ubuntu_1a2b3c@,/@,g' "$R/boot/grub/grub.cfg"
	echo "BOOT_IMAGE=/@/vmlinuz-$K root=ZFS=rpool/ROOT/ubuntu_1a2b3c ro" >"$R/proc/cmdline"
}

# Debian on ext4, with a directory whose name has an '@', beside a pool.
debian_at()
{
	debian_grub
	echo '50 22 0:50 / /tank rw - zfs tank/data rw' >>"$R/proc/self/mountinfo"
	a_kernel boot/a@b/vmlinuz-$K
	put boot/a@b/initrd.img-$K
	cp "$TMP/current" "$R/boot/initrd.img-$K"
	sed -i 's,/boot/\(vmlinuz\|initrd\),/boot/a@b/\1,' "$R/boot/grub/grub.cfg"
}

opensuse_sdbootutil()
{
	mounted /boot/efi nvme0n1p1
	text etc/kernel/entry-token opensuse-tumbleweed
	a_kernel boot/efi/opensuse-tumbleweed/$K/linux-$HASH
	put boot/efi/opensuse-tumbleweed/$K/initrd-$HASH
	text boot/efi/loader/entries/opensuse-tumbleweed-$K-1.conf 'title openSUSE Tumbleweed' "version 1@$K" \
		"linux /opensuse-tumbleweed/$K/linux-$HASH" "initrd /opensuse-tumbleweed/$K/initrd-$HASH" \
		"options root=UUID=$ROOT_UUID"
}

pop_os()
{
	mounted /boot/efi nvme0n1p1
	pop=EFI/Pop_OS-$ROOT_UUID
	mkdir -p "$R/boot"
	cp "$TMP/current" "$R/boot/initrd.img-$K"
	a_kernel "boot/efi/$pop/vmlinuz.efi"
	put "boot/efi/$pop/initrd.img"
	text boot/efi/loader/entries/Pop_OS-current.conf 'title Pop!_OS' "linux /$pop/vmlinuz.efi" "initrd /$pop/initrd.img" \
		"options root=UUID=$ROOT_UUID ro"
	mkdir -p "$R/boot/efi/EFI/Recovery-0001"
	cp "$TMP/stale" "$R/boot/efi/EFI/Recovery-0001/initrd.gz"
	a_kernel boot/efi/EFI/Recovery-0001/vmlinuz.efi
	text boot/efi/loader/entries/Recovery-0001.conf 'title Pop!_OS Recovery' 'linux /EFI/Recovery-0001/vmlinuz.efi' \
		'initrd /EFI/Recovery-0001/initrd.gz' 'options boot=casper'
}

gentoo()
{
	a_kernel boot/vmlinuz.efi
	put boot/initramfs.img
	a_kernel boot/vmlinuz-$K.efi
	cp "$TMP/current" "$R/boot/initramfs-$K.img"
}

# Two installations with the same kernel on one ESP, at /boot; the other's is stale.
dual_boot()
{
	mounted /boot nvme0n1p1
	for dual_id in $ID ffffffffffffffffffffffffffffffff; do
		dual_uuid=$ROOT_UUID
		[ "$dual_id" = $ID ] || dual_uuid=$OTHER_UUID
		a_kernel "boot/$dual_id/$K/linux"
		mkdir -p "$R/boot/$dual_id/$K"
		cp "$TMP/stale" "$R/boot/$dual_id/$K/initrd"
		text "boot/loader/entries/$dual_id-$K.conf" 'title Linux' "version $K" "machine-id $dual_id" \
			"options root=UUID=$dual_uuid" "linux /$dual_id/$K/linux" "initrd /$dual_id/$K/initrd"
	done
	text etc/kernel/entry-token $ID
	put boot/$ID/$K/initrd
}

netboot()
{
	put boot/initrd.img-$K
	echo "BOOT_IMAGE=debian/vmlinuz-$K initrd=debian/initrd.img-$K BOOTIF=01-52-54-00-aa-bb-cc ip=dhcp" >"$R/proc/cmdline"
}

# /boot is in fstab, and not mounted: what stands in its directory is none of what boots.
unmounted()
{
	echo "UUID=$BOOT_UUID /boot ext4 noauto 0 2" >>"$R/etc/fstab"
}

# A boot loader that nobody knows, which tells which kernel it started.
unknown_loader()
{
	a_kernel boot/vmlinuz-$K
	put boot/initrd.img-$K
	echo "BOOT_IMAGE=/boot/vmlinuz-$K ro" >"$R/proc/cmdline"
}

# Entries of this installation, of which none is what this boot came from.
from_another_entry()
{
	debian_grub
	echo "BOOT_IMAGE=/boot/vmlinuz-9.9.9 root=UUID=$ROOT_UUID ro" >"$R/proc/cmdline"
}

from_a_like_kernel()
{
	debian_grub
	echo "BOOT_IMAGE=/boot/vmlinuz-6.1.0-build-7 root=UUID=$ROOT_UUID ro" >"$R/proc/cmdline"
}

from_this_entry()
{
	debian_grub
	echo "BOOT_IMAGE=/boot/vmlinuz-$K root=UUID=$ROOT_UUID ro" >"$R/proc/cmdline"
}

# Debian, where GRUB starts memdisk, too: its disk is no initrd of this installation, though only one kernel is installed.
debian_memdisk()
{
	debian_grub
	echo memdisk >"$R/boot/memdisk"
	echo disk >"$R/boot/freedos.img"
	grub_entry FreeDOS $ROOT_UUID /boot/memdisk /boot/freedos.img '' >>"$R/boot/grub/grub.cfg"
}

# Debian, where a kernel was removed, and its entry is still in the menu.
debian_removed()
{
	debian_grub
	grub_entry 'Debian, with a kernel that is gone' $ROOT_UUID /boot/vmlinuz-5.9.0 /boot/initrd.img-5.9.0 \
		"root=UUID=$ROOT_UUID ro" >>"$R/boot/grub/grub.cfg"
}

# selected ID [MACHINE]: what systemd-boot says that it started.
selected()
{
	"${2:-debian_systemd_boot}"
	mkdir -p "$R/sys/firmware/efi/efivars"
	{
		printf '\006\000\000\000'
		printf '%s' "$1" | sed 's/./&\n/g' | while read -r selected_letter; do printf '%s\000' "$selected_letter"; done
		printf '\000\000'
	} >"$R/sys/firmware/efi/efivars/LoaderEntrySelected-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
}

selected_this()
{
	selected $ID-$K.conf
}

selected_another()
{
	selected auto-windows
}

# rEFInd finds the initrd of a kernel at boot, and says so on the command line.
refind()
{
	mounted /boot/efi nvme0n1p1
	a_kernel boot/vmlinuz-$K
	put boot/initrd.img-$K
	text boot/efi/EFI/refind/refind.conf 'timeout 20'
	text boot/refind_linux.conf "\"Boot with standard options\" \"root=UUID=$ROOT_UUID ro quiet\"" \
		"\"Boot to single-user mode\" \"root=UUID=$ROOT_UUID ro single initrd=boot\\initrd.img-%v\""
	echo "ro root=UUID=$ROOT_UUID quiet initrd=boot\\${1:-initrd.img-$K}" >"$R/proc/cmdline"
}

refind_elsewhere()
{
	refind initrd.img-9.9.9
}

refind_of_another_name()
{
	refind mine.img
	cp "$TMP/stale" "$R/boot/mine.img"
}

# systemd-boot started GRUB: found by itself, or by an entry.
selected_grub()
{
	selected auto-efi-default debian_grub
	echo "BOOT_IMAGE=/boot/vmlinuz-$K root=UUID=$ROOT_UUID ro" >"$R/proc/cmdline"
}

selected_grub_entry()
{
	selected grub.conf debian_grub
	text boot/efi/loader/entries/grub.conf 'title GRUB' 'efi /EFI/debian/grubx64.efi'
	echo "BOOT_IMAGE=/boot/vmlinuz-$K root=UUID=$ROOT_UUID ro" >"$R/proc/cmdline"
}

# systemd-boot started an entry that is not here, with the words of one that is.
selected_elsewhere()
{
	selected_grub_entry
	rm "$R/boot/efi/loader/entries/grub.conf"
}

selected_profile()
{
	selected arch-linux.efi@1 arch_uki
}

# profiles FILE...: a UKI with an .initrd section for each, as of two profiles.
profiles()
{
	profiles_uki=$R/efi/EFI/Linux/token-$K.efi
	mkdir -p "${profiles_uki%/*}"
	initrd_uki "$1" .initrd "$2" .initrx >"$profiles_uki"
}

two_current_profiles()
{
	profiles "$TMP/current" "$TMP/current"
}

second_profile_stale()
{
	profiles "$TMP/current" "$TMP/stale"
}

# An image of a program that nobody knows, and an add-on initrd that the entry loads behind it.
addon_behind()
{
	mounted /boot nvme0n1p1
	rm -rf "$TMP/vendor"
	mkdir -p "$TMP/vendor/usr/lib/systemd/system"
	: >"$TMP/vendor/init"
	: >"$TMP/vendor/usr/lib/systemd/systemd"
	initrd_pack "$TMP/vendor" cat >"$R/boot/vendor.img"
	a_kernel boot/vendor-kernel
	mkdir -p "$R/usr/lib/systemd/system"
	cp systemd/earlybind.service "$R/usr/lib/systemd/system/"
	run image --kernel $K --cpio "$R/boot/earlybind.cpio"
	cp "$TMP/is" "$R/boot/other.cpio"
	text boot/loader/entries/vendor.conf 'title Vendor' 'linux /vendor-kernel' "options root=UUID=$ROOT_UUID" \
		'initrd /vendor.img' "$@"
}

addon_loaded()
{
	addon_behind 'initrd /earlybind.cpio'
}

addon_forgotten()
{
	addon_behind
}

# --- what is said of them

# judged CODE FILTER: `regenerate --check` ends so, and its JSON is so.
judged()
{
	run regenerate --check --json
	code "$1" && judged_json "$2"
}

judged_json()
{
	jq -e "$1" "$TMP/out" >"$TMP/filtered" 2>&1 || { jq -c '.entries, .images, .warnings' "$TMP/out"; cat "$TMP/err"; return 1; }
}

# status_judges CODE FILTER: `status`, on a boot that was as wished.
status_judges()
{
	mkdir -p "$R/run/earlybind"
	printf 'earlybind-report 1\nplan - active -\nsummary 0 0 0 5\n' >"$R/run/earlybind/report"
	run status --json
	code "$1" && judged_json "$2"
}

# ours MACHINE PATH LOADER: current, and then stale, with exit codes 0 and 1; in the JSON by its path and its entry.
ours()
{
	for ours_is in current stale; do
		cp "$TMP/$ours_is" "$TMP/is"
		machine_of "$1"
		ours_code=0
		[ $ours_is = current ] || ours_code=1
		ours_filter=".images | any(.path == \"/$2\" and .state == \"$ours_is\" and .entry.loader == \"$3\")"
		ok "$1: its image is $ours_is" judged $ours_code "$ours_filter"
		ok "$1: status: its image is $ours_is" status_judges $ours_code "$ours_filter"
	done
}

# kinds KIND...: those of all entries, in the order of their titles.
kinds()
{
	kinds_are=$(printf '"%s",' "$@")
	judged_json "[.entries | sort_by(.title)[] | .kind] == [${kinds_are%,}]"
}

# untold MACHINE CODE: nothing tells which image boots.
UNTOLD='.warnings | any(.reason == "boot-entry-unknown")'
untold()
{
	machine_of "$1"
	judged "$2" "$UNTOLD" && status_judges 0 "$UNTOLD"
}

told()
{
	machine_of "$1"
	judged 0 '.warnings == null' && status_judges 0 '.warnings == null'
}

ok 'a card is accepted' pristine
ours debian_grub boot/initrd.img-$K grub
ok 'debian_grub: recovery, another system with our names, memtest and Windows are listed' \
	kinds this-installation rescue other-installation no-initrd no-initrd
ours debian_systemd_boot boot/efi/$ID/$K/initrd.img-$K bls
ours debian_by_hand boot/efi/EFI/debian/initrd.img bls
ok 'debian_by_hand: what does not renew it is not named' \
	judged_json '.images | any(.path == "/boot/efi/EFI/debian/initrd.img" and .renewer == null)'
ours fedora boot/initramfs-$K.img bls
ok 'fedora: the rescue image is stale, and no failure' kinds this-installation rescue
ours arch boot/initramfs-linux.img bls
ours arch_uki efi/EFI/Linux/arch-linux.efi uki
ours fallback_uki efi/EFI/BOOT/BOOTX64.EFI uki
ok 'fallback_uki: a boot loader is no entry' kinds this-installation
ours limine boot/$ID/linux/initramfs limine
ours opensuse_snapshots boot/initrd-$K grub
ok 'opensuse_snapshots: an older snapshot is listed' kinds this-installation snapshot
ours ubuntu_zfs boot/initrd.img-$K grub
ok 'ubuntu_zfs: another dataset and a snapshot are listed' kinds this-installation other-installation snapshot
ok 'ubuntu_zfs: this boot came from one of them' judged_json '.warnings == null'
ours ubuntu_zfs_copied boot/initrd.img-$K grub
ours ubuntu_zfs_pool boot/initrd.img-$K grub
ok 'ubuntu_zfs_pool: another dataset and a snapshot are listed' kinds this-installation other-installation snapshot
ours debian_at boot/a@b/initrd.img-$K grub
ours opensuse_sdbootutil boot/efi/opensuse-tumbleweed/$K/initrd-$HASH bls
ok 'opensuse_sdbootutil: its tool is named, and not regenerate' \
	judged_json '.images[0] | .renewer == "sdbootutil mkinitrd" and all(.findings[]; .next == null)'
ours pop_os "boot/efi/EFI/Pop_OS-$ROOT_UUID/initrd.img" bls
ok 'pop_os: kernelstub renews the copy' judged_json '.images | any(.renewer == "kernelstub")'
ok 'pop_os: the recovery system is listed' kinds this-installation rescue
ours dual_boot boot/$ID/$K/initrd bls
ok 'dual_boot: the other installation is listed' kinds this-installation other-installation

cp "$TMP/current" "$TMP/is"
machine_of debian_removed
ok 'debian_removed: what is gone is no image' judged 0 '.images | length == 1'
machine_of debian_memdisk
ok 'debian_memdisk: what memdisk loads is none of our images' judged 0 '.images | length == 1'

# Without an entry.
machine_of gentoo
ok 'gentoo: both images are current' judged 0 '.images | length == 2'
cp "$TMP/stale" "$TMP/is"
machine_of gentoo
ok 'gentoo: a stale image without a release in its name' judged 1 \
	'.images | any(.path == "/boot/initramfs.img" and .state == "stale" and .renewer == null)'

cp "$TMP/current" "$TMP/is"
ok 'netboot: it cannot be told which image boots' untold netboot 0
ok '/boot in fstab and not mounted' untold unmounted 0
ok 'this boot came from no entry that was read' untold from_another_entry 0
ok 'this boot came from a kernel whose name only begins alike' untold from_a_like_kernel 0
ok 'this boot came from one of them' told from_this_entry
ok 'this boot came from what systemd-boot started' told selected_this
ok 'this boot came from a profile of a UKI, by systemd-boot' told selected_profile
ok 'this boot came from what rEFInd found' told refind
ok 'this boot came from rEFInd, and from what is not here' untold refind_elsewhere 0
ok 'this boot came from rEFInd, and from an image that is not looked at' untold refind_of_another_name 0
ok 'this boot came from GRUB, which systemd-boot found' told selected_grub
ok 'this boot came from GRUB, by an entry of systemd-boot' told selected_grub_entry
ok 'this boot came from an entry of systemd-boot that is not here' untold selected_elsewhere 0
ok 'this boot came from Windows by systemd-boot' untold selected_another 0
ok 'a loader that is not known, and the kernel that it started' told unknown_loader
cp "$TMP/stale" "$TMP/is"
machine_of netboot
ok 'netboot: a stale image is stale all the same' judged 1 "$UNTOLD"

# as_user FILTER: the same as a user who may not read the ESP.
as_user()
{
	chmod 755 "$TMP"
	chmod 700 "$R/boot/efi"
	setpriv --reuid 65534 --regid 65534 --clear-groups "$EARLYBIND" status --root "$R" --json >"$TMP/out" 2>"$TMP/err"
	echo $? >"$TMP/code"
	chmod 755 "$R/boot/efi"
	judged_json "$1"
}

cp "$TMP/current" "$TMP/is"
machine_of debian_systemd_boot
if [ "$(id -u)" -eq 0 ]; then
	ok 'the ESP is not for users: it cannot be told' as_user "$UNTOLD"
else
	skip 'the ESP is not for users' 'who is not root cannot take rights from himself and back'
fi

# --- what is loaded together

machine_of two_current_profiles
ok 'a UKI with two profiles' judged 0 '.images | any(.state == "current")'
machine_of second_profile_stale
ok 'a UKI of which the second profile is stale is stale' judged 1 '.images | any(.state == "stale")'

machine_of addon_loaded
ok 'an add-on initrd that the entry loads counts for the image' \
	judged 0 '.images | any(.path == "/boot/vendor.img" and .state == "current" and .entry.id == "vendor.conf")'
machine_of addon_forgotten
ok 'one that it does not load does not' judged 1 '.images | any(.path == "/boot/vendor.img" and .state == "stale")'
tap_end
