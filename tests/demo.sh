#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Shows earlybind at work, from nothing: builds it, installs it in a Debian of its own, boots that in QEMU on a machine
# with two identical GPUs, adds one rule there, rebuilds the initramfs there, boots again and looks.
# For Debian 12 and 13, as root or with sudo. Nothing outside of build/ changes, but for missing packages, which are
# installed. The second run is faster: the Debian root is kept in build/cache. EARLYBIND_SUITE names another Debian than
# this machine's (tests/qemu/suite.sh).
TOP=$(cd "$(dirname "$0")/.." && pwd)
WORK=$TOP/build/demo
export TOP WORK
# shellcheck source=/dev/null
. "$TOP/tests/qemu/lib.sh"

# demo_root: a disk with earlybind installed and one kernel's initramfs as Debian makes it, without any rule.
demo_root()
{
	series=$(suite_kernel "$suite")
	cached=$(root_get "$suite") || exit 1
	rm -rf --one-file-system "$WORK"
	mkdir -p "$WORK"
	root=$WORK/bare
	root_with "$cached" "$root" "$series" || exit 1
	release=$(root_release "$root" "$series")
	step 'make install, and a disk of the root'
	image_installed_root "$root" "$WORK/root"
	# shellcheck disable=SC2016 # the chroot's own arguments
	chroot "$WORK/root" sh -c 'mkinitramfs -o "/boot/initrd.img-$1" "$1"' sh "$release" </dev/null \
		>"$WORK/initramfs.log" 2>&1 || { cat "$WORK/initramfs.log" >&2; fail 'mkinitramfs'; }
	# New files, not changed ones: the copy's files are hard links into the cache.
	sed 's/^MODULES=.*/MODULES=dep/' "$root/etc/initramfs-tools/initramfs.conf" >"$WORK/initramfs.conf"
	rm "$WORK/root/etc/initramfs-tools/initramfs.conf"
	cp "$WORK/initramfs.conf" "$WORK/root/etc/initramfs-tools/initramfs.conf"
	cp "$TOP/tests/qemu/guest/demo.service" "$WORK/root/etc/systemd/system/demo.service"
	mkdir -p "$WORK/root/etc/systemd/system/multi-user.target.wants"
	ln -s ../demo.service "$WORK/root/etc/systemd/system/multi-user.target.wants/demo.service"
	rm -f "$WORK/root/etc/earlybind.conf"
	echo '# nothing yet' >"$WORK/root/etc/earlybind.conf"
	cp "$WORK/root/boot/initrd.img-$release" "$WORK/initrd.1"
	disk_make "$WORK/root" "$WORK/disk"
}

# demo_boot NUMBER WORDS SCRIPT...: a boot of the disk, which keeps what the guest writes. The guest runs the scripts.
demo_boot()
{
	demo_payload=$WORK/payload.$1/payload
	demo_log=$WORK/boot.$1.log
	demo_words=$2
	mkdir -p "$demo_payload"
	cp "$TOP/tests/qemu/guest/look" "$demo_payload/run"
	: >"$demo_payload/do"
	demo_number=$1
	shift 2
	for demo_script in "$@"; do
		cp "$TOP/tests/qemu/guest/$demo_script" "$demo_payload/$demo_script"
		echo "$demo_script" >>"$demo_payload/do"
	done
	payload_make "$WORK/payload.$demo_number" "$WORK/payload.$demo_number.tar"
	boot "$root/boot/vmlinuz-$release" "$WORK/initrd.$demo_number" "$WORK/disk" off \
		"$WORK/payload.$demo_number.tar" twins "$demo_words" "$demo_log"
	step "boot $demo_number took $(cat "$demo_log.used") s of processor time"
	boot_finished "$demo_log" || fail "boot $demo_number did not reach its end; its serial line: $demo_log"
}

# boot_show: of the serial line, what a person would have typed and seen (`exit` is the tests' own).
boot_show()
{
	sed -u -n -E '/^@@ (demo-.*|status)$/,/^@@ end/{/^@@|^exit /d;s/^/    | /;p}'
}

# demo_shown LOG EXPECTED WHAT: is that what the boot showed?
demo_shown()
{
	demo_problems=$(awk -v expect="$2" -f "$TOP/tests/qemu/check.awk" "$1") && return 0
	printf '%s\n' "$demo_problems" | sed 's/^/# /' >&2
	fail "not seen: $3"
}

trap '[ $? -eq 0 ] || echo "DEMO FAILED (the reason is above)"' EXIT
suite=$(root_suite) || exit 1
need_build
lib_need
step 'make'
make -s -j2 -C "$TOP" >/dev/null || fail 'make'
[ "$(id -u)" -eq 0 ] || { step 'going on with sudo' && lib_sudo "$0" "$@"; }
demo_root

step "boot 1: Linux $release, two identical GPUs, no rule; then add a rule and rebuild the initramfs (two minutes)"
demo_boot 1 '' demo-before demo-add
demo_shown "$WORK/boot.1.log" '00:01.0=bochs-drm 01:00.0=bochs-drm 01:00.1=snd_hda_intel demo-add~^rebuilt' \
	'without a rule, both GPUs on their host driver; a rule added and the image rebuilt'

rm -f "$WORK/initrd.2"
debugfs -R "dump /boot/initrd.img-$release $WORK/initrd.2" "$WORK/disk" 2>/dev/null
[ -s "$WORK/initrd.2" ] || fail 'the guest left no initramfs'
step 'boot 2: the same machine and disk, with the new initramfs, and systemd'
# A login prompt would fall into the lines that are read.
demo_boot 2 'init=/sbin/init systemd.show_status=0 systemd.mask=serial-getty@ttyS0.service' demo-lspci
demo_shown "$WORK/boot.2.log" '00:01.0=bochs-drm 01:00.0=vfio-pci 01:00.1=vfio-pci plan:active
	01:00.0:bound 01:00.1:bound status~.' 'the second GPU and its audio function on vfio-pci, the first on its host driver'

cat <<END

What was shown, on a real Debian kernel ($release), all of it read inside the guest after switch_root:
  - Before: both GPUs (1234:1111, identical) were on their host driver, bochs-drm.
  - One command, \`earlybind add 1234:1111 --yes\`, locked the second GPU: the first is the boot display, and a guard
    refused it. \`update-initramfs -u\` put the plan into the initramfs.
  - After: the first GPU (00:01.0) is on bochs-drm; the second (01:00.0) and its audio function (01:00.1) are on
    vfio-pci, although the same initramfs holds the host drivers of both. The report says the same.
END
step 'finished'
echo 'DEMO OK: one of two identical GPUs is on vfio-pci with its audio function, the other on its host driver'
