# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Disks and boots. Needs need.sh, topology.sh, accel.sh and watch.sh sourced.

# Behind the bounds of watch.sh, in seconds.
BOOT_TIMEOUT=3600
# All that has nothing to do with one boot. One processor only: with two, about one boot in 45 dies under TCG.
BOOT_MACHINE='-cpu max -M q35 -smp 1 -m 768 -nodefaults -no-user-config -display none -no-reboot -serial stdio
	-device intel-iommu'
# mitigations and nokaslr save two seconds of emulated work. no_timer_check: on a busy host an emulated processor gets
# too little time for the kernel's ten timer ticks, and the kernel panics (arch/x86/kernel/apic/io_apic.c:
# timer_irq_works). systemd and udev give up by the clock; on such a host nothing may (watch.sh). All the rest is as on a
# real machine.
BOOT_WORDS='console=ttyS0 panic=-1 quiet mitigations=off nokaslr no_timer_check fsck.mode=skip'
BOOT_WORDS="$BOOT_WORDS systemd.default_timeout_start_sec=3600 systemd.default_device_timeout_sec=3600"
BOOT_WORDS="$BOOT_WORDS udev.event_timeout=3600 rw init=/harness intel_iommu=on"

# disk_make ROOT IMAGE: an ext4 disk with a folder's content, and some space, without mounting anything. No journal: a
# guest that is cut off loses its snapshot anyway.
disk_make()
{
	rm -f "$2"
	disk_megabytes=$(($(du -sm "$1" | cut -f 1) * 5 / 4 + 200))
	mke2fs -q -t ext4 -O ^has_journal -E root_owner=0:0 -L root -d "$1" "$2" "${disk_megabytes}M" >/dev/null ||
		fail "mke2fs $2"
}

# payload_make FOLDER FILE: what the guest runs: a tar as a raw disk, with `payload/run` in it.
payload_make()
{
	tar -C "$1" -cf "$2" payload || fail "tar $2"
}

# boot KERNEL INITRD DISK SNAPSHOT PAYLOAD TOPOLOGY WORDS LOG: one boot; WORDS are added to the kernel command line, on
# which DISK is the root where they name no other. SNAPSHOT is on (the disk stays as it is) or off. LOG gets the serial
# line without CRs, and why the boot was given up if it was (watch.sh). LOG.used has the seconds of processor time it took.
# BOOT_INPUT is what is typed at its serial line; BOOT_VARS its EFI variables, of which LOG then says whether they changed.
# With BOOT_ESP a boot loader starts them (loader.sh); BOOT_RECORDED is a disk of which each write is recorded (power.sh).
boot()
{
	boot_topology=$(topology "$6") || exit 1
	boot_accel=$(accel "$1") || exit 1
	[ -z "${BOOT_VARS:-}" ] || cp "$BOOT_VARS" "$8.vars"
	case " $7" in
	*' root='*) boot_words="$BOOT_WORDS $7" ;;
	*) boot_words="$BOOT_WORDS root=/dev/vda $7" ;;
	esac
	boot_out=$8
	if [ -n "${BOOT_ESP:-}" ]; then
		loader_put "$1" "$2" "$boot_words"
		# shellcheck disable=SC2046 # a list of arguments
		set -- "$3" "$4" "$5" $(loader_disk)
	else
		set -- "$3" "$4" "$5" -kernel "$1" -initrd "$2" -append "$boot_words"
	fi
	# shellcheck disable=SC2046 # a list of arguments
	[ -z "${BOOT_RECORDED:-}" ] || set -- "$@" $(power_drive)
	boot_qemu "$@" <"${BOOT_INPUT:-/dev/null}" 2>&1 | sed -u 's/\r//g' | tee "$boot_out" | boot_show
	[ ! -s "$boot_out.given-up" ] || sed 's/^/@@ given up: /' "$boot_out.given-up" >>"$boot_out"
	rm -f "$boot_out.given-up" "$boot_out.pid"
	[ -z "${BOOT_VARS:-}" ] || boot_variables "$boot_out.vars" >>"$boot_out"
}

# boot_qemu DISK SNAPSHOT PAYLOAD ARGUMENT...: the machine of this boot, with what else it is told.
boot_qemu()
{
	boot_disk="file=$1,if=none,id=root,format=raw,snapshot=$2,cache=unsafe"
	boot_payload="file=$3,if=none,id=payload,format=raw,read-only=on"
	shift 3
	# shellcheck disable=SC2086 # lists of arguments, none with a space
	boot_watched "$boot_out" qemu-system-x86_64 $boot_accel $BOOT_MACHINE $boot_topology \
		-drive "$boot_disk" -device virtio-blk-pci,drive=root,bus=pcie.0,addr=0x18 \
		-drive "$boot_payload" -device virtio-blk-pci,drive=payload,bus=pcie.0,addr=0x19 "$@"
}

# boot_watched LOG QEMU...: runs it, beside who may give it up. In the foreground, so that an interrupt from the keyboard
# ends QEMU too.
boot_watched()
{
	boot_log=$1
	shift
	rm -f "$boot_log.pid" "$boot_log.used"
	watch_boot "$boot_log.pid" "$boot_log" >"$boot_log.given-up" 2>/dev/null 8>&- 9>&- &
	# shellcheck disable=SC2016 # the inner shell's own arguments
	timeout --foreground "$BOOT_TIMEOUT" sh -c 'echo $$ >"$0" && exec "$@"' "$boot_log.pid" "$@" ||
		[ $? != 124 ] || echo "over $BOOT_TIMEOUT s" >"$boot_log.given-up"
	kill "$!" 2>/dev/null
}

# boot_variables BEFORE: whether a byte was written since of the EFI variables that are not the firmware's own, as a section
# of the log.
boot_variables()
{
	od -An -v -tx1 "$1" | awk -f "$TOP/tests/qemu/variables.awk" >"$1.before"
	od -An -v -tx1 "$BOOT_VARS" | awk -f "$TOP/tests/qemu/variables.awk" >"$1.after"
	echo '@@ variables'
	if [ ! -s "$1.after" ]; then
		echo 'there is no variable'
	elif diff "$1.before" "$1.after"; then
		echo 'same-bytes'
	fi
	echo '@@ end variables'
	rm "$1" "$1.before" "$1.after"
}

# boot_show: what a person sees of the serial line while the guest runs; the demo has its own.
boot_show()
{
	cat >/dev/null
}

# boot_section LOG NAME: the lines between the markers `@@ NAME` and `@@ end NAME`.
boot_section()
{
	awk -v from="@@ $2" -v to="@@ end $2" '$0 == to { exit } on { print } $0 == from { on = 1 }' "$1"
}

# boot_finished LOG: did the guest say its last word?
boot_finished()
{
	grep -q '^@@ last word$' "$1"
}
