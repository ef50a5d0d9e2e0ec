#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# undo.t: the two commands of the boot program for a person at an emergency shell, `undo` and `explain`. A tree shows what
# is written; that the host's driver then has the device is shown in QEMU.
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh
# shellcheck source=/dev/null
. tests/trees/lib.sh
need depmod:kmod gcc:gcc pgrep:procps

# bound MACHINE-LINE...: a machine that booted with both functions of a card bound.
accepted_host two-gpus "$TMP/host" 'bind 10de:13c2'
two_gpus_bound >"$TMP/manifest"
tree "$TMP/manifest" "$TMP/fresh"
planned "$TMP/host" 6.1.0-builtin "$TMP/fresh"
cp -a "$TMP/fresh" "$TMP/booted"
boot "${INITS##* }" "$TMP/booted" || fail 'boot'
FUNCTIONS=sys/devices/pci0000:00/0000:00:03.1

# fresh: the machine after that boot; driver FUNCTION NAME|-: its driver, as the kernel would have changed it.
fresh()
{
	rm -rf "$TMP/now" "$TMP/was"
	cp -a "$TMP/booted" "$TMP/now"
}

driver()
{
	rm "$TMP/now/$FUNCTIONS/$1/driver"
	[ "$2" = - ] || ln -s "../../../../bus/pci/drivers/$2" "$TMP/now/$FUNCTIONS/$1/driver"
}

# run INIT CODE ARGUMENT...: it ends so; what it said is in $TMP/said, the writes in $TMP/writes.
run()
{
	run_init=$1
	run_code=$2
	shift 2
	rm -rf "$TMP/was"
	cp -a "$TMP/now" "$TMP/was"
	"$run_init" --root "$TMP/now" "$@" >"$TMP/said" 2>&1
	run_ended=$?
	writes "$TMP/was" "$TMP/now" >"$TMP/writes"
	report "$TMP/now" >"$TMP/report"
	[ $run_ended = "$run_code" ] || { echo "exit code $run_ended"; cat "$TMP/said"; return 1; }
}

# The override is cleared, the function unbound and probed; a tree's function stays, and that is said.
tried()
{
	fresh
	run "$1" 1 undo || return 1
	same "$TMP/writes" '0000:06:00.0/driver_override (cleared)
0000:06:00.1/driver_override (cleared)
drivers_probe 0000:06:00.0
drivers_probe 0000:06:00.1
vfio-pci/unbind 0000:06:00.0
vfio-pci/unbind 0000:06:00.1' || return 1
	has "$TMP/said" '0000:06:00.0: vfio-pci still has it' && has "$TMP/report" 'summary 2 0 0'
}

only_one()
{
	fresh
	run "$1" 1 undo "$2" || return 1
	has "$TMP/writes" 'vfio-pci/unbind 0000:06:00.1' && lacks "$TMP/writes" 0000:06:00.0
}

given_back()
{
	fresh
	driver 0000:06:00.0 nouveau
	driver 0000:06:00.1 -
	run "$1" 0 undo || return 1
	has "$TMP/said" '0000:06:00.0: now has the driver nouveau' || return 1
	has "$TMP/said" '0000:06:00.1: has no driver yet; udev was told of it' || return 1
	has "$TMP/writes" '0000:06:00.1/uevent add' && lacks "$TMP/writes" '0000:06:00.0/uevent' || return 1
	sed -n '/^device/s/.* 1 //p; /^summary/p' "$TMP/report" >"$TMP/lines"
	same "$TMP/lines" 'released off nouveau given back by earlybind-init undo
released off - given back by earlybind-init undo
summary 0 0 2'
}

# What was given back is not touched again.
second_undo()
{
	given_back "$1" || return 1
	cp "$TMP/now/run/earlybind/report" "$TMP/first"
	run "$1" 0 undo && silent "$TMP/writes" && same "$TMP/said" 'nothing to give back' &&
		cmp "$TMP/first" "$TMP/now/run/earlybind/report"
}

