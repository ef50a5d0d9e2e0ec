# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What runs the guests' processor: KVM where it works, else QEMU itself. Needs need.sh, boot.sh and TOP and WORK, the run's
# folder.

# A small buffer of translated code: each write to a page from which much was run before looks at all of its translations,
# and with the usual 1 GB these are never thrown away; after an initramfs of shells the kernel then cleared pages for minutes.
ACCEL_TCG='-accel tcg,tb-size=128'
# With the whole interrupt controller in the kernel the IOMMU would remap no interrupts, and be another machine than under TCG.
ACCEL_KVM='-accel kvm,kernel-irqchip=split'

ACCEL_DEVICE=/dev/kvm

# accel KERNEL: the accelerator of this run's boots, as arguments. It is looked for once a run, with that kernel.
# EARLYBIND_ACCEL=tcg means QEMU itself, without a look.
accel()
{
	(
		flock 7
		[ -s "$WORK/accel" ] || accel_choose "$1" >"$WORK/accel"
	) 7>"$WORK/accel.lock" || exit 1
	cat "$WORK/accel"
}

# accel_choose KERNEL
accel_choose()
{
	case ${EARLYBIND_ACCEL:-} in
	tcg) echo "$ACCEL_TCG" ;;
	'')
		if [ ! -w "$ACCEL_DEVICE" ]; then
			echo "$ACCEL_TCG"
		elif accel_works "$1" "$ACCEL_KVM"; then
			step 'KVM works: guests run under it'
			echo "$ACCEL_KVM"
		else
			step 'no guest comes up under KVM within 5 s: QEMU emulates the processor'
			echo "$ACCEL_TCG"
		fi
		;;
	*) fail "EARLYBIND_ACCEL=$EARLYBIND_ACCEL: only tcg is known" ;;
	esac
}

# accel_works KERNEL ARGUMENTS: does a guest, in the machine of all boots, say a word within five seconds? KVM may be there
# and hang, or end QEMU at once.
accel_works()
{
	accel_dir=$WORK/accel.d
	rm -rf "$accel_dir"
	mkdir -p "$accel_dir"
	gcc -static -o "$accel_dir/init" "$TOP/tests/qemu/guest/word.c" || fail 'word.c'
	(cd "$accel_dir" && echo init | cpio -o -H newc --quiet >initrd) || fail 'cpio'
	# shellcheck disable=SC2086 # lists of arguments
	timeout -s KILL 5 prlimit --core=0 qemu-system-x86_64 $2 $BOOT_MACHINE -kernel "$1" -initrd "$accel_dir/initrd" \
		-append "$BOOT_WORDS" </dev/null >"$accel_dir/log" 2>"$accel_dir/errors"
	grep -q '^@@ last word' "$accel_dir/log"
}
