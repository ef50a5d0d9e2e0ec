# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The root R as a machine with two identical cards: commands in it, and boots of it in QEMU. Needs lib.sh sourced.
WORK=$TMP/machine
# shellcheck source=/dev/null
. tests/qemu/lib.sh

# in_root COMMAND...: in the root R, as an administrator who is asked nothing.
in_root()
{
	# shellcheck disable=SC2016 # the inner shell's own arguments
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		unshare --mount sh -c 'mount -t proc proc "$1/proc" && cd "$1" && shift && exec chroot . "$@"' \
		sh "$R" "$@" </dev/null
}

# put FILE: a package lies in the root as /deb.
put()
{
	cp "$1" "$R/deb"
}

# machine_make: R can be booted: its images have what the disk needs, and the first program is that of the test boots.
# New files, because those of R are hard links.
machine_make()
{
	mkdir -p "$WORK"
	rm -f "$R/etc/fstab" "$R/harness"
	echo 'LABEL=root / ext4 defaults 0 1' >"$R/etc/fstab"
	install -m 755 tests/qemu/guest/harness "$R/harness"
	{ cat "$R/etc/initramfs-tools/modules" && printf '%s\n' virtio_pci virtio_blk ext4; } >"$WORK/modules"
	rm -f "$R/etc/initramfs-tools/modules"
	cp "$WORK/modules" "$R/etc/initramfs-tools/modules"
}

# machine_boot NAME RELEASE INITRD SNAPSHOT SCRIPT...: boots that kernel of R, on the disk WORK/disk, and has the guest run
# these of tests/qemu/guest. WORK/NAME/log is the serial line.
machine_boot()
{
	machine_dir=$WORK/$1 machine_release=$2 machine_initrd=$3 machine_snapshot=$4
	mkdir -p "$machine_dir/payload"
	cp tests/qemu/guest/look "$machine_dir/payload/run"
	: >"$machine_dir/payload/do"
	step "boot: $1, Linux $2"
	shift 4
	for machine_script in "$@"; do
		cp "tests/qemu/guest/$machine_script" "$machine_dir/payload/$machine_script"
		echo "$machine_script" >>"$machine_dir/payload/do"
	done
	payload_make "$machine_dir" "$machine_dir/payload.tar"
	boot "$R/boot/vmlinuz-$machine_release" "$machine_initrd" "$WORK/disk" "$machine_snapshot" \
		"$machine_dir/payload.tar" twins '' "$machine_dir/log"
}

# machine_shows NAME EXPECTED: for `ok`: that is what the boot showed (check.awk), and nothing else was bound.
machine_shows()
{
	awk -v expect="$2" -f tests/qemu/check.awk "$WORK/$1/log" || { tail -n 60 "$WORK/$1/log"; return 1; }
}

# machine_take PATH...: what the guest wrote on its disk is in R too.
machine_take()
{
	for machine_path in "$@"; do
		rm -f "$R/$machine_path"
		debugfs -R "dump /$machine_path $R/$machine_path" "$WORK/disk" 2>/dev/null
		[ -s "$R/$machine_path" ] || { echo "the guest left no /$machine_path"; return 1; }
	done
}

# MACHINE_BOUND: one of the two identical cards, with its audio function; the boot display keeps its host driver.
# shellcheck disable=SC2034 # for those that source this
MACHINE_BOUND='01:00.0=vfio-pci 01:00.1=vfio-pci plan:active 01:00.0:bound 01:00.1:bound status~01:00.0.*bound'
