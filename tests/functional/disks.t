#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# disks.t: what is on disks is read from them, else from udev; check and list name what the host needs; and an image
# gets guards of its own only for the machine that its fstab is of. The ways from a name to a controller are in
# tests/trees/cases/disk-*.
# shellcheck disable=SC2016 # backticks in what is expected
# shellcheck source=/dev/null
. tests/functional/host.sh
need mkfs.ext4:e2fsprogs mkswap:util-linux sfdisk:fdisk jq:jq
U1=11111111-1111-4111-8111-111111111111 U2=22222222-2222-4222-8222-222222222222 U3=33333333-3333-4333-8333-333333333333
ID=144d:a808:144d:a801:010802
MMC='block mmcblk0 platform/sdhci/block 179:0'
P0='block nvme0n1p2 nvme0n1 259:2 part=2' P1='block nvme1n1p2 nvme1n1 259:12 part=2'

# fs NAME SIZE COMMAND...: a file in place of this device, made by a program that takes its name last.
fs()
{
	fs_file=$R/dev/$1 fs_size=$2
	shift 2
	truncate -s "$fs_size" "$fs_file"
	"$@" "$fs_file" >/dev/null 2>&1 || fail "$*"
}

# drives LINE...: the machine with two drives, and these lines of its manifest.
drives()
{
	rm -f "$R/etc/fstab"
	change 'include nvme-twins' "$MMC" "$@"
}

# --- libblkid

new nvme-twins 'bind 144d:a808'
drives "$P0" "$P1" "line etc/fstab UUID=$U1 / ext4 defaults 0 1"
fs nvme0n1p2 4M mkfs.ext4 -q -F -U $U1
fs nvme1n1p2 4M mkfs.ext4 -q -F -U $U2
run accept --yes
CHAIN="/etc/fstab:1: / is UUID=$U1, nvme0n1p2, on nvme0n1"
ok 'a UUID is read from the disk itself' locked "guard boot-disk accept 1 _SB_.PCI0 1b.0/00 $ID - $CHAIN" \
	"card 1 _SB_.PCI0 1d.0/00 $ID - 0000:05:00.0"
fs nvme1n1p2 4M mkfs.ext4 -q -F -U $U1
run accept --yes
ok 'a UUID that two disks carry means both' said 1 "refused: boot-disk, /etc/fstab:1: / is UUID=$U1, nvme1n1p2, on nvme1n1"
drives "$P0" "$P1 uuid=$U1" "line etc/fstab UUID=$U1 / ext4 defaults 0 1"
fs nvme0n1p2 4M mkfs.ext4 -q -F -U $U1
fs nvme1n1p2 4M true
run accept --yes
ok 'what stands on the disk counts, not what udev remembers' locked \
	"guard boot-disk accept 1 _SB_.PCI0 1b.0/00 $ID - $CHAIN" "card 1 _SB_.PCI0 1d.0/00 $ID - 0000:05:00.0"
rm "$R/dev/nvme1n1p2"
run accept --yes
ok 'where there is no node, what udev read counts' said 1 "refused: boot-disk, /etc/fstab:1: / is UUID=$U1, nvme1n1p2, on nvme1n1"
drives "$P0" 'block mmcblk0p1 mmcblk0 179:1 part=1' "line etc/fstab UUID=$U1 / ext4 defaults 0 1"
fs nvme0n1p2 4M mkfs.ext4 -q -F -O journal_dev -U $U3
fs mmcblk0p1 4M mkfs.ext4 -q -F -O ^metadata_csum -U $U1
# s_journal_uuid of the superblock: what mkfs.ext4 -J device= would write, which takes no file for it.
printf '\063\063\063\063\063\063\103\063\203\063\063\063\063\063\063\063' |
	dd of="$R/dev/mmcblk0p1" bs=1 seek=1232 conv=notrunc 2>/dev/null
run accept --yes
ok 'the journal of an ext4 that another disk has' locked \
	"guard boot-disk accept 1 _SB_.PCI0 1b.0/00 $ID - /etc/fstab:1: / is UUID=$U1, nvme0n1p2 (journal), on nvme0n1" \
	"card 1 _SB_.PCI0 1d.0/00 $ID - 0000:05:00.0"
