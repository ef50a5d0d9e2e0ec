# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Disks with the roots of the table `storage`. Nothing is mounted on this machine, and no device-mapper or MD is wanted:
# a guest (guest/storage) makes what only a kernel can make on empty disks, and the file systems are put into that.
# Needs need.sh, table.sh, root.sh, boot.sh and luks.sh sourced.

STORAGE_MEGABYTES=600
# What no plain root has: tools and hooks for roots on MD, btrfs, XFS, dm-integrity and NBD.
STORAGE_PACKAGES='mdadm btrfs-progs xfsprogs cryptsetup-bin nbd-client'
# The rows whose disks a guest prepares, those that it fills, too, and the disks, in the order of the topology `storage`.
STORAGE_PREPARED='lvm-luks md cache'
STORAGE_FILLED='btrfs xfs journal integrity'
STORAGE_MADE='lvm md-1 md-2 btrfs-1 btrfs-2 xfs-1 xfs-2 journal-1 journal-2 cache-1 cache-2 integrity'

# storage_of TOPOLOGY: the row of the table `storage` from which that machine boots; nothing where it is a virtio disk.
storage_of()
{
	awk -F '|' -v topology="$1" '(" " $2 " ") ~ (" " topology " ") { print $1 }' "$WORK/tables/storage"
}

# storage_words TOPOLOGY: what its root adds to the kernel command line.
storage_words()
{
	storage_row=$(storage_of "$1")
	[ -z "$storage_row" ] || table_cell storage "$storage_row" 3 | sed "s/PORT/$(storage_port)/"
}

# storage_packages_make SUITE DIR: unpacks those packages, and what they want that the cached root lacks, into
# DIR/packages. Unpacked, not installed: so the root of all the other images stays as it is.
storage_packages_make()
{
	storage_status=$(ls -d "$TOP/build/cache/root-$1-"*)/var/lib/dpkg/status
	step "packages for roots on: $STORAGE_PACKAGES"
	# shellcheck disable=SC2086 # a list of packages
	root_apt "$2" "$1" apt-get -qq -y -o Dir::State::status="$storage_status" --no-install-recommends \
		--download-only install $STORAGE_PACKAGES || fail "apt-get install --download-only $STORAGE_PACKAGES"
	mkdir -p "$2/packages/usr/bin" "$2/packages/usr/sbin" "$2/packages/usr/lib"
	ln -s usr/bin usr/sbin usr/lib "$2/packages/"
	for storage_deb in "$2/apt-$1"/cache/archives/*.deb; do
		dpkg-deb --fsys-tarfile "$storage_deb" |
			tar -x --keep-directory-symlink --exclude './usr/share/doc*' --exclude './usr/share/man*' -C "$2/packages" ||
			fail "unpacking $storage_deb"
	done
	rm "$2/packages/bin" "$2/packages/sbin" "$2/packages/lib"
}

# storage_packages_add SUITE ROOT: puts them into a copy of the root.
storage_packages_add()
{
	storage_entry=storage-$1-$(echo "$STORAGE_PACKAGES" | tr ' ' +)
	storage_packages=$(cache_get "$storage_entry" packages storage_packages_make "$1") || return 1
	cp -al "$storage_packages/." "$2/"
	storage_hooks "$2"
}

# storage_hooks ROOT: what no package of these has: a script that opens a dm-integrity, or a cached volume.
storage_hooks()
{
	cat >"$1/etc/initramfs-tools/hooks/storage" <<-'END'
		#!/bin/sh
		[ "$1" != prereqs ] || exit 0
		. /usr/share/initramfs-tools/hook-functions
		copy_exec /usr/sbin/integritysetup
		copy_exec /usr/sbin/lvm
	END
	cat >"$1/etc/initramfs-tools/scripts/local-top/storage" <<-'END'
		#!/bin/sh
		[ "$1" != prereqs ] || exit 0
		udevadm settle
		device=$(sed -n 's/.* integrity=\([^ ]*\).*/\1/p' /proc/cmdline)
		[ -z "$device" ] || integritysetup open "$device" whole
		! grep -q mapper/vgc- /proc/cmdline || lvm vgchange -ay --noudevsync \
			--config 'activation { udev_rules=0 } global { cache_check_executable="" }' vgc
	END
	chmod 755 "$1/etc/initramfs-tools/hooks/storage" "$1/etc/initramfs-tools/scripts/local-top/storage"
}

