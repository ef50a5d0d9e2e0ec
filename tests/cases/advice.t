#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# advice.t: cases of what the host tool says: where it names a next step, the step is followed, and what it then locks
# counts; where it warns, a row of its JSON names the address or the file.
# shellcheck source=/dev/null
. tests/cases/machine.sh

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

# shown: followed to the letter against all advice, accept shows what goes and what comes, not what stays.
shown()
{
	twin_gone || return 1
	run accept 05:00 --yes
	grep -q '^  - 0000:05:00.0' "$TMP/out" && grep -q '^  + 0000:05:00.0' "$TMP/out" && ! grep '^  = ' "$TMP/out"
}
outcome advice-twin-gone 'accept shows the old one and the new one' shown

# both_ways: two cases are possible, and no command is the next step of both.
both_ways()
{
	twin_gone || return 1
	run check --json
	row 0000:05:00.0 '.kind? == "drift" and .next[1] == "explain"' && json_names 'earlybind accept 0000:05:00' &&
		json_names 'earlybind remove 0000:05:00'
}
outcome advice-twin-gone 'both cases are written out' both_ways

# not_listed CHANGE...: what stands at 06:00 after that is not called locked.
not_listed()
{
	new twin-gpus 'bind 06:00'
	did accept --yes || return 1
	eval "$1"
	did list --json && fails row 0000:06:00.0 '.state? // "" | test("locked")'
}
outcome advice-twin-gone 'list: the host GPU of two alike is gone, and one is behind another port' \
	not_listed "change 'include twin-gpus' 'drop 0000:03:00.0' 'drop 0000:03:00.1' 'set 0000:06:00.0 behind=0000:00:02.1' 'set 0000:06:00.1 behind=0000:00:02.1' 'drop 0000:04:00.0'"
# shellcheck disable=SC2016 # for eval
outcome advice-twin-gone 'list: the rule is gone' not_listed ': >"$CONF"'

# moved: a display that is followed is locked where it stands now.
moved()
{
	new two-gpus 'bind 06:00'
	did accept --yes || return 1
	change 'include two-gpus' 'drop 0000:04:00.0' 'set 0000:06:00.0 behind=0000:00:02.1' \
		'set 0000:06:00.1 behind=0000:00:02.1' 'renumber 06=04'
	did list --json && row 0000:04:00.0 '.state? == "locked"'
}
outcome advice-twin-gone 'list: what is followed is locked' moved
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

# named: check and status name the rule that waits, and no other.
named()
{
	renumbered || return 1
	for named_command in check status; do
		run $named_command --json
		json '[.. | objects | .next? // empty | select(type == "array" and .[1] == "accept")] |
			unique == [["earlybind", "accept", "0000:08:00.3"]]' || return 1
	done
}
outcome advice-accept-all 'the rule that waits is named' named

# named_and_yes: nor is it locked where its own rule is named.
named_and_yes()
{
	renumbered || return 1
	cp "$LOCK" "$TMP/lock"
	run accept --yes 05:00
	code 1 && cmp "$TMP/lock" "$LOCK"
}
outcome advice-accept-all 'accept --yes of the rule itself' named_and_yes

# no_loop: what accept would refuse, status and check do not advise to accept.
no_loop()
{
	new two-gpus 'bind 03:00'
	for no_loop_command in check status; do
		run $no_loop_command --json
		code 1 || return 1
		fails json '[.. | objects | .next? // empty | select(type == "array" and .[1] == "accept")] | length > 0' || return 1
	done
}
outcome advice-accept-all 'a rule that accept refuses' no_loop

# --- vm-names-kept, vm-other-function

# vm NAME BUS FUNCTION [SLOT]: a definition of libvirt that names this function.
vm()
{
	mkdir -p "$R/etc/libvirt/qemu"
	cat >"$R/etc/libvirt/qemu/$1.xml" <<-END
		<domain><devices><hostdev mode='subsystem' type='pci' managed='yes'><source>
		<address domain='0x0000' bus='0x$2' slot='0x${4:-00}' function='0x$3'/></source></hostdev></devices></domain>
	END
}

# proxmox WORDS: a definition of Proxmox VE that hands these through.
proxmox()
{
	mkdir -p "$R/etc/pve/qemu-server"
	echo "hostpci0: $1" >"$R/etc/pve/qemu-server/100.conf"
}

