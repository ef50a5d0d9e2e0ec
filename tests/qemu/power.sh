# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Power failures: a disk of which each write is recorded while the guest rebuilds an image (guest/power), and what is found on
# it wherever the power could have failed: one of image and backup is whole, the old or the new one. Needs boot.sh sourced.

POWER_POINTS=200 # between flushes
POWER_PART=64    # megabytes of each of its partitions: /boot, and that of the backups

# power_disk TYPE IMAGE FILE NAME: such a disk, for the boots that follow: /boot is ext4 or vfat, and has the image by that name.
power_disk()
{
	BOOT_RECORDED=$3
	POWER_NAME=$4
	rm -rf "$3" "$3.d"
	mkdir "$3.d"
	truncate -s "$((2 * POWER_PART + 2))M" "$3"
	printf '%s\n' 'label: gpt' "start=2048,size=$((POWER_PART * 2048))" \
		"start=$(((POWER_PART + 1) * 2048)),size=$((POWER_PART * 2048))" | sfdisk -q "$3" || fail "sfdisk $3"
	power_ext4 "$3" "$((POWER_PART + 1))"
	cp "$2" "$3.d/$4"
	case $1 in
	ext4) power_ext4 "$3" 1 ;;
	vfat)
		mformat -i "$3@@1M" -F -h 64 -s 32 -T "$((POWER_PART * 2048))" :: || fail "mformat on $3"
		mcopy -i "$3@@1M" "$3.d/$4" :: || fail "mcopy on $3"
		;;
	esac
	rm -r "$3.d"
	cp --sparse=always "$3" "$3.before"
}

# power_ext4 FILE MEGABYTE: an ext4 there, with what is in FILE.d.
power_ext4()
{
	mke2fs -q -t ext4 -E "offset=$(($2 << 20)),root_owner=0:0" -d "$1.d" "$1" "${POWER_PART}M" >/dev/null 2>&1 || fail "mke2fs $1"
}

# power_drive: the disk as QEMU arguments. Merged requests may be longer than what is recorded can be.
power_drive()
{
	: >"$BOOT_RECORDED.log"
	echo "-blockdev driver=file,node-name=recorded,filename=$BOOT_RECORDED"
	echo "-blockdev driver=file,node-name=writes,filename=$BOOT_RECORDED.log"
	echo '-blockdev driver=blklogwrites,node-name=power,file=recorded,log=writes,log-sector-size=512'
	echo '-device virtio-blk-pci,drive=power,request-merging=off,bus=pcie.0,addr=0x1a'
}

# power_problems TYPE OLD NEW: what was lost on the disk of the boots before; fails where anything was.
power_problems()
{
	power_seed=${EARLYBIND_SEED:-$(date +%s)}
	python3 "$TOP/tests/qemu/power.py" "$BOOT_RECORDED.before" "$BOOT_RECORDED.log" "$POWER_POINTS" "$power_seed" \
		"1:$POWER_PART,$((POWER_PART + 1)):$POWER_PART" \
		sh "$TOP/tests/qemu/job.sh" power_survives "$1" "$2" "$3" "$BOOT_RECORDED.before" "$POWER_NAME" >"$BOOT_RECORDED.lost" 2>&1
	power_code=$?
	cat "$BOOT_RECORDED.lost"
	return $power_code
}

# power_survives TYPE OLD NEW FILE NAME: in a state of FILE.1 and FILE.2.
power_survives()
{
	rm -f "$4.found"
	case $1 in
	ext4) power_dump "$4.1" "/$5" "$4.found" ;;
	vfat) mcopy -n -i "$4.1" "::$5" "$4.found" >/dev/null 2>&1 ;;
	esac
	power_whole "$2" "$3" "$4.found" && return
	rm -f "$4.found"
	power_dump "$4.2" "/images/boot%$5" "$4.found"
	power_whole "$2" "$3" "$4.found"
}

power_dump()
{
	e2fsck -fy "$1" >/dev/null 2>&1
	debugfs -R "dump $2 $3" "$1" >/dev/null 2>&1
}

power_whole()
{
	[ -s "$3" ] && { cmp -s "$1" "$3" || cmp -s "$2" "$3"; }
}
