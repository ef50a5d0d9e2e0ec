# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Images with one thing changed. The kernel unpacks appended archives over the first, so the image itself stays as the
# generator made it. Needs image.sh and modules.sh sourced.

# mangled IMAGE HOW FILE: the image, and appended what HOW says, in words:
#   truncated-plan  no-vfio     the half of the plan; no module of vfio
#   hang-probe hang-init fail-probe   that module of ours (modules/hang.c) in place of vfio-pci
#   hang-remove     vfio-early  that module, or those of vfio, are inserted before the boot program runs
#   cpio OTHER                  `earlybind image --cpio`, with the rule and the lock of the image OTHER
#   copy OTHER                  the image OTHER, nothing of this one: an older copy that a boot loader starts
#   over OTHER                  the image as it is: what replaces OTHER, which stands on the disk of power.sh
#   base OTHER                  `earlybind image --cpio --base`, and the lock of OTHER as the host's own archive
mangled()
{
	mangled_image=$1
	mangled=$3.d
	mangled_ours=$mangled/usr/lib/earlybind
	mangled_series=$(table_cell images "$1" 2)
	rm -rf "$mangled"
	mkdir -p "$mangled_ours/modules"
	# shellcheck disable=SC2086 # words
	set -- "$3" $2
	case $2 in
	copy) cp "$WORK/images/$3" "$1" && return ;;
	over) cp "$WORK/images/$mangled_image" "$1" && return ;;
	esac
	: >"$1.more"
	case $2 in
	truncated-plan) mangle_plan ;;
	no-vfio) mangle_no_vfio ;;
	hang-probe | hang-init | fail-probe) install -m 444 "$WORK/modules/$mangled_series/$2.ko" "$mangled_ours/modules/vfio-pci.ko" ;;
	hang-remove) mangle_early "$WORK/modules/$mangled_series/$2.ko" ;;
	vfio-early)
		# shellcheck disable=SC2046 # names without spaces
		mangle_early $(awk -v dir="$(mangled_original usr/lib/earlybind/modules)" \
			'$1 == "module" && $2 == "late" { print dir "/" $3 }' "$(mangled_original usr/lib/earlybind/plan)")
		;;
	cpio) mangle_cpio "$3" "$1.more" ;;
	base)
		mangle_cpio "$3" "$1.more" --base
		mkdir "$mangled/etc"
		cp "$WORK/locks/$3" "$mangled/etc/earlybind.lock"
		;;
	*) fail "no way to mangle called $2" ;;
	esac
	# Archives begin at multiples of four bytes; dd pads with zeros, which the kernel skips.
	{
		dd if="$WORK/images/$mangled_image" bs=4096 conv=sync status=none
		dd if="$1.more" bs=4096 conv=sync status=none
		(cd "$mangled" && find . -print | cpio -o -H newc --quiet)
	} >"$1"
	rm "$1.more"
}

# mangled_original PATH: where that lies in the unpacked image.
mangled_original()
{
	image_file "$mangled_image" "$1"
}

mangle_plan()
{
	mangle_from=$(mangled_original usr/lib/earlybind/plan)
	head -c "$(($(wc -c <"$mangle_from") / 2))" "$mangle_from" >"$mangled_ours/plan"
}

# A link to nowhere replaces the module and cannot be opened.
mangle_no_vfio()
{
	for mangle_module in "$(mangled_original usr/lib/earlybind/modules)"/*vfio*; do
		ln -s /nowhere "$mangled_ours/modules/${mangle_module##*/}"
	done
}

# mangle_early MODULE...: these are inserted, in this order, before the boot program runs.
mangle_early()
{
	mkdir -p "$mangled/early"
	for mangle_module in "$@"; do
		cp "$mangle_module" "$mangled/early"
		echo "insmod /early/${mangle_module##*/}"
	done >"$mangled/early/insert"
	mangle_order=$(mangled_original scripts/init-top/ORDER)
	if [ -n "$mangle_order" ]; then
		mkdir -p "$mangled/scripts/init-top"
		cat "$mangled/early/insert" "$mangle_order" >"$mangled/scripts/init-top/ORDER"
	else
		mangle_unit=$mangled/usr/lib/systemd/system/earlybind.service.d
		mkdir -p "$mangle_unit"
		printf '%s\n' '[Service]' 'ExecStartPre=-/bin/sh /early/insert' >"$mangle_unit/early.conf"
	fi
}

# mangle_cpio IMAGE FILE [OPTION]: what the host tool makes for a host whose own initrd is fixed, in that root, with conf
# and lock of IMAGE.
mangle_cpio()
{
	mangle_root=$mangled.root
	mangle_from=$WORK/roots/$(image_root "$mangled_image")
	root_copy "$mangle_from/root" "$mangle_root"
	image_etc "$1" "$mangle_root/etc"
	# shellcheck disable=SC2086 # no option, or one
	chroot "$mangle_root" earlybind image ${3:-} --cpio /more \
		--kernel "$(root_release "$mangle_from/bare" "$mangled_series")" >"$2.log" 2>&1 || {
		cat "$2.log" >&2
		fail "earlybind image --cpio for $mangled_image"
	}
	mv "$mangle_root/more" "$2"
	rm -rf --one-file-system "$mangle_root"
}