# stays ADDRESS REASON: check warns that the definition takes this from the host, and has no step that locks it.
stays()
{
	run check --json
	row "$1" ".kind == \"vm-definition\" and .reason == \"$2\" and (.next | index(\"add\") or index(\"accept\") | not)"
}

# quiet: check has nothing to say of definitions.
quiet()
{
	run check --json
	json '[.. | objects | select(.kind? == "vm-definition")] | length == 0'
}

# kept_function DEFINITION...: of a locked card, the controller that has the keyboard.
kept_function()
{
	new single-rtx2060 'bind 06:00 allow=display' 'keep 06:00.2'
	change 'include single-rtx2060' 'set 0000:06:00.2 usb=keyboard'
	"$@"
	did accept --yes && has "$TMP/err" 0000:06:00.2 && stays 0000:06:00.2 kept
}

boot_display()
{
	new two-gpus 'bind 06:00'
	did accept --yes || return 1
	vm win11 06 0
	change 'include two-gpus' 'set 0000:03:00.0 boot_vga=0' 'set 0000:06:00.0 boot_vga=1 driver=nouveau'
	stays 0000:06:00.0 display
}

# refused_by_accept RULE...: the boot display's card, selected and refused; whether there is another or not.
refused_by_accept()
{
	new twin-gpus "$@"
	run accept --yes
	vm win11 03 0
	stays 0000:03:00.0 display
}

# disk_of_root: no rule means it.
disk_of_root()
{
	machine_of 'include two-gpus' 'block nvme0n1 0000:04:00.0/nvme/nvme0 259:0' 'line etc/fstab /dev/nvme0n1 / ext4 defaults 0 1' \
		'line proc/self/mountinfo 22 1 259:0 / / rw,relatime - ext4 /dev/nvme0n1 rw'
	did add --yes 06:00 || return 1
	vm data 04 0
	stays 0000:04:00.0 boot-disk
}

# in_order DEFINITION...: the definition of a locked card.
in_order()
{
	new two-gpus 'bind 06:00'
	did accept --yes || return 1
	"$@"
	quiet
}

# in_place_of_another: what stands where the locked card was is not what the definition is for.
in_place_of_another()
{
	twin_gone || return 1
	vm win11 05 0
	stays 0000:05:00.0 ambiguous
}

outcome vm-names-kept 'a kept function' kept_function vm win11 06 2
outcome vm-names-kept 'a kept function, with all of its slot' kept_function proxmox 06:00,pcie=1
outcome vm-names-kept 'a card that the boot refuses' boot_display
outcome vm-names-kept 'a card that accept refused' refused_by_accept 'bind 10de:13c2'
outcome vm-names-kept 'the only rule is refused' refused_by_accept 'bind 03:00'
outcome vm-names-kept 'the disk of /, which no rule means' disk_of_root
outcome vm-names-kept "another card in the locked card's place" in_place_of_another
ok 'vm-names-kept: what is locked is in order' in_order vm win11 06 0
ok 'vm-names-kept: so is its slot' in_order proxmox 0000:06:00

# names_node FILE LINE...: a definition that uses a node of the locked card; check names it.
HOST_NODES='include two-gpus
set 0000:06:00.0 driver=nouveau
link sys/class/drm/card1 ../../devices/pci0000:00/0000:00:03.1/0000:06:00.0/drm/card1
link sys/class/drm/renderD129 ../../devices/pci0000:00/0000:00:03.1/0000:06:00.0/drm/renderD129
link sys/class/drm/renderD128 ../../devices/pci0000:00/0000:00:01.1/0000:03:00.0/drm/renderD128'
define_nodes()
{
	machine_of "$HOST_NODES"
	did add --yes 06:00 || return 1
	define_file=$R/$1
	shift
	mkdir -p "${define_file%/*}"
	printf '%s\n' "$@" >"$define_file"
}

names_node()
{
	define_nodes "$@" || return 1
	run check --json
	row 0000:06:00.0 '.kind == "vm-definition" and (.text | contains("/dev/dri"))'
}

no_node()
{
	define_nodes "$@" && quiet
}
ok 'vm nodes: a container of Proxmox VE' names_node etc/pve/lxc/101.conf 'arch: amd64' 'dev0: /dev/dri/renderD129,gid=104'
ok 'vm nodes: a mount entry' names_node etc/pve/lxc/101.conf \
	'lxc.mount.entry: /dev/dri/renderD129 dev/dri/renderD129 none bind,optional,create=file'
