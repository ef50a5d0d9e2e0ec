# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the test boots know of the generators: how each is called, and where in its images earlybind must stand.
# HOW is what the table `images` says: words such as `systemd`, or the generator's own options.

# generator_run GENERATOR ROOT RELEASE HOW: makes ROOT/initrd, in a chroot. /sys is empty: nothing of the machine that
# builds may matter. But it is mounted, or dracut turns host-only mode off.
generator_run()
{
	# shellcheck disable=SC2016 # the inner shell's own arguments
	unshare --mount sh -c '
		TOP=$1
		. "$TOP/tests/lib/need.sh"
		. "$TOP/tests/qemu/luks.sh"
		. "$TOP/tests/qemu/mkinitcpio.sh"
		. "$TOP/tests/qemu/generator.sh"
		mount -t proc proc "$3/proc" || exit 1
		for empty in sys run dev; do
			mount -t tmpfs empty "$3/$empty" || exit 1
		done
		for node in null zero full random urandom; do
			cp -a "/dev/$node" "$3/dev" || exit 1
		done
		ln -s /proc/self/fd "$3/dev/fd"
		ln -s /proc/self/fd/0 "$3/dev/stdin"
		ln -s /proc/self/fd/1 "$3/dev/stdout"
		ln -s /proc/self/fd/2 "$3/dev/stderr"
		"generate_$2" "$3" "$4" "$5"' sh "$TOP" "$(echo "$1" | tr - _)" "$2" "$3" "$4"
}

# LUKS_MODULES: what opens a root on LUKS on LVM, and no generator can see in a chroot. AES and SHA-256 are built in; since
# 6.16 they have other names.
LUKS_MODULES='dm_mod dm_crypt xts algif_skcipher'

# STORAGE_MODULES: the same for the roots of the table `storage`.
STORAGE_MODULES='nvme xhci_pci usb_storage sd_mod e1000e'

# initramfs_modules ROOT MODULE...: names them for MODULES=list.
initramfs_modules()
{
	initramfs_list=$1/etc/initramfs-tools/modules
	shift
	{ cat "$initramfs_list" && printf '%s\n' "$@"; } | replace "$initramfs_list"
}

# luks.tar: see recipe.sh. `more`: the hooks of mdadm, btrfs and NBD are there, which takes the drivers of all the network
# cards that there are.
generate_initramfs_tools()
{
	case " $3 " in
	*' storage '*)
		# shellcheck disable=SC2086 # a list of modules
		initramfs_modules "$1" $STORAGE_MODULES
		;;
	esac
	case " $3 " in
	*' more '*)
		initramfs_modules "$1" raid1 btrfs xfs dm_integrity dm_cache dm_cache_smq
		sed '/auto_add_modules net/d' "$1/usr/share/initramfs-tools/hooks/nbd" |
			replace "$1/usr/share/initramfs-tools/hooks/nbd"
		chmod 755 "$1/usr/share/initramfs-tools/hooks/nbd"
		;;
	esac
	case " $3 " in
	*' luks '*)
		luks_key "$1"
		tar -xf "$1/usr/share/luks.tar" -C "$1/usr/share/initramfs-tools"
		echo 'CRYPTSETUP=y' | replace "$1/etc/cryptsetup-initramfs/conf-hook"
		# shellcheck disable=SC2086 # a list of modules
		initramfs_modules "$1" $LUKS_MODULES
		# shellcheck disable=SC2016 # the hook's own variable
		printf '%s\n' '#!/bin/sh' '[ "$1" = prereqs ] || cp /luks.key "$DESTDIR/luks.key"' |
			replace "$1/etc/initramfs-tools/hooks/key"
		chmod 755 "$1/etc/initramfs-tools/hooks/key"
		;;
	esac
	chroot "$1" mkinitramfs -o /initrd "$2"
}

# replace FILE: makes it anew from stdin: in a copy of hard links no file may be written to.
replace()
{
	cat >"$1.new" && mv "$1.new" "$1"
}

# luks_key ROOT: the key file that an image takes.
luks_key()
{
	printf %s "$LUKS_KEY" | replace "$1/luks.key"
}

