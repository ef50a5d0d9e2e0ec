#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# guards.t: cases of what refuses a card: missing twins, bridges, Thunderbolt, and what accept leaned on.
# shellcheck source=/dev/null
. tests/cases/machine.sh

# accepted LINE...: the machine of these lines with the rules of $RULES, accepted; its kernel is 6.1.0-builtin.
accepted()
{
	rm -rf "$R"
	change "$@"
	host "$R"
	echo "$RULES" >"$CONF"
	run accept --yes
	[ "$(cat "$TMP/code")" -le 1 ]
}

# --- dead-host-twin

# gpu ROOT BRIDGE BUS: one of several identical GPUs, behind a root port of its own.
gpu()
{
	printf '0000:%s:%s - 1022:1483 0604 - pcieport\n0000:%s:00.0 0000:%s:%s 10de:2204:1458:403b 0300 1 -%s\n' \
		"$1" "$2" "$3" "$1" "$2" "${4:+ $4}"
}

ROOTS='root 0000:00 _SB_.PC00
root 0000:40 _SB_.PC40
root 0000:80 _SB_.PC80'
BMC='0000:00:1f.0 - 1a03:2000 0300 9 - boot_vga=1'
HOST=$(gpu 00 01.1 01 boot_vga=1)
GUESTS="$(gpu 40 01.1 41)
$(gpu 80 01.1 81)"
RULES='bind 10de:2204'

# all: the host's card and those for the guests are there; the host's is guarded.
all()
{
	accepted "$ROOTS" "$HOST" "$GUESTS" && locks 0000:41:00.0 0000:81:00.0
}

# taken_down LINE...: on this machine no card of the identity is bound, and each is called ambiguous.
taken_down()
{
	decides "$@"
	binds && refuses 0000:41:00.0 ambiguous
}

others_bound()
{
	all && decides "$ROOTS" "$GUESTS" "$BMC" && binds 0000:41:00.0 0000:81:00.0
}

# The missing card and the locked one stand at other device numbers of one root bus.
other_slots()
{
	accepted 'root 0000:00 _SB_.PC00' "$HOST" "$(gpu 00 03.1 41)" || return 1
	decides 'root 0000:00 _SB_.PC00' "$(gpu 00 03.1 41)" "$BMC"
	binds 0000:41:00.0
}

# The same, but as functions of one slot: firmware numbers these anew where one of them is not used.
same_slot()
{
	accepted 'root 0000:00 _SB_.PC00' "$HOST" "$(gpu 00 01.2 41)" || return 1
	taken_down 'root 0000:00 _SB_.PC00' "$(gpu 00 01.2 41)" "$BMC"
}

without_acpi()
{
	accepted 'root 0000:00 -' 'root 0000:40 -' "$HOST" "$(gpu 40 01.1 41)" || return 1
	taken_down 'root 0000:00 -' 'root 0000:40 -' "$(gpu 40 01.1 41)" "$BMC"
}

other_slots_without_acpi()
{
	accepted 'root 0000:00 -' "$HOST" "$(gpu 00 03.1 41)" || return 1
	taken_down 'root 0000:00 -' "$(gpu 00 03.1 41)" "$BMC"
}

# One more of the kind stands where nothing is known of it: it may be the missing one, and so may a locked one.
unnamed()
{
	all && taken_down "$ROOTS" "$GUESTS" "$(gpu 80 05.1 85)" "$BMC"
}

# A locked card moved: only what stands at its own path is bound so.
moved()
{
	all && taken_down "$ROOTS" "$(gpu 40 01.1 41)" "$(gpu 80 05.1 81)" "$BMC"
}

# The cards stand on root buses themselves, as a hypervisor puts them: no bridge.
no_bridge()
{
	no_bridge="0000:40:02.0 - 10de:2204:1458:403b 0300 2 -"
	accepted "$ROOTS" '0000:00:02.0 - 10de:2204:1458:403b 0300 1 - boot_vga=1' "$no_bridge" || return 1
	decides "$ROOTS" "$no_bridge" "$BMC"
	binds && refuses 0000:40:02.0 ambiguous
}