drives "$P0" "line etc/fstab /dev/mmcblk0 / ext4 defaults 0 1" 'line etc/fstab LABEL=other none swap sw 0 0'
fs nvme0n1p2 1M mkswap -L other
run accept --yes
ok 'a swap, by its label' said 0 'refused: boot-disk, /etc/fstab:2: swap is LABEL=other, nvme0n1p2, on nvme0n1'
drives "$P0" 'line etc/fstab PARTUUID=0FC63DAF-0000-4000-8000-000000000002 / ext4 defaults 0 1'
truncate -s 8M "$R/dev/nvme0n1"
printf '%s\n' 'label: gpt' 'size=1MiB' 'size=2MiB, uuid=0fc63daf-0000-4000-8000-000000000002, name="the root"' |
	sfdisk -q "$R/dev/nvme0n1" || fail sfdisk
run accept --yes
ok 'a PARTUUID is read from the partition table' said 0 \
	'/ is PARTUUID=0FC63DAF-0000-4000-8000-000000000002, nvme0n1p2, on nvme0n1'
printf '%s\n' 'PARTLABEL=the\040root / ext4 defaults 0 1' >"$R/etc/fstab"
run accept --yes
ok 'and so is a PARTLABEL' said 0 '/ is PARTLABEL=the root, nvme0n1p2, on nvme0n1'
mkfifo "$R/dev/nvme1n1"
run accept --yes
ok 'a node that is no disk holds nothing up' said 0 '  = 0000:05:00.0 '

# --- long names: a reason starts with its line and ends with the drive

LONG=$(printf '%0120d' 0 | tr 0 a)
new nvme-twins 'bind 144d:a808'
drives "$P0" "block dm-0 virtual/block 253:0 dm=$LONG-$LONG dmuuid=LVM-x slaves=nvme0n1p2" \
	"block dm-1 virtual/block 253:1 dm=$LONG dmuuid=CRYPT-LUKS2-x slaves=dm-0" \
	"line etc/fstab /dev/mapper/$LONG / ext4 defaults 0 1"
run accept --yes
LONG_CHAIN='/etc/fstab:1: / is ... dm-1 (LUKS dm-0), dm-0 (LVM nvme0n1p2), on nvme0n1'
ok 'a long name in the middle gives way' locked "guard boot-disk accept 1 _SB_.PCI0 1b.0/00 $ID - $LONG_CHAIN" \
	"card 1 _SB_.PCI0 1d.0/00 $ID - 0000:05:00.0"
echo 'bind 04:00' >>"$CONF"
run check
ok 'where words stand before it, too' complained 1 "accept refuses 0000:04:00.0: boot-disk, $LONG_CHAIN"
drives "$P0" "line etc/fstab /dev/mmcblk0 / ext4 defaults 0 1" \
	"line etc/fstab /dev/nvme0n1p2 /$(printf '\303\244%.0s' $(seq 100))/$LONG$LONG ext4 defaults 0 2"
run accept --yes
ok 'a mount point, with bytes that take four each' said 0 'boot-disk, /etc/fstab:2: ... is /dev/nvme0n1p2, on nvme0n1 ('
drives "$P0" "block loop0 virtual/block 7:0 backing=/home/$(printf '\303\244%.0s' $(seq 80)).img" \
	'line etc/fstab /dev/loop0 / ext4 defaults 0 1' 'line proc/self/mountinfo 23 22 259:2 / /home rw - ext4 /dev/nvme0n1p2 rw'
run accept --yes
ok 'no character is cut' iconv -f UTF-8 -t UTF-8 "$TMP/out"
ok 'and the drive of the file is told' said 0 ' ... nvme0n1p2, on nvme0n1 ('

# --- check and list

new nvme-twins 'bind 05:00'
drives "line etc/fstab /dev/mmcblk0 / ext4 defaults 0 1"
run accept --yes
run check
ok 'a drive that nobody needs' code 0
drives 'line etc/fstab /dev/mmcblk0 / ext4 defaults 0 1' 'line etc/fstab /dev/nvme1n1 /data ext4 defaults 0 2'
run check
ok 'check: a drive that the boot needs since it was accepted' complained 1 \
	'boot-disk: 0000:05:00.0 was accepted, and the host needs it now: /etc/fstab:2: /data is /dev/nvme1n1, on nvme1n1'