ok 'vm nodes: of the whole directory' names_node etc/pve/lxc/101.conf 'lxc.mount.entry = /dev/dri dev/dri none bind,optional,create=dir'
ok 'vm nodes: by its path' names_node etc/pve/lxc/101.conf 'dev0: path=/dev/dri/by-path/pci-0000:06:00.0-render,mode=0666'
ok 'vm nodes: libvirt' names_node etc/libvirt/qemu/a.xml "<domain><devices><source dev='/dev/dri/card1'/></devices></domain>"
ok "vm nodes: the host's own card is in order" no_node etc/pve/lxc/101.conf 'dev0: /dev/dri/renderD128,gid=104'
ok 'vm nodes: a snapshot is none' no_node etc/pve/lxc/101.conf '[before]' 'dev0: /dev/dri/renderD129'

# disk_of_vm FILE LINE: the locked drive is a disk of a virtual machine that the host drives.
disk_of_vm()
{
	machine_of 'include nvme-twins' 'block nvme1n1 0000:05:00.0/nvme/nvme1 259:10' 'link dev/disk/by-id/nvme-one ../../nvme1n1' \
		'line etc/fstab /dev/mmcblk0 / ext4 defaults 0 1' 'block mmcblk0 platform/sdhci/block 179:0'
	did add --yes 05:00 || return 1
	mkdir -p "$R/${1%/*}"
	echo "$2" >"$R/$1"
	run check --json
	row 0000:05:00.0 '.kind == "vm-definition" and (.text | contains("nvme"))'
}
ok 'vm nodes: a disk of Proxmox VE' disk_of_vm etc/pve/qemu-server/100.conf 'scsi1: /dev/nvme1n1,size=1T'
ok 'vm nodes: by its name' disk_of_vm etc/pve/qemu-server/100.conf 'virtio0: file=/dev/disk/by-id/nvme-one,size=1T'
ok 'vm nodes: behind other words' disk_of_vm etc/pve/qemu-server/100.conf 'scsi0: cache=none,file=/dev/nvme1n1'
ok 'vm nodes: an EFI disk' disk_of_vm etc/pve/qemu-server/100.conf 'efidisk0: /dev/nvme1n1,size=4M'
ok 'vm nodes: by its place, where the link is gone' disk_of_vm etc/pve/qemu-server/100.conf 'scsi0: /dev/disk/by-path/pci-0000:05:00.0-nvme-1'
ok "vm nodes: a container's volume" disk_of_vm etc/pve/lxc/101.conf 'mp0: volume=/dev/nvme1n1,mp=/data'
ok "vm nodes: a container's device" disk_of_vm etc/pve/lxc/101.conf 'dev0: gid=44,path=/dev/nvme1n1'
ok "vm nodes: a container's root" disk_of_vm etc/pve/lxc/101.conf 'rootfs: /dev/nvme1n1,size=8G'
other_volume()
{
	! disk_of_vm "$@" >/dev/null && code 0 && quiet
}
ok 'vm nodes: a volume of another group, of that name' other_volume etc/libvirt/qemu/a.xml "<source dev='/dev/tank/nvme1n1'/>"
ok 'vm nodes: a disk of libvirt' disk_of_vm etc/libvirt/qemu/a.xml "<disk type='block'><source dev='/dev/nvme1n1' index='1'/></disk>"

# network_of_vm XML: a network of libvirt over a locked card's interface.
network_of_vm()
{
	machine_of 'include two-gpus' '0000:00:1c.0 - 8086:a338 0604 9 pcieport' '0000:07:00.0 0000:00:1c.0 8086:1533 0200 30 igb' 'net enp7s0 0000:07:00.0 ifindex=7'
	did add --yes 07:00.0 || return 1
	mkdir -p "$R/etc/libvirt/qemu/networks"
	echo "$1" >"$R/etc/libvirt/qemu/networks/lan.xml"
	run check --json
	row 0000:07:00.0 '.kind == "vm-definition" and (.text | contains("enp7s0"))'
}
ok 'vm nodes: a network of libvirt' network_of_vm "<network><forward mode='bridge'><interface dev='enp7s0'/></forward></network>"
ok 'vm nodes: one that forwards' network_of_vm "<network><forward dev='enp7s0' mode='nat'/></network>"