# An own name for the file: a rescue image is known by it.
generate_dracut()
{
	generate_out=initrd
	generate_how=
	for generate_word in $3; do
		case $generate_word in
		shell) generate_how="$generate_how --omit systemd --omit systemd-initrd --omit dracut-systemd" ;;
		systemd) ;;
		luks)
			luks_key "$1"
			printf '%s\n' 'add_dracutmodules+=" lvm crypt "' "add_drivers+=\" $LUKS_MODULES \"" \
				'install_items+=" /luks.key "' >"$1/etc/dracut.conf.d/luks.conf"
			# Without systemd rd.luks.key= is another word: there the key is in crypttab, of which dracut takes
			# what it sees or what says `force`.
			[ "${3#*shell}" = "$3" ] || echo "plain UUID=$LUKS_UUID /luks.key luks,force" | replace "$1/etc/crypttab"
			;;
		rescue)
			generate_out=initramfs-0-rescue-0123456789abcdef.img
			generate_how="$generate_how --no-hostonly --add rescue"
			;;
		kdump)
			dracut_kdumpbase "$1"
			generate_how="$generate_how --add kdumpbase"
			;;
		*) generate_how="$generate_how $generate_word" ;;
		esac
	done
	# shellcheck disable=SC2086 # a list of options
	chroot "$1" dracut --force --kver "$2" $generate_how "/$generate_out" || return 1
	[ $generate_out = initrd ] || mv "$1/$generate_out" "$1/initrd"
}

# dracut_kdumpbase ROOT: Debian's kdump uses another generator. What others call kdumpbase is a module of that name.
dracut_kdumpbase()
{
	mkdir -p "$1/usr/lib/dracut/modules.d/99kdumpbase"
	printf '%s\n' 'check() { return 255; }' 'depends() { return 0; }' 'install() { return 0; }' \
		>"$1/usr/lib/dracut/modules.d/99kdumpbase/module-setup.sh"
}

generate_mkinitcpio()
{
	generate_how=
	for generate_word in $3; do
		case $generate_word in
		busybox) generate_crypt=encrypt ;;
		systemd)
			sed 's/^HOOKS=.*/HOOKS=(base systemd)/' "$1/etc/mkinitcpio.conf" | replace "$1/etc/mkinitcpio.conf"
			generate_crypt=sd-encrypt
			;;
		luks)
			luks_key "$1"
			mkinitcpio_luks "$1" || return 1
			{
				sed "s/^HOOKS=(\(.*\))/HOOKS=(\1 lvm2 $generate_crypt)/" "$1/etc/mkinitcpio.conf"
				# All the others take minutes.
				echo "CRYPTO_MODULES='$LUKS_MODULES'"
				printf '%s\n' 'FILES=(/luks.key)' 'MODULES+=(dm_mod dm_crypt)' \
					"BINARIES+=($(mkinitcpio_libraries cryptsetup.so.12))"
			} | replace "$1/etc/mkinitcpio.conf"
			;;
		*) generate_how="$generate_how $generate_word" ;;
		esac
	done
	# shellcheck disable=SC2086 # a list of options
	chroot "$1" mkinitcpio --nocolor --kernel "$2" $generate_how --generate /initrd
}

# generator_ordered GENERATOR HOW DIR: does the image unpacked at DIR start earlybind before all that loads drivers?
generator_ordered()
{
	case $1,$2 in
	initramfs-tools,*)
		find "$3" -path '*/init-top/ORDER' -exec grep -h -o -e /earlybind -e init-top/udev {} + |
			tr '\n' ' ' | grep -q '^/earlybind.*init-top/udev'
		;;
	*systemd*)
		[ -e "$(find "$3" -path '*/systemd/system/earlybind.service')" ] &&
			[ -L "$(find "$3" -path '*/initrd.target.wants/earlybind.service')" ]
		;;
	dracut,*)
		[ "$(find "$3" -path '*/hooks/cmdline/*.sh' ! -name '*earlybind*' | grep -c '/00-[a-e]')" = 0 ] &&
			[ -n "$(find "$3" -path '*/hooks/cmdline/00-earlybind-hook.sh')" ]
		;;
	mkinitcpio,*)
		find "$3" -maxdepth 2 -name config -exec grep -h '^EARLYHOOKS=' {} + | grep -q '="\? *earlybind.*udev' &&
			[ -n "$(find "$3" -path '*/hooks/earlybind')" ]
		;;
	*) return 1 ;;
	esac
}

# generator_unstripped DIR ROOT: are program and modules in the image as they were, and none of them writable?
generator_unstripped()
{
	find "$1" -path '*/usr/lib/earlybind/*' -type f -perm /222 | grep . && return 1
	cmp "$(find "$1" -path '*/usr/lib/earlybind/earlybind-init')" "$2/usr/lib/earlybind/earlybind-init" || return 1
	find "$1" -path '*/usr/lib/earlybind/modules/*' >"$1.modules"
	while read -r module; do
		tail -c 28 "$module" | grep -q 'Module signature appended' || return 1
	done <"$1.modules"
}
