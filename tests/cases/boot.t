#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# boot.t: cases of the boot program: limits, clocks, bounds, the command line, undo and the variable that switches it off.
# shellcheck source=/dev/null
. tests/cases/machine.sh
need strace:strace setsid:util-linux
ASAN_OPTIONS=detect_leaks=0 # a process that is traced cannot look for leaks
export ASAN_OPTIONS
EFI=sys/firmware/efi/efivars
GUID=5fa8a63d-4d49-40dc-9763-ebe6c815e280
BOUND_0='set 0000:06:00.0 driver=vfio-pci override=vfio-pci'
BOUND_1='set 0000:06:00.1 driver=vfio-pci override=vfio-pci'

new two-gpus 'bind 06:00'
did accept --yes || fail "accept: $(cat "$TMP/err")"
next_machine 'include two-gpus' "$BOUND_0" "$BOUND_1"
mv "$TMP/boot" "$TMP/bound"

# fresh: that machine before its boot, in $TMP/boot.
fresh()
{
	rm -rf "${TMP:?}/boot"
	cp -a "$TMP/bound" "$TMP/boot"
}

# --- boot-odd

# under COMMAND...: all of a run, of `undo` and of `explain` below that command.
under()
{
	fresh
	"$@" "$init" --root "$TMP/boot" || { echo "exit code $?"; return 1; }
	"$@" "$init" --root "$TMP/boot" explain >/dev/null 2>&1
	under_code=$?
	[ $under_code -le 1 ] || { echo "explain: exit code $under_code"; return 1; }
}

# binds_under COMMAND...: what is scarce there does not keep it from its work.
binds_under()
{
	under "$@" && outcomes "$TMP/boot" >"$TMP/outcomes" && same "$TMP/outcomes" '0000:06:00.0 bound -
0000:06:00.1 bound -'
}

# limits TEXT COMMAND...: the command under this limit of the shell.
limits()
{
	# shellcheck disable=SC2016 # for that shell
	limits_text=$1
	shift
	bash -c "$limits_text"'; exec "$@"' limits "$@"
}

without_descriptors()
{
	"$@" 0<&- 1>&- 2>&-
}

into_full()
{
	"$@" >/dev/full 2>/dev/full
}

odd()
{
	outcome boot-odd "no file may grow ($libc)" under limits 'ulimit -f 0'
	ok "boot-odd: a file may grow to 512 bytes ($libc)" under limits 'ulimit -f 1'
	ok "boot-odd: no file may grow, and who started it ignores the signal ($libc)" under limits "trap '' XFSZ; ulimit -f 0"
	ok "boot-odd: no descriptors ($libc)" binds_under without_descriptors
	ok "boot-odd: nothing can be said ($libc)" binds_under into_full
	for odd_limit in 'n 3' 'n 4' 'n 5' 'n 8' 'u 1' 's 32' 'l 0' 'q 0' 'd 128' 'v 400'; do
		ok "boot-odd: ulimit -$odd_limit ($libc)" under limits "ulimit -$odd_limit 2>/dev/null || :"
	done
	for odd_signal in CHLD ALRM PIPE TERM HUP; do
		ok "boot-odd: who started it ignores SIG$odd_signal ($libc)" binds_under env --ignore-signal=$odd_signal
		ok "boot-odd: who started it blocks SIG$odd_signal ($libc)" binds_under env --block-signal=$odd_signal
	done
	ok "boot-odd: no environment ($libc)" binds_under env -i
}

# --- undo-then-again

# given_back FUNCTION...: the host's driver has them, as a kernel would have done it after an undo.
given_back()
{
	for given_back; do
		given_back_dir=$TMP/boot/sys/devices/pci0000:00/0000:00:03.1/0000:06:00.$given_back
		rm -f "$given_back_dir/driver"
		sed -i '/^DRIVER=/d' "$given_back_dir/uevent"
	done
}

# forgotten FUNCTION...: the tree has no trace of that undo, but for the report.
forgotten()
{
	for forgotten; do
		echo '(null)' >"$TMP/boot/sys/devices/pci0000:00/0000:00:03.1/0000:06:00.$forgotten/driver_override"
	done
	: >"$TMP/boot/sys/bus/pci/drivers_probe"
}

# undone SELECTOR FUNCTION...: booted, and these functions given back by `undo`.
undone()
{
	undone_selector=$1
	shift
	fresh
	"$init" --root "$TMP/boot"
	given_back "$@"
	# shellcheck disable=SC2086 # none, or one
	"$init" --root "$TMP/boot" undo $undone_selector >"$TMP/said" 2>&1 || { cat "$TMP/said"; return 1; }
	forgotten "$@"
	outcomes "$TMP/boot" >"$TMP/first"
	rm -rf "$TMP/was"
	cp -a "$TMP/boot" "$TMP/was"
}

# nothing_more: another run writes nothing anywhere, and reports what was reported.
nothing_more()
{
	"$init" --root "$TMP/boot" || return 1
	writes "$TMP/was" "$TMP/boot" >"$TMP/writes"
	outcomes "$TMP/boot" >"$TMP/second"
	silent "$TMP/writes" && diff -u "$TMP/first" "$TMP/second"
}

