#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# needs.t: cases of what the boot needs and what the host uses: which cards no rule may lock, and which it may.
# shellcheck source=/dev/null
. tests/cases/machine.sh

# A board with a disk controller, which / is on, and two slots behind root ports.
BOARD='0000:00:02.0 - 8086:3e98 0300 1 - boot_vga=1
0000:00:14.0 - 8086:a36d 0c03 2 xhci_hcd usb=keyboard
0000:00:17.0 - 8086:a352 0106 3 ahci
0000:00:1b.0 - 8086:a340 0604 4 pcieport
0000:00:1d.0 - 8086:a330 0604 5 pcieport
block sda 0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block 8:0'
ROOT=aaaaaaaa-0000-0000-0000-000000000001
PLAIN="block sda1 sda 8:1 part=1 type=ext4 uuid=$ROOT
line etc/fstab UUID=$ROOT / ext4 defaults 0 1
line proc/self/mountinfo 22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw"
LUKS=82cf4088-0000-4000-8000-000000000001
ENCRYPTED="block sda2 sda 8:2 part=2 type=crypto_LUKS uuid=$LUKS
block dm-0 virtual/block 253:0 dm=cryptroot dmuuid=CRYPT-LUKS2-82cf4088000040008000000000000001-cryptroot slaves=sda2 type=ext4 uuid=$ROOT
line etc/fstab UUID=$ROOT / ext4 defaults 0 1
line proc/self/mountinfo 22 1 253:0 / / rw,relatime - ext4 /dev/mapper/cryptroot rw"
TWINS='0000:01:00.0 0000:00:1b.0 144d:a80a:144d:a801 010802 11 nvme serial=0025384101b00001
0000:02:00.0 0000:00:1d.0 144d:a80a:144d:a801 010802 12 nvme serial=0025384101b00002
block nvme0n1 0000:01:00.0/nvme/nvme0 259:0
block nvme1n1 0000:02:00.0/nvme/nvme1 259:2'

# added RULE LINE...: `add` of this rule on the board with these lines.
added()
{
	added_rule=$1
	shift
	machine_of "$BOARD" "$@"
	# shellcheck disable=SC2086 # a rule
	run add --yes $added_rule
	[ "$(cat "$TMP/code")" -le 1 ] || { cat "$TMP/err"; return 1; }
}

# stays RULE LINE...: what this rule means stays with the host; free RULE ADDRESS LINE...: it can be locked.
stays()
{
	added "$@" && code 1 && locks
}

free()
{
	free_rule=$1
	free_address=$2
	shift 2
	added "$free_rule" "$@" && code 0 && locks "$free_address"
}

# twin_is_free LINE...: of two identical NVMe drives these lines need the first.
twin_is_free()
{
	free 144d:a80a 0000:02:00.0 "$TWINS" "$@" && grep -q '^guard .* 144d:a80a:144d:a801' "$LOCK"
}

# --- xfs-log-of-root

LOG='block nvme0n1p1 nvme0n1 259:3 part=1 type=xfs_external_log uuid=bbbbbbbb-0000-0000-0000-000000000001'
XFS="block sda1 sda 8:1 part=1 type=xfs uuid=$ROOT
line proc/self/mountinfo 22 1 8:1 / / rw,relatime - xfs /dev/sda1 rw"
outcome xfs-log-of-root 'rootflags=' twin_is_free "$LOG" "$XFS" \
	"cmdline root=UUID=$ROOT rootflags=logdev=/dev/nvme0n1p1" "line etc/fstab UUID=$ROOT / xfs defaults 0 1"
outcome xfs-log-of-root 'rootflags= with more words' twin_is_free "$LOG" "$XFS" \
	"cmdline root=UUID=$ROOT rootflags=noatime,logdev=/dev/nvme0n1p1,ro" "line etc/fstab UUID=$ROOT / xfs defaults 0 1"
ok 'xfs-log-of-root: fstab' twin_is_free "$LOG" "$XFS" \
	"line etc/fstab UUID=$ROOT / xfs logdev=/dev/nvme0n1p1 0 1"
outcome xfs-log-of-root 'mountinfo alone' twin_is_free "$LOG" "${XFS},logdev=/dev/nvme0n1p1" "cmdline root=UUID=$ROOT"
outcome xfs-log-of-root 'of /usr' twin_is_free "$LOG" "$PLAIN" \
	"cmdline root=UUID=$ROOT mount.usrflags=logdev=/dev/nvme0n1p1"
outcome xfs-log-of-root 'a command line of GRUB alone' twin_is_free "$LOG" "$XFS" \
	"line etc/default/grub GRUB_CMDLINE_LINUX=\"rootflags=logdev=UUID=bbbbbbbb-0000-0000-0000-000000000001\""
outcome xfs-log-of-root 'of another file system that is mounted' twin_is_free "$LOG" "$PLAIN" \
	'line proc/self/mountinfo 23 22 8:2 / /data rw,relatime - xfs /dev/sda2 rw,logdev=/dev/nvme0n1p1' 'block sda2 sda 8:2 part=2 type=xfs'
