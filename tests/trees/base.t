#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# base.t: the plan of `earlybind image --base` names no card; with the lock of a machine beside it the boot does just what
# it does with that machine's own plan, and without a good lock nothing.
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh
# shellcheck source=/dev/null
. tests/trees/lib.sh
need depmod:kmod gcc:gcc

accepted_host twin-gpus "$TMP/host" 'bind 10de:13c2'

# base KERNEL DIR: the plan of an image for all, made where there is neither configuration nor lock.
base()
{
	rm -rf "$TMP/image" "$TMP/builder"
	mkdir "$TMP/image" "$TMP/builder"
	host "$TMP/builder"
	"$EARLYBIND" image --base --root "$TMP/builder" --kernel "$1" --destdir "$TMP/image" >/dev/null || return 1
	rm -rf "$2/usr/lib/earlybind"
	mkdir -p "$2/usr/lib/earlybind"
	cp "$TMP/image/usr/lib/earlybind/plan" "$2/usr/lib/earlybind/plan"
}

# booted INIT DIR: the report and all writes of a boot of the tree DIR, with the plan's hash.
booted()
{
	rm -rf "$TMP/after"
	cp -a "$2" "$TMP/after"
	boot "$1" "$TMP/after" || return 1
	report "$TMP/after"
	grep -o '^plan [0-9a-f-]*' "$TMP/after/run/earlybind/report"
	writes "$2" "$TMP/after"
}

as_its_own()
{
	booted "$1" "$TMP/own" >"$TMP/expected" && booted "$1" "$TMP/base" >"$TMP/is" &&
		has "$TMP/expected" drivers_probe && diff -u "$TMP/expected" "$TMP/is"
}

SHOWN='note display - 0000:03:00.0 0000:03:00.0 is the boot display: boot_vga'

# ends INIT TEXT [NOTE]: nothing is written, and these are the plan's line and the note of the report.
ends()
{
	booted "$1" "$TMP/base" | grep -v '^plan [0-9a-f-]*$' >"$TMP/is"
	same "$TMP/is" "plan $2
${3:+$3
}summary 0 0 0"
}

machine twin-gpus "$TMP/own"
plan "$TMP/host" 6.1.0-builtin "$TMP/own" >/dev/null || fail "image"
machine twin-gpus "$TMP/base"
base 6.1.0-builtin "$TMP/base" || fail "image --base"
ok "the base plan has no card" lacks "$TMP/base/usr/lib/earlybind/plan" card
mkdir -p "$TMP/base/etc"
for init in $INITS; do
	libc=$(basename "$(dirname "$init")")
	cp "$TMP/host/etc/earlybind.lock" "$TMP/base/etc/earlybind.lock"
	ok "with the lock: as with the machine's own plan ($libc)" as_its_own "$init"
	sed -i 's/^end ......../end 00000000/' "$TMP/base/etc/earlybind.lock"
	ok "a damaged lock: nothing is bound ($libc)" ends "$init" \
		'- broken lock: it is damaged or was changed by hand: the CRC at its end does not fit'
	cp "$TMP/base/usr/lib/earlybind/plan" "$TMP/base/etc/earlybind.lock"
	ok "a plan in place of the lock: nothing is bound ($libc)" ends "$init" \
		'- broken lock line 1: this is no earlybind lock'
	rm "$TMP/base/etc/earlybind.lock"
	ok "without a lock: nothing is bound, and nothing is wrong ($libc)" ends "$init" 'HASH active -' "$SHOWN"
	cp -r "$TMP/own/." "$TMP/locked"
	mkdir "$TMP/locked/etc"
	echo damaged >"$TMP/locked/etc/earlybind.lock"
	booted "$init" "$TMP/own" >"$TMP/expected"
	booted "$init" "$TMP/locked" >"$TMP/is"
	ok "a plan with cards does not ask a lock ($libc)" cmp "$TMP/expected" "$TMP/is"
	rm -r "$TMP/locked"
done
base 6.1.0-modular "$TMP/base" || fail "image --base"
cp "$TMP/host/etc/earlybind.lock" "$TMP/base/etc/earlybind.lock"
ok "another kernel: nothing is bound" ends "$FIRST_INIT" \
	'HASH broken the plan is for kernel 6.1.0-modular, this is 6.1.0-builtin'
rm "$TMP/base/etc/earlybind.lock"
echo 6.1.0-modular >"$TMP/base/proc/sys/kernel/osrelease"
ok "without a lock: no module is loaded either" ends "$FIRST_INIT" 'HASH active -' "$SHOWN"
tap_end