stays_undone()
{
	undone "$@" && nothing_more && nothing_more
}

undone_twice()
{
	undone '' 0 1 && "$init" --root "$TMP/boot" undo >"$TMP/said" 2>&1 && nothing_more
}

undone_one_then_all()
{
	undone 06:00.1 1 || return 1
	given_back 0
	"$init" --root "$TMP/boot" undo >"$TMP/said" 2>&1 || { cat "$TMP/said"; return 1; }
	forgotten 0 1
	outcomes "$TMP/boot" >"$TMP/first"
	rm -rf "$TMP/was"
	cp -a "$TMP/boot" "$TMP/was"
	nothing_more
}

# The next boot has no report, and binds.
binds_again()
{
	undone '' 0 1 || return 1
	rm -rf "$TMP/boot/run/earlybind"
	"$init" --root "$TMP/boot"
	grep -qx 0000:06:00.0 "$TMP/boot/sys/bus/pci/drivers_probe"
}

# explained: so does a look at what a run would do.
explained()
{
	undone '' 0 1 || return 1
	"$init" --root "$TMP/boot"
	"$init" --root "$TMP/boot" explain >"$TMP/said"
	awk '$3 ~ /^bound/' "$TMP/said" >"$TMP/binds"
	silent "$TMP/binds"
}

undoes()
{
	outcome undo-then-again "all was given back ($libc)" stays_undone '' 0 1
	outcome undo-then-again "one function was given back ($libc)" stays_undone 06:00.1 1
	outcome undo-then-again "one was given back by its ID ($libc)" stays_undone 10de:0fbb 1
	outcome undo-then-again "undo twice ($libc)" undone_twice
	outcome undo-then-again "one function, then all ($libc)" undone_one_then_all
	outcome undo-then-again "explain says so, too ($libc)" explained
	ok "undo-then-again: the next boot binds again ($libc)" binds_again
}

# --- clock-step, timeout-early

new server 'bind 05:00' 'bind 06:00' 'set timeout=1'
did accept --yes || fail "accept: $(cat "$TMP/err")"
next_machine 'include server' 'fifo sys/bus/pci/drivers_probe' 'set 0000:06:00.0 driver=vfio-pci override=vfio-pci'
mv "$TMP/boot" "$TMP/slow"
printf '%s\n' 'include server' 'fifo sys/devices/pci0000:00/0000:00:01.0/0000:05:00.0/uevent' >"$TMP/manifest"
tree "$TMP/manifest" "$TMP/hangs"
cp -r "$TMP/slow/usr" "$TMP/hangs/usr"

# seconds N: a struct timeval as strace writes it into memory.
seconds()
{
	printf '%016x0000000000000000' "$1" | sed 's/^\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)/\8\7\6\5\4\3\2\1/'
}

# set_forward COMMAND...: from the third look on, the clock is a day later.
set_forward()
{
	strace -f -o /dev/null -e trace=gettimeofday \
		-e "inject=gettimeofday:poke_exit=@arg1=$(seconds $(($(date +%s) + 86400))):when=3+" "$@"
}

# reader: reads what is written to the slow machine's drivers_probe, until it is gone.
reader()
{
	while [ -p "$TMP/boot/sys/bus/pci/drivers_probe" ]; do
		timeout 2 cat "$TMP/boot/sys/bus/pci/drivers_probe" >/dev/null
	done
}

# A probe fails as slowly as somebody reads, and the other card has its driver: all is done, nothing timed out.
clock_forward()
{
	rm -rf "${TMP:?}/boot"
	cp -a "$TMP/slow" "$TMP/boot"
	reader 2>/dev/null &
	set_forward "$init" --root "$TMP/boot"
	clock_code=$?
	outcomes "$TMP/boot" >"$TMP/outcomes"
	rm "$TMP/boot/sys/bus/pci/drivers_probe"
	[ $clock_code = 0 ] && has "$TMP/outcomes" '0000:06:00.0 bound' && lacks "$TMP/outcomes" timeout
}

# No clock that somebody can set is read at all.
no_clock()
{
	fresh
	strace -f -o "$TMP/trace" -e trace=gettimeofday,time "$init" --root "$TMP/boot" &&
		lacks "$TMP/trace" 'gettimeofday(' && lacks "$TMP/trace" 'time('
}

# took DIR AT-LEAST LESS-THAN: milliseconds, as the report has them; nothing is bound, and the run gave up.
gave_up()
{
	"$init" --root "$1" || return 1
	awk -v least="$2" -v most="$3" '
		$1 == "device" && $7 == "bound" { bad = 1 }
		$1 == "note" && $2 == "timeout" { gave_up = 1 }
		$1 == "summary" { took = $5 }
		END { exit !(gave_up && !bad && took >= least && took < most) }' "$1/run/earlybind/report" ||
		{ cat "$1/run/earlybind/report"; return 1; }
}

gave_up_early()
{
	rm -rf "${TMP:?}/boot"
	cp -a "$TMP/hangs" "$TMP/boot"
	gave_up "$TMP/boot" 1000 5000
}

