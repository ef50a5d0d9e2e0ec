#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# drift.t: what no longer fits together: cards that moved, definitions of virtual machines that name another device, an
# IOMMU that is off. check, accept and status name it, and what to do.
# shellcheck disable=SC2016 # backticks in what is expected
# shellcheck source=/dev/null
. tests/functional/host.sh
need jq:jq
LIBVIRT=$R/etc/libvirt/qemu PVE=$R/etc/pve

# libvirt NAME BUS: a domain whose host device is function 0 in slot 0 of this bus.
libvirt()
{
	mkdir -p "$LIBVIRT"
	printf '%s\n' '<domain type="kvm">' "<name>$1</name><devices>" \
		"<hostdev mode='subsystem' type='pci' managed='yes'><source>" \
		"<address domain='0x0000' bus='0x$2' slot='0x00' function='0x0'/></source>" \
		"<address type='pci' domain='0x0000' bus='0x05' slot='0x00' function='0x0'/></hostdev>" \
		'</devices></domain>' >"$LIBVIRT/$1.xml"
}

# --- where the card stands now

new two-gpus 'bind 10de:13c2'
run accept --yes
change 'include two-gpus' 'renumber 06=07'
run status
ok 'a card in its slot with another address: what to run' complained 1 \
	'the card of `bind 10de:13c2` is in its slot, whose address is 0000:07:00.0 now and was 0000:06:00.0. Run `earlybind accept 10de:13c2`, then `earlybind regenerate`'
run check
ok 'check says so too, and that it will be bound' said 0 '0000:07:00.0 [10de:13c2] bind to vfio-pci'
change 'include two-gpus' 'drop 0000:04:00.0' 'set 0000:06:00.0 behind=0000:00:02.1' \
	'set 0000:06:00.1 behind=0000:00:02.1' 'renumber 06=04'
run status
ok 'a card that moved' complained 1 \
	'the card of `bind 10de:13c2` was locked at 0000:06:00.0 (03.1/00) and has moved to 0000:04:00.0 (02.1/00.0). Run `earlybind accept 10de:13c2`, then `earlybind regenerate`'
did accept --yes 10de:13c2
run status
ok 'and once it is accepted it is where it should be' silent "$TMP/err"
new two-gpus 'bind 06:00'
run accept --yes
change 'include two-gpus' 'drop 0000:06:00.0' 'drop 0000:06:00.1'
run status --json
ok 'a card that is gone' complained 1 \
	'the card of `bind 0000:06:00`, locked at 0000:06:00.0, is not found: absent (nothing stands at its place). If the card is gone for good, run `earlybind remove 0000:06:00`, then '
jq -c '[.advice[0].kind, .advice[0].address]' "$TMP/out" >"$TMP/json" 2>&1
ok '--json has it' same "$TMP/json" '["drift","0000:06:00.0"]'
change 'include two-gpus' 'set 0000:06:00.0 id=10de:13c2:1043:8509'
run check
ok 'a firmware update that changed an identity' complained 1 \
	'other-device (at its place stands 10de:13c2:1043:8509:030000); a firmware update can change that. If that is right, run `earlybind accept'
run accept --yes
run check
ok 'and once it is accepted all is well' said 0 '0000:06:00.0 [10de:13c2] bind to vfio-pci'

# --- the advice, followed to the letter

# follow RULE: on a machine that differs, does what status says: writes the line, if it says one, and runs the command.
follow()
{
	run status
	same "$CONF" "$1" || return 1
	sed -n 's/.*: write `\(bind [^`]*\)`\(, with its options,\)* in [^ ]*:\([0-9]*\), .*/\3s|^bind [^ ]*|\1|/p' "$TMP/err" >"$TMP/edit"
	sed -i -f "$TMP/edit" "$CONF"
	sed -n 's/.*un `earlybind \(\(accept\|remove\) [^`]*\)`.*/\1/p' "$TMP/err" >"$TMP/command"
	# shellcheck disable=SC2046 # words
	did $(cat "$TMP/command") --yes
}