outcome xfs-log-of-root 'a real-time device' twin_is_free "$LOG" "${XFS},rtdev=/dev/nvme0n1p1" "cmdline root=UUID=$ROOT"
ok 'xfs-log-of-root: without one both are free' free '144d:a80a' '0000:01:00.0
0000:02:00.0' "$TWINS" "$LOG" "$XFS" "line etc/fstab UUID=$ROOT / xfs defaults 0 1"

# What the boot loaders' own files say of this root.
LOGDEV='rootflags=logdev=UUID=bbbbbbbb-0000-0000-0000-000000000001'
OF_XFS="line etc/fstab UUID=$ROOT / xfs defaults 0 1"
ok 'xfs-log-of-root: a boot entry (BLS)' twin_is_free "$LOG" "$XFS" "$OF_XFS" 'line boot/loader/entries/a.conf linux /vmlinuz' \
	"line boot/loader/entries/a.conf options root=UUID=$ROOT $LOGDEV"
ok 'xfs-log-of-root: grub.cfg' twin_is_free "$LOG" "$XFS" "$OF_XFS" 'line boot/grub/grub.cfg menuentry Linux {' \
	"line boot/grub/grub.cfg linux /boot/vmlinuz root=UUID=$ROOT ro $LOGDEV" 'line boot/grub/grub.cfg initrd /boot/initrd' \
	'line boot/grub/grub.cfg }'
ok 'xfs-log-of-root: limine.conf' twin_is_free "$LOG" "$XFS" "$OF_XFS" 'line boot/limine.conf /Linux' \
	'line boot/limine.conf protocol: linux' 'line boot/limine.conf path: boot():/vmlinuz' \
	"line boot/limine.conf cmdline: root=UUID=$ROOT $LOGDEV" 'line boot/limine.conf module_path: boot():/initrd'
ok 'xfs-log-of-root: an entry of another root says nothing' free '144d:a80a' '0000:01:00.0
0000:02:00.0' "$TWINS" "$LOG" "$XFS" "$OF_XFS" 'line boot/loader/entries/a.conf linux /vmlinuz' \
	"line boot/loader/entries/a.conf options root=UUID=99999999-0000-0000-0000-000000000009 $LOGDEV"
ok 'xfs-log-of-root: nor does one that names what is not here' free '144d:a80a' '0000:01:00.0
0000:02:00.0' "$TWINS" "$LOG" "$XFS" "$OF_XFS" 'line boot/loader/entries/a.conf linux /vmlinuz' \
	"line boot/loader/entries/a.conf options root=UUID=$ROOT resume=UUID=99999999-0000-0000-0000-000000000009"

# --- dracut-conf-cmdline, grub-is-shell

KEY='0000:01:00.0 0000:00:1b.0 1912:0014 0c0330 13 xhci_hcd usb=-
block sdb 0000:01:00.0/usb3/3-1/3-1:1.0/host4/target4:0:0/4:0:0:0/block 8:16
block sdb1 sdb 8:17 part=1 type=ext4 uuid=f387536a-0000-4000-8000-000000000002 label=KEYDEV'
WORDS="rd.luks.uuid=$LUKS rd.luks.key=/key:UUID=f387536a-0000-4000-8000-000000000002"
for file in dracut.conf dracut.conf.d/crypt.conf; do
	outcome dracut-conf-cmdline "/etc/$file, appended" stays 01:00 "$ENCRYPTED" "$KEY" \
		"line etc/$file kernel_cmdline+=\" $WORDS \""
	outcome dracut-conf-cmdline "/etc/$file, assigned" stays 01:00 "$ENCRYPTED" "$KEY" \
		"line etc/$file kernel_cmdline=\"$WORDS\""
done
outcome dracut-conf-cmdline '/usr/lib/dracut/dracut.conf.d' stays 01:00 "$ENCRYPTED" "$KEY" \
	"line usr/lib/dracut/dracut.conf.d/01-dist.conf kernel_cmdline+=' $WORDS '"
ok 'dracut-conf-cmdline: a comment needs nothing' free 01:00 0000:01:00.0 "$ENCRYPTED" "$KEY" \
	"line etc/dracut.conf.d/crypt.conf # kernel_cmdline+=\" $WORDS \""

SWAP='0000:01:00.0 0000:00:1b.0 144d:a80a:144d:a801 010802 11 nvme
block nvme0n1 0000:01:00.0/nvme/nvme0 259:0
block nvme0n1p1 nvme0n1 259:3 part=1 type=swap uuid=bbbbbbbb-0000-0000-0000-000000000001'
RESUME=resume=UUID=bbbbbbbb-0000-0000-0000-000000000001