APU='0000:00:08.1 - 1022:14eb 0604 11 pcieport
0000:c5:00.0 0000:00:08.1 1002:1900:1f4c:b016 0300 18 - boot_vga=1
0000:c5:00.1 0000:00:08.1 1002:1640:1f4c:b016 0403 19 -
0000:c5:00.3 0000:00:08.1 1022:15b9:1f4c:b016 0c03 21 - usb=-
0000:c5:00.6 0000:00:08.1 1022:15e3:1f4c:b016 0403 24 -'

# to_add LINE RULE ADDRESS SELECTOR DEFINITION...: what is locked, what the VM names beside it; the step is to add that,
# and nothing is left to say when it was followed.
to_add()
{
	to_add_rule=$2 to_add_address=$3 to_add_selector=$4
	machine_of "$1"
	shift 4
	# shellcheck disable=SC2086 # a rule
	did add --yes $to_add_rule || return 1
	"$@"
	run check --json
	row "$to_add_address" ".next == [\"earlybind\", \"add\", \"$to_add_selector\"]" && follow && quiet
}

NIC='0000:00:08.1 - 1022:14eb 0604 11 pcieport
0000:02:00.0 0000:00:08.1 8086:1521 0200 18 -
0000:02:00.1 0000:00:08.1 8086:1521 0200 19 -'
SOUTH='0000:00:02.0 - 8086:3e98 0300 1 - boot_vga=1
0000:00:1f.0 - 8086:a305 0601 9 -
0000:00:1f.3 - 8086:a348 0403 9 -
0000:00:1f.4 - 8086:a323 0c05 9 -'
outcome vm-other-function 'beside a GPU' to_add "$APU" 'c5:00 allow=display' 0000:c5:00.6 0000:c5:00.6 vm win11 c5 6
outcome vm-other-function 'another port of a network card' to_add "$NIC" 02:00.1 0000:02:00.0 0000:02:00.0 vm win11 02 0
outcome vm-other-function 'a slot of different devices' to_add "$SOUTH" 00:1f.3 0000:00:1f.4 0000:00:1f.4 vm win11 00 4 1f
outcome vm-other-function 'a card elsewhere, whole' to_add "$NIC
0000:00:02.0 - 8086:3e98 0300 1 - boot_vga=1
0000:00:09.1 - 1022:14eb 0604 12 pcieport
0000:03:00.0 0000:00:09.1 10de:13c2 0300 20 -
0000:03:00.1 0000:00:09.1 10de:0fbb 0403 20 - " 02:00.1 0000:03:00.1 0000:03:00 vm win11 03 1

# beside_virtual: no rule can have a virtual function; where its device is bound it is not there.
beside_virtual()
{
	machine_of '0000:00:02.0 - 8086:3e92 0380 0 -' '0000:00:02.1 - 8086:3e92 0380 1 - vf=0000:00:02.0' \
		'0000:00:03.0 - 1234:1111 0300 2 - boot_vga=1'
	did add --yes 00:02.0 || return 1
	vm win11 00 1 02
	stays 0000:00:02.1 appears-later
}

# virtual_alone: its device stays with the host: so it is meant to be.
virtual_alone()
{
	machine_of "$NIC" '0000:02:10.0 0000:00:08.1 8086:1520 0200 30 - vf=0000:02:00.0'
	did add --yes 02:00.1 || return 1
	vm win11 02 0 10
	quiet
}
outcome vm-other-function 'a virtual function beside its device' beside_virtual
outcome vm-other-function 'a virtual function of what the host has' virtual_alone

# waiting: its rule is written, and not accepted.
waiting()
{
	new two-gpus 'bind 06:00'
	did accept --yes || return 1
	echo 'bind 04:00' >>"$CONF"
	vm win11 04 0
	run check --json
	row 0000:04:00.0 '.kind == "vm-definition" and .next == ["earlybind", "accept", "0000:04:00"]'
}
outcome vm-other-function 'its rule waits for accept' waiting

# --- keep-example, accept-undoes-add, id-takes-the-other

KEPT_USB='0000:06:00.2 0000:00:03.1 10de:1ad8:1043:8508 0c0330 22 - usb=keyboard'

# booted FUNCTION...: accepted, and the boot has bound these functions of 06:00; R has its report.
booted()
{
	for booted_function; do
		set -- "$@" "set 0000:06:00.$booted_function driver=vfio-pci override=vfio-pci"
		shift
	done
	next_machine 'include two-gpus' "$KEPT_USB" "$@"
	"$FIRST_INIT" --root "$TMP/boot"
	mkdir -p "$R/run"
	cp -r "$TMP/boot/run/earlybind" "$R/run/"
}

