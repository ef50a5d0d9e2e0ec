#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# advice.t: cases of what the host tool says: where it names a next step, the step is followed, and what it then locks
# counts; where it warns, a row of its JSON names the address or the file.
# shellcheck source=/dev/null
. tests/cases/machine.sh

# machine_of LINE...: a fresh root with the machine of this manifest, and no rules.
machine_of()
{
	rm -rf "$R"
	change "$@"
	host "$R"
	: >"$CONF"
}

# follow: runs each command that the JSON of the last one names as next, an argv a row, below the root. There is one.
follow()
{
	jq -r '.. | objects | .next? // empty | select(type == "array") | @sh' "$TMP/out" >"$TMP/steps"
	[ -s "$TMP/steps" ] || { echo 'no next step'; cat "$TMP/out"; return 1; }
	while IFS= read -r follow_step; do
		eval "step $follow_step"
	done <"$TMP/steps"
}

# step earlybind COMMAND ARGUMENT...: one of them, if it writes conf or lock.
step()
{
	case $2 in
	accept | add | remove) ;;
	*) return ;;
	esac
	shift
	run "$@" --yes
}

# row ADDRESS FILTER: some object of the JSON has this address and this is true of it.
row()
{
	json "[.. | objects | select(.address? == \"$1\") | select($2)] | length > 0"
}

# --- advice-twin-gone, advice-accept-all

# twin_gone: the guest's card was pulled, the firmware renumbers, and the host's twin stands where it stood.
twin_gone()
{
	new server 'bind 05:00'
	did accept --yes || return 1
	change 'include server' 'drop 0000:05:00.0' 'set 0000:06:00.0 behind=0000:00:01.0' 'renumber 06=05'
}

listed()
{
	twin_gone && did list --json || return 1
	fails row 0000:05:00.0 '.state == "locked"'
}

# Whatever check names as next: the host's twin is not locked by following it.
followed()
{
	twin_gone || return 1
	run check --json
	code 1 && follow || return 1
	decides 'include server' 'drop 0000:05:00.0' 'set 0000:06:00.0 behind=0000:00:01.0' 'renumber 06=05'
	binds
}

boot_refuses()
{
	twin_gone || return 1
	decides 'include server' 'drop 0000:05:00.0' 'set 0000:06:00.0 behind=0000:00:01.0' 'renumber 06=05'
	binds
}

outcome advice-twin-gone 'list does not call the twin locked' listed
outcome advice-twin-gone 'the next step does not lock it' followed
ok 'advice-twin-gone: the boot binds nothing' boot_refuses

NEW_BUSES="include server
renumber 05=06 06=07 07=08
0000:00:00.1 - 8086:6f00 0604 2 pcieport
0000:05:00.0 0000:00:00.1 1b21:2142:1b21:2142 0c0330 30 - usb=mouse"

# renumbered: another device stands in the slot of a rule whose card is found by its path; a new rule waits.
renumbered()
{
	new server 'bind 05:00'
	did accept --yes || return 1
	change "$NEW_BUSES"
	echo 'bind 08:00.3' >>"$CONF"
}

# usb_stays: the USB controller, which no rule meant when it was written, is not locked.
usb_stays()
{
	! grep -e '^card .* 1b21:2142' "$LOCK"
}

next_of_check()
{
	renumbered || return 1
	run check --json
	follow && usb_stays
}

# yes_to_all: a plain accept without a person.
yes_to_all()
{
	renumbered && run accept --yes
	usb_stays
}

outcome advice-accept-all 'the next step of check' next_of_check
outcome advice-accept-all 'accept --yes where devices moved' yes_to_all

# --- vm-names-kept, vm-other-function

# vm NAME BUS FUNCTION: a definition of libvirt that names this function.
vm()
{
	mkdir -p "$R/etc/libvirt/qemu"
	cat >"$R/etc/libvirt/qemu/$1.xml" <<-END
		<domain><devices><hostdev mode='subsystem' type='pci' managed='yes'><source>
		<address domain='0x0000' bus='0x$2' slot='0x00' function='0x$3'/></source></hostdev></devices></domain>
	END
}

kept_function()
{
	new single-rtx2060 'bind 06:00 allow=display' 'keep 06:00.2'
	change 'include single-rtx2060' 'set 0000:06:00.2 usb=keyboard'
	vm win11 06 2
	did accept --yes || return 1
	run check --json
	json_names win11.xml
}

boot_display()
{
	new two-gpus 'bind 06:00'
	did accept --yes || return 1
	vm win11 06 0
	change 'include two-gpus' 'set 0000:03:00.0 boot_vga=0' 'set 0000:06:00.0 boot_vga=1 driver=nouveau'
	run check --json
	json_names win11.xml
}

locked_one()
{
	new two-gpus 'bind 06:00'
	did accept --yes || return 1
	vm win11 06 0
	did check --json || return 1
	fails json_names win11.xml
}

outcome vm-names-kept 'a kept function' kept_function
outcome vm-names-kept 'a card that the boot refuses' boot_display
ok 'vm-names-kept: what is locked is in order' locked_one