# The machine as the kernel leaves it after an undo, and the boot program once more: a unit is started again, or a person
# runs it without a word. Other reports than one of an undo do not stop it.
run_again()
{
	given_back "$1" || return 1
	for again in 0 1; do
		driver "0000:06:00.$again" -
		sed -i '/^DRIVER=/d' "$TMP/now/$FUNCTIONS/0000:06:00.$again/uevent"
	done
	cp "$TMP/now/run/earlybind/report" "$TMP/first"
	: >"$TMP/now/dev/kmsg"
	run "$1" 0 || return 1
	silent "$TMP/writes" && silent "$TMP/said" && cmp "$TMP/first" "$TMP/now/run/earlybind/report" &&
		same "$TMP/now/dev/kmsg" '<4>earlybind: undo was run in this boot: nothing is bound' || return 1
	run "$1" 0 explain && has "$TMP/said" 'undo was run in this boot: a run now binds nothing' || return 1
	sed -i 's/released off/released probe-failed/' "$TMP/now/run/earlybind/report"
	run "$1" 0 && has "$TMP/writes" 'drivers_probe 0000:06:00.0'
}

# A pipe that nobody writes into stands in for a driver that hangs: five seconds, then the next function.
hangs()
{
	fresh
	driver 0000:06:00.1 nouveau
	hangs_at=$TMP/now/$FUNCTIONS/0000:06:00.0/driver_override
	rm "$hangs_at" && mkfifo "$hangs_at"
	hangs_start=$(date +%s)
	"$1" --root "$TMP/now" undo >"$TMP/said" 2>&1
	[ $? = 1 ] || { echo 'it did not fail'; return 1; }
	hangs_took=$(($(date +%s) - hangs_start))
	if [ $hangs_took -lt 4 ] || [ $hangs_took -gt 8 ]; then
		echo "it took $hangs_took s"
		return 1
	fi
	! pgrep -f -- "--root $TMP/now undo\$" || { echo 'a process is left'; return 1; }
	same "$TMP/said" '0000:06:00.0: no answer in 5 s
0000:06:00.1: giving it back ...
0000:06:00.1: now has the driver nouveau' || return 1
	report "$TMP/now" >"$TMP/report"
	sed -n '/^device/s/.* 1 //p; /^summary/p' "$TMP/report" >"$TMP/lines"
	same "$TMP/lines" 'bound - vfio-pci -
released off nouveau given back by earlybind-init undo
summary 1 0 1'
}

# What the boot gave up after five seconds has its override, and may have been bound later.
late()
{
	fresh
	report=$TMP/now/run/earlybind/report
	sed -i '/^device 0000:06/s/bound - vfio-pci -/refused timeout - no answer/; s/^summary 2 0 0/summary 0 2 0/' "$report"
	driver 0000:06:00.0 -
	run "$1" 1 undo || return 1
	same "$TMP/writes" '0000:06:00.0/driver_override (cleared)
0000:06:00.0/uevent add
0000:06:00.1/driver_override (cleared)
drivers_probe 0000:06:00.0
drivers_probe 0000:06:00.1
vfio-pci/unbind 0000:06:00.1' || return 1
	has "$TMP/said" '0000:06:00.0: has no driver yet; udev was told of it' &&
		has "$TMP/said" '0000:06:00.1: vfio-pci still has it' || return 1
	sed -n '/^device/s/.* 1 //p' "$TMP/report" >"$TMP/lines"
	same "$TMP/lines" 'released off - given back by earlybind-init undo
refused timeout vfio-pci no answer'
}

# Nothing was done to what has no override.
untried()
{
	fresh
	sed -i '/^device 0000:06/s/bound - vfio-pci -/refused timeout - no answer/' "$TMP/now/run/earlybind/report"
	for untried in 0 1; do
		driver "0000:06:00.$untried" nouveau
		echo '(null)' >"$TMP/now/$FUNCTIONS/0000:06:00.$untried/driver_override"
	done
	run "$1" 0 undo && silent "$TMP/writes" && same "$TMP/said" 'nothing to give back'
}

# Another device stands where the report says that something was bound.
not_another()
{
	fresh
	sed -i 's/^PCI_ID=.*/PCI_ID=8086:1234/' "$TMP/now/$FUNCTIONS/0000:06:00.0/uevent"
	run "$1" 1 undo || return 1
	has "$TMP/said" '0000:06:00.0: it is not there any more' && lacks "$TMP/writes" 0000:06:00.0
}

nothing_to()
{
	fresh
	run "$1" 0 undo 03:00 && silent "$TMP/writes" && same "$TMP/said" 'nothing to give back'
}

no_report()
{
	fresh
	rm "$TMP/now/run/earlybind/report"
	run "$1" 1 undo && silent "$TMP/writes" && same "$TMP/said" '/run/earlybind/report cannot be read: ENOENT' || return 1
	echo 'earlybind-report 9' >"$TMP/now/run/earlybind/report"
	run "$1" 1 undo && silent "$TMP/writes" && has "$TMP/said" '/run/earlybind/report cannot be read'
}