# kept LINE FUNCTION...: 06:00 is accepted with this line, and booted.
kept()
{
	new two-gpus 'bind 06:00' "$1"
	change 'include two-gpus' "$KEPT_USB"
	shift
	did accept --yes && booted "$@"
}

kept_as_wished()
{
	kept "$1" 0 1 && did check && did status
}
outcome keep-example 'check and status end with 0' kept_as_wished 'keep 06:00.2'
outcome keep-example 'by its ID' kept_as_wished 'keep 10de:1ad8'
outcome keep-example 'by its path' kept_as_wished 'keep 0000:00:03.1/00.2'

wish_is_told()
{
	kept 'keep 06:00.2' 0 1 || return 1
	for wish_command in check status; do
		did $wish_command --json && row 0000:06:00.2 '.reason == "kept" and .wished == true' &&
			row 0000:06:00.0 '.wished == false' || return 1
	done
}
outcome keep-example 'in JSON it is a wish' wish_is_told

two_kept()
{
	kept 'keep 06:00.2' 0 || return 1
	echo 'keep 06:00.1' >>"$CONF"
	did check
}
outcome keep-example 'one more, after accept' two_kept

# main_is_kept: then the rule gets nothing that it is about.
main_is_kept()
{
	new two-gpus 'bind 06:00' 'keep 06:00.0'
	run accept --yes
	run check
	code 1
}
ok 'keep-example: the main function of the card is no such wish' main_is_kept

# line_is_gone: what the lock still keeps nobody wishes any more.
line_is_gone()
{
	kept 'keep 06:00.2' 0 1 || return 1
	sed -i '/keep/d' "$CONF"
	run check
	code 1 || return 1
	run status
	code 1
}
ok 'keep-example: nor what is kept without its line' line_is_gone

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

# added_in_turn RULE...: each is added; then accept changes nothing, and check is content.
added_in_turn()
{
	machine_of "$TWO_USB"
	for added_rule; do
		# shellcheck disable=SC2086 # a rule
		did add --yes $added_rule || return 1
	done
	cp "$LOCK" "$TMP/lock"
	did accept --yes && cmp "$TMP/lock" "$LOCK" && locks 0000:01:00.0 0000:02:00.0 && did check
}
outcome accept-undoes-add 'the lock is not written again' added_in_turn 1912:0014 '01:00 allow=keyboard'
outcome accept-undoes-add 'by a path' added_in_turn 1912:0014 '0000:00:1c.0/00 allow=keyboard'
outcome accept-undoes-add 'one function' added_in_turn 1912:0014 '01:00.0 allow=keyboard'
outcome accept-undoes-add 'a subsystem' added_in_turn 1912:0014 '1912:0014:0000:0000:0c0300 allow=keyboard'

# the_other_goes_too: the first was locked while the second had a keyboard.
the_other_goes_too()
{
	TWO_USB=$(echo "$TWO_USB" | sed 's/usb=-/usb=keyboard/')
	added_in_turn 01:00 '02:00 allow=keyboard'
}
outcome accept-undoes-add 'the last keyboard is given away later' the_other_goes_too
TWO_USB=$(echo "$TWO_USB" | sed 's/6 - usb=keyboard/6 - usb=-/')
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

# The same of what its rule does not get for another reason; nothing is wrong with that.
the_boot_disk()
{
	new nvme-twins
	change 'include nvme-twins' 'file etc/fstab /dev/nvme0n1 / ext4 defaults 0 1'
	did add --yes 144d:a808 && locks 0000:05:00.0 && did check --json &&
		row 0000:04:00.0 '.kind? == "choice" and .reason == "boot-disk" and .next[0] == "earlybind"'
}
outcome id-takes-the-other 'of two disks one is the boot disk' the_boot_disk

# no_choice ADDRESS RULE...: nothing is said of it.
no_choice()
{
	no_choice_address=$1
	shift
	new twin-gpus "$@"
	did accept --yes && did check --json || return 1
	fails row "$no_choice_address" '.kind? == "choice"'
}
ok 'id-takes-the-other: of two displays the one of the boot is the refused one' no_choice 0000:03:00.0 'bind 10de:13c2'
ok 'id-takes-the-other: a kept one is no question' no_choice 0000:03:00.0 'bind 10de:13c2' 'keep 03:00'

# --- igfx-off, xen-dom0

