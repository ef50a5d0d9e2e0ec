# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A disk with its root in LUKS on a logical volume, made without device-mapper on this machine: a guest (guest/volume)
# makes the volume group, qemu-img encrypts, and the one is put into the other. Needs need.sh and root.sh sourced.

# As in the table `outcomes`.
LUKS_UUID=11111111-2222-3333-4444-555555555555
LUKS_KEY=earlybind-test

# luks_empty FILE: the disk on which the guest makes its volume group, larger than any root here.
luks_empty()
{
	rm -f "$1"
	truncate -s 4G "$1"
}

# luks_encrypt DISK TO: that disk, encrypted. Where the clock of processor time jumps qemu-img cannot time its key, and gives
# up: it is asked again.
luks_encrypt()
{
	luks_try=0
	until qemu-img convert --object "secret,id=key,data=$LUKS_KEY" -f raw -O luks -o key-secret=key,iter-time=10 "$1" "$2"; do
		[ $((luks_try += 1)) -lt 5 ] || fail "qemu-img $2"
		rm -f "$2"
	done
	# The UUID stands at byte 168 of the header (LUKS1 on-disk format).
	printf %s "$LUKS_UUID" | dd of="$2" bs=1 seek=168 conv=notrunc status=none
}

# luks_make GROUP DISK TO: the disk of the root DISK, encrypted, in the only volume of GROUP. The volume is one piece that
# starts after the first MiB (lvm.conf: data_alignment).
luks_make()
{
	luks_encrypt "$2" "$3.luks"
	cp --sparse=always "$1" "$3"
	dd if="$3.luks" of="$3" bs=1M seek=1 conv=notrunc,sparse status=none || fail "dd $3"
	rm "$3.luks"
}