# One of the root buses has no name: its number may be another today.
half_named()
{
	accepted 'root 0000:00 _SB_.PC00' 'root 0000:40 -' "$HOST" "$(gpu 40 01.1 41)" || return 1
	taken_down 'root 0000:00 _SB_.PC00' 'root 0000:40 -' "$(gpu 40 01.1 41)" "$BMC"
}

# Two root buses have one name: other device numbers are not those of one root bus.
one_name()
{
	one_name='root 0000:00 _SB_.PC00
root 0000:40 _SB_.PC00'
	accepted "$one_name" "$HOST" "$(gpu 40 03.1 41)" || return 1
	taken_down "$one_name" '0000:00:01.1 - 1022:1483 0604 - pcieport' "$(gpu 40 03.1 41)" "$BMC"
}

# Both stand behind one root port, below a switch, whose ports are numbered by its firmware.
below_switch()
{
	below_switch='0000:00:01.1 - 1022:1483 0604 - pcieport
0000:10:00.0 0000:00:01.1 11f8:4128 0604 - pcieport
0000:11:00.0 0000:10:00.0 11f8:4128 0604 - pcieport
0000:11:01.0 0000:10:00.0 11f8:4128 0604 - pcieport
0000:41:00.0 0000:11:01.0 10de:2204:1458:403b 0300 2 -'
	accepted 'root 0000:00 _SB_.PC00' "$below_switch" \
		'0000:12:00.0 0000:11:00.0 10de:2204:1458:403b 0300 1 - boot_vga=1' || return 1
	taken_down 'root 0000:00 _SB_.PC00' "$below_switch" "$BMC"
}

# Two of the host's are missing, one of them at a place that proves nothing.
two_missing()
{
	RULES='bind 41:00'
	accepted "$ROOTS" "$HOST" "$(gpu 40 01.1 41)" "$(gpu 40 01.2 42)" || return 1
	RULES='bind 10de:2204'
	taken_down "$ROOTS" "$(gpu 40 01.1 41)" "$BMC"
}

# A kept one counts as one of the host's does.
kept_one()
{
	RULES='bind 10de:2204
keep 01:00'
	accepted "$ROOTS" "$(gpu 00 01.1 01)" "$GUESTS" "$BMC" || return 1
	decides "$ROOTS" "$GUESTS" "$BMC"
	RULES='bind 10de:2204'
	binds 0000:41:00.0 0000:81:00.0
}

# So does one that no rule selects.
unselected_one()
{
	RULES='bind 41:00'
	accepted "$ROOTS" "$(gpu 00 01.1 01)" "$(gpu 40 01.1 41)" "$BMC" || return 1
	decides "$ROOTS" "$(gpu 40 01.1 41)" "$BMC"
	RULES='bind 10de:2204'
	binds 0000:41:00.0
}

# disk ROOT BUS GROUP: the like of a GPU, but a disk.
disk()
{
	printf '0000:%s:01.1 - 1022:1483 0604 - pcieport\n0000:%s:00.0 0000:%s:01.1 144d:a808:144d:a801 010802 %s -\n' \
		"$1" "$2" "$1" "$3"
}

# What is no display is never told by its place alone.
no_display()
{
	RULES='bind 41:00'
	accepted "$ROOTS" "$(disk 00 01 1)" "$(disk 40 41 2)" "$BMC" || return 1
	RULES='bind 10de:2204'
	taken_down "$ROOTS" "$(disk 40 41 2)" "$BMC"
}

outcome dead-host-twin 'below root buses with names of their own' others_bound
outcome dead-host-twin 'at other device numbers of one root bus' other_slots
outcome dead-host-twin 'a kept twin is missing' kept_one
outcome dead-host-twin 'a twin that no rule selects is missing' unselected_one
ok 'dead-host-twin: not behind functions of one slot' same_slot
ok 'dead-host-twin: not where root buses have no names' without_acpi
ok 'dead-host-twin: not on one root bus without a name' other_slots_without_acpi
ok 'dead-host-twin: not where only one root bus has a name' half_named
ok 'dead-host-twin: not where two root buses have one name' one_name
ok 'dead-host-twin: not below one switch' below_switch
ok 'dead-host-twin: not where two are missing, and one proves nothing' two_missing
ok 'dead-host-twin: not beside one that stands at a place of its own' unnamed
ok 'dead-host-twin: not where a locked one moved' moved
ok 'dead-host-twin: not where no bridge is the place' no_bridge
ok 'dead-host-twin: not a disk' no_display