no_selector()
{
	fresh
	run "$1" 2 undo 6:0 && silent "$TMP/writes" && has "$TMP/said" "'6:0' is no selector: expected" || return 1
	run "$1" 2 undo 06:00 07:00 && silent "$TMP/writes" && has "$TMP/said" usage
}

# Says what a run would do, and why, and writes nothing: no report and no line of the log either.
explained()
{
	rm -rf "$TMP/now"
	cp -a "$TMP/fresh" "$TMP/now"
	[ -z "$2" ] || echo "$2" >"$TMP/now/proc/cmdline"
	mkdir -p "$TMP/now/sys/firmware/efi/efivars"
	printf '\007\000\000\000%s' 1 >"$TMP/now/sys/firmware/efi/efivars/EarlybindOff-5fa8a63d-4d49-40dc-9763-ebe6c815e280"
	[ -n "$4" ] || rm "$TMP/now/sys/firmware/efi/efivars"/*
	run "$1" 0 explain && silent "$TMP/writes" || return 1
	cmp "$TMP/was/dev/kmsg" "$TMP/now/dev/kmsg" && has "$TMP/report" 'no report' && same "$TMP/said" "$3"
}

explained_broken()
{
	rm -rf "$TMP/now"
	cp -a "$TMP/fresh" "$TMP/now"
	rm "$TMP/now/usr/lib/earlybind/plan"
	run "$1" 1 explain && silent "$TMP/writes" && has "$TMP/said" 'plan broken: the plan cannot be read: ENOENT'
}

# shellcheck disable=SC2016 # backticks
named()
{
	tail -n 1 "$TMP/booted/dev/kmsg" >"$TMP/last"
	has "$TMP/last" '`/usr/lib/earlybind/earlybind-init undo`' && has "$TMP/last" '`/usr/lib/earlybind/earlybind-init explain`'
}

wrong_word()
{
	fresh
	run "$1" 0 undone && silent "$TMP/writes" && has "$TMP/said" 'usage: earlybind-init'
}

ok 'how-to-undo: the last line of the kernel log names undo and explain, with their path' named
for init in $INITS; do
	libc=$(basename "$(dirname "$init")")
	ok "emergency-undo: override cleared, unbound, probed; a driver that stays is told ($libc)" tried "$init"
	ok "emergency-undo: one function by its slot ($libc)" only_one "$init" 06:00.1
	ok "emergency-undo: one function by its ID ($libc)" only_one "$init" 10de:0fbb
	ok "emergency-undo: who has it now, and the report says that it was given back ($libc)" given_back "$init"
	ok "a second undo does nothing ($libc)" second_undo "$init"
	ok "undo-then-again: undo holds for this boot ($libc)" run_again "$init"
	ok "emergency-undo: a driver that hangs costs five seconds, and no other function ($libc)" hangs "$init"
	ok "emergency-undo: what was given up, and was bound all the same ($libc)" late "$init"
	ok "what was given up before anything was done to it ($libc)" untried "$init"
	ok "what stands there instead is not touched ($libc)" not_another "$init"
	ok "a selector of something that was not bound ($libc)" nothing_to "$init"
	ok "no report, or one of a later version: said, and nothing is done ($libc)" no_report "$init"
	ok "no selector, or too many: wrong usage ($libc)" no_selector "$init"
	ok "explain: what would be bound ($libc)" explained "$init" '' \
		'plan active; a run now, with the machine as it is:
0000:06:00.0 10de:13c2 bound, driver vfio-pci
0000:06:00.1 10de:0fbb bound, driver vfio-pci' ''
	ok "explain: why not ($libc)" explained "$init" 'earlybind.skip=06:00.0' \
		'plan active; a run now, with the machine as it is:
0000:06:00.0 10de:13c2 refused skipped, driver vfio-pci: earlybind.skip=0000:06:00.0
0000:06:00.1 10de:0fbb bound, driver vfio-pci' ''
	ok "explain: a variable is read and stays ($libc)" explained "$init" '' \
		'plan off: earlybind off --next-boot; a run now, with the machine as it is:
0000:06:00.0 10de:13c2 refused off, driver vfio-pci: earlybind off --next-boot
0000:06:00.1 10de:0fbb refused off, driver vfio-pci: earlybind off --next-boot' variable
	ok "explain: no plan ($libc)" explained_broken "$init"
	ok "a word that is no command binds nothing, and ends with 0 ($libc)" wrong_word "$init"
done
tap_end