# keeps ADDRESS RULE AFTER LINE...: RULE is accepted, the machine becomes that of LINES; who then does what is said has the
# rule AFTER and still the same card, at ADDRESS; and nothing more is said.
keeps()
{
	keeps_address=$1 keeps_rule=$2 keeps_after=$3
	shift 3
	new twin-gpus "$keeps_rule"
	did accept --yes || return 1
	change 'include twin-gpus' "$@"
	run explain "${keeps_address%.0}"
	cp "$TMP/out" "$TMP/explained"
	follow "$keeps_rule" || return 1
	has "$TMP/explained" "$(cat "$TMP/command")" && same "$CONF" "$keeps_after" || return 1
	has "$LOCK" "10de:13c2:1043:8508:030000 - $keeps_address" && run status && silent "$TMP/err" && did check
}

ok 'a renumbered card of an ID' keeps 0000:07:00.0 'bind 10de:13c2' 'bind 10de:13c2' 'renumber 06=07'
ok 'a renumbered card of a path' keeps 0000:07:00.0 'bind 0000:00:03.1/00' 'bind 0000:00:03.1/00' 'renumber 06=07'
ok 'a renumbered card of a slot: the rule is written anew' keeps 0000:07:00.0 'bind 06:00' 'bind 0000:07:00' 'renumber 06=07'
ok 'also where another device has the address now' keeps 0000:07:00.0 'bind 06:00' 'bind 0000:07:00' 'renumber 06=07 04=06'
ok 'with the options that the rule has' keeps 0000:07:00.0 'bind 06:00 optional id=10de:13c2' \
	'bind 0000:07:00 optional id=10de:13c2' 'renumber 06=07 04=06'
ok 'one function of it' keeps 0000:07:00.0 'bind 06:00.0' 'bind 0000:07:00.0' 'renumber 06=07 04=06'

# moved RULE AFTER: the same for a card that is behind another port.
moved()
{
	new two-gpus "$1"
	did accept --yes || return 1
	change 'include two-gpus' 'drop 0000:04:00.0' 'set 0000:06:00.0 behind=0000:00:02.1' \
		'set 0000:06:00.1 behind=0000:00:02.1' 'renumber 06=04'
	follow "$1" && same "$CONF" "$2" || return 1
	has "$LOCK" 'card 1 _SB_.PCI0 02.1/00 10de:13c2:1043:8508:030000 - 0000:04:00.0' && did check && silent "$TMP/err"
}

ok 'a card that moved, of an ID' moved 'bind 10de:13c2' 'bind 10de:13c2'
ok 'of a slot: the rule is written anew' moved 'bind 06:00' 'bind 0000:04:00'
ok 'of a path: the rule is written anew' moved 'bind 0000:00:03.1/00' 'bind 0000:00:02.1/00'

# gone RULE LINE...: a card that is not there, and another device may have its address: nothing else is ever locked.
gone()
{
	gone_rule=$1
	shift
	new two-gpus "$gone_rule"
	did accept --yes || return 1
	change 'include two-gpus' 'drop 0000:06:00.0' 'drop 0000:06:00.1' "$@"
	follow "$gone_rule" && locked && silent "$CONF" && did check && silent "$TMP/err"
}

ok 'a card of a slot that is gone' gone 'bind 06:00'
ok 'with an id=' gone 'bind 06:00 id=10de:13c2'
ok 'where another device has its address now' gone 'bind 06:00' 'renumber 04=06'
ok 'a card of a path that is gone' gone 'bind 0000:00:03.1/00'

new twin-gpus 'bind 06:00'
run accept --yes
before=$(state "$LOCK")
change 'include twin-gpus' 'renumber 06=07 04=06'
run accept
ok 'accept warns before it takes another device for a card that is elsewhere' complained 1 \
	'the card that was accepted for `bind 0000:06:00` is at 0000:07:00.0 now, and the rule would lock another one, 0000:06:00.0 [144d:a808]. To keep the card write `bind 0000:07:00` in /etc/earlybind.conf:1 first'
ok 'and the lock is as it was' unchanged "$LOCK" "$before"
change 'include twin-gpus' 'renumber 06=07'
run accept
ok 'or lets the card go' complained 1 'is at 0000:07:00.0 now, and would not be locked any more. To keep it write `bind 0000:07:00` in /etc/earlybind.conf:1 first'

