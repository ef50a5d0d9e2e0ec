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
	chains_free(&m->like);
	chains_free(&m->at_name);
	chains_free(&m->at_number);
	free(m->devices);
	free(m->host.needs);
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

/* Behind its parent, before those that were linked already. */
static void link_parent(struct machine *m, int i)
{
	struct device *d = &m->devices[i];

	d->sibling = NO_PARENT;
	d->parent = find_parent(m, d);
	if (d->parent == NO_PARENT)
		return;
	d->sibling = m->devices[d->parent].child;
	m->devices[d->parent].child = i;
}

static int compare_devices(const void *a, const void *b)
{
	return address_compare(&((const struct device *)a)->address, &((const struct device *)b)->address);
}

int machine_link(struct machine *m)
{
	if (m->n)
		qsort(m->devices, m->n, sizeof(*m->devices), compare_devices);
	if (chains_make(&m->like, m->n) < 0 || chains_make(&m->at_name, m->n) < 0 ||
	    chains_make(&m->at_number, m->n) < 0)
		return -ENOMEM;
	for (int i = (int)m->n; i--;) {
		struct device *d = &m->devices[i];

		d->child = NO_PARENT;
		chains_add(&m->like, i, identity_hash(&d->identity));
		chains_add(&m->at_name, i, path_hash(&d->root, true, &d->path));
		chains_add(&m->at_number, i, path_hash(&d->root, false, &d->path));
	}
	for (int i = (int)m->n; i--;)
		link_parent(m, i);
	return 0;
}

int machine_by_address(const struct machine *m, const struct address *a)
{
	size_t from = 0, to = m->n;

	while (from < to) {
		size_t middle = (from + to) / 2;
		int order = address_compare(&m->devices[middle].address, a);

		if (order == 0)
			return (int)middle;
		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return -1;
}

int machine_by_path(const struct machine *m, const struct root *root, const struct path *function)
{
	return function->slot ? -1 : machine_next_at(m, root, function, -1);
}

int machine_next_like(const struct machine *m, const struct identity *identity, int after)
{
	int i = after < 0 ? chains_first(&m->like, identity_hash(identity)) : m->like.next[after];

	while (i >= 0 && !identity_equal(identity, &m->devices[i].identity))
		i = m->like.next[i];
	return i;
}

int machine_next_at(const struct machine *m, const struct root *root, const struct path *path, int after)
{
	bool named = root->acpi[0];
	const struct chains *chains = named ? &m->at_name : &m->at_number;
	int i = after < 0 ? chains_first(chains, path_hash(root, named, path)) : chains->next[after];

	while (i >= 0 && !(root_is(root, &m->devices[i].root) && path_covers(path, &m->devices[i].path)))
		i = chains->next[i];
	return i;
}

bool machine_same_slot(const struct machine *m, int i, int k)
{
	return k >= 0 && k < (int)m->n && address_same_slot(&m->devices[i].address, &m->devices[k].address);
}

int machine_slot(const struct machine *m, int i)
{
	while (machine_same_slot(m, i, i - 1))
		i--;
	return i;
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
