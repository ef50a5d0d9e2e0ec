#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# hosts.t: what the boot needs on hosts as people have them, put together from fstabs, crypttabs and command lines that were
# published; the right answer is found by hand. All else is free.
# shellcheck source=/dev/null
. tests/cases/machine.sh

# Two identical NVMe drives, a SATA controller, two network cards, a USB controller.
BOARD='0000:00:02.0 - 8086:3e98 0300 1 - boot_vga=1
0000:00:14.0 - 8086:a36d 0c03 2 xhci_hcd usb=keyboard
0000:00:17.0 - 8086:a352 0106 3 ahci
0000:00:1b.0 - 8086:a340 0604 4 pcieport
0000:00:1c.0 - 8086:a338 0604 5 pcieport
0000:00:1d.0 - 8086:a330 0604 6 pcieport
0000:01:00.0 0000:00:1b.0 144d:a80a:144d:a801 010802 11 nvme
0000:02:00.0 0000:00:1d.0 144d:a80a:144d:a801 010802 12 nvme
0000:03:00.0 0000:00:1c.0 8086:1533:8086:0001 020000 13 igb
0000:04:00.0 0000:00:1c.0 8086:1533:8086:0001 020000 14 igb
net eno1 0000:03:00.0 ifindex=2
net enp4s0 0000:04:00.0 ifindex=3
block sda 0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block 8:0
block nvme0n1 0000:01:00.0/nvme/nvme0 259:0
block nvme1n1 0000:02:00.0/nvme/nvme1 259:10
block nvme1n1p1 nvme1n1 259:11 part=1 type=ntfs uuid=01DA3B2C4D5E6F70 label=games'
U=2833b74a-f17d-4b90-93f0-04aace0bfb84
L=97eb312e-876a-4529-a3e7-81ee27073218
CRYPT="CRYPT-LUKS2-97eb312e876a4529a3e781ee27073218"

# needs ADDRESSES LINE...: just these are what the boot of the board with these lines needs.
needs()
{
	needs_wanted=$1
	shift
	machine_of "$BOARD" "$@"
	# shellcheck disable=SC2086 # a list
	boot_needs $needs_wanted
}

ok 'Manjaro: LUKS by rd.luks.name=, games on the other drive' needs 0000:01:00.0 \
	'block nvme0n1p1 nvme0n1 259:1 part=1 type=vfat uuid=6A1B-2C3D' \
	"block nvme0n1p2 nvme0n1 259:2 part=2 type=crypto_LUKS uuid=$L" \
	"block dm-0 virtual/block 254:0 dm=cryptroot dmuuid=$CRYPT-cryptroot slaves=nvme0n1p2 type=ext4 uuid=$U" \
	"cmdline BOOT_IMAGE=/boot/vmlinuz-6.1-x86_64 root=UUID=$U rw rd.luks.name=$L=cryptroot quiet nosplash" \
	"line etc/fstab UUID=6A1B-2C3D /boot/efi vfat umask=0077 0 2" "line etc/fstab UUID=$U / ext4 defaults,noatime 0 1" \
	'line etc/fstab UUID=01DA3B2C4D5E6F70 /games ntfs3 defaults,nofail,uid=1000 0 0' \
	'line proc/self/mountinfo 22 1 254:0 / / rw,noatime - ext4 /dev/mapper/cryptroot rw' \
	'line proc/self/mountinfo 23 22 259:11 / /games rw - ntfs3 /dev/nvme1n1p1 rw'