# clock WHAT COMMAND: klibc has no clock of its own that nobody sets.
clock()
{
	case $libc in
	klibc) outcome clock-step "$1 ($libc)" "$2" ;;
	*) ok "clock-step: $1 ($libc)" "$2" ;;
	esac
}

bounds()
{
	clock 'a clock set forward by a day ends nothing' clock_forward
	clock 'no clock that can be set is asked' no_clock
	outcome timeout-early "already while the devices are read ($libc)" gave_up_early
}

# --- off-twice

off_machine()
{
	fresh
	mkdir -p "$TMP/boot/$EFI"
	printf '\007\000\000\0001' >"$TMP/boot/$EFI/EarlybindOff-$GUID"
	echo "$1" >"$TMP/boot/proc/cmdline"
}

# off_then STATE WORDS: the boot of these words is so, the variable is gone; the next one binds.
off_then()
{
	off_machine "$2"
	"$init" --root "$TMP/boot"
	[ "$(state_of_plan "$TMP/boot")" = "$1" ] || { cat "$TMP/boot/run/earlybind/report"; return 1; }
	[ -z "$(ls "$TMP/boot/$EFI")" ] || { ls "$TMP/boot/$EFI"; return 1; }
	rm -rf "$TMP/boot/run/earlybind"
	echo quiet >"$TMP/boot/proc/cmdline"
	"$init" --root "$TMP/boot"
	[ "$(state_of_plan "$TMP/boot")" = active ]
}

switched_off()
{
	outcome off-twice "both ways at once ($libc)" off_then off 'quiet earlybind=off'
	outcome off-twice "the variable alone ($libc)" off_then off 'quiet'
	outcome off-twice "the variable, and a word that switches on ($libc)" off_then off 'earlybind=off earlybind=on'
}

# --- cmdlines

# words STATE REASON TEXT: with this command line, as of printf, the plan is so, and 06:00.0 bound or refused for a reason.
words()
{
	fresh
	printf '%b\n' "$3" >"$TMP/boot/proc/cmdline"
	"$init" --root "$TMP/boot" || return 1
	outcomes "$TMP/boot" | sed -n 's/^0000:06:00.0 //p' >"$TMP/outcomes"
	[ "$(state_of_plan "$TMP/boot")" = "$1" ] || { cat "$TMP/boot/run/earlybind/report"; return 1; }
	same "$TMP/outcomes" "$2"
}

cmdlines()
{
	while IFS='|' read -r cmdlines_state cmdlines_outcome cmdlines_text; do
		ok "cmdlines: $(echo "$cmdlines_text" | tr "\\\\" ,) ($libc)" words "$cmdlines_state" "$cmdlines_outcome" "$cmdlines_text"
	done <<-'END'
		off|refused off|BOOT_IMAGE=/vmlinuz root=UUID=1 ro quiet earlybind=off
		off|refused off|BOOT_IMAGE=/vmlinuz earlybind=off   
		off|refused off|BOOT_IMAGE="/vm linuz" "earlybind=off"
		off|refused off|earlybind="off"
		off|refused off|earlybind=on earlybind=off
		active|bound -|earlybind=off earlybind=on
		off|refused off|quiet -- splash earlybind=off
		off|refused off|foo="a b" earlybind=off
		active|bound -|foo="a b earlybind=off"
		off|refused off|dyndbg="file a.c +p" earlybind=off
		active|bound -|early_bind=off
		active|bound -|rd.earlybind=off
		off|refused off|quiet\tearlybind=off
		off|refused off|quiet\0013earlybind=off\0014splash
		active|refused skipped|earlybind.skip=06:00
		active|refused skipped|earlybind.skip=0000:06:00
		active|refused skipped|earlybind.skip=06:00.0
		active|refused skipped|earlybind.skip=03:00,06:00
		active|refused skipped|earlybind.skip=,06:00,
		active|refused skipped|earlybind.skip=6:0,06:00
		active|refused skipped|earlybind.skip=10DE:13C2
		active|refused skipped|earlybind.skip=10de:*
		active|refused skipped|earlybind.skip=0000:00:03.1/00
		active|refused skipped|earlybind.skip=03:00 earlybind.skip=06:00
		active|bound -|earlybind.skip=06:00 earlybind.skip=03:00
		active|bound -|earlybind.skip=03:00
	END
	ok "cmdlines: a no-break space of Latin-1 parts words ($libc)" words off 'refused off' 'quiet\0240earlybind=off'
	ok "cmdlines: one of UTF-8 does, too ($libc)" words off 'refused off' 'quiet\0302\0240earlybind=off'
	ok "cmdlines: also behind a word of ours ($libc)" words active 'refused skipped' 'earlybind.skip=06:00\0240quiet'
	ok "cmdlines: within quotes it does not ($libc)" words active 'bound -' 'foo="a\0240earlybind=off"\n'
}

for init in $INITS; do
	libc=$(basename "$(dirname "$init")")
	odd
	undoes
	bounds
	switched_off
	cmdlines
done
tap_end