# storage_root SUITE TO: a small copy of the root: of each kernel only the modules that guests want of their root: for
# plans, and for an image that reaches a root on NVMe.
storage_root()
{
	root_copy "$WORK/roots/$1/root" "$2"
	find "$2/boot" -type f ! -name 'config-*' -delete
	for storage_kernel in "$2"/usr/lib/modules/*/kernel; do
		find "$storage_kernel/drivers" -mindepth 1 -maxdepth 1 ! -name iommu ! -name md ! -name vfio ! -name nvme \
			! -name virtio ! -name block -exec rm -rf {} +
		find "$storage_kernel/fs" -mindepth 1 -maxdepth 1 ! -name btrfs ! -name efivarfs ! -name ext4 ! -name jbd2 \
			! -name 'mbcache.*' ! -name xfs -exec rm -rf {} +
		rm -rf "$storage_kernel/net" "$storage_kernel/sound"
	done
}

# storage_ext4 NAME ROOT FILE: the root as an ext4 file system, with the fstab and crypttab of that row.
storage_ext4()
{
	storage_etc "$1" "$2"
	rm -f "$3"
	mke2fs -q -t ext4 -O ^has_journal -E root_owner=0:0 -L root -U 11111111-2222-4333-8444-000000000002 -d "$2" "$3" \
		"${STORAGE_MEGABYTES}M" >/dev/null || fail "mke2fs $3"
}

# storage_etc NAME ROOT: new files: the copy's others are hard links.
storage_etc()
{
	table_cell storage "$1" 4 | replace "$2/etc/fstab"
	table_cell storage "$1" 5 | replace "$2/etc/crypttab"
	printf %s "$LUKS_KEY" | replace "$2/luks.key"
}

# storage_put FROM TO MEGABYTE: puts a file system to that place of a disk.
storage_put()
{
	dd if="$1" of="$2" bs=1M seek="$3" conv=notrunc,sparse status=none || fail "dd $2"
}

# The disks of each row. What storage_guest left is at WORK/storage.

storage_make_plain()
{
	storage_ext4 plain "$1" "$2/plain.ext4"
	rm -f "$2/plain"
	truncate -s "$((STORAGE_MEGABYTES + 2))M" "$2/plain"
	printf '%s\n' 'label: gpt' "start=2048,size=$((STORAGE_MEGABYTES * 2048)),uuid=11111111-2222-4333-8444-000000000001" |
		sfdisk -q "$2/plain" || fail "sfdisk $2/plain"
	storage_put "$2/plain.ext4" "$2/plain" 1
	rm "$2/plain.ext4"
}

storage_make_luks()
{
	storage_ext4 luks "$1" "$2/luks.ext4"
	luks_encrypt "$2/luks.ext4" "$2/luks"
	rm "$2/luks.ext4"
}

storage_make_lvm_luks()
{
	storage_ext4 lvm-luks "$1" "$2/lvm-luks.ext4"
	storage_put "$2/lvm-luks.ext4" "$2/lvm" 1
	luks_encrypt "$2/lvm" "$2/lvm-luks"
	rm "$2/lvm-luks.ext4"
}

storage_make_md()
{
	storage_ext4 md "$1" "$2/md.ext4"
	storage_offset=$(sed -n 's/^ *Data Offset : \([0-9]*\) sectors.*/\1/p' "$2/log" | head -n 1)
	[ -n "$storage_offset" ] || fail "the guest made no MD, see $2/log"
	storage_put "$2/md.ext4" "$2/md-1" "$((storage_offset / 2048))"
	storage_put "$2/md.ext4" "$2/md-2" "$((storage_offset / 2048))"
	rm "$2/md.ext4"
}

