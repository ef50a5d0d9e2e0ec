# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# mkinitcpio is no package of Debian: it comes from a checkout that MKINITCPIO names, or from this machine.
# Needs need.sh sourced.

# mkinitcpio_source: prints where mkinitcpio's files are: a checkout named by MKINITCPIO, or / where it is installed.
mkinitcpio_source()
{
	if [ -n "${MKINITCPIO:-}" ]; then
		[ -e "$MKINITCPIO/init_functions" ] || fail "MKINITCPIO=$MKINITCPIO is no checkout of mkinitcpio"
		echo "$MKINITCPIO"
	elif command -v mkinitcpio >/dev/null && [ -e /usr/lib/initcpio/functions ]; then
		echo /
	fi
}

# mkinitcpio_install ROOT: installs mkinitcpio there as meson would, and gives it what Arch has elsewhere than Debian.
# ROOT is a copy of hard links: what is there already is replaced, not written to.
mkinitcpio_install()
{
	mk_from=$(mkinitcpio_source) || return 1
	mk_lib=$1/usr/lib/initcpio
	mkdir -p "$mk_lib/post" "$1/etc/mkinitcpio.conf.d" "$1/etc/mkinitcpio.d"
	if [ "$mk_from" = / ]; then
		cp /usr/bin/mkinitcpio "$1/usr/bin/mkinitcpio"
		cp -r /usr/lib/initcpio/. "$mk_lib"
	else
		cp -r "$mk_from/functions" "$mk_from/init" "$mk_from/init_functions" "$mk_from/shutdown" \
			"$mk_from/hooks" "$mk_from/install" "$mk_lib"
		cp "$mk_from/mkinitcpio" "$1/usr/bin/mkinitcpio"
		grep -rlZ '@[A-Z_]*@' "$mk_lib" "$1/usr/bin/mkinitcpio" | xargs -0 sed -i -e 's,@VERSION@,checkout,g' \
			-e 's,@BINDIR@,/usr/bin,g' -e 's,@SYSCONFDIR@,/etc,g' \
			-e 's,@INITCPIO_LIBDIR@,/usr/lib/initcpio,g' -e 's,@INITCPIO_SYSCONFDIR@,/etc/initcpio,g' \
			-e 's,@VCONSOLE_CONF@,/etc/vconsole.conf,g' \
			-e 's,@UDEVD_PATH@,/usr/lib/systemd/systemd-udevd,g' \
			-e 's,@TMPFILES_PATH@,/usr/bin/systemd-tmpfiles,g'
	fi
	chmod 755 "$1/usr/bin/mkinitcpio"
	# Arch's busybox has no modprobe. Debian's shell prefers its own one, which wants an index that is not in the
	# image: under a name of the same length it is out of the way.
	LC_ALL=C sed 's/\x00modprobe\x00/\x00modprobf\x00/' "$1/usr/bin/busybox" >"$mk_lib/busybox"
	chmod 755 "$mk_lib/busybox"
	for mk_tool in modprobe modinfo depmod switch_root blkid sulogin swapon swapoff; do
		[ -e "$1/usr/bin/$mk_tool" ] || cp -L "$1/usr/sbin/$mk_tool" "$1/usr/bin/$mk_tool"
	done
	ln -sf x86_64-linux-gnu/libkmod.so.2 "$1/usr/lib/libkmod.so.2"
	# What Debian 13 has not; empty ones do.
	mkdir -p "$1/etc/udev"
	[ -e "$1/etc/udev/hwdb.bin" ] || : >"$1/etc/udev/hwdb.bin"
	[ -e "$1/usr/lib/systemd/systemd-validatefs" ] || install -m 755 /dev/null "$1/usr/lib/systemd/systemd-validatefs"
}

# mkinitcpio_configure ROOT: the GPU's host driver is in MODULES, so that it races.
mkinitcpio_configure()
{
	printf '%s\n' 'MODULES=(virtio_pci virtio_blk ext4 bochs snd_hda_intel)' 'COMPRESSION=zstd' \
		"BINARIES=($(mkinitcpio_libraries kmod.so.2 lzma.so.5 blkid.so.1 mount.so.1))" \
		'COMPRESSION_OPTIONS=(-1)' 'HOOKS=(base udev)' >"$1/etc/mkinitcpio.conf"
}

# mkinitcpio_libraries NAME...: those that systemd and kmod open at run time: their notes say so, which mkinitcpio does not
# read, and what it names itself it looks for where Arch has it.
mkinitcpio_libraries()
{
	printf '/usr/lib/x86_64-linux-gnu/lib%s ' "$@"
}

# mkinitcpio_luks ROOT: what its hooks for LUKS and LVM want under Arch's names. Debian 13 has no pdata_tools.
mkinitcpio_luks()
{
	mk_libs=x86_64-linux-gnu
	mkdir -p "$1/usr/lib/ossl-modules" "$1/usr/lib/initcpio/udev" "$1/usr/lib/cryptsetup"
	ln -sf "$mk_libs/libgcc_s.so.1" "$1/usr/lib/libgcc_s.so.1"
	ln -sf "../$mk_libs/ossl-modules/legacy.so" "$1/usr/lib/ossl-modules/legacy.so"
	for mk_token in fido2 tpm2; do
		ln -sf "../$mk_libs/cryptsetup/libcryptsetup-token-systemd-$mk_token.so" "$1/usr/lib/cryptsetup/"
	done
	for mk_tool in cryptsetup mkswap; do
		[ -e "$1/usr/bin/$mk_tool" ] || cp -L "$1/usr/sbin/$mk_tool" "$1/usr/bin/$mk_tool"
	done
	[ -e "$1/usr/bin/pdata_tools" ] || install -m 755 /dev/null "$1/usr/bin/pdata_tools"
	while read -r mk_arch mk_debian; do
		cp "$1/usr/lib/udev/rules.d/$mk_debian" "$1/usr/lib/udev/rules.d/$mk_arch" || return 1
	done <<-END
		10-dm.rules 55-dm.rules
		11-dm-lvm.rules 56-lvm.rules
		13-dm-disk.rules 60-persistent-storage-dm.rules
		69-dm-lvm.rules 69-lvm.rules
	END
	cp "$1/usr/lib/udev/rules.d/69-lvm.rules" "$1/usr/lib/initcpio/udev/69-dm-lvm.rules"
}