# --- advice with more than one way out: each of them, followed to the letter

# obey N: in what was said, the N-th sentence with a command: writes the line, if it says one, and runs the command.
obey()
{
	cat "$TMP/out" "$TMP/err" | sed 's/\. /.\
/g' | grep -e 'un `earlybind [ar][cde]' -e '`earlybind accept [^`]*` would l' | sed -n "$1p" >"$TMP/sentence"
	sed -n -e 's/.*write `\(bind [^`]*\)`.* in place of [^ ]*:\([0-9]*\), .*/\2s|.*|\1|p/p' \
		-e 's/.*write `\(bind [^`]*\)`.* in [^ ]*:\([0-9]*\), .*/\2s|^bind [^ ]*|\1|p/p' \
		-e 's/.*write id=\([^ ]*\) in [^ ]*:\([0-9]*\), .*/\2s|id=[^ ]*|id=\1|p/p' \
		-e 's/.*write allow=\([^ ]*\) in [^ ]*:\([0-9]*\), .*/\2s|$| allow=\1|p/p' "$TMP/sentence" | sed 's/p$//;1q' >"$TMP/edit"
	sed -i -f "$TMP/edit" "$CONF"
	sed -n 's/^[^`]*\(`bind[^`]*`[^`]*\)*`earlybind \([^`]*\)`.*/\2/p' "$TMP/sentence" >"$TMP/command"
	[ -s "$TMP/command" ] || { echo "there is no way $1"; cat "$TMP/out" "$TMP/err"; return 1; }
	# shellcheck disable=SC2046 # words
	did $(cat "$TMP/command") --yes
}

