/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "device.h"

/* include/linux/pci_ids.h: PCI_CLASS_BRIDGE_HOST and its like. */
#define CLASS_BRIDGE_HOST 0x0600
#define CLASS_BRIDGE_ISA 0x0601
#define CLASS_BRIDGE_PCI 0x0604
#define CLASS_BRIDGE_CARDBUS 0x0607
#define CLASS_BRIDGE_PCI_SEMI 0x0609

void machine_free(struct machine *m)
{
	free(m->devices);
	free(m->needs);
	memset(m, 0, sizeof(*m));
}

/* The bridge above has the same root and the path without the last hop. */
static int find_parent(const struct machine *m, const struct device *d)
{
	struct path up = d->path;

	if (up.hops < 2)
		return NO_PARENT;
	up.hop[--up.hops] = 0;
	return machine_by_path(m, &d->root, &up);
}

void machine_link(struct machine *m)
{
	/* sysfs was read in the order of names, which is nearly that of addresses: few are out of place. */
	for (size_t i = 1; i < m->n; i++)
		for (size_t k = i; k > 0 && address_compare(&m->devices[k - 1].address, &m->devices[k].address) > 0;
		     k--) {
			struct device d = m->devices[k];

			m->devices[k] = m->devices[k - 1];
			m->devices[k - 1] = d;
		}
	for (size_t i = 0; i < m->n; i++)
		m->devices[i].parent = find_parent(m, &m->devices[i]);
}

int machine_by_address(const struct machine *m, const struct address *a)
{
	for (size_t i = 0; i < m->n; i++)
		if (address_compare(&m->devices[i].address, a) == 0)
			return (int)i;
	return -1;
}

int machine_by_path(const struct machine *m, const struct root *root, const struct path *function)
{
	for (size_t i = 0; i < m->n; i++)
		if (root_is(root, &m->devices[i].root) && path_equal(&m->devices[i].path, function))
			return (int)i;
	return -1;
}

bool device_is_display(const struct identity *i)
{
	uint16_t sub = class_sub(i->class);

	return sub == 0x0300 || sub == 0x0380;
}

bool device_appears_later(const struct device *d)
{
	return d->later || d->external || d->virtual_function;
}

bool device_is_bridge(const struct device *d)
{
	static const uint16_t classes[] = { CLASS_BRIDGE_HOST, CLASS_BRIDGE_ISA, CLASS_BRIDGE_PCI, CLASS_BRIDGE_CARDBUS,
					    CLASS_BRIDGE_PCI_SEMI };

	for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
		if (class_sub(d->identity.class) == classes[i])
			return true;
	return d->bridge_header;
}

bool device_is_isa_bridge(const struct device *d)
{
	return class_sub(d->identity.class) == CLASS_BRIDGE_ISA && !d->bridge_header;
}
