/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan.h"

#include <stdarg.h>
#include <sys/utsname.h>

#include "../core/array.h"
#include "../core/lines.h"
#include "attribute.h"
#include "bind.h"
#include "display.h"

#define DEVICES "sys/bus/pci/devices"
#define LINK_BYTES 1024

/* A root bus is looked up once. */
struct roots {
	struct root *items;
	size_t n;
};

/* The value of KEY= in the text of a uevent, or NULL. */
static const char *uevent_value(const char *text, const char *key)
{
	size_t len = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, len) == 0 && line[len] == '=')
			return line + len + 1;
	}
	return NULL;
}

/* drivers/pci/pci-driver.c: pci_uevent prints upper-case hexadecimal without leading zeros in PCI_CLASS. */
static bool read_pair(const char *value, uint16_t *a, uint16_t *b)
{
	if (!value)
		return false;
	*a = (uint16_t)hex_number(&value);
	if (*value++ != ':')
		return false;
	*b = (uint16_t)hex_number(&value);
	return true;
}

static void copy_word(char *to, size_t size, const char *from)
{
	size_t len = from ? strcspn(from, "\n") : 0;

	if (len >= size)
		len = size - 1;
	memcpy(to, from ? from : "", len);
	to[len] = '\0';
}

/* `place`: the device's folder below sys. Not by the link: that is a longer way, 10,000 times. */
static bool read_uevent(const struct sysroot *r, const char *place, struct device *d)
{
	char path[LINK_BYTES + 16], text[1024];
	const char *class;

	snprintf(path, sizeof(path), "sys/%s/uevent", place);
	if (sysroot_read(r, path, text, sizeof(text)) < 0)
		return false;
	class = uevent_value(text, "PCI_CLASS");
	if (!class || !read_pair(uevent_value(text, "PCI_ID"), &d->identity.vendor, &d->identity.device))
		return false;
	if (!read_pair(uevent_value(text, "PCI_SUBSYS_ID"), &d->identity.subvendor, &d->identity.subdevice))
		return false;
	d->identity.class = (uint32_t)hex_number(&class) & 0xffffff;
	copy_word(d->driver, sizeof(d->driver), uevent_value(text, "DRIVER"));
	return true;
}