# without_group RULE ADDRESS LINE...: a machine with an IOMMU, on which this device, locked, has no group. check has a row
# of it.
without_group()
{
	without_rule=$1 without_address=$2
	shift 2
	machine_of '0000:00:01.0 - 8086:1901 0604 1 pcieport' '0000:00:02.0 - 8086:5912 0300 - - boot_vga=0' \
		'0000:01:00.0 0000:00:01.0 10de:1c82 0300 1 - boot_vga=1' 'file proc/cpuinfo vendor_id : GenuineIntel' "$@"
	did add --yes "$without_rule" || return 1
	cp "$TMP/err" "$TMP/added"
	run check --json
	row "$without_address" '.kind == "iommu" and .reason == "no-iommu" and .next == null'
}

# word_named WORD CMDLINE: check, add and explain name this word; none sends into the firmware setup, where it is on.
word_named()
{
	without_group 00:02.0 0000:00:02.0 "cmdline root=/dev/mmcblk0p2 $2" || return 1
	json_names "$1" && has "$TMP/added" "$1" && fails json_names VT-d || return 1
	run explain 00:02.0
	has "$TMP/out" "$1" && lacks "$TMP/out" VT-d
}

# on_already: the word that switches it on is there: it is not named again.
on_already()
{
	word_named "$@" && lacks "$TMP/out" intel_iommu=on
}

others_out()
{
	without_group "$@" && fails json_names intel_iommu && fails json_names VT-d
}

# with_group: nothing is said of a device that has one.
with_group()
{
	machine_of 'include two-gpus' 'cmdline root=/dev/mmcblk0p2 intel_iommu=on,igfx_off'
	did add --yes 06:00 || return 1
	run check --json
	fails json_names igfx_off
}
outcome igfx-off 'the word is named' on_already igfx_off intel_iommu=on,igfx_off
outcome igfx-off 'the first of several' on_already igfx_off intel_iommu=igfx_off,on
outcome igfx-off 'that of Debian' on_already intgpu_off intel_iommu=on,intgpu_off
outcome igfx-off 'no word: some kernels need one' word_named intel_iommu=on quiet
outcome igfx-off 'the IOMMU itself' others_out 00:00.2 0000:00:00.2 '0000:00:00.2 - 1022:1451 0806 - -'
outcome igfx-off 'what the tables of the firmware leave out' others_out 00:14.0 0000:00:14.0 \
	'0000:00:14.0 - 8086:a2af 0c03 - - usb=-' '0000:00:15.0 - 8086:a2b0 0c03 5 - usb=keyboard'
ok 'igfx-off: it is nothing to who has a group' with_group

# xen LINE...: dom0 and a locked card, whose system these lines show; nothing advises what does not help there.
xen()
{
	machine_of 'cmdline ro console=hvc0' 'file proc/cpuinfo vendor_id : GenuineIntel' "$@" \
		'0000:00:01.0 - 8086:0c01 0604 - pcieport' '0000:00:02.0 - 8086:0412 0300 - - boot_vga=1' \
		'0000:08:00.0 0000:00:01.0 1000:0072:1000:3020 0107 - -'
	did add --yes 08:00 && has "$TMP/err" xen-pciback.hide && silent_of_switches "$TMP/err" || return 1
	for xen_command in check status; do
		run $xen_command --json
		json_names xen-pciback.hide && silent_of_switches "$TMP/out" && silent_of_switches "$TMP/err" || return 1
	done
	run explain 08:00
	has "$TMP/out" xen-pciback.hide && silent_of_switches "$TMP/out"
}

silent_of_switches()
{
	lacks "$1" VT-d && lacks "$1" intel_iommu=on && lacks "$1" firmware
}

# after_boot: so it is of what the last boot refused for it.
after_boot()
{
	xen 'file sys/hypervisor/type xen' || return 1
	cp -a "$R" "$TMP/xen"
	plan "$R" 6.1.0-builtin "$TMP/xen" >/dev/null 2>&1
	"$FIRST_INIT" --root "$TMP/xen"
	rm -rf "$R/run/earlybind"
	mkdir -p "$R/run"
	cp -r "$TMP/xen/run/earlybind" "$R/run/"
	run status
	has "$TMP/out" no-iommu && silent_of_switches "$TMP/out"
}
outcome xen-dom0 'xen-pciback is named' xen 'file sys/hypervisor/type xen'
outcome xen-dom0 'whose hypervisor shows itself in /proc alone' xen 'file proc/xen/capabilities control_d'
outcome xen-dom0 'of what the last boot refused' after_boot
tap_end
