#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# calls.t: how many system calls the boot program makes on the running system, in all and for each further device. A
# machine may have thousands of devices. With --root each path is walked, so here the tree is what runs: by chroot.
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh
# shellcheck source=/dev/null
. tests/trees/lib.sh
need depmod:kmod gcc:gcc strace:strace

# The budgets, with klibc, for 8 devices and a card of two functions: 201 before anything was read again, then the driver's
# devices read twice (5 calls each), the signals of limits (3), the report of an earlier run (1), /proc/iomem (1).
IN_ALL=$((201 + 2 * 5 + 3 + 1 + 1))
# A uevent (open, read twice, close) and a link.
A_DEVICE=5
# A longer folder is read in more pieces.
PIECES=8

accepted_host two-gpus "$TMP/host" 'bind 10de:13c2'
two_gpus_bound >"$TMP/few"
{
	cat "$TMP/few"
	awk 'BEGIN { for (i = 0; i < 100; i++) printf "0001:%02x:%02x.0 - 8086:1521:8086:0001 0200 99 -\n", i / 32, i % 32 }'
} >"$TMP/many"

# counted INIT MANIFEST: prints how many calls a boot makes that binds the card.
counted()
{
	tree "$TMP/$2" "$TMP/tree"
	plan "$TMP/host" 6.1.0-builtin "$TMP/tree" >/dev/null || return 1
	cp "$1" "$TMP/tree/init"
	strace -f -o "$TMP/all" chroot "$TMP/tree" /init || return 1
	sed '1,/execve("\/init"/d' "$TMP/all" >"$TMP/trace"
	report "$TMP/tree" >"$TMP/report"
	grep -q '^summary 2 0 0' "$TMP/report" || return 1
	grep -cE '^[0-9]+ +[a-z0-9_]+\(' "$TMP/trace"
}

within()
{
	[ "$1" -gt 0 ] || return 1
	[ "$1" -le "$2" ] || { echo "$1 calls, $2 are the budget"; sort "$TMP/trace" | head -400; return 1; }
}

init=build/klibc/earlybind-init
case " $INITS " in
*" $init "*)
	if ! chroot / true 2>/dev/null; then
		skip 'the number of system calls' 'chroot needs root'
		tap_end
		exit
	fi
	few=$(counted $init few) || fail "the boot failed: $(cat "$TMP/report")"
	ok "a boot that binds a card of two functions makes at most $IN_ALL system calls" within "$few" $IN_ALL
	many=$(counted $init many) || fail "the boot failed: $(cat "$TMP/report")"
	ok "each further device costs $A_DEVICE system calls" within $((many - few)) $((100 * A_DEVICE + PIECES))
	;;
*) skip 'the number of system calls' 'it is counted with klibc, which is not built here or not under test' ;;
esac
tap_end
