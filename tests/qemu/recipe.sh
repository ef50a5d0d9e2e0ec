# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# How a cached root is made. A change here makes the roots anew. All generators share one root: each root takes more than
# a minute to make. Needs need.sh and root.sh sourced.

ROOT_PACKAGES=systemd-sysv,udev,kmod,pciutils,zstd,strace
ROOT_LIBRARIES=libkmod2,libblkid1,libmount1,libpci3,libsmartcols1
# The generators of Debian, and what mkinitcpio wants. binutils: dracut and mkinitcpio strip only with it. The last ones
# are for a root on LUKS on LVM.
ROOT_GENERATORS=initramfs-tools,dracut-core,busybox-static,cpio,binutils,libarchive-tools,file,gawk
ROOT_LUKS=cryptsetup-initramfs,lvm2

# dracut_configure ROOT: settings for images that are quick to make, and in which the host drivers of the GPU and of its
# audio function race with earlybind. `drivers` are instead of all those that a disk could need, add_drivers more.
dracut_configure()
{
	mkdir -p "$1/etc/dracut.conf.d"
	cat >"$1/etc/dracut.conf.d/test.conf" <<-'END'
		compress="zstd -1"
		force_drivers+=" bochs snd_hda_intel "
		drivers+=" virtio_blk "
		add_drivers+=" virtio_pci virtio_blk ext4 "
		omit_dracutmodules+=" hwdb fido2 pkcs11 nvdimm qemu bluetooth "
		filesystems+=" ext4 "
		hostonly=yes
		hostonly_cmdline=no
		show_modules=no
	END
}

# initramfs_tools_configure ROOT: the same.
initramfs_tools_configure()
{
	sed -i -e 's/^MODULES=.*/MODULES=list/' -e 's/^FSTYPE=.*/FSTYPE=ext4/' -e 's/^COMPRESS=.*/COMPRESS=zstd/' \
		-e '/^COMPRESS=/a COMPRESSLEVEL=1' "$1/etc/initramfs-tools/initramfs.conf"
	printf '%s\n' virtio_pci virtio_blk ext4 bochs snd_hda_intel >"$1/etc/initramfs-tools/modules"
	# What cryptsetup and lvm2 put into every image costs time; one image in all wants it.
	(cd "$1/usr/share/initramfs-tools" && find . '(' -name 'crypt*' -o -name lvm2 ')' -print |
		tar -cf ../luks.tar --remove-files -T -)
}

# root_configure ROOT
root_configure()
{
	initramfs_tools_configure "$1"
	dracut_configure "$1"
	echo 'LABEL=root / ext4 defaults 0 1' >"$1/etc/fstab"
	echo earlybind-test >"$1/etc/hostname"
	install -m 755 "$TOP/tests/qemu/guest/harness" "$1/harness"
	rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/* "$1"/usr/share/doc "$1"/usr/share/man \
		"$1"/usr/share/locale
}

# root_make SUITE DIR: makes the root DIR/root; DIR holds what is needed on the way.
root_make()
{
	root_rest=libarchive13
	[ "$1" = bookworm ] || root_rest=libarchive13t64,systemd-cryptsetup
	root_from=$(root_mirror '')
	# A fresh machine may have no lists at all yet.
	[ -n "$root_from" ] || { apt-get update -qq && root_from=$(root_mirror ''); }
	[ -n "$root_from" ] || fail "apt on this machine names no Debian mirror"
	step "debootstrap $1 (about a minute)"
	debootstrap --variant=minbase --include="$ROOT_PACKAGES,$ROOT_LIBRARIES,$ROOT_GENERATORS,$ROOT_LUKS,$root_rest" \
		"$1" "$2/root" "$root_from" >"$2/log" 2>&1 || { tail -n 20 "$2/log" >&2; fail "debootstrap $1"; }
	root_configure "$2/root"
}