ok 'Gentoo: a group in LUKS, swap with a random key' needs 0000:00:17.0 \
	'block sda1 sda 8:1 part=1 type=vfat uuid=1C2D-3E4F' "block sda2 sda 8:2 part=2 type=crypto_LUKS uuid=$L" \
	'block sda3 sda 8:3 part=3' "block dm-0 virtual/block 254:0 dm=root dmuuid=$CRYPT-root slaves=sda2 type=LVM2_member" \
	"block dm-1 virtual/block 254:1 dm=vg0-root dmuuid=LVM-x1 slaves=dm-0 type=ext4" \
	"block dm-2 virtual/block 254:2 dm=vg0-home dmuuid=LVM-x2 slaves=dm-0 type=ext4" \
	'line etc/crypttab swap /dev/sda3 /dev/urandom swap,cipher=aes-cbc-essiv:sha256,size=256' \
	'line etc/fstab /dev/mapper/vg0-root / ext4 rw,noatime,data=ordered 0 1' \
	'line etc/fstab /dev/mapper/vg0-home /home ext4 rw,noatime,data=ordered 0 2' \
	'line etc/fstab /dev/sda1 /boot vfat rw,relatime,fmask=0022 0 2' 'line etc/fstab /dev/mapper/swap none swap defaults 0 0' \
	"cmdline root=/dev/mapper/vg0-root rd.luks.uuid=$L rd.lvm.vg=vg0 ro" \
	'line proc/self/mountinfo 22 1 254:1 / / rw,noatime - ext4 /dev/mapper/vg0-root rw'

ok 'Manjaro with dracut: a UEFI image, the words in dracut.conf.d' needs 0000:01:00.0 \
	'block nvme0n1p1 nvme0n1 259:1 part=1 type=vfat uuid=6A1B-2C3D' \
	"block nvme0n1p2 nvme0n1 259:2 part=2 type=crypto_LUKS uuid=$L" \
	"block dm-0 virtual/block 254:0 dm=luks-$L dmuuid=$CRYPT-luks-$L slaves=nvme0n1p2 type=LVM2_member" \
	"block dm-1 virtual/block 254:1 dm=VG-sys dmuuid=LVM-x1 slaves=dm-0 type=btrfs uuid=$U" \
	'block dm-2 virtual/block 254:2 dm=VG-swap dmuuid=LVM-x2 slaves=dm-0 type=swap' \
	"line etc/dracut.conf.d/cmdline.conf kernel_cmdline=\"rd.auto=1 rd.luks.uuid=luks-$L rd.lvm.lv=VG/sys root=/dev/VG/sys rootflags=subvol=@ resume=/dev/VG/swap rw\"" \
	"cmdline rd.auto=1 rd.luks.uuid=luks-$L rd.lvm.lv=VG/sys root=/dev/VG/sys rootflags=subvol=@ resume=/dev/VG/swap rw" \
	'line etc/fstab /dev/VG/sys / btrfs subvol=@,compress=zstd:1 0 0' 'line etc/fstab /dev/VG/sys /home btrfs subvol=@home 0 0' \
	'line etc/fstab UUID=6A1B-2C3D /efi vfat noauto,x-systemd.automount 0 2' 'line etc/fstab /dev/VG/swap none swap sw 0 0' \
	'line proc/self/mountinfo 22 1 0:25 /@ / rw - btrfs /dev/mapper/VG-sys rw,subvol=/@'

ok 'Ubuntu Server: dm_crypt-0 below ubuntu-vg, by-id' needs 0000:00:17.0 \
	'block sda1 sda 8:1 part=1 type=vfat uuid=D157-ED82' 'block sda2 sda 8:2 part=2 type=ext4 uuid=2ff1695d-4d68-4886-ae84-b53a7b7913a9' \
	"block sda3 sda 8:3 part=3 type=crypto_LUKS uuid=c3d51935-6b45-419f-bbb5-751541a72b0c" \
	'block dm-0 virtual/block 253:0 dm=dm_crypt-0 dmuuid=CRYPT-LUKS2-c3d519356b45419fbbb5751541a72b0c-dm_crypt-0 slaves=sda3 type=LVM2_member' \
	'block dm-1 virtual/block 253:1 dm=ubuntu--vg-ubuntu--lv dmuuid=LVM-abc slaves=dm-0 type=ext4 link=disk/by-id/dm-uuid-LVM-abc' \
	'line etc/crypttab dm_crypt-0 UUID=c3d51935-6b45-419f-bbb5-751541a72b0c none luks' \
	'line etc/fstab /dev/disk/by-id/dm-uuid-LVM-abc / ext4 defaults 0 1' \
	'line etc/fstab /dev/disk/by-uuid/2ff1695d-4d68-4886-ae84-b53a7b7913a9 /boot ext4 defaults 0 1' \
	'line etc/fstab /dev/disk/by-uuid/D157-ED82 /boot/efi vfat defaults 0 1' 'line etc/fstab /swap.img none swap sw 0 0' \
	'cmdline BOOT_IMAGE=/vmlinuz-5.4.0-33-generic root=/dev/mapper/ubuntu--vg-ubuntu--lv ro' \
	'line proc/self/mountinfo 22 1 253:1 / / rw - ext4 /dev/mapper/ubuntu--vg-ubuntu--lv rw'

