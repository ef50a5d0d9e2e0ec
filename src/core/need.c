/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "need.h"

/* What disks can be behind: class 01; SD hosts, FireWire, USB, Fibre Channel and InfiniBand; 9P of virtio. */
static const uint16_t storage_classes[] = { 0x0805, 0x0c00, 0x0c03, 0x0c04, 0x0c06, 0x0002 };

bool class_is_storage(uint32_t class)
{
	for (size_t i = 0; i < ARRAY_SIZE(storage_classes); i++)
		if (class_sub(class) == storage_classes[i])
			return true;
	return class_base(class) == 0x01;
}

static bool could_be_storage(const struct card *c, const struct device *d)
{
	/* A GPU's own USB controller, which goes with it, counts where a disk is plugged into it. */
	if (class_sub(d->identity.class) == CLASS_USB && !c->single &&
	    class_base(card_main(c)->identity.class) == CLASS_DISPLAY)
		return d->has_disk;
	return class_is_storage(d->identity.class);
}

static bool could_be(const struct need *n, const struct card *c, int i)
{
	const struct device *d = &c->machine->devices[i];

	if (n->device == NEED_SOME_STORAGE)
		return could_be_storage(c, d);
	if (n->device == NEED_SOME_NETWORK)
		return class_base(d->identity.class) == CLASS_NETWORK;
	/* NEED_SOME_USB refuses none by itself: see accept_keep_usb(). */
	return n->device == i;
}

const struct need *need_of_card(const struct machine *m, const struct card *c, enum reason reason)
{
	for (size_t k = 0; k < m->host.n_needs; k++)
		for (unsigned i = 0; i < c->n; i++)
			if (m->host.needs[k].reason == reason && could_be(&m->host.needs[k], c, c->member[i]))
				return &m->host.needs[k];
	return NULL;
}

bool need_is_unresolved(const struct need *n)
{
	return n->device < 0;
}