# grub LINE...: /etc/default/grub has these; the swap's drive stays.
grub()
{
	grub_lines=$(printf 'line etc/default/grub %s\n' "$@")
	stays 01:00 "$PLAIN" "$SWAP" "$grub_lines"
}
ok 'grub-is-shell: one line' grub "GRUB_CMDLINE_LINUX=\"quiet $RESUME\""
outcome grub-is-shell 'a continued line' grub "GRUB_CMDLINE_LINUX=\"\${GRUB_CMDLINE_LINUX} \\" "quiet \\" "$RESUME \\" '"'
outcome grub-is-shell 'over several lines' grub 'GRUB_CMDLINE_LINUX="quiet' "$RESUME\""
outcome grub-is-shell 'a variable' grub "SWAP=\"$RESUME\"" "GRUB_CMDLINE_LINUX=\"quiet \$SWAP\""
ok 'grub-is-shell: +=' grub 'GRUB_CMDLINE_LINUX="quiet"' "GRUB_CMDLINE_LINUX+=\" $RESUME\""
outcome grub-is-shell 'behind a condition' grub "[ -e /x ] && GRUB_CMDLINE_LINUX=\"quiet $RESUME\""
outcome grub-is-shell 'a comment behind it' grub "GRUB_CMDLINE_LINUX=\"$RESUME\" # that's the swap"
# free_grub LINE...: none of them needs the swap's drive.
free_grub()
{
	grub_lines=$(printf 'line etc/default/grub %s\n' "$@")
	free 01:00 0000:01:00.0 "$PLAIN" "$SWAP" "$grub_lines"
}
# shellcheck disable=SC2016 # for that shell
ok 'grub-is-shell: what only a shell knows is no word' free_grub 'GRUB_CMDLINE_LINUX="quiet $(cat /etc/words) resume=$NOTHING"'
ok 'grub-is-shell: a variable of another name' free_grub "OTHER=\"$RESUME\"" 'GRUB_CMDLINE_LINUX=quiet'
ok 'grub-is-shell: a comment' free_grub "  # GRUB_CMDLINE_LINUX=\"$RESUME\""
outcome grub-is-shell 'export' grub "export GRUB_CMDLINE_LINUX_DEFAULT='$RESUME'"

# --- initramfs-conf-ip

NICS='0000:01:00.0 0000:00:1b.0 8086:1521 0200 11 igb
0000:02:00.0 0000:00:1d.0 8086:10fb 0200 13 ixgbe
net eno1 0000:01:00.0 ifindex=2
net enp2s0 0000:02:00.0 ifindex=3
file usr/share/initramfs-tools/hooks/dropbear x
file usr/share/initramfs-tools/hook-functions x
line etc/crypttab cryptroot UUID=82cf4088-0000-4000-8000-000000000001 none luks,initramfs'

# unlocks FILE LINE...: the encrypted root is unlocked over ssh; eno1's card stays by these lines of a file.
unlocks()
{
	unlocks_file=$1
	shift
	stays 01:00 "$ENCRYPTED" "$NICS" 'cmdline root=/dev/mapper/cryptroot' "$(printf "line $unlocks_file %s\n" "$@")"
}
IP=10.10.1.199::10.10.1.1:255.255.255.0::eno1:off
outcome initramfs-conf-ip 'IP= of initramfs.conf' unlocks etc/initramfs-tools/initramfs.conf "IP=$IP"
outcome initramfs-conf-ip 'IP= of conf.d' unlocks etc/initramfs-tools/conf.d/ssh "IP=$IP"
outcome initramfs-conf-ip 'DEVICE= and IP=' unlocks etc/initramfs-tools/initramfs.conf DEVICE=eno1 IP=dhcp
outcome initramfs-conf-ip 'BOOT=nfs' unlocks etc/initramfs-tools/conf.d/nfs BOOT=nfs NFSROOT=auto
# initramfs ADDRESS LINE...: this card is free with these lines in initramfs.conf.
initramfs()
{
	initramfs_address=$1
	shift
	free "$initramfs_address" "0000:$initramfs_address.0" "$ENCRYPTED" "$NICS" 'cmdline root=/dev/mapper/cryptroot' \
		"$(printf 'line etc/initramfs-tools/initramfs.conf %s\n' "$@")"
}
ok 'initramfs-conf-ip: another card is free' initramfs 02:00 "IP=$IP"
ok 'initramfs-conf-ip: the file as it is packaged' initramfs 01:00 BOOT=local DEVICE= NFSROOT=auto RUNSIZE=10% FSTYPE=auto
ok 'initramfs-conf-ip: off' initramfs 01:00 IP=off NFSROOT=10.0.0.1:/srv
outcome initramfs-conf-ip 'in quotes, exported' unlocks etc/initramfs-tools/conf.d/ssh "export IP=\"$IP\""

# --- fido2-token