ok 'a Chromebook: the root on eMMC, an empty fstab' needs '' \
	'block mmcblk0 platform/sdhci/mmc_host/block 179:0' 'block mmcblk0p2 mmcblk0 179:2 part=2 type=crypto_LUKS' \
	'block dm-0 virtual/block 254:0 dm=root dmuuid=CRYPT-LUKS2-x-root slaves=mmcblk0p2 type=ext4' \
	'line etc/crypttab root /dev/mmcblk0p2 none luks' 'file etc/fstab' \
	'cmdline cros_secure cryptdevice=/dev/mmcblk0p2:root:allow-discards root=/dev/mapper/root rootfstype=ext4 rootwait rw' \
	'line proc/self/mountinfo 22 1 254:0 / / rw - ext4 /dev/mapper/root rw'

ok 'Pop!_OS: cryptdata, cryptswap and a recovery partition' needs 0000:01:00.0 \
	'block nvme0n1p1 nvme0n1 259:1 part=1 type=vfat partuuid=e1a1a1a1-0001-4000-8000-000000000001' \
	'block nvme0n1p2 nvme0n1 259:2 part=2 type=vfat partuuid=e1a1a1a1-0002-4000-8000-000000000002' \
	"block nvme0n1p3 nvme0n1 259:3 part=3 type=crypto_LUKS uuid=$L" \
	'block nvme0n1p4 nvme0n1 259:4 part=4 type=swap uuid=e1a1a1a1-0004-4000-8000-000000000004' \
	"block dm-0 virtual/block 253:0 dm=cryptdata dmuuid=$CRYPT-cryptdata slaves=nvme0n1p3 type=LVM2_member" \
	"block dm-1 virtual/block 253:1 dm=data-root dmuuid=LVM-x slaves=dm-0 type=ext4 uuid=$U" \
	"line etc/crypttab cryptdata UUID=$L none luks" \
	'line etc/crypttab cryptswap UUID=e1a1a1a1-0004-4000-8000-000000000004 /dev/urandom swap,plain,offset=1024,cipher=aes-xts-plain64,size=512' \
	'line etc/fstab PARTUUID=e1a1a1a1-0001-4000-8000-000000000001 /boot/efi vfat umask=0077 0 0' \
	'line etc/fstab PARTUUID=e1a1a1a1-0002-4000-8000-000000000002 /recovery vfat umask=0077 0 0' \
	'line etc/fstab /dev/mapper/cryptswap none swap defaults 0 0' "line etc/fstab UUID=$U / ext4 noatime,errors=remount-ro 0 0" \
	"cmdline initrd=\\EFI\\Pop_OS-$U\\initrd.img root=UUID=$U ro quiet loglevel=0 systemd.show_status=false splash" \
	'line proc/self/mountinfo 22 1 253:1 / / rw,noatime - ext4 /dev/mapper/data-root rw'