/* Reads the root bus of "...pci0000:00", with its ACPI path; dir: its folder. */
static int read_root(const struct sysroot *r, const char *dir, const char *name, struct roots *roots, struct root *out)
{
	char path[LINK_BYTES + 32], text[ROOT_ACPI_LEN + 2];
	struct root root, acpi, *grown;

	if (root_parse(name, &root) < 0)
		return -EINVAL;
	for (size_t i = roots->n; i--;) /* the last one, mostly */
		if (roots->items[i].domain == root.domain && roots->items[i].bus == root.bus) {
			*out = roots->items[i];
			return 0;
		}
	snprintf(path, sizeof(path), "sys/%s/firmware_node/path", dir);
	if (sysroot_read(r, path, text, sizeof(text)) > 1 && text[0] == '\\') {
		text[strcspn(text, "\n")] = '\0';
		if (!strchr(text, ':') && root_parse(text + 1, &acpi) == 0)
			memcpy(root.acpi, acpi.acpi, sizeof(root.acpi));
	}
	grown = realloc(roots->items, (roots->n + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	roots->items = grown;
	roots->items[roots->n++] = root;
	*out = root;
	return 0;
}

/*
 * "devices/pci0000:00/0000:00:05.0/0000:01:00.0": the last pciDDDD:BB is the root bus, what follows are the hops. A
 * second root below a device is a VMD's. The text is as it was if 0 is returned.
 */
static int read_place(const struct sysroot *r, char *start, struct roots *roots, struct device *d)
{
	struct address hop;
	bool rooted = false;
	char *part, *next;

	for (part = start; part; part = next) {
		next = strchr(part, '/');
		if (next)
			*next = '\0';
		if (strncmp(part, "pci", 3) == 0 && strchr(part, ':')) {
			int ret = read_root(r, start, part + 3, roots, &d->root);

			if (ret < 0)
				return ret;
			d->later = rooted || d->root.domain > 0xffff;
			d->path.hops = 0;
			rooted = true;
		} else if (rooted && address_parse(part, &hop) == 0) {
			if (d->path.hops == PATH_HOPS)
				return -E2BIG;
			d->path.hop[d->path.hops++] = (uint8_t)(hop.dev << 3 | hop.fn);
		}
		if (next)
			*next++ = '/';
	}
	return d->path.hops ? 0 : -EINVAL;
}

/*
 * drivers/pci/pci-sysfs.c: pci_bridge_attrs_are_visible(): what has a bridge's header has the attribute. `config` says
 * the same, but reading that wakes a sleeping device.
 */
static bool has_bridge_header(const struct sysroot *r, const struct address *a)
{
	return attribute_exists(r, a, "/secondary_bus_number");
}

/*
 * A header of a bridge is looked for where the class does not say it: class 06, and what has none because it did not
 * match the header (drivers/pci/probe.c: pci_setup_device). All others: scan_details().
 */
static bool may_be_bridge(const struct device *d)
{
	uint8_t base = class_base(d->identity.class);

	return (base == 0x06 || base == 0x00) && !device_is_bridge(d);
}

/* 0: read; 1: left out; -ENOMEM. */
static int scan_device(const struct sysroot *r, const struct address *address, struct roots *roots, struct device *d)
{
	char path[ATTRIBUTE_LEN], link[LINK_BYTES], *place = link;
	int ret;

	memset(d, 0, sizeof(*d));
	d->iommu_group = -1;
	d->address = *address;
	if (sysroot_readlink(r, attribute_path(address, "", path), link, sizeof(link)) < 0)
		return 1;
	while (strncmp(place, "../", 3) == 0)
		place += 3;
	ret = read_place(r, place, roots, d);
	if (ret < 0)
		return ret == -ENOMEM ? ret : 1;
	if (!read_uevent(r, place, d))
		return 1;
	d->bridge_header = may_be_bridge(d) && has_bridge_header(r, address);
	return 0;
}

static void read_kernel(const struct sysroot *r, struct machine *out)
{
	char text[KERNEL_LEN + 1];
	struct utsname uts;

	if (sysroot_read(r, "proc/sys/kernel/osrelease", text, sizeof(text)) > 0)
		copy_word(out->boot.kernel, sizeof(out->boot.kernel), text);
	else if (r->live && uname(&uts) == 0)
		copy_word(out->boot.kernel, sizeof(out->boot.kernel), uts.release);
}

struct addresses {
	struct address *items;
	size_t n;
};

static int add_address(void *addresses, const char *name)
{
	struct addresses *a = addresses;
	struct address address;

	return address_parse(name, &address) < 0 ? 0 : array_add(&a->items, &a->n, &address, sizeof(address));
}

static int compare_addresses(const void *a, const void *b)
{
	return address_compare(a, b);
}

/* Fills m->devices, which have room for all of them. */
static int scan_devices(const struct sysroot *r, const struct addresses *addresses, struct machine *m)
{
	struct roots roots = { 0 };
	int ret = 0;

	/* Not the devices, afterwards: those are thirty times as big. */
	if (addresses->n) /* else there is no array */
		qsort(addresses->items, addresses->n, sizeof(*addresses->items), compare_addresses);
	for (size_t i = 0; i < addresses->n && ret >= 0; i++) {
		ret = scan_device(r, &addresses->items[i], &roots, &m->devices[m->n]);
		if (ret == 0)
			m->n++;
	}
	free(roots.items);
	return ret < 0 ? ret : machine_link(m);
}

int scan_machine(const struct sysroot *r, struct machine *out)
{
	struct addresses addresses = { 0 };
	int ret;

	memset(out, 0, sizeof(*out));
	read_kernel(r, out);
	out->boot.kdump = sysroot_exists(r, "proc/vmcore");
	ret = sysroot_each(r, DEVICES, add_address, &addresses);
	if (ret == 0) {
		out->devices = calloc(addresses.n + 1, sizeof(*out->devices));
		ret = out->devices ? scan_devices(r, &addresses, out) : -ENOMEM;
	}
	free(addresses.items);
	if (ret < 0)
		machine_free(out);
	else
		display_find(r, out);
	return ret;
}

static bool is_stub(const char *driver)
{
	return strcmp(driver, "vfio-pci") == 0 || strcmp(driver, "pci-stub") == 0;
}

void scan_overrides(const struct sysroot *r, struct machine *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (is_stub(m->devices[i].driver))
			bind_override(r, &m->devices[i].address, m->devices[i].override);
}

/* PCIe base specification 7.8.3: extended capability 0003; the walk is bounded by the size of the space. */
static uint64_t read_serial(const struct sysroot *r, const struct address *a)
{
	enum { FIRST = 0x100, SIZE = 0x1000, DSN = 0x0003 };
	char path[ATTRIBUTE_LEN];
	uint32_t header, words[2];
	off_t at = FIRST;

	attribute_path(a, "/config", path);
	for (int steps = 0; steps < (SIZE - FIRST) / 8 && at >= FIRST; steps++) {
		if (sysroot_pread(r, path, &header, sizeof(header), at) != sizeof(header) || !header ||
		    header == UINT32_MAX)
			return 0;
		if ((header & 0xffff) == DSN) {
			if (sysroot_pread(r, path, words, sizeof(words), at + 4) != sizeof(words))
				return 0;
			return (uint64_t)words[1] << 32 | words[0];
		}
		at = header >> 20 & ~3u;
	}
	return 0;
}

void scan_details(const struct sysroot *r, struct machine *m, int i, bool serial)
{
	struct device *d = &m->devices[i];
	char group[16];
	unsigned number;

	if (attribute_link(r, &d->address, "/iommu_group", group, sizeof(group)) && decimal_parse(group, &number) == 0)
		d->iommu_group = (int)number;
	d->virtual_function = attribute_exists(r, &d->address, "/physfn");
	d->bridge_header = has_bridge_header(r, &d->address);
	if (serial)
		d->serial = read_serial(r, &d->address);
}
