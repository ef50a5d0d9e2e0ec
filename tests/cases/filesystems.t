#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# filesystems.t: each file system that /srv may be, by each name that fstab may give it: the drives that it is on stay, and
# one like them is free.
# shellcheck source=/dev/null
. tests/cases/machine.sh

U=aaaaaaaa-0000-4000-8000-000000000001
P=bbbbbbbb-0000-4000-8000-000000000001
# Three identical drives; the first two have what the file system is on, the third has another.
BOARD="0000:00:02.0 - 8086:3e98 0300 1 - boot_vga=1
0000:00:17.0 - 8086:a352 0106 3 ahci
0000:00:1b.0 - 8086:a340 0604 4 pcieport
0000:00:1c.0 - 8086:a338 0604 5 pcieport
0000:00:1d.0 - 8086:a330 0604 6 pcieport
0000:01:00.0 0000:00:1b.0 144d:a80a:144d:a801 010802 11 nvme
0000:02:00.0 0000:00:1c.0 144d:a80a:144d:a801 010802 12 nvme
0000:03:00.0 0000:00:1d.0 144d:a80a:144d:a801 010802 13 nvme
block sda 0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block 8:0
block sda1 sda 8:1 part=1 type=ext4 uuid=cccccccc-0000-4000-8000-000000000001
block nvme0n1 0000:01:00.0/nvme/nvme0 259:0
block nvme1n1 0000:02:00.0/nvme/nvme1 259:10
block nvme2n1 0000:03:00.0/nvme/nvme2 259:20
line proc/self/mountinfo 22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
line etc/fstab UUID=cccccccc-0000-4000-8000-000000000001 / ext4 defaults 0 1"
FIRST=0000:01:00.0
BOTH='0000:01:00.0 0000:02:00.0'

# one TYPE, two TYPE: the partitions of the three; of those the first has the file system, or the first two.
one()
{
	printf '%s\n' "block nvme0n1p1 nvme0n1 259:1 part=1 type=$1 uuid=$U label=data partuuid=$P partlabel=part link=disk/by-id/nvme-one-part1" \
		"block nvme1n1p1 nvme1n1 259:11 part=1 type=$1 uuid=${U%1}2 label=other partuuid=${P%1}2 partlabel=other" \
		"block nvme2n1p1 nvme2n1 259:21 part=1 type=$1 uuid=${U%1}3 label=another partuuid=${P%1}3 partlabel=another"
}

two()
{
	one "$1" | sed "2s/uuid=${U%1}2 label=other/uuid=$U label=data/"
}

# mapped TYPE LINE...: /srv is on device-mapper's dm-0, which these lines put on the first, or the first two.
mapped()
{
	one "$1" | sed '3s/type=[^ ]*/type=ext4/'
	shift
	printf '%s\n' "$@"
}

# needs ADDRESSES MACHINE NAME TYPE: with this name in fstab just these, and the disk of /, are what the boot needs.
needs()
{
	machine_of "$BOARD" "$2" "line etc/fstab $3 /srv $4 defaults 0 2"
	# shellcheck disable=SC2086 # a list
	boot_needs 0000:00:17.0 $1
}

# each ADDRESSES MACHINE TYPE NAME...
each()
{
	each_wanted=$1 each_machine=$2 each_type=$3
	shift 3
	for each_name; do
		ok "$each_type by $each_name" needs "$each_wanted" "$each_machine" "$each_name" "$each_type"
	done
}

# by_tag, by_part: the same, by each tag, and by each name of the partition.
by_tag()
{
	each "$@" "UUID=$U" "UUID=\"$U\"" "UUID='$U'" LABEL=data "/dev/disk/by-uuid/$U" /dev/disk/by-label/data
}

by_part()
{
	each "$@" "PARTUUID=$P" PARTLABEL=part "/dev/disk/by-partuuid/$P" /dev/nvme0n1p1 /dev/disk/by-id/nvme-one-part1 ID=nvme-one-part1
}

for type in ext4 xfs vfat f2fs bcachefs; do
	by_tag "$FIRST" "$(one $type)" $type
	by_part "$FIRST" "$(one $type)" $type
done
by_tag "$BOTH" "$(two btrfs)" btrfs
by_part "$BOTH" "$(two btrfs)" btrfs
by_tag "$BOTH" "$(two bcachefs)" bcachefs
each "$BOTH" "$(two bcachefs)" bcachefs /dev/nvme0n1p1:/dev/nvme1n1p1
each "$BOTH" "$(two zfs_member)" zfs data/srv data
each "$FIRST" "$(mapped crypto_LUKS "block dm-0 virtual/block 253:0 dm=srv dmuuid=CRYPT-LUKS2-x-srv slaves=nvme0n1p1 type=ext4 label=srv")" \
	ext4 /dev/mapper/srv LABEL=srv
each "$BOTH" "$(mapped LVM2_member \
	"block dm-1 virtual/block 253:1 dm=vg-srv_corig dmuuid=LVM-x-real slaves=nvme0n1p1" \
	"block dm-2 virtual/block 253:2 dm=vg-fast_cvol-cdata dmuuid=LVM-y-cdata slaves=nvme1n1p1" \
	"block dm-0 virtual/block 253:0 dm=vg-srv dmuuid=LVM-z slaves=dm-1,dm-2 type=ext4 label=srv")" ext4 /dev/vg/srv /dev/mapper/vg-srv LABEL=srv
each "$BOTH" "$(mapped LVM2_member \
	"block dm-1 virtual/block 253:1 dm=vg-pool_tmeta dmuuid=LVM-x-tmeta slaves=nvme1n1p1" \
	"block dm-2 virtual/block 253:2 dm=vg-pool_tdata dmuuid=LVM-y-tdata slaves=nvme0n1p1" \
	"block dm-3 virtual/block 253:3 dm=vg-pool-tpool dmuuid=LVM-w-tpool slaves=dm-1,dm-2" \
	"block dm-0 virtual/block 253:0 dm=vg-srv dmuuid=LVM-z slaves=dm-3 type=ext4 label=srv")" ext4 /dev/vg/srv LABEL=srv
each "$BOTH" "$(mapped DM_integrity \
	"block dm-0 virtual/block 253:0 dm=srv dmuuid=CRYPT-INTEGRITY-srv slaves=nvme0n1p1,nvme1n1p1 type=ext4 label=srv")" ext4 /dev/mapper/srv LABEL=srv
each "$BOTH" "$(mapped DM_verity_hash \
	"block dm-0 virtual/block 253:0 dm=srv dmuuid=CRYPT-VERITY-x-srv slaves=nvme0n1p1,nvme1n1p1 type=erofs label=srv")" erofs /dev/mapper/srv LABEL=srv
# An array with its journal on another drive has both as members.
each "$BOTH" "$(two linux_raid_member)
block md127 virtual/block 9:127 slaves=nvme0n1p1,nvme1n1p1 type=ext4 label=srv" ext4 /dev/md127 LABEL=srv
tap_end
