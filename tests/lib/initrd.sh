# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Images as the generators lay them out, filled by the real `earlybind image` and packed by the real tools. Meant to be
# sourced, after tree.sh.

# initrd_fill TREE RELEASE DIR: what `earlybind image` puts there.
initrd_fill()
{
	mkdir -p "$3"
	"$EARLYBIND" image --root "$1" --kernel "$2" --destdir "$3" >/dev/null
}

# initrd_place KIND DIR: the parts of an image of this kind by which its boot finds earlybind.
initrd_place()
{
	: >"$2/init"
	case $1 in
	initramfs-tools)
		mkdir -p "$2/scripts/init-top"
		: >"$2/scripts/functions"
		cp initramfs/init-top "$2/scripts/init-top/earlybind"
		chmod 755 "$2/scripts/init-top/earlybind"
		# shellcheck disable=SC2016 # as mkinitramfs writes it
		printf '/scripts/init-top/%s "$@"\n[ -e /conf/param.conf ] && . /conf/param.conf\n' \
			all_generic_ide earlybind udev >"$2/scripts/init-top/ORDER"
		;;
	dracut | dracut-var)
		initrd_hooks=$2/usr/lib/dracut/hooks
		[ "$1" = dracut ] || initrd_hooks=$2/var/lib/dracut/hooks
		mkdir -p "$2/usr/lib" "$initrd_hooks/cmdline" "$initrd_hooks/pre-udev"
		: >"$2/usr/lib/dracut-lib.sh"
		: >"$initrd_hooks/cmdline/00-earlybind.sh"
		;;
	systemd)
		initrd_units=$2/usr/lib/systemd/system
		mkdir -p "$initrd_units/initrd.target.wants"
		: >"$2/usr/lib/systemd/systemd"
		: >"$initrd_units/dracut-pre-udev.service"
		printf '%s\n' '[Unit]' 'DefaultDependencies=no' 'Before=dracut-cmdline.service dracut-pre-udev.service' \
			'Before=systemd-modules-load.service systemd-udevd.service systemd-udev-trigger.service' \
			>"$initrd_units/earlybind.service"
		ln -s ../earlybind.service "$initrd_units/initrd.target.wants/earlybind.service"
		;;
	mkinitcpio)
		mkdir -p "$2/hooks"
		: >"$2/hooks/earlybind"
		printf 'MODULES=""\nEARLYHOOKS="earlybind udev"\nHOOKS="udev"\n' >"$2/config"
		;;
	esac
}

# initrd_pack DIR PACKER: prints the image.
initrd_pack()
{
	(cd "$1" && find . | LC_ALL=C sort | cpio --quiet -o -H newc) | $2
}

# initrd_microcode: prints an early, uncompressed archive.
initrd_microcode()
{
	initrd_early=$(mktemp -d)
	mkdir -p "$initrd_early/kernel/x86/microcode"
	head -c 4000 /dev/urandom >"$initrd_early/kernel/x86/microcode/GenuineIntel.bin"
	initrd_pack "$initrd_early" cat
	rm -rf "$initrd_early"
}

# initrd_uki [FILE SECTION]...: prints a PE file with these files as sections, in this order. objcopy adds none of
# a name that is there: .initrx, .cmdlinx and .profilx become one more .initrd, .cmdline and .profile.
initrd_uki()
{
	initrd_pe=$(mktemp -d)
	echo 'int f(void) { return 1; }' >"$initrd_pe/f.c"
	gcc -c -o "$initrd_pe/f.o" "$initrd_pe/f.c"
	initrd_sections=
	while [ $# -gt 0 ]; do
		# objcopy puts the last one first.
		initrd_sections="--add-section $2=$1 --set-section-flags $2=data $initrd_sections"
		shift 2
	done
	# shellcheck disable=SC2086 # options
	objcopy -O pei-x86-64 $initrd_sections "$initrd_pe/f.o" "$initrd_pe/uki"
	LC_ALL=C sed 's/\.initrx/.initrd/; s/\.cmdlinx/.cmdline/; s/\.profilx/.profile/' "$initrd_pe/uki"
	rm -rf "$initrd_pe"
}

# bzimage RELEASE: prints the start of a kernel of x86, which says its release at 0x200 and what stands at 0x20e.
bzimage()
{
	head -c 514 /dev/zero
	printf 'HdrS'
	head -c 8 /dev/zero
	printf '\020\000%s (me@here) #1' "$1"
	head -c 100 /dev/zero
}
