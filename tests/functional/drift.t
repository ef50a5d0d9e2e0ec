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
	'the card of `bind 10de:13c2` is in its slot, whose address is 0000:07:00.0 now and was 0000:06:00.0. `earlybind accept 10de:13c2` notes that'
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
	'the card of `bind 0000:06:00`, locked at 0000:06:00.0, is not found: absent (nothing stands at its place). If that is right, run `earlybind accept 0000:06:00`'
jq -c '[.advice[0].kind, .advice[0].address]' "$TMP/out" >"$TMP/json" 2>&1
ok '--json has it' same "$TMP/json" '["drift","0000:06:00.0"]'
change 'include two-gpus' 'set 0000:06:00.0 id=10de:13c2:1043:8509'
run check
ok 'a firmware update that changed an identity' complained 1 \
	'other-device (at its place stands 10de:13c2:1043:8509:030000); a firmware update can change that. If that is right, run `earlybind accept'
run accept --yes
run check
ok 'and once it is accepted all is well' said 0 '0000:06:00.0 [10de:13c2] bind to vfio-pci'

# --- stale-domain: definitions of virtual machines

new two-gpus 'bind 10de:13c2'
libvirt win 06
run accept --yes
ok 'stale-domain: a definition that names the locked card is as it should be' silent "$TMP/err"
change 'include two-gpus' 'renumber 06=04 04=06'
run status
ok 'stale-domain: libvirt would detach another device: status names definition, device and the new address' complained 1 \
	'/etc/libvirt/qemu/win.xml names 0000:06:00.0, which is no locked card: there stands 144d:a808; the card that was locked there is at 0000:04:00.0 now. Change the definition before it is started'
run check
ok 'stale-domain: check names it' complained 0 '/etc/libvirt/qemu/win.xml names 0000:06:00.0, which is no locked card'
run accept --yes
ok 'stale-domain: accept names it' complained 0 '/etc/libvirt/qemu/win.xml names 0000:06:00.0, which is no locked card'
run check --json
jq -c '[.advice[] | .kind, .file, .address]' "$TMP/out" >"$TMP/json" 2>&1
ok 'stale-domain: in JSON' same "$TMP/json" '["vm-definition","/etc/libvirt/qemu/win.xml","0000:06:00.0"]'
libvirt win 04
run check
ok 'stale-domain: once it is changed nothing is said' silent "$TMP/err"
libvirt win 09
run check
ok 'stale-domain: an address where nothing stands' complained 0 'nothing stands there'
rm -r "$LIBVIRT"
mkdir -p "$PVE/qemu-server" "$PVE/mapping" "$PVE/nodes/pve"
printf 'hostpci0: 0000:06:00,pcie=1\n' >"$PVE/qemu-server/100.conf"
printf 'hostpci0: mapping=gpu\n' >"$PVE/qemu-server/101.conf"
printf 'gpu\n\tmap id=10de:13c2,node=pve,path=0000:04:00.0\n' >"$PVE/mapping/pci.cfg"
run check
ok 'stale-domain: Proxmox VE, a slot' complained 0 '/etc/pve/qemu-server/100.conf names 0000:06:00, which is no locked card'
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
ok 'of an ARM machine: the SMMU' iommu 'Switch on SMMU in the firmware setup' 'CPU implementer	: 0x41'
ok 'of another machine' iommu 'Switch it on in the firmware setup' 'isa : rv64'

# --- groups

new z97-gtx980 'bind 01:00'
change 'include z97-gtx980' 'set 0000:09:00.0 group=1' 'cmdline ro pcie_acs_override=downstream,multifunction'
run accept --yes
ok 'group-not-viable: accept warns of an endpoint that stays with the host' complained 0 \
	'0000:01:00.0 shares IOMMU group 1 with 0000:09:00.0, which stays with the host'
ok 'group-not-viable: and of no bridge' lacks "$TMP/err" 'with 0000:00:01.0'
ok 'ACS override is warned of' has "$TMP/err" 'pcie_acs_override= on the kernel command line splits IOMMU groups'
run check --json
jq -c '[.advice[].kind]' "$TMP/out" >"$TMP/json" 2>&1
ok 'in JSON' same "$TMP/json" '["acs-override","group","group"]'
tap_end
