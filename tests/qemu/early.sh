# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# One row of the table `early`: its initramfs, its boot and its TAP line. Needs lib.sh, and tests/trees/lib.sh for the
# machines, sourced.

# early_cell ROW COLUMN
early_cell()
{
	table_cell early "$1" "$2"
}

# early_kernel ROW: the folder of its kernel.
early_kernel()
{
	case $(early_cell "$1" 2) in
	ours) kernel_ours ;;
	*) kernel_get "$(early_cell "$1" 2)" ;;
	esac
}

# early_host ROW KERNEL DIR: the machine on which the row's rule is accepted, with the modules of the kernel.
early_host()
{
	tree "tests/qemu/machines/$(early_cell "$1" 3)" "$3" || return 1
	mkdir -p "$3/etc/modprobe.d" "$3/usr/lib/earlybind" "$3/usr/lib/modules"
	# All of its thousands of modules would take a second to link, and another to remove.
	(cd "$2/usr/lib/modules" && find . '(' -name 'modules.*' -o -name '*vfio*.ko*' -o -name 'irqbypass.ko*' -o \
		-name 'efivarfs.ko*' -o -name '*iommu.ko*' ')' -type f -print | cpio -pdl --quiet "$3/usr/lib/modules") || return 1
	cp "$FIRST_INIT" "$3/usr/lib/earlybind/earlybind-init"
	early_cell "$1" 4 >"$3/etc/earlybind.conf"
	# shellcheck disable=SC2059 # a format is what the table has
	printf "$(early_cell "$1" 5)\n" >"$3/etc/modprobe.d/test.conf"
	"$EARLYBIND" accept --yes --root "$3"
}

# early_modules KERNEL DIR MODULE...: the modules with what they need, unpacked, and their order.
early_modules()
{
	early_from=$1
	early_to=$2
	shift 2
	mkdir -p "$early_to/host"
	for early_module in "$@"; do
		modprobe -d "$early_from/usr" -S "$(cat "$early_from/release")" --show-depends "$early_module" ||
			fail "kernel $(cat "$early_from/release") has no module $early_module"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$early_to/modules"
	while read -r early_file; do
		early_name=${early_file##*/}
		case $early_name in
		*.xz) xz -dc "$early_file" ;;
		*) cat "$early_file" ;;
		esac >"$early_to/host/${early_name%.xz}"
		echo "${early_name%.xz}"
	done <"$early_to/modules" >"$early_to/order"
}

# early_initrd ROW KERNEL DIR: DIR/initrd, and in DIR what it was made of.
early_initrd()
{
	mkdir -p "$3/initramfs/bin" "$3/initramfs/proc" "$3/initramfs/sys" "$3/initramfs/dev" "$3/initramfs/run"
	cp "$(command -v busybox)" "$3/initramfs/bin/busybox"
	install -m 755 tests/qemu/guest/early-init "$3/initramfs/init"
	# shellcheck disable=SC2046 # a list of names
	early_modules "$2" "$3/initramfs" $(early_cell "$1" 7)
	if [ "$(early_cell "$1" 4)" != - ]; then
		early_host "$1" "$2" "$3/host" >"$3/accept" 2>&1 || return 1
		"$EARLYBIND" image --root "$3/host" --kernel "$(cat "$2/release")" --destdir "$3/initramfs" >"$3/image" 2>&1 ||
			return 1
	fi
	(cd "$3/initramfs" && find . -print | cpio -o -H newc --quiet) >"$3/initrd"
}

# early_boot ROW DIR: DIR/log gets the serial line. There is no root to mount.
early_boot()
{
	boot_kernel=$(early_kernel "$1") || return 1
	mkdir -p "$2"
	early_initrd "$1" "$boot_kernel" "$2" || return 1
	truncate -s 1M "$2/empty"
	[ "$(early_cell "$1" 3)" != virtio-iommu ] ||
		BOOT_MACHINE=$(echo "$BOOT_MACHINE" | sed 's/intel-iommu/virtio-iommu-pci,addr=0x1e/')
	# shellcheck disable=SC2059 # a format is what the table has
	boot "$boot_kernel/boot/vmlinuz-$(cat "$boot_kernel/release")" "$2/initrd" "$2/empty" on "$2/empty" \
		"$(early_cell "$1" 3)" "$(printf "$(early_cell "$1" 6)")" "$2/log"
}

# early_right ROW: boots it, and prints what is not as the row says, with what a person needs to see.
early_right()
{
	early_boots=$WORK/boots/$1
	early_boot "$1" "$early_boots" &&
		awk -v expect="$(early_cell "$1" 8)" -f "$TOP/tests/qemu/check.awk" "$early_boots/log" && return 0
	cat "$early_boots/accept" "$early_boots/image" 2>/dev/null
	for early_section in before early devices report kernel_log framebuffers; do
		echo "--- $early_section"
		boot_section "$early_boots/log" "$early_section"
	done
	boot_finished "$early_boots/log" || tail -n 25 "$early_boots/log"
	echo "--- whole log: ${early_boots#"$TOP/"}/log"
	return 1
}