# --- class06-nvswitch, class06-group

SWITCHES='root 0000:00 _SB_.PC00
0000:00:0c.0 - 8086:1bbf 0604 1 pcieport
0000:00:1c.0 - 8086:1bb8 0604 3 pcieport
0000:01:00.0 0000:00:0c.0 11f8:4128 0604 114 pcieport
0000:02:00.0 0000:01:00.0 11f8:4128 0604 114 pcieport
0000:02:01.0 0000:01:00.0 11f8:4128 0604 114 pcieport
0000:03:00.0 0000:00:1c.0 1a03:2000 0300 4 - boot_vga=1
0000:05:00.0 0000:02:00.0 10de:22a3:10de:1796 068000 114 -
0000:06:00.0 0000:02:01.0 10de:22a3:10de:1796 068000 114 -'

# endpoint RULE ADDRESS...: this rule locks these functions of class 0680, and the boot binds them.
endpoint()
{
	RULES=$1
	shift
	accepted "$SWITCHES" && locks "$@" && decides "$SWITCHES" && binds "$@"
}

# lockable LINE SELECTOR: the function of this line is one that a rule may mean; never_lockable: no rule locks it.
lockable()
{
	rm -rf "$R"
	change "$SWITCHES" "$1"
	host "$R"
	shift
	did add "$@" --yes && locks "0000:$1"
}

never_lockable()
{
	rm -rf "$R"
	change "$SWITCHES" "$1"
	host "$R"
	shift
	run add "$@" --yes
	code 1 && locks
}

outcome class06-nvswitch 'by an ID: both' endpoint 'bind 10de:22a3' 0000:05:00.0 0000:06:00.0
outcome class06-nvswitch 'by its slot: one' endpoint 'bind 06:00' 0000:06:00.0
outcome class06-nvswitch 'an NTB' lockable '0000:00:03.0 - 8086:6f0d 0680 20 -' 00:03.0
outcome class06-nvswitch 'an endpoint of another subclass' lockable '0000:00:03.0 - 1172:e001 0608 20 -' 00:03.0
for class in 0600 0604 060400 060401 0607 0609; do
	ok "class06-nvswitch: never class $class" never_lockable "0000:00:03.0 - 8086:2f08 $class 20 -" 00:03.0
done

LPC='0000:00:1f.0 - 8086:1e55 0601 12 lpc_ich
0000:00:1f.2 - 8086:1e03 0106 12 -'

# group_is_named: `check` names the LPC bridge whose driver keeps the group from a VM.
group_is_named()
{
	RULES='bind 00:1f.2'
	accepted "$SWITCHES" "$LPC" || return 1
	run check --json
	json_names 0000:00:1f.0
}

group_without_driver()
{
	RULES='bind 00:1f.2'
	accepted "$SWITCHES" "$(echo "$LPC" | sed 's/lpc_ich/-/')" || return 1
	run check --json
	fails json_names 0000:00:1f.0
}

outcome class06-group 'pci-stub takes an LPC bridge' lockable "$LPC" 00:1f.0 driver=pci-stub
outcome class06-group 'its group: it is named' group_is_named
ok 'class06-group: without a driver it is not' group_without_driver
ok 'class06-group: vfio-pci does not take it' never_lockable "$LPC" 00:1f.0
ok 'class06-group: an ID does not mean it either' never_lockable "$LPC" 8086:1e55
ok 'class06-group: pci-stub takes no host bridge' never_lockable '0000:00:03.0 - 8086:2f08 0600 20 -' 00:03.0 driver=pci-stub
ok 'class06-group: pci-stub takes no PCI bridge' never_lockable '0000:00:03.0 - 8086:2f08 0604 20 -' 00:03.0 driver=pci-stub

# --- egpu-check-is-not-boot