run check --json
jq -c '.notes[] | [.reason, .text]' "$TMP/out" >"$TMP/json" 2>&1
ok 'also in JSON' same "$TMP/json" \
	'["boot-disk","0000:05:00.0 was accepted, and the host needs it now: /etc/fstab:2: /data is /dev/nvme1n1, on nvme1n1"]'
drives 'line etc/fstab /dev/mmcblk0 / ext4 defaults 0 1' 'line proc/self/mountinfo 23 22 259:10 / /mnt rw - ext4 /dev/nvme1n1 rw'
run check
ok 'check: a drive that is in use now: the next boot may have it' complained 0 \
	'in-use: 0000:05:00.0 was accepted, and the host needs it now: mounted: /mnt is /dev/nvme1n1, on nvme1n1'
drives "line etc/fstab UUID=$U3 / ext4 defaults 0 1"
run check
ok 'check names a line that means no disk of this machine' complained 0 "/etc/fstab:1: / is UUID=$U3, and no disk here has it"
drives
printf '/dev/mmcblk0 / ext4 defaults 0 1\n\0\n/dev/nvme1n1 /data ext4 defaults 0 2\n' >"$R/etc/fstab"
run check
ok 'check: a NUL byte in fstab hides the lines behind it, so that any drive may be in them' complained 0 '/etc/fstab:2 cannot be read'
drives 'line etc/fstab /dev/nvme0n1 / ext4 defaults 0 1' 'line proc/self/mountinfo 22 1 259:0 / / rw - ext4 /dev/nvme0n1 rw' \
	'line proc/self/mountinfo 23 22 259:10 / /mnt rw - ext4 /dev/nvme1n1 rw'
run list nvme --json
jq -c '.devices[] | [.address, .state]' "$TMP/out" >"$TMP/json" 2>&1
ok 'list has a word for each' same "$TMP/json" '["0000:04:00.0","boot-disk in-use"]
["0000:05:00.0","locked in-use"]'

# --- file systems of the network that show no address of their server

for mounted in 'ceph 10.0.0.1:6789:/ rw' 'fuse.glusterfs nas:/vol rw' '9p 10.0.0.1 rw,trans=tcp'; do
	new nvme-twins 'bind 00:1a.0'
	drives '0000:00:1a.0 - 8086:15b9 0200 12 e1000e' 'net em2 0000:00:1a.0' \
		'line proc/self/mountinfo 22 1 179:0 / / rw - ext4 /dev/mmcblk0 rw' \
		"line proc/self/mountinfo 25 22 0:33 / /srv rw - $mounted" 'line proc/net/route Iface Destination' \
		'line proc/net/route em2 0000000A 00000000 0001 0 0 0 00FFFFFF 0 0 0'
	run accept --yes
	ok "${mounted%% *}: every card with a route is in use" said 1 'refused: in-use, mounted: /srv is '
done

# --- roots of which a word says less than which disk

# root_is WORDS LINE...: with these words and lines the drive at 05:00 can be had.
root_is()
{
	root_words=$1
	shift
	new nvme-twins 'bind 05:00'
	drives "cmdline $root_words" 'block nvme0n1p3 nvme0n1 259:3 part=3 type=zfs_member label=rpool uuid=123' "$@"
	run accept --yes
	said 0 '+ 0000:05:00.0'
}

ZFS='line proc/self/mountinfo 22 1 0:25 / / rw - zfs rpool/ROOT/default rw'
for words in zfs=bootfs zfs=auto root=zfs root=zfs:AUTO; do
	ok "$words: some pool, here the only one" root_is "$words" "$ZFS"
done
for words in root=gpt-auto root=gpt-auto-force root=fstab; do
	ok "$words: what is mounted" root_is "$words" 'line proc/self/mountinfo 22 1 259:0 / / rw - ext4 /dev/nvme0n1 rw'
done
ok 'a root in memory, by the command line' root_is root=tmpfs rootless
ok 'by fstab' root_is ro 'line etc/fstab none / tmpfs size=2G 0 0'
ok 'by what is mounted' root_is ro 'line proc/self/mountinfo 22 1 0:25 / / rw - tmpfs none rw'
ok 'what is laid over something else is not in memory' fails \
	root_is ro 'line proc/self/mountinfo 22 1 0:25 / / rw - overlay overlay rw'