# The cache that the guest made is empty: the volume is what its disk has after the first MiB.
storage_make_cache()
{
	storage_ext4 cache "$1" "$2/cache.ext4"
	storage_put "$2/cache.ext4" "$2/cache-1" 1
	rm "$2/cache.ext4"
}

storage_make_nbd()
{
	storage_ext4 nbd "$1" "$2/nbd"
}

storage_make_usb()
{
	storage_ext4 usb "$1" "$2/usb"
}

# storage_guest SUITE DIR: makes, in a guest, what the rows in DIR/rows want.
storage_guest()
{
	for storage_disk in $STORAGE_MADE; do
		rm -f "$2/$storage_disk"
		truncate -s "$((STORAGE_MEGABYTES + 64))M" "$2/$storage_disk"
	done
	storage_packages_add "$1" "$2/root" || return 1
	for storage_row in $STORAGE_FILLED; do
		table_cell storage "$storage_row" 4 >"$2/fstab-$storage_row"
	done
	disk_make "$2/root" "$2/maker"
	mkdir -p "$2/payload"
	mv "$2"/fstab-* "$2/payload"
	cp "$TOP/tests/qemu/guest/storage" "$2/payload/run"
	cp "$2/rows" "$2/payload"
	payload_make "$2" "$2/payload.tar"
	boot "$WORK/roots/$1/bare/boot/vmlinuz-$(root_release "$WORK/roots/$1/bare" 6.1)" "$WORK/tiny.cpio" "$2/maker" on \
		"$2/payload.tar" storage '' "$2/log"
	boot_finished "$2/log" || { tail -n 30 "$2/log" >&2; fail 'the guest that makes disks did not finish'; }
	rm "$2/maker"
}

# storage_prepare NAME...: the disks of those rows, the twins' empty one, and the virtio disk of which they need nothing.
storage_prepare()
{
	storage_dir=$WORK/storage
	step "roots on: $*"
	mkdir -p "$storage_dir"
	truncate -s 64M "$storage_dir/twin"
	truncate -s 1M "$storage_dir/none"
	storage_root "$(root_suite)" "$storage_dir/root"
	echo " $* " >"$storage_dir/rows"
	storage_made=$(echo "$STORAGE_PREPARED $STORAGE_FILLED" | tr ' ' '|')
	! grep -qE " ($storage_made) " "$storage_dir/rows" || storage_guest "$(root_suite)" "$storage_dir" || return 1
	for storage_row in "$@"; do
		case " $STORAGE_FILLED " in
		*" $storage_row "*) grep -q "^@@ made $storage_row\$" "$storage_dir/log" || return 1 ;;
		*) "storage_make_$(echo "$storage_row" | tr - _)" "$storage_dir/root" "$storage_dir" || return 1 ;;
		esac
	done
	rm -rf --one-file-system "$storage_dir/root"
}

# storage_port: of the server of a root on NBD: another one for each folder of this repository.
storage_port()
{
	echo "$((20000 + $(echo "$WORK" | cksum | cut -d ' ' -f 1) % 10000))"
}

# storage_boot, with the words of `boot`: from the root that the table says for the machine; of DISK where it says none.
storage_boot()
{
	storage_name=$(storage_of "$6")
	if [ -z "$storage_name" ]; then
		boot "$@"
		return
	fi
	[ "$storage_name" != nbd ] || storage_serve "$8.nbd"
	boot "$1" "$2" "$WORK/storage/none" on "$5" "$6" "$(storage_words "$6") $7" "$8"
	# A server that no guest asked has not ended.
	[ ! -e "$8.nbd" ] || kill "$(cat "$8.nbd")" 2>/dev/null
	rm -f "$8.nbd"
}

# storage_serve FILE: the server of a root on NBD, its process in FILE. Writes are forgotten, and it ends with the guest.
storage_serve()
{
	qemu-nbd --fork --pid-file="$1" --snapshot --format=raw --bind=127.0.0.1 --port="$(storage_port)" \
		--export-name=root "$WORK/storage/nbd" 8>&- 9>&- || fail 'qemu-nbd'
}
