#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# boot-display.t: where a driver has removed the firmware's framebuffer, all commands know the boot display by the report
# of this boot.
# shellcheck source=/dev/null
. tests/functional/host.sh
need jq:jq
REPORT=$R/run/earlybind/report

# booted LINE...: this machine booted with the plan, and the report is there.
booted()
{
	change "$@"
	cp -a "$R" "$TMP/booted"
	rm -rf "$TMP/booted/usr"
	plan "$R" 6.1.0-builtin "$TMP/booted" >/dev/null && boot "${INITS##* }" "$TMP/booted"
	cp "$TMP/booted/run/earlybind/report" "$TMP/report"
	rm -rf "$TMP/booted"
}

# runs LINE...: the machine as it runs now, after that boot.
runs()
{
	change "$@"
	mkdir -p "$R/run/earlybind"
	cp "$TMP/report" "$REPORT"
}

# shown ADDRESS...: the cards with those main functions, and no other, are marked in the list.
shown()
{
	did list --json || return 1
	jq -r '.devices[] | select(.state // "" | test("boot-display")) | .address' "$TMP/out" | grep '\.0$' >"$TMP/shown"
	printf '%s\n' "$@" | sed '/^$/d' | diff -u - "$TMP/shown"
}

FB='set 0000:03:00.0 boot_vga=0 fb=simple-framebuffer.0'
GONE='set 0000:03:00.0 boot_vga=0 driver=amdgpu'
new two-gpus 'bind 04:00'
did accept --yes
booted 'include two-gpus' "$FB"
ok 'the report says which device it is and by what' has "$TMP/report" \
	'note display - 0000:03:00.0 0000:03:00.0 is the boot display: firmware-framebuffer'
change 'include two-gpus' "$GONE"
ok 'without a report nothing tells' shown
runs 'include two-gpus' "$GONE"
ok 'with it list marks the device' shown 0000:03:00.0
run add --yes 03:00
ok 'add refuses it' said 1 'it shows the boot: report'
run explain 03:00
ok 'explain says so' has "$TMP/out" 'it shows the boot: report'
echo 'bind 1002:67df' >"$CONF"
run accept --yes
ok 'accept refuses it' said 1 'it shows the boot: report'
run check
ok 'and check says what accept does' code 1
runs 'include two-gpus' "$GONE" 'set 0000:06:00.0 boot_vga=1' 'arch aarch64'
ok 'a boot_vga that no framebuffer made does not count beside it' shown 0000:03:00.0
runs 'include two-gpus' 'set 0000:03:00.0 boot_vga=0' 'set 0000:06:00.0 boot_vga=0 fb=simple-framebuffer.0'
ok 'a framebuffer that is there now counts alone' shown 0000:06:00.0
runs 'include two-gpus' "$GONE"
echo 'not a report' >"$REPORT"
ok 'a damaged report says nothing' shown
ok 'of which list does not complain' silent "$TMP/err"
tap_end