ok 'nor is what a program mounts' fails root_is ro 'line proc/self/mountinfo 22 1 0:25 / / rw - fuse.unionfs /dev/fuse rw'

# --- a swap to resume from, which is gone

STALE="UUID=$U3" ROOTED="line etc/fstab UUID=$U1 / ext4 defaults 0 1"
for words in "resume=$STALE noresume" "noresume resume=$STALE" resume=none; do
	ok "$words: nothing is resumed from, and no drive refused because of it" root_is "$words" "$P0 uuid=$U1" "$ROOTED"
done
ok 'nor because of the words of GRUB, together' root_is ro "$P0 uuid=$U1" "$ROOTED" \
	"line etc/default/grub GRUB_CMDLINE_LINUX=\"resume=$STALE\"" 'line etc/default/grub GRUB_CMDLINE_LINUX_DEFAULT="quiet noresume"'
ok 'of the other boot loaders' root_is ro "$P0 uuid=$U1" "$ROOTED" "line etc/kernel/cmdline ro resume=$STALE noresume"
ok 'and, where a boot loader has noresume, of initramfs-tools' root_is ro "$P0 uuid=$U1" "$ROOTED" \
	"line etc/initramfs-tools/conf.d/resume RESUME=$STALE" 'line etc/default/grub GRUB_CMDLINE_LINUX="noresume"'
for words in "resume=$STALE" "resume=$STALE noresume=1" "resume=$STALE noresumes"; do
	ok "$words: any drive may have it" fails root_is "$words" "$P0 uuid=$U1" "$ROOTED"
done
ok 'noresume of this boot says nothing of the next' fails root_is noresume "$P0 uuid=$U1" "$ROOTED" \
	"line etc/default/grub GRUB_CMDLINE_LINUX=\"resume=$STALE\""
ok 'a swap of fstab is needed all the same' fails root_is "resume=UUID=$U2 noresume" "$P0 uuid=$U1" "$ROOTED" \
	"$P1 uuid=$U2" "line etc/fstab UUID=$U2 none swap sw 0 0"

# --- the partition of the boot entry that the firmware took

EFIVARS=$R/sys/firmware/efi/efivars GLOBAL=8be4df61-93ca-11d2-aa0d-00e098032b8c
PARTUUID=030201c3-0504-0706-0809-0a0b0c0d0e0f

# entry PARTUUID: the second drive has a partition with it, and the firmware took Boot000B, of the corpus.
entry()
{
	new nvme-twins 'bind 05:00'
	drives "$P0 uuid=$U1" "block nvme1n1p1 nvme1n1 259:11 part=1 partuuid=$1" "$ROOTED"
	mkdir -p "$EFIVARS"
	printf '\006\000\000\000\013\000' >"$EFIVARS/BootCurrent-$GLOBAL"
	{ printf '\007\000\000\000'; cat tests/fuzz/corpus/boot_entry/gpt; } >"$EFIVARS/Boot000B-$GLOBAL"
	run accept --yes
}

entry $PARTUUID
ok "GRUB's ESP, which is not mounted and has no line" said 1 \
	"refused: boot-disk, BootCurrent (Boot000B): the ESP is PARTUUID=$PARTUUID, nvme1n1p1, on nvme1n1"
entry 99999999-1111-4111-8111-111111111111
ok 'an ESP that is gone refuses nothing' said 0 '+ 0000:05:00.0'
entry $PARTUUID
: >"$EFIVARS/Boot000B-$GLOBAL"
run accept --yes
ok 'nor does a variable that holds no boot entry' said 0 '+ 0000:05:00.0'

# --- words that name a server: 10.0.0.1 is behind 00:1a.0, another network behind 00:1b.0