LAPTOP='0000:00:02.0 - 8086:9a49:17aa:22d5 0300 0 - boot_vga=1
0000:00:07.0 - 8086:9a23 0604 1 pcieport'
BOX='0000:20:00.0 0000:00:07.0 8086:15da 0604 16 pcieport removable=removable
0000:21:01.0 0000:20:00.0 8086:15da 0604 17 pcieport removable=removable
0000:22:00.0 0000:21:01.0 10de:2182:3842:1261 0300 18 - removable=removable
0000:22:00.1 0000:21:01.0 10de:1aeb:3842:1261 0403 18 - removable=removable'

# egpu RULE: with it the box's card is locked, check says that it is bound, and the boot does so.
egpu()
{
	RULES=$1
	accepted "$LAPTOP" "$BOX" && code 0 || return 1
	did check --json && json '[.. | objects | select(.address? == "0000:22:00.0" and .bind? == true)] | length > 0' || return 1
	decides "$LAPTOP" "$BOX"
	binds 0000:22:00.0 0000:22:00.1
}

# without_accept: a path rule with id= needs none: check and the boot agree before one.
without_accept()
{
	RULES='bind 0000:00:07.0/00.0/01.0/00 id=10de:2182'
	rm -rf "$R"
	change "$LAPTOP" "$BOX"
	host "$R"
	echo "$RULES" >"$CONF"
	did check && decides "$LAPTOP" "$BOX" && binds 0000:22:00.0 0000:22:00.1
}

# unplugged: the box is not there at boot: nothing is bound, and that is no failure of check.
unplugged()
{
	RULES='bind 22:00'
	accepted "$LAPTOP" "$BOX" || return 1
	decides "$LAPTOP"
	binds && change "$LAPTOP" && did check
}

outcome egpu-check-is-not-boot 'a path rule with id=, before accept' without_accept
outcome egpu-check-is-not-boot 'a path rule with id=' egpu 'bind 0000:00:07.0/00.0/01.0/00 id=10de:2182'
outcome egpu-check-is-not-boot 'its slot' egpu 'bind 22:00'
outcome egpu-check-is-not-boot 'its ID' egpu 'bind 10de:2182'
outcome egpu-check-is-not-boot 'the box is not plugged in' unplugged

# --- keep-removed-keyboard

BOARD='include single-rtx2060
set 0000:06:00.2 usb=keyboard'
MORE='0000:00:14.0 - 8086:a36d 0c03 2 - usb=keyboard
0000:00:1d.0 - 8086:a330 0604 3 pcieport
0000:02:00.0 0000:00:1d.0 1912:0014 0c03 4 - usb=keyboard'

# leaned LINE...: accepted with the rules of $RULES on this machine; then the keep lines go.
leaned()
{
	accepted "$@" && code 0 || return 1
	sed -i '/keep/d' "$CONF"
}

# mistyped LINE...: then they are no rules any more.
mistyped()
{
	accepted "$@" && code 0 || return 1
	sed -i 's/keep/kepp/' "$CONF"
}

# still_held HOW: 06:00.2, where the keyboard is plugged in, stays with the host after the keep line went.
still_held()
{
	RULES='bind 06:00 allow=display
keep 06:00.2'
	"$1" "$BOARD" && decides "$BOARD" && binds 0000:06:00.0 0000:06:00.1 0000:06:00.3 &&
		refuses 0000:06:00.2 kept keyboard
}

# by_id: the keep line names the function's ID.
by_id()
{
	RULES='bind 06:00 allow=display
keep 10de:1ad8'
	leaned "$BOARD" && decides "$BOARD" && refuses 0000:06:00.2 kept keyboard
}

# drop_in: the keep line stands in a file of its own, which is removed.
drop_in()
{
	RULES='bind 06:00 allow=display'
	rm -rf "$R"
	change "$BOARD"
	host "$R"
	echo "$RULES" >"$CONF"
	mkdir -p "$R/etc/earlybind.d"
	echo 'keep 06:00.2' >"$R/etc/earlybind.d/keep.conf"
	did accept --yes || return 1
	rm -r "$R/etc/earlybind.d"
	decides "$BOARD" && refuses 0000:06:00.2 kept keyboard
}

# other_controller: of two controllers with a keyboard one is kept, so the other was free: that stays so, and the kept one
# the host's.
other_controller()
{
	RULES='bind 02:00
keep 00:14.0'
	leaned "$BOARD" "$MORE" || return 1
	echo 'bind 00:14.0' >>"$CONF"
	decides "$BOARD" "$MORE"
	binds 0000:02:00.0
}

