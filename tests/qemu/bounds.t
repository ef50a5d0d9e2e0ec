#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bounds.t: when a boot is given up, and what runs its processor (watch.sh, accel.sh), with stand-ins for QEMU. Needs
# neither root nor QEMU. Run from the top of the repository.
# shellcheck disable=SC2030,SC2031,SC2034 # the bounds are read by what is sourced; each PATH is for one call
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh
TOP=$PWD
TMP=$(mktemp -d) || exit 1
WORK=$TMP/work
trap 'rm -rf "$TMP"' EXIT
export TOP WORK
# shellcheck source=/dev/null
. tests/qemu/lib.sh

# looks_given_up N TICKS BYTES: for `ok`: of N looks, between which QEMU uses so many hundredths of a second and writes so
# many bytes, the last one gives the boot up, and none before.
looks_given_up()
{
	watch_begin
	look=0
	until watch_look $((look * $2)) $((look * $3)) || [ $look -gt 100000 ]; do
		look=$((look + 1))
	done
	[ $((look + 1)) = "$1" ] || { echo "given up at look $((look + 1))"; return 1; }
}

# qemu LINE...: a stand-in for QEMU; how it is called stands in TMP/called.
qemu()
{
	mkdir -p "$TMP/bin"
	stands_in qemu-system-x86_64
	# shellcheck disable=SC2016 # what the program expands
	printf '%s\n' '#!/bin/sh' "echo \"\$*\" >>$TMP/called" "$@" >"$TMP/bin/qemu-system-x86_64"
	chmod 755 "$TMP/bin/qemu-system-x86_64"
	: >"$TMP/called"
	rm -rf "$WORK"
	mkdir -p "$WORK"
}

# booted: a boot with that stand-in; its log is TMP/log.
booted()
{
	(
		PATH=$TMP/bin:$PATH
		boot /kernel /initrd /disk on /payload one-gpu '' "$TMP/log" 2>"$TMP/errors"
	)
}

# chosen ARGUMENTS TIMES: for `ok`: twice asked, that is the answer, and QEMU was called so many times.
chosen()
{
	for chosen_time in first second; do
		chosen_now=$(PATH=$TMP/bin:$PATH; accel /kernel 2>"$TMP/errors") || return 1
		[ "$chosen_now" = "$1" ] || { echo "the $chosen_time time: $chosen_now"; return 1; }
	done
	[ "$(wc -l <"$TMP/called")" = "$2" ] || { cat "$TMP/called"; return 1; }
}

no_accel()
{
	! (PATH=$TMP/bin:$PATH; accel /kernel) >/dev/null 2>"$TMP/errors" && has "$TMP/errors" 'only tcg is known'
}

ok "300 s of processor time are enough: a boot that works and writes" looks_given_up 302 100 1
ok "one that works on two processors at once" looks_given_up 152 200 0
ok "a boot on a busy machine, with a tenth of a processor" looks_given_up 3002 10 0
ok "one that writes now and then, and uses next to nothing, is let go on for hours" looks_given_up 30002 1 1
ok "180 s without a byte, and less than 2 s of processor time: it hangs" looks_given_up 181 1 0
ok "one that does nothing at all" looks_given_up 181 0 0
ok "one that uses 2 s in 180 s does not hang" looks_given_up 15002 2 0

EARLYBIND_ACCEL=tcg
export EARLYBIND_ACCEL
qemu 'printf "one\r\ntwo\r\n"'
ok "a boot that ends" booted
ok "its log has no CR, and nothing more" same "$TMP/log" 'one
two'
WATCH_PROCESSOR=1
qemu 'echo begun' 'while :; do :; done'
ok "a boot that goes on for ever is ended" booted
ok "its log says why" has "$TMP/log" \
	'@@ given up: QEMU has used 1 s of processor time'
ok "and how much it used is noted" grep -Ex "[1-9][0-9]*" "$TMP/log.used"
WATCH_PROCESSOR=300 WATCH_QUIET_LOOKS=2
qemu 'echo begun' 'exec sleep 3600'
ok "a boot that hangs is ended" booted
ok "its log says why too" has "$TMP/log" \
	'@@ given up: in 2 s QEMU has written nothing and used less than 2 s of processor time'
WATCH_QUIET_LOOKS=180 BOOT_TIMEOUT=1
qemu 'echo begun' 'exec sleep 3600'
ok "behind that stands the clock" booted
ok "and its log says so" has "$TMP/log" \
	'@@ given up: over 1 s'
BOOT_TIMEOUT=3600

qemu 'echo "@@ last word"'
ok "EARLYBIND_ACCEL=tcg: nothing is tried" chosen "$ACCEL_TCG" 0
EARLYBIND_ACCEL=xen
qemu 'echo "@@ last word"'
ok "EARLYBIND_ACCEL=xen is an error" no_accel
unset EARLYBIND_ACCEL
ACCEL_DEVICE=/dev/null
qemu 'echo "@@ last word"'
ok "KVM that boots a guest is used, and tried once" chosen "$ACCEL_KVM" 1
qemu 'exec sleep 3600'
ok "KVM that hangs is not, and tried once" chosen "$ACCEL_TCG" 1
qemu 'echo "error: failed to set MSR 0x10a to 0x69"' 'kill -ABRT $$'
ok "KVM that ends QEMU is not" chosen "$ACCEL_TCG" 1
ACCEL_DEVICE=$TMP/none
qemu 'echo "@@ last word"'
ok "no KVM: nothing is tried" chosen "$ACCEL_TCG" 0
tap_end
