/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which addresses definitions of virtual machines name. */
#include "unit.h"

#include "host/advice/vms.h"
#include "address.h"

/* "0000:06:00.0 0000:07:00" of what was read. */
static void expect_list(struct vms *v, const char *expected)
{
	char text[256] = "", address[ADDRESS_LEN];

	for (size_t i = 0; i < v->n; i++) {
		address_print(&v->items[i].address, address);
		if (v->items[i].whole)
			*strrchr(address, '.') = '\0';
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i ? " " : "", address);
	}
	assert_string_equal(text, expected);
	vms_free(v);
}

static void libvirt(const char *text, const char *expected)
{
	struct vms v = { 0 };

	assert_int_equal(vm_read_libvirt("f", text, &v), 0);
	expect_list(&v, expected);
}

#define GUEST "<address type='pci' domain='0x0000' bus='0x09' slot='0x00' function='0x0'/>"
#define HOSTDEV(address)                                                                                               \
	"<hostdev mode='subsystem' type='pci' managed='yes'><source>" address "</source>" GUEST "</hostdev>"

static void stale_domain_libvirt_names_hosts_addresses_only(void **s)
{
	(void)s;
	libvirt("<domain type='kvm'><name>win</name><devices>\n" HOSTDEV(
			"<address domain='0x0000' bus='0x06' slot='0x00' function='0x1'/>") "</devices></domain>",
		"0000:06:00.1");
	libvirt(HOSTDEV("<address domain=\"0x10000\" bus=\"225\" slot = \"31\" function='0'></address>"),
		"10000:e1:1f.0");
	libvirt(HOSTDEV("<address bus='0x06' slot='0x00' function='0x0'/>"), "0000:06:00.0");
	libvirt("<interface type='hostdev' managed='yes'><source><address type='pci' domain='0' bus='4' slot='0' "
		"function='0'/></source></interface>",
		"0000:04:00.0");
	libvirt(HOSTDEV("<address domain='0' bus='1' slot='0' function='0'/>")
			HOSTDEV("<address domain='0' bus='2' slot='0' function='0'/>"),
		"0000:01:00.0 0000:02:00.0");
}

#define NVME(address)                                                                                                  \
	"<disk type='nvme' device='disk'><source type='pci' managed='yes' namespace='1'>" address                      \
	"</source><target dev='vda' bus='virtio'/>" GUEST "</disk>"

static void libvirt_takes_disks_and_networks_from_the_host(void **s)
{
	(void)s;
	libvirt(NVME("<address domain='0x0000' bus='0x04' slot='0x00' function='0x0'/>"), "0000:04:00.0");
	libvirt("<disk type='file'><source file='a'>" GUEST "</source></disk>", "");
	libvirt("<network><name>vfs</name><forward mode='hostdev' managed='yes'><driver name='vfio'/>"
		"<address type='pci' domain='0x0000' bus='0x04' slot='0x10' function='0x1'/>"
		"<address type='pci' domain='0x0000' bus='0x04' slot='0x10' function='0x3'/></forward></network>",
		"0000:04:10.1 0000:04:10.3");
	libvirt("<network><forward mode='nat'>" GUEST "</forward></network>", "");
	libvirt("<network><forward mode='hostdev'><pf dev='eth0'/></forward><ip>" GUEST "</ip></network>", "");
	libvirt("<forward mode='hostdev'/>" GUEST, "");
	libvirt("<forward mode='hostdev'><address bus='4' slot='0x10'", "");
}

static void arguments_of_qemu_name_their_device(void **s)
{
	(void)s;
	libvirt("<qemu:commandline><qemu:arg value='-device'/><qemu:arg value='vfio-pci,id=host0,host=04:00.0,x=1'/>"
		"</qemu:commandline>",
		"0000:04:00.0");
	libvirt("<qemu:arg value='host=04:00.1,driver=vfio-pci'/>", "0000:04:00.1");
	libvirt("<qemu:arg value='vfio-pci-nohotplug,sysfsdev=/sys/bus/pci/devices/10000:e1:00.0'/>", "10000:e1:00.0");
	libvirt("<qemu:arg "
		"value='{&quot;driver&quot;:&quot;vfio-pci&quot;,&quot;host&quot;:&quot;0000:04:00.0&quot;}'/>",
		"0000:04:00.0");
	libvirt("<qemu:arg value='vfio-pci,sysfsdev=/sys/bus/mdev/devices/5f2f3c1e-0000-4000-8000-000000000000'/>", "");
	libvirt("<qemu:arg value='usb-host,host=04:00.0'/><qemu:arg/><qemu:arg value='vfio-pci,host'/>", "");
	libvirt("<qemu:arg value='vfio-pci,host='/><qemu:arg value='vfio-pci,host=:::'/>", "");
	libvirt("<qemu:arg value='vfio-pci,xhost=04:00.0,host-=04:00.0,host==04:00.0'/>", "");
	libvirt("<qemu:arg value='vfio-pci,host=04:00.0", "");
	libvirt("<qemu:arg value='vfio-pci,host=04:00.8'/><qemu:arg value='vfio-pci,host=04:20.0'/>", "");
}

