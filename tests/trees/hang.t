#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# hang.t: a step that never comes back costs five seconds: the boot goes on, and the report says what hung. In a tree a
# pipe that nobody reads stands in for the file: opening it hangs.
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh
# shellcheck source=/dev/null
. tests/trees/lib.sh
need depmod:kmod gcc:gcc pgrep:procps

machine server "$TMP/host"
host "$TMP/host"

# two_cards NAME TIMEOUT LINE...: a plan of two cards with this timeout, for a machine with these changes; all boot
# programs are started with it at once.
two_cards()
{
	name=$1
	printf 'set timeout=%s\nbind 05:00\nbind 06:00\n' "$2" >"$TMP/host/etc/earlybind.conf"
	shift 2
	"$EARLYBIND" accept --yes --root "$TMP/host" >/dev/null || fail 'accept'
	{ echo 'include server'; printf '%s\n' "$@"; } >"$TMP/manifest"
	for init in $INITS; do
		dir=$TMP/$name-$(basename "$(dirname "$init")")
		tree "$TMP/manifest" "$dir"
		plan "$TMP/host" 6.1.0-builtin "$dir" >/dev/null || fail 'image'
		timed "$init" "$dir" &
	done
}

timed()
{
	timed_start=$(date +%s%N)
	boot "$1" "$2" >"$2.said" 2>&1 || return
	echo $((($(date +%s%N) - timed_start) / 1000000)) >"$2.ms"
}

# hung MS DIR REPORT: the boot took that long, less than two more on a busy machine, left no process, and reports this.
hung()
{
	[ -e "$2.ms" ] || { cat "$2.said"; return 1; }
	hung_ms=$(cat "$2.ms")
	if [ "$hung_ms" -lt "$1" ] || [ "$hung_ms" -gt $(($1 + 2000)) ]; then
		echo "it took $hung_ms ms"
		return 1
	fi
	! pgrep -f -- "--root $2\$" || { echo 'a process is left'; return 1; }
	report "$2" >"$TMP/report"
	same "$TMP/report" "$3"
}

# untouched DIR ADDRESS: its driver_override was not written.
untouched()
{
	same "$1/sys/bus/pci/devices/$2/driver_override" '(null)'
}

# names_undo DIR: what was given up may be bound later.
# shellcheck disable=SC2016 # backticks
names_undo()
{
	tail -n 1 "$1/dev/kmsg" >"$TMP/last"
	has "$TMP/last" '0 bound, 2 refused' && has "$TMP/last" '`/usr/lib/earlybind/earlybind-init undo`'
}

two_cards probe 60 'fifo sys/bus/pci/drivers_probe'
two_cards second 60 'set 0000:05:00.0 driver=vfio-pci override=vfio-pci' 'fifo sys/bus/pci/drivers_probe'
two_cards short 1 'fifo sys/bus/pci/drivers_probe'
two_cards scan 60 'fifo sys/devices/pci0000:00/0000:00:01.0/0000:05:00.0/uevent'
wait

CARD='0000:05:00.0 _SB_.PCI0 01.0/00.0 10de:1db6:10de:124a:030200 1'
OTHER='0000:06:00.0 _SB_.PCI0 02.0/00.0 10de:1db6:10de:124a:030200 2'
first_hangs="plan HASH active -
device $CARD refused timeout - no answer: binding 0000:05:00.0 to vfio-pci
device $OTHER refused timeout - no answer: binding 0000:05:00.0 to vfio-pci
note display - 0000:03:00.0 0000:03:00.0 is the boot display: boot_vga
note timeout - - gave up: binding 0000:05:00.0 to vfio-pci
summary 0 2 0"
second_hangs="plan HASH active -
device $CARD bound - vfio-pci -
device $OTHER refused timeout - no answer: binding 0000:06:00.0 to vfio-pci
note display - 0000:03:00.0 0000:03:00.0 is the boot display: boot_vga
note timeout - - gave up: binding 0000:06:00.0 to vfio-pci
summary 1 1 0"
scan_hangs='plan HASH broken no decision
note timeout - - gave up: reading /sys/bus/pci
summary 0 0 0'
for init in $INITS; do
	libc=$(basename "$(dirname "$init")")
	ok "hung-write: a probe hangs: five seconds, and no other card is bound ($libc)" hung 5000 "$TMP/probe-$libc" "$first_hangs"
	ok "hung-write: no other card is touched ($libc)" untouched "$TMP/probe-$libc" 0000:06:00.0
	ok "emergency-undo: the last line of the log names undo also where the only write hung ($libc)" names_undo "$TMP/probe-$libc"
	ok "hung-write: what was bound before it stays reported as bound ($libc)" hung 5000 "$TMP/second-$libc" "$second_hangs"
	ok "hung-write: the plan's own timeout ends it earlier ($libc)" hung 1000 "$TMP/short-$libc" "$first_hangs"
	ok "hung-write: reading the devices hangs: nothing is bound ($libc)" hung 5000 "$TMP/scan-$libc" "$scan_hangs"
done
tap_end