for words in root=nbd:10.0.0.1:2000:ext4 root=nfs:10.0.0.1:/path root=nfs4:10.0.0.1:/a@b root=cifs://me:pw@10.0.0.1/share \
	root=iscsi:me:pw@10.0.0.1::3260::iqn.2009-06.x root=iscsi:10.0.0.1::3260::iqn.2009-06.x netroot=nbd:10.0.0.1:2000 \
	netroot=iscsi:@10.0.0.1::3260::iqn.2009-06.x nfsroot=10.0.0.1:/path nbdroot=10.0.0.1,2000; do
	new nvme-twins 'bind 00:1a.0' 'bind 00:1b.0'
	drives '0000:00:1a.0 - 8086:15b9 0200 12 e1000e' '0000:00:1b.0 - 8086:15ba 0200 13 e1000e' 'net em1 0000:00:1a.0' \
		'net em2 0000:00:1b.0' rootless "cmdline $words" 'line proc/net/route Iface Destination' \
		'line proc/net/route em1 0000000A 00000000 0001 0 0 0 00FFFFFF 0 0 0' \
		'line proc/net/route em2 0009000A 00000000 0001 0 0 0 00FFFFFF 0 0 0'
	run accept --yes
	ok "$words: the card of the route to that server alone" locked \
		"guard boot-disk accept - _SB_.PCI0 1a.0 8086:15b9:0000:0000:020000 - /proc/cmdline (${words%%=*}=): / is 10.0.0.1, on em1" \
		'card 1 _SB_.PCI0 1b.0 8086:15ba:0000:0000:020000 - 0000:00:1b.0'
done

# --- a path with id= that nobody accepted

# open LINE...: an image of the machine with these lines, in which the rule has no entry.
open()
{
	new nvme-twins "bind $OPEN"
	drives "$@"
	image
}

OPEN='0000:00:1d.0/00 id=144d:a808'
open "$P1" 'block dm-0 virtual/block 253:0 dm=vg-root dmuuid=LVM-x slaves=nvme1n1p2' 'line etc/fstab /dev/mapper/vg-root / ext4 defaults 0 1'
ok 'an image without guards of its own warns of a drive' complained 0 \
	"not-accepted: /etc/earlybind.conf:1: bind 0000:00:1d.0/00: a storage controller, and nothing has asked whether the boot needs it (run \`earlybind accept"
open "$P1 uuid=$U2" "$P0 uuid=$U1" "$ROOTED"
ok 'one that knows what the boot needs does not' silent "$TMP/err"
open "$P1 uuid=$U1" "$ROOTED"
ok 'nor of a drive that it refuses' silent "$TMP/err"
OPEN='0000:00:1a.0/00 id=8086:a2af:*:*:0c0300:ffff00'
open "$P0 uuid=$U1" "$ROOTED"
ok 'of a USB controller it warns by the class in the ID, too' complained 0 'a USB controller, which keyboards and disks are behind, and nothing'
OPEN='0000:00:1d.0/00 id=144d:a808'
open "$P1" 'line etc/fstab /dev/nvme1n1p2 / ext4 defaults 0 1'
run accept --yes
image
ok 'once accept has refused it nothing is left to ask' lacks "$TMP/err" 'nothing has asked'

# --- images: the lock is of a time when the boot did not need the drive