ok 'Proxmox VE: a mirror on two disks, Ceph on an NVMe drive' needs 0000:00:17.0 \
	'block sda2 sda 8:2 part=2 type=vfat uuid=A1B2-C3D4' 'block sda3 sda 8:3 part=3 type=zfs_member uuid=123 label=rpool' \
	'block sdb 0000:00:17.0/ata2/host1/target1:0:0/1:0:0:0/block 8:16' 'block sdb2 sdb 8:18 part=2 type=vfat uuid=E5F6-A7B8' \
	'block sdb3 sdb 8:19 part=3 type=zfs_member uuid=123 label=rpool' \
	'block dm-0 virtual/block 252:0 dm=ceph--1-osd--block--1 dmuuid=LVM-osd slaves=nvme0n1' \
	'line etc/kernel/proxmox-boot-uuids A1B2-C3D4' 'line etc/kernel/proxmox-boot-uuids E5F6-A7B8' \
	'line etc/kernel/cmdline root=ZFS=rpool/ROOT/pve-1 boot=zfs' 'file etc/fstab proc /proc proc defaults 0 0' \
	'cmdline initrd=\EFI\proxmox\6.8.12-1-pve\initrd.img-6.8.12-1-pve root=ZFS=rpool/ROOT/pve-1 boot=zfs' \
	'line proc/self/mountinfo 22 1 0:26 / / rw,relatime - zfs rpool/ROOT/pve-1 rw'

ok 'a NAS: mergerfs and SnapRAID over disks that may be missing' needs 0000:00:17.0 \
	"block sda1 sda 8:1 part=1 type=ext4 uuid=$U" 'block nvme0n1p1 nvme0n1 259:1 part=1 type=xfs uuid=d0000000-0001-4000-8000-000000000001' \
	"line etc/fstab UUID=$U / ext4 errors=remount-ro 0 1" 'line etc/fstab /swapfile none swap sw 0 0' \
	'line etc/fstab UUID=d0000000-0001-4000-8000-000000000001 /mnt/disk1 xfs defaults,nofail 0 2' \
	'line etc/fstab UUID=d0000000-0002-4000-8000-000000000002 /mnt/disk2 xfs defaults,nofail 0 2' \
	'line etc/fstab UUID=d0000000-0003-4000-8000-000000000003 /mnt/parity1 ext4 defaults,nofail 0 2' \
	'line etc/fstab /mnt/disk*:/mnt/nvme* /mnt/storage fuse.mergerfs allow_other,use_ino,cache.files=off,category.create=mfs 0 0' \
	'line etc/fstab gdrive: /mnt/gdrive rclone rw,noauto,nofail,_netdev,args2env,config=/etc/rclone.conf 0 0' \
	"cmdline BOOT_IMAGE=/boot/vmlinuz-6.1.0-18-amd64 root=UUID=$U ro quiet intel_iommu=on" \
	'line proc/self/mountinfo 22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw' \
	'line proc/self/mountinfo 23 22 259:1 / /mnt/disk1 rw - xfs /dev/nvme0n1p1 rw'

ok 'Fedora: a btrfs over both drives, swap in memory' needs '0000:01:00.0 0000:02:00.0' \
	'block nvme0n1p1 nvme0n1 259:1 part=1 type=vfat uuid=6A1B-2C3D' 'block nvme0n1p2 nvme0n1 259:2 part=2 type=ext4 uuid=b0000000-0001-4000-8000-000000000001' \
	"block nvme0n1p3 nvme0n1 259:3 part=3 type=btrfs uuid=$U" "block nvme1n1p3 nvme1n1 259:13 part=3 type=btrfs uuid=$U" \
	"line etc/fstab UUID=$U / btrfs subvol=root,compress=zstd:1 0 0" 'line etc/fstab UUID=b0000000-0001-4000-8000-000000000001 /boot ext4 defaults 1 2' \
	'line etc/fstab UUID=6A1B-2C3D /boot/efi vfat umask=0077,shortname=winnt 0 2' "line etc/fstab UUID=$U /home btrfs subvol=home,compress=zstd:1 0 0" \
	"cmdline BOOT_IMAGE=(hd1,gpt2)/vmlinuz-6.8.5-301.fc40.x86_64 root=UUID=$U ro rootflags=subvol=root rhgb quiet" \
	'line proc/self/mountinfo 22 1 0:30 /root / rw - btrfs /dev/nvme0n1p3 rw,subvol=/root' \
	'line proc/swaps Filename				Type		Size		Used		Priority' 'line proc/swaps /dev/zram0                              partition	8388604		0		100'