static void what_libvirt_does_not_give_away_is_not_named(void **s)
{
	(void)s;
	libvirt("<controller type='pci'>" GUEST "</controller>", "");
	libvirt("<hostdev mode='subsystem' type='usb'><source><address bus='1' device='2'/></source></hostdev>", "");
	libvirt("<!-- " HOSTDEV("<address bus='0x06' slot='0x00' function='0x0'/>") " -->", "");
	libvirt("<description><![CDATA[" HOSTDEV(
			"<address bus='0x06' slot='0x00' function='0x0'/>") "]]></description>",
		"");
	libvirt("<interface type='network'><source><address bus='0x06' slot='0x00' "
		"function='0x0'/></source></interface>",
		"");
	libvirt("<description title=\"<hostdev type='pci'><source>\"/><source>"
		"<address bus='0x06' slot='0x00' function='0x0'/></source>",
		"");
}

static void a_definition_that_is_none_has_no_address(void **s)
{
	(void)s;
	libvirt("", "");
	libvirt("<", "");
	libvirt("<hostdev type='pci", "");
	libvirt("<hostdev type='pci'><source><address bus='0x106' slot='0' function='0'/>", "");
	libvirt("<hostdev type='pci'><source><address bus='0x06' slot='0x20' function='0'/>", "");
	libvirt("<hostdev type='pci'><source><address bus='six' slot='0' function='0'/>", "");
	libvirt("<hostdev type='pci'><source><address slot='0' function='0'/>", "");
	libvirt("<hostdev type='pci'><source><address bus='-1' slot='0' function='0'/>", "");
	libvirt("<!--", "");
}

static void proxmox(const char *text, const char *mappings, const char *node, const char *expected)
{
	struct vms v = { 0 };

	assert_int_equal(vm_read_proxmox("f", text, mappings, node, &v), 0);
	expect_list(&v, expected);
}

static void stale_domain_proxmox_names_slots_functions_and_mappings(void **s)
{
	static const char mappings[] =
		"nic\n\tmap id=8086:1533,node=pve,path=0000:04:00.0\n"
		"gpu\n\tdescription a card\n\tmap id=10de:13c2,node=other,path=0000:01:00.0\n"
		"\tmap id=10de:13c2,node=pve,path=0000:06:00.0;0000:06:00.1,subsystem-id=1043:8508\n";

	(void)s;
	proxmox("cores: 4\nhostpci0: 0000:06:00,pcie=1,x-vga=1\nhostpci10: 07:00.1\n", "", "",
		"0000:06:00 0000:07:00.1");
	proxmox("hostpci0: pcie=1,host=06:00.0;06:00.1\r\n", "", "", "0000:06:00.0 0000:06:00.1");
	proxmox("hostpci0: mapping=gpu,pcie=1\n", mappings, "pve", "0000:06:00.0 0000:06:00.1");
	proxmox("hostpci0: mapping=gpu\n", mappings, "", "0000:01:00.0 0000:06:00.0 0000:06:00.1");
	proxmox("hostpci0: mapping=none\n", mappings, "pve", "");
	proxmox("#hostpci0: 06:00\nhostpci0: 06:00\n[before]\nhostpci0: 07:00\n", "", "", "0000:06:00");
	proxmox("args: -device vfio-pci,host=0000:04:00.0,x-vga=on -device usb-host,host=07:00.0\n", "", "",
		"0000:04:00.0");
	proxmox("args: -device '{\"driver\": \"vfio-pci\", \"host\": \"04:00.1\"}' -vga none\r\nhostpci0: 06:00\n", "",
		"", "0000:04:00.1 0000:06:00");
	proxmox("args: -device 'vfio-pci,host=04:00.0\nname: 05:00.0' host=05:00.0\nargs: \nargs:", "", "",
		"0000:04:00.0");
	proxmox("#args: -device vfio-pci,host=04:00.0\nargs: vfio-pci host=04:00.0\n[old]\nargs: vfio-pci,host=04:00.0",
		"", "", "");
	proxmox("hostpci0: six\nhostpci: \nhostpci1\nhostpcix: 06:00", "", "", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stale_domain_libvirt_names_hosts_addresses_only),
		cmocka_unit_test(libvirt_takes_disks_and_networks_from_the_host),
		cmocka_unit_test(arguments_of_qemu_name_their_device),
		cmocka_unit_test(what_libvirt_does_not_give_away_is_not_named),
		cmocka_unit_test(a_definition_that_is_none_has_no_address),
		cmocka_unit_test(stale_domain_proxmox_names_slots_functions_and_mappings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