# rule_of_another COMMAND SELECTOR: before the keep line goes, a command is about another rule: nothing is accepted anew.
rule_of_another()
{
	RULES='bind 10de:1e89 allow=display
keep 06:00.2
bind 00:1f.3'
	rule_of_another="$BOARD
0000:00:1f.3 - 8086:a348 0403 9 -"
	leaned "$rule_of_another" || return 1
	did "$@" --yes && decides "$rule_of_another" && refuses 0000:06:00.2 kept keyboard
}

# card_taken_out: it is not there while another rule is accepted.
card_taken_out()
{
	RULES='bind 06:00 allow=display
keep 06:00.2'
	leaned "$BOARD" || return 1
	change '0000:00:1f.3 - 8086:a348 0403 9 -'
	run add 00:1f.3 --yes
	decides "$BOARD" && refuses 0000:06:00.2 kept keyboard
}

# word_taken_out WORD LINE...: 00:14.0 was accepted with allow=WORD, which its rule has no more: without it accept would
# refuse it, and the boot does. Written again it counts as before.
word_taken_out()
{
	word_taken_out=$1
	shift
	RULES="bind 00:14.0 allow=$word_taken_out"
	accepted "$@" && locks 0000:00:14.0 && decides "$@" && binds 0000:00:14.0 || return 1
	echo 'bind 00:14.0' >"$CONF"
	decides "$@"
	binds && refuses 0000:00:14.0 "$word_taken_out" || return 1
	echo "$RULES" >"$CONF"
	decides "$@" && binds 0000:00:14.0
}

# on_root NUMBER BUS: a card on a root bus of this number, which has no name, and one like it that shows the boot.
on_root()
{
	printf '0000:00:02.0 - 10de:1e89 0300 4 - boot_vga=1\nroot 0000:%s -\n' "$1"
	printf '0000:%s:01.0 - 1022:1453 0604 5 pcieport\n0000:%s:00.0 0000:%s:01.0 10de:1e89 0300 6 -\n' "$1" "$2" "$1"
	printf '0000:%s:00.2 0000:%s:01.0 10de:1ad8 0c03 6 - usb=keyboard\n' "$2" "$1"
}

# out_of_place: its root bus has another number, so that a live rule takes what the entry does not know any more.
out_of_place()
{
	RULES='bind 81:00
bind 10de:1e89 live
keep 81:00.2'
	leaned "$(on_root 80 81)" || return 1
	decides "$(on_root 82 83)"
	binds 0000:83:00.0 && refuses 0000:83:00.2 ambiguous
}

# accepted_anew: the next accept reads the rules that are there, and what it then refuses is refused.
accepted_anew()
{
	RULES='bind 06:00 allow=display
keep 06:00.2'
	leaned "$BOARD" || return 1
	run accept --yes
	decides "$BOARD"
	[ -z "$(cards)" ] || refuses 0000:06:00.2 keyboard
}

outcome keep-removed-keyboard 'its line is gone' still_held leaned
outcome keep-removed-keyboard 'its line is mistyped' still_held mistyped
outcome keep-removed-keyboard 'it names an ID' by_id
outcome keep-removed-keyboard 'its file is gone' drop_in
outcome keep-removed-keyboard 'a whole controller' other_controller
outcome keep-removed-keyboard 'another rule is accepted' rule_of_another accept 00:1f.3
outcome keep-removed-keyboard 'another rule is removed' rule_of_another remove 00:1f.3
outcome keep-removed-keyboard 'its card is not there when another is' card_taken_out
outcome keep-removed-keyboard 'the last keyboard, and allow=keyboard is gone' word_taken_out keyboard \
	'0000:00:14.0 - 8086:a36d 0c03 2 - usb=keyboard'
outcome keep-removed-keyboard 'a NIC in use, and allow=in-use is gone' word_taken_out in-use \
	'0000:00:14.0 - 8086:15b8 0200 2 -' 'net eth0 0000:00:14.0 master=br0' 'net br0 -'
outcome keep-removed-keyboard 'a live rule, and the root bus has another number' out_of_place
ok 'keep-removed-keyboard: the next accept decides anew' accepted_anew
tap_end