# token LINE: 01:00 has a FIDO2 token plugged in, which is no keyboard; crypttab has this line.
token()
{
	machine_of "$BOARD" "$ENCRYPTED" '0000:01:00.0 0000:00:1b.0 1912:0014 0c0330 13 xhci_hcd usb=mouse' "line etc/crypttab $1"
	for token in "$R"/sys/devices/pci0000:00/0000:00:1b.0/0000:01:00.0/usb*/*/*:1.0/*.0001; do
		printf '\006\320\361\011\001\241\001' >"$token/report_descriptor"
	done
	run add --yes 01:00
}

token_stays()
{
	token "$1" && code 1 && locks
}

token_is_free()
{
	token "$1" && code 0 && locks 0000:01:00.0
}
outcome fido2-token 'fido2-device=auto' token_stays "cryptroot UUID=$LUKS - fido2-device=auto,x-initrd.attach"
outcome fido2-token 'a device of its own' token_stays "cryptroot UUID=$LUKS none luks,fido2-device=/dev/hidraw3,initramfs"

# unlocked CRYPTTAB LINE...: `add 01:00` of a USB controller, on the board with this line of crypttab and these.
unlocked()
{
	unlocked_line=$1
	shift
	machine_of "$@" "$ENCRYPTED" "line etc/crypttab $unlocked_line"
	run add --yes 01:00
}

BARE=$(echo "$BOARD" | grep -v 00:14.0) # without its own USB controller
MOUSE='0000:01:00.0 0000:00:1b.0 1912:0014 0c0330 13 xhci_hcd usb=mouse'
STICK='0000:01:00.0 0000:00:1b.0 1912:0014 0c0330 13 xhci_hcd usb=-
block sdb 0000:01:00.0/usb9/9-1/9-1:1.0/host2/target2:0:0/2:0:0:0/block 8:16'
FIDO="cryptroot UUID=$LUKS - fido2-device=auto"
SCRIPT="cryptroot UUID=$LUKS none luks,keyscript"

# unlock_free, unlock_stays CRYPTTAB LINE...: it can be locked, or not.
unlock_free()
{
	unlocked "$@" && code 0 && locks 0000:01:00.0
}

unlock_stays()
{
	unlocked "$@" && code 1 && locks
}

# said_of_token: its line is told, since no token is plugged in.
said_of_token()
{
	unlock_free "$FIDO" "$BOARD" "$MOUSE" && has "$TMP/out" '/etc/crypttab:1: cryptroot asks for a security token'
}
ok 'fido2-token: none is plugged in: it is said' said_of_token
ok 'fido2-token: then the last USB controller stays' unlock_stays "$FIDO" "$BARE" "$MOUSE"
ok 'fido2-token: without such a line it does not' unlock_free "cryptroot UUID=$LUKS none luks" "$BARE" "$MOUSE"
ok 'fido2-token: rd.luks.options=' unlock_stays "# none" "$BARE" "$MOUSE" \
	"cmdline root=UUID=$ROOT rd.luks.options=$LUKS=tpm2-device=auto,pkcs11-uri=auto"
ok 'a keyscript that nobody knows: the controller of a stick stays' unlock_stays "$SCRIPT=/usr/local/sbin/key" "$BOARD" "$STICK"
ok 'a keyscript that is known: it does not' unlock_free "$SCRIPT=/lib/cryptsetup/scripts/decrypt_keyctl" "$BOARD" "$STICK"
ok 'fido2-token: a USB4 controller has no ports' unlock_stays "$FIDO" "$BARE" '0000:00:0d.2 - 8086:9a1b 0c0340 9 thunderbolt' "$MOUSE"

# card_reader CRYPTTAB: with a smart card in 01:00, of which the interface tells.
card_reader()
{
	machine_of "$BOARD" "$ENCRYPTED" "$MOUSE" "line etc/crypttab $1"
	for reader in "$R"/sys/devices/pci0000:00/0000:00:1b.0/0000:01:00.0/usb*/*/*:1.0; do
		echo 0b >"$reader/bInterfaceClass"
	done
	run add --yes 01:00
}
card_stays()
{
	card_reader "$1" && code 1 && locks
}
card_is_none()
{
	card_reader "$FIDO" && code 0 && has "$TMP/out" 'none is plugged in'
}
ok 'a smart card, and a line that asks for it' card_stays "cryptroot UUID=$LUKS - pkcs11-uri=auto"
ok "a smart card, and Debian's script for it" card_stays "$SCRIPT=decrypt_opensc"
ok 'fido2-token: a smart card is none' card_is_none

# given_away: one controller by a person's word: the other stays locked, whatever is accepted later.
given_away()
{
	machine_of "$(echo "$BOARD" | sed s/usb=keyboard/usb=mouse/)" "$ENCRYPTED" "$MOUSE" "line etc/crypttab $FIDO"
	run add --yes 01:00
	run add --yes 00:14.0 allow=keyboard
	run accept --yes
	code 0 && locks 0000:00:14.0 0000:01:00.0
}
ok 'fido2-token: the last one by allow=keyboard' given_away
ok 'fido2-token: a passphrase needs none' token_is_free "cryptroot UUID=$LUKS none luks,initramfs"
ok 'fido2-token: nor does a TPM' token_is_free "cryptroot UUID=$LUKS - tpm2-device=auto,x-initrd.attach"

# --- zfs-two-roots

POOLS='0000:01:00.0 0000:00:1b.0 1000:0072:1000:3020 0107 10 mpt3sas
0000:02:00.0 0000:00:1d.0 144d:a808 010802 11 nvme
block nvme0n1 0000:02:00.0/nvme/nvme0 259:0
block nvme0n1p3 nvme0n1 259:3 part=3 type=zfs_member uuid=1111111111111111111 label=rpool
block sdb 0000:01:00.0/host1/port-1:0/end_device-1:0/target1:0:0/1:0:0:0/block 8:16
block sdb1 sdb 8:17 part=1 type=zfs_member uuid=2222222222222222222 label=tank
line proc/self/mountinfo 22 1 0:26 / / rw,relatime - zfs rpool/ROOT/pve-1 rw
file etc/fstab proc /proc proc defaults 0 0'
for words in 'root=ZFS=/ROOT/pve-1 ro root=ZFS=rpool/ROOT/pve-1 boot=zfs' 'root=ZFS=AUTO' 'root=zfs:AUTO' 'root=zfs' 'zfs=bootfs'; do
	outcome zfs-two-roots "$words: another pool is free" free 01:00 0000:01:00.0 "$POOLS" "cmdline $words quiet"
	ok "zfs-two-roots: $words: the root's is not" stays 02:00 "$POOLS" "cmdline $words quiet"
done

OTHER='0000:01:00.0 0000:00:1b.0 144d:a80a:144d:a801 010802 11 nvme
block nvme0n1 0000:01:00.0/nvme/nvme0 259:0
block nvme0n1p1 nvme0n1 259:3 part=1 type=ext4 uuid=cccccccc-0000-0000-0000-000000000001'
outcome zfs-two-roots 'of two root=UUID= the last counts' free 01:00 0000:01:00.0 "$PLAIN" "$OTHER" \
	"cmdline root=UUID=cccccccc-0000-0000-0000-000000000001 root=UUID=$ROOT"
ok 'zfs-two-roots: and it does count' stays 01:00 "$PLAIN" "$OTHER" \
	"cmdline root=UUID=$ROOT root=UUID=cccccccc-0000-0000-0000-000000000001"

# --- what cannot be resolved by its name, and need not be

FREE='0000:01:00.0 0000:00:1b.0 144d:a80a:144d:a801 010802 11 nvme
block nvme0n1 0000:01:00.0/nvme/nvme0 259:0
block nvme0n1p1 nvme0n1 259:3 part=1 type=ext4 uuid=cccccccc-0000-0000-0000-000000000001'
free_disk()
{
	free 01:00 0000:01:00.0 "$FREE" "$@"
}
SDA1="block sda1 sda 8:1 part=1 type=ext4 uuid=$ROOT label=root"
ON_SDA1='line proc/self/mountinfo 22 1 8:1 / / rw - ext4'
ok '/dev/root on the command line' free_disk "$PLAIN" 'cmdline root=/dev/root rw'
ok '/dev/root in fstab and mountinfo' free_disk "$SDA1" 'line etc/fstab /dev/root / ext4 defaults 0 1' "$ON_SDA1 /dev/root rw"
ok '/dev/root: what it is stays' stays 00:17.0 "$SDA1" 'line etc/fstab /dev/root / ext4 defaults 0 1' "$ON_SDA1 /dev/root rw"
ok 'single quotes in fstab' free_disk "$SDA1" "line etc/fstab LABEL='root' / ext4 defaults 0 1" "$ON_SDA1 /dev/sda1 rw"
ok 'a root in memory: rootfs' free_disk 'line proc/self/mountinfo 1 1 0:2 / / rw - rootfs rootfs rw' 'cmdline rdinit=/init'
ok 'a root in memory: a RAM disk' free_disk 'line proc/self/mountinfo 22 1 1:0 / / rw - ext2 /dev/ram0 rw' 'cmdline root=/dev/ram0'
RUN='line proc/self/mountinfo 23 22 0:29 / /run rw - tmpfs tmpfs rw'
OVER='line proc/self/mountinfo 22 1 0:30 / / rw - overlay overlay rw,lowerdir=/run/live/rootfs:/run/live/more,upperdir=/run/live/rw'
ok 'a live system in memory' free_disk "$OVER" "$RUN" 'cmdline boot=live toram'
ok 'a live system from a disk' stays 01:00 "$FREE" "$OVER" "$RUN" \
	'line proc/self/mountinfo 24 23 259:3 / /run/live/rootfs rw - squashfs /dev/nvme0n1p1 ro' 'cmdline boot=live'
ok 'a live system of which the layers are not seen' stays 01:00 "$FREE" "$OVER" 'cmdline boot=live'
KEYS=dddddddd-0000-0000-0000-000000000001
ok 'a key on a mapping that crypttab opens first' free_disk "$ENCRYPTED" "block sda3 sda 8:3 part=3 type=crypto_LUKS uuid=$KEYS" \
	"line etc/crypttab keys UUID=$KEYS none luks,initramfs" \
	"line etc/crypttab cryptroot UUID=$LUKS /dev/mapper/keys:/root.key luks,keyscript=/lib/cryptsetup/scripts/passdev"
ok 'a mapping that nothing opens' stays 01:00 "$FREE" "$ENCRYPTED" \
	"line etc/crypttab cryptroot UUID=$LUKS /dev/mapper/keys:/root.key luks,keyscript=/lib/cryptsetup/scripts/passdev"

# --- ovs-uplink, nic-with-address

PORTS='0000:01:00.0 0000:00:1b.0 8086:1521:8086:0001 0200 20 igb
0000:01:00.1 0000:00:1b.0 8086:1521:8086:0001 0200 21 igb
0000:02:00.0 0000:00:1d.0 8086:1521:8086:0001 0200 30 igb
0000:02:00.1 0000:00:1d.0 8086:1521:8086:0001 0200 31 igb
net ens1f1 0000:01:00.1 ifindex=3
net ens2f0 0000:02:00.0 ifindex=4
net ens2f1 0000:02:00.1 ifindex=5
file proc/net/route Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
line proc/net/route vmbr0	00000000	0101A8C0	0003	0	0	0	00000000	0	0	0
line proc/net/route vmbr0	0001A8C0	00000000	0001	0	0	0	00FFFFFF	0	0	0'
SWITCH='net ens1f0 0000:01:00.0 master=ovs-system ifindex=2
net ovs-system - ifindex=8
net vmbr0 - ifindex=6'
outcome ovs-uplink 'another card is free' free 02:00 0000:02:00.0 "$PLAIN" "$PORTS" "$SWITCH"
ok 'ovs-uplink: its port is not' stays 01:00.0 "$PLAIN" "$PORTS" "$SWITCH"

# virtual_ports: those of virtual machines, which stand on nothing.
virtual_ports()
{
	free 02:00 0000:02:00.0 "$PLAIN" "$PORTS" "$SWITCH" \
		"$(for port in 0 1 2 3 4 5 6 7 8 9; do echo "net qvo$port - master=ovs-system ifindex=$((20 + port))"; done)"
}
ok 'ovs-uplink: with ports of virtual machines' virtual_ports

BRIDGE='net ens1f0 0000:01:00.0 master=vmbr0 ifindex=2
net vmbr0 - lower=ens1f0 ifindex=6
line proc/net/route ens2f0	000A0A0A	00000000	0001	0	0	0	00FFFFFF	0	0	0'

# never RULE: it does not lock the port that has a route.
never()
{
	added "$1" "$PLAIN" "$PORTS" "$BRIDGE" || return 1
	! cards | grep -x 0000:02:00.0
}
outcome nic-with-address 'an ID means more than it' never 8086:1521
outcome nic-with-address 'the slot has another port' never 02:00
ok 'nic-with-address: whoever names just it may have it' free 02:00.0 0000:02:00.0 "$PLAIN" "$PORTS" "$BRIDGE"
ok 'nic-with-address: a port without a route is free' free 02:00.1 0000:02:00.1 "$PLAIN" "$PORTS" "$BRIDGE"

# --- rmrr, foreign-override

# names TEXT LINE...: with 01:00, a RAID controller, locked, `check --json` has this in some string.
names()
{
	names_text=$1
	shift
	free 01:00 0000:01:00.0 "$PLAIN" '0000:01:00.0 0000:00:1b.0 103c:323b:103c:3355 0104 12 -' "$@" || return 1
	run check --json
	json_names "$names_text"
}
GROUP=sys/kernel/iommu_groups/12/reserved_regions
outcome rmrr 'a direct region' names direct "file $GROUP 0x00000000f1a00000 0x00000000f1afffff direct"
ok 'rmrr: a relaxable one is harmless' fails names direct "file $GROUP 0x00000000f1a00000 0x00000000f1afffff direct-relaxable"
ok 'rmrr: that of the interrupts, too' fails names reserved "file $GROUP 0x00000000fee00000 0x00000000feefffff msi"
outcome foreign-override 'words of Xen' names 0000:00:17.0 'cmdline root=/dev/sda1 xen-pciback.hide=(00:17.0)(00:14.0)'
outcome foreign-override 'words of Qubes' names 0000:00:14.0 'cmdline root=/dev/sda1 rd.qubes.hide_pci=00:17.0,00:14.0'
ok 'foreign-override: a comment' fails names 70-vfio.rules \
	'file etc/udev/rules.d/70-vfio.rules # KERNEL=="0000:00:17.0", ATTR{driver_override}="vfio-pci"'
ok 'foreign-override: a rule of udev for other things' fails names 70-net.rules \
	'file etc/udev/rules.d/70-net.rules KERNEL=="0000:00:17.0", ATTR{power/control}="auto"'
outcome foreign-override 'driverctl' names driverctl.d/0000:00:17.0 'file etc/driverctl.d/0000:00:17.0 vfio-pci'
outcome foreign-override 'a udev rule' names 70-vfio.rules \
	'file etc/udev/rules.d/70-vfio.rules ACTION=="add", KERNEL=="0000:00:17.0", ATTR{driver_override}="vfio-pci"'
# --- words that work together

CARDS='0000:01:00.0 0000:00:1b.0 8086:1521 0200 11 igb
0000:02:00.0 0000:00:1d.0 8086:10fb 0200 13 ixgbe
net eno1 0000:01:00.0 ifindex=2
net enp2s0 0000:02:00.0 ifindex=3'
ROUTE='line proc/net/route Iface	Destination	Gateway	Flags	RefCnt	Use	Metric	Mask	MTU	Window	IRTT
line proc/net/route eno1	00000000	0101A8C0	0003	0	0	0	00000000	0	0	0'
ok 'a bond that the initramfs makes: its member stays' stays 01:00 "$PLAIN" "$CARDS" \
	"cmdline root=UUID=$ROOT bond=bond0:eno1:mode=active-backup ip=bond0:dhcp"
ok 'and no other card' free 02:00 0000:02:00.0 "$PLAIN" "$CARDS" \
	"cmdline root=UUID=$ROOT bond=bond0:eno1:mode=active-backup ip=bond0:dhcp"
ok 'a VLAN on it' free 02:00 0000:02:00.0 "$PLAIN" "$CARDS" \
	"cmdline root=UUID=$ROOT vlan=vlan7:bond0 bond=bond0:eno1 ip=vlan7:dhcp"
ok 'words of two places' free 02:00 0000:02:00.0 "$PLAIN" "$CARDS" "cmdline root=UUID=$ROOT ip=bond0:dhcp" \
	'line etc/dracut.conf.d/bond.conf kernel_cmdline+=" bond=bond0:eno1 "'
ok 'an interface that nothing makes: any card' stays 02:00 "$PLAIN" "$CARDS" "cmdline root=UUID=$ROOT ip=bond0:dhcp"
ok 'rd.neednet=1: the card of the default route' stays '01:00 allow=in-use' "$PLAIN" "$CARDS" "$ROUTE" \
	"cmdline root=UUID=$ROOT rd.neednet=1"
ok 'rd.neednet=1, and the interface named' free 02:00 0000:02:00.0 "$PLAIN" "$CARDS" "$ROUTE" \
	"cmdline root=UUID=$ROOT rd.neednet=1 ip=eno1:dhcp"

stays_default()
{
	stays '01:00 allow=in-use' "$PLAIN" "$CARDS" "$ROUTE" "$@"
}
ok 'rd.neednet=1: an interface that is not here names none' stays_default "cmdline root=UUID=$ROOT rd.neednet=1 ip=dhcp" \
	'line boot/loader/entries/a.conf linux /vmlinuz' "line boot/loader/entries/a.conf options root=UUID=$ROOT ip=eth9:dhcp"
ok 'rd.neednet=1: nor does one that is not set up' stays_default "cmdline root=UUID=$ROOT rd.neednet=1 ip=dhcp ip=enp2s0:off"
ok 'rd.neednet=1: nor a name alone' stays_default "cmdline root=UUID=$ROOT rd.neednet=1 ip=dhcp ifname=lan2:52:54:00:00:00:02"
for words in ip=enp2s0:off ip=::::h:enp2s0:none ifname=lan2:52:54:00:00:00:02; do
	ok "uses no card: $words" free 02:00 0000:02:00.0 "$PLAIN" "$CARDS" "cmdline root=UUID=$ROOT $words"
done
ok 'uses one: an address of its own' stays 02:00 "$PLAIN" "$CARDS" "cmdline root=UUID=$ROOT ip=10.0.0.5::10.0.0.1:255.0.0.0:h:enp2s0:off"
for words in md=0,nvme0n1p1 'dm-mod.create="data,,,rw,0 8 linear 259:3 0"'; do
	ok "names a disk: $words" stays 01:00 "$PLAIN" "$OTHER" "cmdline root=UUID=$ROOT $words"
done

# ssh LINE...: the card of the default route is given away by a word, where the image has a server of ssh.
ssh()
{
	machine_of "$BOARD" "$CARDS" "$ROUTE" "$@"
	run add --yes 01:00 allow=in-use
}

ssh_stays()
{
	ssh "$@" && code 1 && locks
}

ssh_is_free()
{
	ssh "$@" && code 0 && locks 0000:01:00.0
}
DROPBEAR='file usr/share/initramfs-tools/hooks/dropbear x
file etc/dropbear/initramfs/authorized_keys ssh-ed25519 AAAA'
ok 'dropbear unlocks the root' ssh_stays "$ENCRYPTED" "$DROPBEAR"
ok 'but for a root that is not encrypted' ssh_is_free "$PLAIN" "$DROPBEAR"
ok 'and only where somebody may log in' ssh_is_free "$ENCRYPTED" 'file usr/share/initramfs-tools/hooks/dropbear x'
ok 'tinyssh of mkinitcpio' ssh_stays "$ENCRYPTED" 'file usr/lib/initcpio/install/tinyssh x' 'file etc/tinyssh/root_key x'

ok 'an overlay that is not here: it goes to memory' free 01:00 0000:01:00.0 "$PLAIN" "$OTHER" \
	"cmdline root=UUID=$ROOT rd.overlay=LABEL=persist"

HASH=bbbbbbbb000000000000000000000001bbbbbbbb000000000000000000000001
VERITY='0000:01:00.0 0000:00:1b.0 144d:a80a:144d:a801 010802 11 nvme
block nvme0n1 0000:01:00.0/nvme/nvme0 259:0
block nvme0n1p1 nvme0n1 259:3 part=1 type=erofs partuuid=bbbbbbbb-0000-0000-0000-000000000001'
ok 'roothash= names the partitions' stays 01:00 "$PLAIN" "$VERITY" "cmdline root=UUID=$ROOT roothash=$HASH"
ok 'but for a device that is named itself' free 01:00 0000:01:00.0 "$PLAIN" "$OTHER" "block sda2 sda 8:2 part=2 partuuid=dddddddd-0000-0000-0000-000000000001" \
	"cmdline root=UUID=$ROOT roothash=bbbbbbbb000000000000000000000099dddddddd000000000000000000000001 systemd.verity_root_data=/dev/sda1"
ok 'but where both devices are named' free 01:00 0000:01:00.0 "$PLAIN" "$VERITY" \
	"cmdline root=UUID=$ROOT roothash=$HASH systemd.verity_root_data=/dev/sda1 systemd.verity_root_hash=/dev/sda1"
for words in noresume nohibernate hibernate=noresume hibernate=no; do
	ok "$words: no swap is resumed from" free 01:00 0000:01:00.0 "$PLAIN" "$SWAP" "cmdline root=UUID=$ROOT $RESUME $words"
done
ok 'root=server:/export' stays '01:00 allow=in-use' "$CARDS" "$ROUTE" 'cmdline root=10.0.0.1:/export'
ok 'rd.luks.uuid=keysource:UUID' stays 01:00 "$PLAIN" "$OTHER" \
	"block nvme0n1p2 nvme0n1 259:4 part=2 type=crypto_LUKS uuid=$LUKS" "cmdline root=UUID=$ROOT rd.luks.uuid=keysource:$LUKS"

# --- lines of programs' file systems

CARDS_AWAY='0000:02:00.0 0000:00:1d.0 8086:10fb 0200 13 ixgbe
net enp2s0 0000:02:00.0 ifindex=3'
ROUTE_AWAY='line proc/net/route Iface	Destination	Gateway	Flags	RefCnt	Use	Metric	Mask	MTU	Window	IRTT
line proc/net/route enp2s0	00000000	0101A8C0	0003	0	0	0	00000000	0	0	0'

for line in 'gdrive:backup /mnt/cloud rclone rw,config=/etc/rclone.conf 0 0' 'rclone#gdrive: /mnt/cloud fuse rw 0 0' \
	'/mnt/disk*:/mnt/nvme* /srv mergerfs cache.files=off 0 0' '/mnt/disk* /srv fuse.mergerfs defaults 0 0' \
	's3fs#bucket /mnt/s3 fuse _netdev 0 0' 'aufs /srv aufs br=/a:/b 0 0' 'none /proc/bus/usb usbfs defaults 0 0' 'overlay /merged overlay lowerdir=/a,upperdir=/b,workdir=/c 0 0'; do
	ok "names no disk: $line" free_disk "$PLAIN" "line etc/fstab $line"
done
for line in 'admin@.cephfs=/ /mnt/ceph ceph mon_addr=10.0.0.1:6789,noatime 0 0' 'my-bucket /mnt/b gcsfuse _netdev 0 0' \
	'beegfs_nodev /mnt/beegfs beegfs rw,cfgFile=/etc/beegfs/beegfs-client.conf 0 0'; do
	ok "names no disk: $line" free_disk "$PLAIN" "$CARDS_AWAY" "$ROUTE_AWAY" "line etc/fstab $line"
done
ok 'but a network card' stays '02:00 allow=in-use' "$PLAIN" "$CARDS_AWAY" "$ROUTE_AWAY" \
	'line etc/fstab admin@.cephfs=/ /mnt/ceph ceph mon_addr=10.0.0.1:6789,noatime 0 0'
ok 'a name without /dev is no program: any disk may be meant' stays 01:00 "$FREE" "$PLAIN" 'line etc/fstab nvme9n1 /data ext4 defaults 0 2'
tap_end