# way N COMMAND CARD RULE...: `earlybind COMMAND` says it; its N-th way leaves these rules and this one card locked ("": none),
# and everything is content.
way()
{
	way_n=$1 way_card=$3
	# shellcheck disable=SC2086 # words
	run $2
	shift 3
	obey "$way_n" || return 1
	if [ $# -eq 0 ]; then silent "$CONF"; else same "$CONF" "$(printf '%s\n' "$@")"; fi || return 1
	sed -n 's/^card .* //p' "$LOCK" >"$TMP/cards"
	if [ -z "$way_card" ]; then silent "$TMP/cards"; else same "$TMP/cards" "$way_card"; fi || return 1
	run check
	code 0 && lacks "$TMP/err" 'not found' && lacks "$TMP/out" 'earlybind explain'
}

# locks RULE LINE...: the rule is accepted in twin-gpus, and then the machine becomes that of the lines.
locks()
{
	new twin-gpus "$1"
	shift
	did accept --yes || fail 'accept'
	change 'include twin-gpus' "$@"
}

# content: the card is bound as it was; that its twin is missing is no more than a note.
content()
{
	run status
	silent "$TMP/err" || return 1
	run check
	silent "$TMP/err" && said 0 '0000:06:00.0 [10de:13c2] bind to vfio-pci' &&
		has "$TMP/out" 'note: absent: the 10de:13c2 that stays with the host'
}

AMD='set 0000:03:00.0 id=1002:67df:1da2:e387' AMD_AUDIO='set 0000:03:00.1 id=1002:aaf0:1da2:aaf0'
for rule in 'bind 06:00' 'bind 10de:13c2' 'bind 0000:00:03.1/00'; do
	locks "$rule" "$AMD" "$AMD_AUDIO"
	ok "$rule: the host's twin was taken out: there is nothing to do" content
	locks "$rule" 'drop 0000:04:00.0' 'set 0000:03:00.0 behind=0000:00:02.1' 'set 0000:03:00.1 behind=0000:00:02.1'
	ok "$rule: it is in another slot: the card is accepted alone" way 1 check 0000:06:00.0 "$rule"
	ok "$rule: there it is guarded" has "$LOCK" 'guard'
done
locks 'bind 10de:13c2' 'drop 0000:06:00.0' 'drop 0000:06:00.1'
ok 'the card of an ID is gone, and the host has its twin: the rule goes' way 1 check ''
locks 'bind 10de:13c2' 'drop 0000:06:00.0' 'drop 0000:06:00.1' 'set 0000:03:00.0 boot_vga=0' \
	'0000:00:04.0 - 8086:6f0a 0604 40 -' '0000:07:00.0 0000:00:04.0 1002:67df 0300 41 boot_vga=1'
run check
ok 'where accept would lock the twin instead it is said' complained 1 \
	'`earlybind accept 10de:13c2` would lock 0000:03:00.0 [10de:13c2], which is not locked now'
ok 'and it can be had' way 1 status 0000:03:00.0 'bind 10de:13c2'
for place in 06:00 0000:00:03.1/00; do
	rule="bind $place id=10de:13c2"
	locks "$rule" 'set 0000:06:00.0 id=10de:1b80:1043:8508'
	ok "$rule: another model is in its place: its id is written" way 1 status 0000:06:00.0 "bind $place id=10de:1b80"
	locks "$rule" 'set 0000:06:00.0 id=10de:1b80:1043:8508'
	ok "$rule: or the rule goes" way 2 check ''
done
new twin-gpus 'bind 0000:00:03.1/00 id=10de:13c2'
change 'include twin-gpus' 'set 0000:06:00.0 id=10de:1b80:1043:8508'
ok 'a path with id= that nobody accepted, and another model: its id is written' \
	way 1 check 0000:06:00.0 'bind 0000:00:03.1/00 id=10de:1b80'
new twin-gpus 'bind 0000:00:03.1/00 id=10de:13c2'
change 'include twin-gpus' 'set 0000:06:00.0 id=10de:1b80:1043:8508'
run explain 06:00.0
ok 'explain names that rule, not a second one' said 0 'the rule for its place, /etc/earlybind.conf:1, means id=10de:13c2 only'
ok 'or the rule goes' way 2 'explain 0000:00:03.1/00' ''
alone()
{
	locks "$1" 'drop 0000:03:00.0' 'drop 0000:03:00.1' 'set 0000:06:00.0 boot_vga=1'
}

alone 'bind 06:00'
ok 'the card shows the boot now, and is the last one: it is given away on purpose' \
	way 1 'explain 06:00.0' 0000:06:00.0 'bind 06:00 allow=display'
alone 'bind 06:00'
ok 'or stays with the host' way 2 'explain 06:00.0' ''
swapped()
{
	locks 'bind 10de:13c2' 'set 0000:03:00.0 boot_vga=0' 'set 0000:06:00.0 boot_vga=1'
}

swapped
ok 'an ID, and the other of two alike shows the boot: the same card, and that one alone' \
	way 1 'explain 06:00.0' 0000:06:00.0 'bind 0000:06:00 allow=display'
swapped
ok 'or the other one instead' way 2 'explain 06:00.0' 0000:03:00.0 'bind 10de:13c2'

locks 'bind 06:00 optional' 'renumber 06=07'
ok 'add of the new slot of a renumbered card: the rule that has it is written anew' \
	way 1 'add 07:00' 0000:07:00.0 'bind 0000:07:00 optional'

# --- stale-domain: definitions of virtual machines

new two-gpus 'bind 10de:13c2'
libvirt win 06
run accept --yes
ok 'stale-domain: a definition that names the locked card is as it should be' silent "$TMP/err"
change 'include two-gpus' 'renumber 06=04 04=06'
# definition COMMAND FILTER: the JSON of this command has such a row of a definition.
definition()
{
	# shellcheck disable=SC2086 # a command and its options
	run $1 --json
	jq -e "[.advice[] | select(.kind == \"vm-definition\") | select($2)] | length > 0" "$TMP/out" >"$TMP/json" || { cat "$TMP/out"; return 1; }
}

MOVED='.file == "/etc/libvirt/qemu/win.xml" and .address == "0000:06:00.0" and .reason == "moved" and .next == null'
ok 'stale-domain: libvirt would detach another device: status names it' definition status "$MOVED"
ok 'stale-domain: check names it' definition check "$MOVED"
run status
ok 'stale-domain: with the new address' has "$TMP/err" 0000:04:00.0
run accept --yes
ok 'stale-domain: accept names what is there' has "$TMP/err" '/etc/libvirt/qemu/win.xml names 0000:06:00.0'
libvirt win 04
run check
ok 'stale-domain: once it is changed nothing is said' silent "$TMP/err"
libvirt win 09
ok 'stale-domain: an address where nothing stands' definition check '.address == "0000:09:00.0" and .reason == "absent" and .next == null'
mkdir "$LIBVIRT/networks"
printf '%s\n' '<network><name>pool</name><forward mode="hostdev" managed="yes">' \
	'<address type="pci" domain="0" bus="3" slot="0" function="0"/></forward></network>' >"$LIBVIRT/networks/pool.xml"
ok "a network's pool of host devices is read, too" definition check \
	'.file == "/etc/libvirt/qemu/networks/pool.xml" and .address == "0000:03:00.0" and .reason == "display"'
rm -r "$LIBVIRT"
mkdir -p "$PVE/qemu-server" "$PVE/mapping" "$PVE/nodes/pve"
printf 'hostpci0: 0000:06:00,pcie=1\n' >"$PVE/qemu-server/100.conf"
printf 'hostpci0: mapping=gpu\n' >"$PVE/qemu-server/101.conf"
printf 'gpu\n\tmap id=10de:13c2,node=pve,path=0000:04:00.0\n' >"$PVE/mapping/pci.cfg"
ok 'stale-domain: Proxmox VE, a slot' definition check '.file == "/etc/pve/qemu-server/100.conf" and .address == "0000:06:00.0"'
run check
ok 'stale-domain: a mapping to the locked card is as it should be' lacks "$TMP/err" 101.conf
new two-gpus
libvirt win 06
run check
ok 'without rules nothing is said of definitions' silent "$TMP/err"

# --- IOMMU

# iommu TEXT CPUINFO LINE...: of a machine without IOMMU groups, with these lines of a manifest.
iommu()
{
	iommu_text=$1
	iommu_cpu=$2
	shift 2
	change 'include two-gpus' 'set 0000:00:01.1 group=-' 'set 0000:00:02.1 group=-' 'set 0000:00:03.1 group=-' \
		'set 0000:03:00.0 group=-' 'set 0000:03:00.1 group=-' 'set 0000:04:00.0 group=-' \
		'set 0000:06:00.0 group=-' 'set 0000:06:00.1 group=-' "file proc/cpuinfo $iommu_cpu" "$@"
	for iommu_command in check status 'accept --yes'; do
		# shellcheck disable=SC2086 # a command and its option
		run $iommu_command
		has "$TMP/err" "$iommu_text" || return 1
	done
}

new two-gpus 'bind 10de:13c2'
run accept --yes
ok 'the IOMMU of an Intel machine: firmware and kernel' iommu 'Switch on VT-d (Intel Virtualization Technology for Directed I/O) in the firmware setup, and write intel_iommu=on on the kernel command line' \
	'vendor_id	: GenuineIntel'
ok 'where the firmware has it on: the kernel' iommu 'The firmware has it on: write intel_iommu=on on the kernel command line' \
	'vendor_id	: GenuineIntel' 'file sys/firmware/acpi/tables/DMAR x'
ok 'where both have it on: the kernel log' iommu 'the kernel log says why' \
	'vendor_id	: GenuineIntel' 'file sys/firmware/acpi/tables/DMAR x' 'cmdline root=/dev/sda1 intel_iommu=on'
ok 'of an AMD machine: the firmware alone' iommu 'Switch on IOMMU or AMD-Vi' 'vendor_id : AuthenticAMD'
ok 'where the command line has it off: that word' iommu 'Remove amd_iommu=off from the kernel command line' \
	'vendor_id : AuthenticAMD' 'cmdline ro amd_iommu=off'
for word in on,sm_on sm_on,on; do
	ok "intel_iommu=$word has it on" iommu 'the kernel log says why' 'vendor_id	: GenuineIntel' \
		'file sys/firmware/acpi/tables/DMAR x' "cmdline root=/dev/sda1 intel_iommu=$word"
done
ok 'intel_iommu=sm_on alone does not' iommu 'write intel_iommu=on on' 'vendor_id	: GenuineIntel' \
	'file sys/firmware/acpi/tables/DMAR x' 'cmdline ro xintel_iommu=on intel_iommu=sm_on,onx'
ok 'nor is it off by another option' iommu 'Remove iommu=off from the kernel' 'vendor_id : AuthenticAMD' \
	'cmdline amd_iommu=pgtbl_v1 iommu=pt,off'
ok 'of an ARM machine: the SMMU' iommu 'Switch on SMMU in the firmware setup' 'CPU implementer	: 0x41'
ok 'pci-stub needs none: what is said is of vfio-pci' iommu 'the IOMMU is off, and vfio-pci can bind nothing' 'isa : rv64'
ok 'of another machine' iommu 'Switch it on in the firmware setup' 'isa : rv64'

# --- two rules for one place, each with its id=

new two-gpus 'bind 06:00 id=10de:13c2' 'bind 06:00 id=10de:1b80'
run accept --yes
change 'include two-gpus' 'set 0000:06:00.0 id=10de:1b80:1043:8508'
run check
ok 'the card of the other rule is in its place' complained 1 '/etc/earlybind.conf:1: what stands there is not id=10de:13c2'
ok 'no line is to be written that is there' lacks "$TMP/err" 'write id=10de:1b80'
ok 'that rule waits for accept' has "$TMP/err" 'not-accepted: /etc/earlybind.conf:2'

# --- the card is taken out, and the host's twin has its address then

new twin-gpus 'bind 06:00'
igpu='0000:00:02.0 - 8086:0412 0300 2 - boot_vga=1'
change 'include twin-gpus' "$igpu" 'set 0000:03:00.0 boot_vga=0'
run accept --yes
before=$(state "$LOCK")
change 'include twin-gpus' "$igpu" 'set 0000:03:00.0 boot_vga=0' 'drop 0000:06:00.0' 'drop 0000:06:00.1' 'renumber 03=06'
run check --json
ok 'check does not send to accept' jq -e '[.advice[].next[1]] == ["explain"]' "$TMP/out"
run accept --yes
ok 'accept --yes does not give the host'"'"'s away' code 1
ok 'nor does it where the rule is named' fails did accept 06:00 --yes
ok 'nothing was written' unchanged "$LOCK" "$before"

# --- groups

new z97-gtx980 'bind 01:00'
change 'include z97-gtx980' 'set 0000:09:00.0 group=1 driver=xhci_hcd' 'cmdline ro pcie_acs_override=downstream,multifunction'
run accept --yes
ok 'group-not-viable: accept warns of an endpoint that stays with the host' complained 0 \
	'0000:01:00.0 shares IOMMU group 1 with 0000:09:00.0 (xhci_hcd), which stays with the host'
ok 'group-not-viable: and of no bridge' lacks "$TMP/err" 'with 0000:00:01.0'
ok 'ACS override is warned of' has "$TMP/err" 'pcie_acs_override= on the kernel command line splits IOMMU groups'
run check --json
jq -c '[.advice[].kind]' "$TMP/out" >"$TMP/json" 2>&1
ok 'in JSON' same "$TMP/json" '["acs-override","group"]'
change 'include z97-gtx980' 'set 0000:09:00.0 group=1 driver=xhci_hcd' 'set 0000:0a:00.0 group=1 driver=ahci'
run check
ok 'group-not-viable: a group is one line, whatever is in it' complained 0 \
	'0000:01:00.0 shares IOMMU group 1 with 0000:09:00.0 (xhci_hcd), 0000:0a:00.0 (ahci), which stay with the host'
ok 'only that one' [ "$(grep -c 'shares IOMMU group' "$TMP/err")" = 1 ]
change 'include z97-gtx980' 'set 0000:09:00.0 group=1 driver=-' 'set 0000:0a:00.0 group=1 driver=ahci'
run check
ok 'an endpoint without a driver is in no way' complained 0 '0000:01:00.0 shares IOMMU group 1 with 0000:0a:00.0 (ahci), which stays'
change 'include z97-gtx980' 'set 0000:09:00.0 group=1 driver=-'
run accept --yes
ok 'nor does accept warn of one' lacks "$TMP/err" 'shares IOMMU group'
tap_end
