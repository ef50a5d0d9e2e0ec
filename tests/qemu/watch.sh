# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# When a boot is given up. Seconds of the clock say nothing on a busy machine: what counts is how much of a processor QEMU
# had, and whether anything happens at all.

# Seconds of QEMU's own processor time; a boot takes 20 to 60, with an initramfs made in it 150.
WATCH_PROCESSOR=${WATCH_PROCESSOR:-300}
# A guest that hangs uses next to nothing, and says nothing: looks of a second each, and hundredths of a second of processor.
WATCH_QUIET_LOOKS=180
WATCH_QUIET_TICKS=200

# watch_ticks PID: how much processor time the process has had, all of its threads, in hundredths of a second (USER_HZ:
# proc(5), /proc/pid/stat, fields 14 and 15). Fails where the process is gone.
watch_ticks()
{
	read -r watch_line 2>/dev/null <"/proc/$1/stat" || return 1
	# Its name, in parentheses, may hold anything.
	# shellcheck disable=SC2086 # fields
	set -- ${watch_line##*) }
	echo $((${12} + ${13}))
}

# watch_begin: a boot's first look is the next one.
watch_begin()
{
	watch_looks=0 watch_last_ticks=0 watch_last_size=-1
}

# watch_look TICKS SIZE: a look at a boot that has had so much processor time and written so many bytes. Prints why it is
# given up, and succeeds, where it is.
watch_look()
{
	if [ "$1" -gt $((WATCH_PROCESSOR * 100)) ]; then
		echo "QEMU has used $WATCH_PROCESSOR s of processor time"
		return 0
	fi
	if [ "$2" -ne "$watch_last_size" ] || [ $(($1 - watch_last_ticks)) -ge "$WATCH_QUIET_TICKS" ]; then
		watch_looks=0 watch_last_ticks=$1 watch_last_size=$2
	fi
	watch_looks=$((watch_looks + 1))
	[ "$watch_looks" -gt "$WATCH_QUIET_LOOKS" ] || return 1
	echo "in $WATCH_QUIET_LOOKS s QEMU has written nothing and used less than $((WATCH_QUIET_TICKS / 100)) s of processor time"
}

# watch_boot PIDFILE LOG: looks at a boot once a second until it ends, or ends it and prints why. LOG.used has the seconds of
# processor time it used.
watch_boot()
{
	until [ -s "$1" ]; do sleep 0.1; done
	watch_pid=$(cat "$1")
	watch_begin
	while watch_had=$(watch_ticks "$watch_pid"); do
		echo $((watch_had / 100)) >"$2.used"
		if watch_look "$watch_had" "$(stat -c %s "$2" 2>/dev/null || echo 0)"; then
			kill "$watch_pid" && sleep 5 && kill -KILL "$watch_pid"
			return
		fi
		sleep 1
	done
}