APU='0000:00:08.1 - 1022:14eb 0604 11 pcieport
0000:c5:00.0 0000:00:08.1 1002:1900:1f4c:b016 0300 18 - boot_vga=1
0000:c5:00.1 0000:00:08.1 1002:1640:1f4c:b016 0403 19 -
0000:c5:00.3 0000:00:08.1 1022:15b9:1f4c:b016 0c03 21 - usb=-
0000:c5:00.6 0000:00:08.1 1022:15e3:1f4c:b016 0403 24 -'

# to_add LINE SELECTOR BUS FUNCTION ADDRESS: the machine, what is locked, what the VM names; the step is to add that.
to_add()
{
	machine_of "$1"
	# shellcheck disable=SC2086 # a rule
	did add --yes $2 || return 1
	vm win11 "$3" "$4"
	run check --json
	json "[.. | objects | .next? // empty | select(type == \"array\") | select(index(\"add\")) | .[] |
		select(test(\"$5\"))] | length > 0"
}

NIC='0000:00:08.1 - 1022:14eb 0604 11 pcieport
0000:02:00.0 0000:00:08.1 8086:1521 0200 18 -
0000:02:00.1 0000:00:08.1 8086:1521 0200 19 -'
outcome vm-other-function 'beside a GPU' to_add "$APU" 'c5:00 allow=display' c5 6 'c5:00.6'
outcome vm-other-function 'another port of a network card' to_add "$NIC" 02:00.1 02 0 '02:00.0'

# --- keep-example, accept-undoes-add, id-takes-the-other

kept_as_wished()
{
	new two-gpus 'bind 06:00' "$1"
	change 'include two-gpus' '0000:06:00.2 0000:00:03.1 10de:1ad8:1043:8508 0c0330 22 - usb=keyboard'
	did accept --yes && did check || return 1
	next_machine 'include two-gpus' '0000:06:00.2 0000:00:03.1 10de:1ad8:1043:8508 0c0330 22 - usb=keyboard' \
		'set 0000:06:00.0 driver=vfio-pci override=vfio-pci' 'set 0000:06:00.1 driver=vfio-pci override=vfio-pci'
	"$FIRST_INIT" --root "$TMP/boot"
	mkdir -p "$R/run"
	cp -r "$TMP/boot/run/earlybind" "$R/run/"
	did status
}
outcome keep-example 'check and status end with 0' kept_as_wished 'keep 06:00.2'
outcome keep-example 'by its ID' kept_as_wished 'keep 10de:1ad8'

TWO_USB='0000:00:02.0 - 8086:3e92 0300 0 - boot_vga=1
0000:00:1c.0 - 8086:a338 0604 1 pcieport
0000:00:1c.1 - 8086:a339 0604 2 pcieport
0000:01:00.0 0000:00:1c.0 1912:0014 0c03 5 - usb=keyboard
0000:02:00.0 0000:00:1c.1 1912:0014 0c03 6 - usb=-'

accepted_as_added()
{
	machine_of "$TWO_USB"
	did add --yes 1912:0014 && did add --yes 01:00 allow=keyboard || return 1
	cp "$LOCK" "$TMP/lock"
	did accept --yes && locks 0000:01:00.0 0000:02:00.0 && did check
}

# The same, the other rule first.
accepted_in_order()
{
	machine_of "$TWO_USB"
	did add --yes 01:00 allow=keyboard && did add --yes 1912:0014 || return 1
	did accept --yes && locks 0000:01:00.0 0000:02:00.0 && did check
}
outcome accept-undoes-add 'the rule with allow= came later' accepted_as_added
ok 'accept-undoes-add: it came first' accepted_in_order

# the_refused: what an ID means and does not get is a row of check, with a step.
the_refused()
{
	machine_of "$TWO_USB"
	did add --yes 1912:0014 && locks 0000:02:00.0 || return 1
	run check --json
	row 0000:01:00.0 '.reason == "keyboard" and (.next | length > 0)'
}
outcome id-takes-the-other 'the refused one has a row and a step' the_refused

# --- igfx-off, xen-dom0

igfx()
{
	machine_of "cmdline root=/dev/mmcblk0p2 intel_iommu=on,igfx_off" '0000:00:01.0 - 8086:1901 0604 1 pcieport' \
		'0000:00:02.0 - 8086:5912 0300 - - boot_vga=0' '0000:01:00.0 0000:00:01.0 10de:1c82 0300 1 - boot_vga=1'
	run add --yes 00:02.0
	run check --json
	json_names igfx_off
}
outcome igfx-off 'the word is named' igfx

# xen: dom0 and a locked card; nothing advises what does not help there.
xen()
{
	machine_of 'cmdline ro console=hvc0' 'file proc/cpuinfo vendor_id : GenuineIntel' \
		'file sys/hypervisor/type xen' '0000:00:01.0 - 8086:0c01 0604 - pcieport' \
		'0000:00:02.0 - 8086:0412 0300 - - boot_vga=1' '0000:08:00.0 0000:00:01.0 1000:0072:1000:3020 0107 - -'
	run add --yes 08:00
	run check --json
	json_names xen-pciback && fails json_names intel_iommu=on
}
outcome xen-dom0 'xen-pciback is named' xen
tap_end
