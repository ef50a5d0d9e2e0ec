# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The machines that the tests boot, as QEMU arguments. `VGA` is 1234:1111, class 0300, host driver bochs-drm;
# `ich9-intel-hda` is 8086:293e, the card's audio function, host driver snd_hda_intel. `ati-vga` is another model, 1002:5046,
# for which Debian loads no driver; cirrus-vga has one, but drawing its console takes an emulated machine a minute.
#
# The first display on the root bus stands at 00:01.0. A card behind a root port keeps its path (0000:00:05.0/00)
# while its bus number follows from how many ports are filled in front of it. SeaBIOS makes the class 0300 device
# with the lowest address the boot display, option ROM or not.

# on_port DEV[.FN] [DEVICE...]: a root port at 00:0DEV.FN, or .0, and the functions of the card behind it.
on_port()
{
	topo_port=${1%.*}
	topo_at=$topo_port.0
	[ "$1" = "$topo_port" ] || topo_at=$1 topo_port=$topo_port$((8 + ${1#*.}))
	topo_function=0
	shift
	echo "-device pcie-root-port,id=port$topo_port,bus=pcie.0,addr=$topo_at,multifunction=on,chassis=$topo_port,slot=$topo_port"
	for topo_device in "$@"; do
		echo "-device $topo_device,bus=port$topo_port,addr=0.$topo_function,multifunction=on"
		topo_function=$((topo_function + 1))
	done
}

# on_root DEV DEVICE: a device on the root bus.
on_root()
{
	echo "-device $2,bus=pcie.0,addr=$1.0"
}

# disk_of NAME: a disk of the table `storage`; what the guest writes is forgotten.
disk_of()
{
	echo "-drive file=$WORK/storage/$1,if=none,id=$1,format=raw,snapshot=on,cache=unsafe"
}

# nvme_on DEV NAME: a root port at 00:0DEV.0 and an NVMe with that disk behind it: 1b36:0010, without Device Serial Number.
nvme_on()
{
	disk_of "$2"
	on_port "$1" "nvme,drive=$2,serial=$2"
}

# empty_disk NAME: a disk of storage.sh that the guest fills.
empty_disk()
{
	echo "-drive file=$WORK/storage/$1,if=none,id=$1,format=raw,cache=unsafe -device virtio-blk-pci,drive=$1,addr=0x$2,multifunction=on"
}

# root_bus BUS DEV CARD: a root bus of its own with that number, at 00:0DEV.0, and a card behind its first root port.
root_bus()
{
	echo "-device pxb-pcie,id=bus$2,bus_nr=$1,bus=pcie.0,addr=$2.0"
	echo "-device pcie-root-port,id=port$2,bus=bus$2,addr=0.0,chassis=$2,slot=$2"
	echo "-device $3,bus=port$2,addr=0.0"
}

# ovmf: EFI firmware in place of SeaBIOS. Its variables are in the file BOOT_VARS, which the boot changes, or are new and
# forgotten.
ovmf()
{
	ovmf_files=/usr/share/OVMF
	echo "-drive if=pflash,unit=0,format=raw,readonly=on,file=$ovmf_files/OVMF_CODE_4M.fd"
	if [ -n "${BOOT_VARS:-}" ]; then
		echo "-drive if=pflash,unit=1,format=raw,file=$BOOT_VARS"
	else
		echo "-drive if=pflash,unit=1,format=raw,snapshot=on,file=$ovmf_files/OVMF_VARS_4M.fd"
	fi
}

# topology NAME: prints the devices of that machine, none of which has a space in an argument.
topology()
{
	case $1 in
	# The host's card is the boot display; the guest's is its twin, with an audio function, at 01:00.
	twins)
		on_root 1 VGA
		on_port 5 VGA ich9-intel-hda
		;;
	# The host's card, of another model, is the boot display; the guest's has one function.
	gpu)
		on_root 1 ati-vga
		on_port 5 VGA
		;;
	# The same. The root is what luks_make made.
	luks) topology gpu ;;
	# The same, with an empty disk: guests in which rules are accepted make a volume group there.
	gpu-disk)
		topology gpu
		echo "-drive file=$WORK/lvm,if=none,id=lvm,format=raw -device virtio-blk-pci,drive=lvm,addr=0x1a"
		;;
	# The guest's card has four functions, as real ones have: display, audio, USB, and one more without a driver.
	multifunction)
		on_root 1 VGA
		on_port 5 VGA ich9-intel-hda qemu-xhci pci-testdev
		;;
	# A new card in front: the guest's card is 02:00 now, its path is the same.
	renumbered)
		on_root 1 VGA
		on_port 4 e1000e
		on_port 5 VGA ich9-intel-hda
		;;
	# The same, but another display stands at the locked path.
	renumbered-other)
		on_root 1 VGA
		on_port 4 e1000e
		on_port 5 ati-vga ich9-intel-hda
		;;
	# The guest's card was taken out; its port is empty.
	one-gpu)
		on_root 1 VGA
		on_port 5
		;;
	# A network card stands in the guest card's slot.
	other-device)
		on_root 1 VGA
		on_port 5 e1000e
		;;
	# The firmware made the guest's card the boot display: the host's is there, with its identity, but as class
	# 0380, as a firmware setting does with integrated graphics.
	swapped-primary)
		on_root 1 secondary-vga
		on_port 5 VGA ich9-intel-hda
		;;
	# The host's card was taken out: the guest's is the only display, and the boot display.
	host-gone)
		on_port 5 VGA ich9-intel-hda
		;;
	# Two identical cards besides a boot display of another model, behind the functions of one device's root ports.
	triple)
		on_root 1 ati-vga
		on_port 5.0 VGA ich9-intel-hda
		on_port 5.1 VGA ich9-intel-hda
		;;
	# One of the two was pulled and the firmware renumbered the ports: the other stands at the locked path.
	twin-gone)
		on_root 1 ati-vga
		on_port 5.0 VGA ich9-intel-hda
		on_port 5.1
		;;
	# The same behind ports of two devices, whose numbers no firmware changes; then one was pulled.
	twins-apart)
		on_root 1 ati-vga
		on_port 5 VGA ich9-intel-hda
		on_port 6 VGA ich9-intel-hda
		;;
	twin-missing)
		on_root 1 ati-vga
		on_port 5 VGA ich9-intel-hda
		on_port 6
		;;
	# The same with EFI firmware, and so with EFI variables.
	efi-twins)
		ovmf
		topology twins
		;;
	# EFI firmware, and one display: with a boot_vga, and of the class that has none. The framebuffer is efifb's.
	efi-0300)
		ovmf
		on_root 1 VGA
		;;
	efi-0380)
		ovmf
		on_root 1 bochs-display
		;;
	# The same, beside a card of class 0300 for which the firmware has no driver.
	efi-other)
		ovmf
		on_root 1 bochs-display
		on_port 5 ati-vga
		;;
	# The same machine as twins; early.sh takes the other IOMMU.
	virtio-iommu) topology twins ;;
	# What the kernel of kernel.sh has drivers built in for, beside the host's card.
	builtin)
		on_root 1 VGA
		on_port 5 cirrus-vga
		on_port 6 virtio-rng-pci
		on_port 7 qemu-xhci
		;;
	# The empty disks of storage.sh.
	storage)
		empty_disk lvm 1a
		empty_disk md-1 1b
		empty_disk md-2 1c
		empty_disk btrfs-1 1d
		empty_disk btrfs-2 1e
		empty_disk xfs-1 1e.1
		empty_disk xfs-2 1e.2
		empty_disk journal-1 1e.3
		empty_disk journal-2 1e.4
		empty_disk cache-1 1e.5
		empty_disk cache-2 1e.6
		empty_disk integrity 1e.7
		;;
	# A root that is no virtio disk, and a device like that on which it lies: an NVMe, a USB controller, a network card.
	root-plain | root-luks | root-lvm-luks | root-integrity)
		nvme_on 3 "${1#root-}"
		nvme_on 4 twin
		;;
	root-md | root-btrfs | root-xfs | root-journal | root-cache)
		nvme_on 3 "${1#root-}-1"
		nvme_on 4 "${1#root-}-2"
		nvme_on 5 twin
		;;
	root-usb)
		disk_of usb
		disk_of twin
		on_port 3 qemu-xhci,id=usb-a
		on_port 4 qemu-xhci,id=usb-b
		echo '-device usb-storage,bus=usb-a.0,drive=usb -device usb-storage,bus=usb-b.0,drive=twin'
		;;
	root-nbd)
		echo '-netdev user,id=net'
		on_port 3 e1000e,netdev=net
		on_port 4 e1000e
		;;
	# The root on an NVMe at 01:00, the guest's card at 02:00.
	nvme-card)
		on_root 1 VGA
		nvme_on 4 plain
		on_port 5 VGA ich9-intel-hda
		;;
	# A new card in front: the NVMe is 02:00 now, and the guest's card 03:00.
	renumbered-nvme)
		on_root 1 VGA
		on_port 3 e1000e
		nvme_on 4 plain
		on_port 5 VGA ich9-intel-hda
		;;
	# Two identical cards, each on a root bus of its own; the host's card is of another model.
	root-buses)
		on_root 1 cirrus-vga
		root_bus 64 5 VGA
		root_bus 128 6 VGA
		;;
	# Firmware gave the root bus of the guest's card another number. QEMU names its ACPI node after the number.
	renumbered-root)
		on_root 1 cirrus-vga
		root_bus 80 5 VGA
		root_bus 128 6 VGA
		;;
	*) fail "no topology $1" ;;
	esac
}