# guards: the guard lines of the plan in $TMP/image.
guards()
{
	grep '^guard ' "$TMP/image/usr/lib/earlybind/plan" >"$TMP/guards"
	if [ $# -eq 0 ]; then silent "$TMP/guards"; else same "$TMP/guards" "$(printf '%s\n' "$@")"; fi
}

# built LINE...: the machine with these lines, and its image.
built()
{
	drives "$P0 uuid=$U1" "$P1 uuid=$U2" "$@"
	image
	code 0 || fail 'image'
}

FSTAB="line etc/fstab UUID=$U1 / ext4 defaults 0 1" DATA="line etc/fstab UUID=$U2 /data ext4 defaults 0 2"
TWIN="guard twin accept - _SB_.PCI0 1b.0/00 $ID - -"
ROOT="guard boot-disk image - _SB_.PCI0 1b.0/00.0 $ID - $CHAIN"
NEEDED="guard boot-disk image - _SB_.PCI0 1d.0/00.0 $ID - /etc/fstab:2: /data is UUID=$U2, nvme1n1p2, on nvme1n1"
new nvme-twins 'bind 05:00'
drives
run accept --yes
built "$FSTAB" "$DATA"
ok 'an image guards what its fstab needs, and keeps the guards of the lock' guards "$TWIN" "$ROOT" "$NEEDED"
run check
ok 'check says that the next boot will refuse it' said 1 'refused: boot-disk (/etc/fstab:2: /data is'
mkdir -p "$R/usr/lib/earlybind"
rm -f "$R/usr/lib/earlybind/plan"
cp "$TMP/image/usr/lib/earlybind/plan" "$R/usr/lib/earlybind/plan"
boot "$FIRST_INIT" "$R"
ok 'and it does' has "$R/run/earlybind/report" '1 refused boot-disk nvme /etc/fstab:2: /data is'
GUARD="guard boot-disk accept - _SB_.PCI0 1b.0/00 $ID - $CHAIN"
drives "$P0 uuid=$U1" "$FSTAB"
run accept --yes
built "$FSTAB"
ok 'a guard of the lock for that very drive is enough' guards "$GUARD"
built "$FSTAB" 'set 0000:04:00.0 id=15b7:5030:15b7:5030'
ok 'one for another drive in its place is not: the root moved to a new drive' guards "$GUARD" \
	"guard boot-disk image - _SB_.PCI0 1b.0/00.0 15b7:5030:15b7:5030:010802 - $CHAIN"
SERIAL='set 0000:04:00.0 serial=0011223344556677'
drives "$P0 uuid=$U1" "$FSTAB" "$SERIAL"
run accept --yes
built "$FSTAB" "$SERIAL"
ok 'nor is one with a serial number, which no image build reads' guards \
	"guard boot-disk accept - _SB_.PCI0 1b.0/00 $ID 0011223344556677 $CHAIN" "$ROOT"
drives
did accept --yes 05:00 || fail 'accept: the twin has lost its serial number'
built "$FSTAB" "$DATA" "line etc/fstab UUID=$U3 /gone ext4 defaults 0 2"
ok 'foreign-builder: one line that is not here, and no line counts' guards "$TWIN"
built "$FSTAB" "$DATA" "line etc/fstab UUID=$U3 /gone ext4 nofail 0 2"
ok 'but one that the boot does not wait for' guards "$TWIN" "$ROOT" "$NEEDED"
built 'line etc/fstab /dev/nvme0n1p2 / ext4 defaults 0 1' 'line etc/fstab LABEL=x /data ext4 noauto 0 2'
ok 'foreign-builder: a name that every machine has proves nothing' guards "$TWIN"
built "line etc/fstab UUID=$U3 / ext4 defaults 0 1" "line proc/self/mountinfo 22 1 259:12 / / rw - ext4 /dev/nvme1n1p2 rw"
ok 'foreign-builder: what the builder has mounted does not count' guards "$TWIN"
built 'rootless' "cmdline root=UUID=$U2" "line etc/crypttab x UUID=$U1 none luks"
ok 'foreign-builder: nor does the command line that it runs with' guards "$TWIN"
rm -f "$R/etc/crypttab"
built 'rootless' "line etc/kernel/cmdline root=UUID=$U2 ro"
ok 'the one that is configured does' guards "$TWIN" \
	"guard boot-disk image - _SB_.PCI0 1d.0/00.0 $ID - /etc/kernel/cmdline:1 (root=): / is UUID=$U2, nvme1n1p2, on nvme1n1"
rm -rf "$R/etc/kernel"
built "$FSTAB" "$DATA"
rm -rf "$R/sys"
image
ok 'foreign-builder: without /sys the guards are those of the lock' guards "$TWIN"
ok 'and nothing is said of it' silent "$TMP/err"
mkdir "$TMP/all"
drives "$P0 uuid=$U1" "$P1 uuid=$U2" "$FSTAB" "$DATA"
for n in 1 2 3 4 5; do
	cp -r "$R/lib/modules/6.1.0-builtin" "$R/lib/modules/6.1.$n"
	mkdir "$TMP/all/$n"
	"$EARLYBIND" image --root "$R" --kernel 6.1.$n --destdir "$TMP/all/$n" >"$TMP/all/$n.out" 2>&1 &
done
wait
for n in 1 2 3 4 5; do
	grep -e '^guard ' -e '^card ' -e '^function ' "$TMP/all/$n/usr/lib/earlybind/plan"
done | sort | uniq -c | awk '{ print $1, $2 }' | sort | uniq -c >"$TMP/counted"
ok 'five kernels at once have the same cards and guards' same "$TMP/counted" '      1 5 card
      1 5 function
      3 5 guard'
drives "$P0 uuid=$U1" "$P1 uuid=$U3" "$FSTAB" "$DATA"
run accept --yes
ok 'accept refuses while a line is unknown' said 1 "/etc/fstab:2: /data is UUID=$U2, and no disk here has it"
tap_end