ok 'a diskless host: the root on NFS' needs 0000:03:00.0 \
	'cmdline root=/dev/nfs nfsroot=10.0.0.1:/srv/nfs/root,vers=4.2,rw ip=:::::eno1:dhcp' \
	'line proc/net/route Iface	Destination	Gateway	Flags	RefCnt	Use	Metric	Mask	MTU	Window	IRTT' \
	'line proc/net/route eno1	0000000A	00000000	0001	0	0	0	000000FF	0	0	0' \
	'line proc/net/route enp4s0	0001A8C0	00000000	0001	0	0	0	00FFFFFF	0	0	0' \
	'file etc/fstab tmpfs /tmp tmpfs defaults 0 0' \
	'line proc/self/mountinfo 22 1 0:20 / / rw - nfs4 10.0.0.1:/srv/nfs/root rw,vers=4.2,addr=10.0.0.1,clientaddr=10.0.0.5'

ok 'NixOS: / in memory, /nix and /persist on a drive' needs 0000:01:00.0 \
	'block nvme0n1p1 nvme0n1 259:1 part=1 type=vfat uuid=6A1B-2C3D' "block nvme0n1p2 nvme0n1 259:2 part=2 type=btrfs uuid=$U" \
	'line etc/fstab tmpfs / tmpfs size=2G,mode=755 0 0' 'line etc/fstab /dev/disk/by-uuid/6A1B-2C3D /boot vfat fmask=0022 0 2' \
	"line etc/fstab /dev/disk/by-uuid/$U /nix btrfs subvol=nix,compress=zstd 0 0" "line etc/fstab /dev/disk/by-uuid/$U /persist btrfs subvol=persist,x-initrd.mount 0 0" \
	'cmdline initrd=\EFI\nixos\abc-initrd-linux-6.6.30-initrd.efi init=/nix/store/abc-nixos-system/init root=fstab loglevel=4' \
	'line proc/self/mountinfo 22 1 0:22 / / rw - tmpfs tmpfs rw' 'line proc/self/mountinfo 23 22 0:23 /nix /nix rw - btrfs /dev/nvme0n1p2 rw,subvol=/nix'

ok 'openSUSE: subvolumes, and a swap to resume from' needs 0000:00:17.0 \
	"block sda2 sda 8:2 part=2 type=btrfs uuid=$U" 'block sda3 sda 8:3 part=3 type=swap uuid=5a0ce5a1-0003-4000-8000-000000000003' \
	"line etc/fstab UUID=$U / btrfs defaults 0 0" "line etc/fstab UUID=$U /var btrfs subvol=/@/var 0 0" "line etc/fstab UUID=$U /home btrfs subvol=/@/home 0 0" \
	"line etc/fstab UUID=$U /.snapshots btrfs subvol=/@/.snapshots 0 0" 'line etc/fstab UUID=5a0ce5a1-0003-4000-8000-000000000003 swap swap defaults 0 0' \
	"cmdline BOOT_IMAGE=/boot/vmlinuz-6.4.0-default root=UUID=$U splash=silent resume=/dev/disk/by-uuid/5a0ce5a1-0003-4000-8000-000000000003 quiet" \
	'line proc/self/mountinfo 22 1 0:24 /@/.snapshots/1/snapshot / rw - btrfs /dev/sda2 rw,subvol=/@/.snapshots/1/snapshot'
tap_end
