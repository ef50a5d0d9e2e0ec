# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Boots through a boot loader, in place of QEMU's own -kernel: the loader, the kernel and a copy of the image lie on an ESP
# that stays as the guest leaves it. Nothing is mounted on this machine. Needs root.sh and boot.sh sourced.

LOADER_UUID=1111-2222 # of the file system
LOADER_MEGABYTES=256
LOADER_COPY=EFI/debian/initrd.img # also in guest/loader

# loader_packages_make SUITE DIR: unpacks Debian's GRUB and systemd-boot into DIR/packages.
loader_packages_make()
{
	step 'GRUB and systemd-boot'
	mkdir "$2/packages"
	(cd "$2" && root_apt "$2" "$1" apt-get download -qq grub-efi-amd64-bin systemd-boot-efi) || fail 'apt-get download of boot loaders'
	for loader_deb in "$2"/*.deb; do
		dpkg-deb --fsys-tarfile "$loader_deb" | tar -x -C "$2/packages" || fail "unpacking $loader_deb"
	done
}

# loader_mtool COMMAND ARGUMENT...: one of mtools on the ESP.
loader_mtool()
{
	loader_tool=$1
	shift
	"$loader_tool" -i "$BOOT_ESP@@1M" "$@" || fail "$loader_tool on $BOOT_ESP"
}

# loader_text PATH: a file on the ESP, from stdin.
loader_text()
{
	cat >"$BOOT_ESP.text"
	loader_mtool mcopy -o "$BOOT_ESP.text" "::$1"
	rm "$BOOT_ESP.text"
}

# loader_make LOADER FILE: a disk with an ESP that starts that loader, grub or systemd_boot, for the boots that follow.
loader_make()
{
	BOOT_LOADER=$1
	BOOT_ESP=$2
	rm -f "$BOOT_ESP"
	truncate -s "${LOADER_MEGABYTES}M" "$BOOT_ESP"
	printf '%s\n' 'label: gpt' 'start=2048,type=uefi' | sfdisk -q "$BOOT_ESP" || fail "sfdisk $BOOT_ESP"
	loader_mtool mformat -F -h 64 -s 32 -T "$(((LOADER_MEGABYTES - 2) * 2048))" -N "$(echo "$LOADER_UUID" | tr -d -)" ::
	loader_from=$(cache_get "loaders-$(root_suite)" packages loader_packages_make "$(root_suite)") || exit 1
	loader_mtool mmd ::EFI ::EFI/BOOT ::EFI/debian
	"loader_install_$BOOT_LOADER" "$loader_from"
}

# As Debian's own, which looks for that file.
loader_install_grub()
{
	loader_mtool mmd ::grub
	loader_mtool mcopy "$1/usr/lib/grub/x86_64-efi/monolithic/grubx64.efi" ::EFI/BOOT/BOOTX64.EFI
	loader_text EFI/debian/grub.cfg <<-END
		search.fs_uuid $LOADER_UUID root
		set prefix=(\$root)'/grub'
		configfile \$prefix/grub.cfg
	END
}

loader_install_systemd_boot()
{
	loader_mtool mmd ::loader ::loader/entries
	loader_mtool mcopy "$1/usr/lib/systemd/boot/efi/systemd-bootx64.efi" ::EFI/BOOT/BOOTX64.EFI
	printf '%s\n' 'default debian.conf' 'timeout 0' | loader_text loader/loader.conf
}

# loader_put KERNEL INITRD WORDS: what the loader's entry starts. A copy of the image that is there stays.
loader_put()
{
	loader_mtool mcopy -o "$1" ::EFI/debian/vmlinuz
	mdir -i "$BOOT_ESP@@1M" "::$LOADER_COPY" >"$BOOT_ESP.dir" 2>&1 || loader_mtool mcopy "$2" "::$LOADER_COPY"
	"loader_entry_$BOOT_LOADER" "$3"
}

loader_entry_systemd_boot()
{
	loader_text loader/entries/debian.conf <<-END
		title Debian GNU/Linux
		linux /EFI/debian/vmlinuz
		initrd /$LOADER_COPY
		options $1
	END
}

loader_entry_grub()
{
	loader_text grub/grub.cfg <<-END
		set default="0"
		set timeout=0
		menuentry 'Debian GNU/Linux' --class debian --class os \$menuentry_id_option 'gnulinux-simple-root' {
			insmod part_gpt
			insmod fat
			search --no-floppy --fs-uuid --set=root $LOADER_UUID
			linux /EFI/debian/vmlinuz $1
			initrd /$LOADER_COPY
		}
	END
}

# loader_disk: the ESP as QEMU arguments; the firmware starts what is on it.
loader_disk()
{
	echo "-drive file=$BOOT_ESP,if=none,id=esp,format=raw,cache=unsafe"
	echo '-device virtio-blk-pci,drive=esp,bus=pcie.0,addr=0x1a,bootindex=1'
}
