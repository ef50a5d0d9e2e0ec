/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "card.h"

#include "array.h"

#define VENDOR_AMD_GPU 0x1002
#define VENDOR_AMD_CPU 0x1022
#define VENDOR_INTEL 0x8086
#define CLASS_DISPLAY 0x03

static const struct identity *identity_of(const struct machine *m, int i)
{
	return &m->devices[i].identity;
}

static bool is_gpu(const struct machine *m, int i)
{
	return class_base(identity_of(m, i)->class) == CLASS_DISPLAY;
}

/* Functions that are in no card but their own. */
static bool is_loner(const struct machine *m, int i)
{
	return device_is_bridge(&m->devices[i]) || m->devices[i].virtual_function;
}

static bool same_slot(const struct machine *m, int a, int b)
{
	return address_same_slot(&m->devices[a].address, &m->devices[b].address);
}

/* The GPU in the slot of function i: a display before a 3D controller, the lowest first. -1: none. */
static int gpu_in_slot(const struct machine *m, int i)
{
	int found = -1;

	for (int k = 0; k < (int)m->n; k++) {
		if (!same_slot(m, i, k) || !is_gpu(m, k) || is_loner(m, k))
			continue;
		if (found < 0 || (device_is_display(identity_of(m, k)) && !device_is_display(identity_of(m, found))))
			found = k;
	}
	return found;
}

/* The bridge whose subtree is the card's own switch, or NO_PARENT. */
static int own_switch(const struct machine *m, int gpu)
{
	uint16_t vendor = identity_of(m, gpu)->vendor;
	int parent = m->devices[gpu].parent;
	int grand = parent == NO_PARENT ? NO_PARENT : m->devices[parent].parent;

	if (grand == NO_PARENT || (vendor != VENDOR_INTEL && vendor != VENDOR_AMD_GPU))
		return NO_PARENT;
	if (identity_of(m, parent)->vendor != vendor || identity_of(m, grand)->vendor != vendor)
		return NO_PARENT;
	/*
	 * A switch's upstream port stands below the port that the card is plugged into. A grandparent on the root bus
	 * is the CPU's or the chipset's own: everything below it is not one card.
	 */
	return m->devices[grand].parent == NO_PARENT ? NO_PARENT : grand;
}

static bool is_below(const struct machine *m, int i, int bridge)
{
	for (int up = m->devices[i].parent; up != NO_PARENT; up = m->devices[up].parent)
		if (up == bridge)
			return true;
	return false;
}

static int card_add(struct card *c, int i)
{
	if (c->n == CARD_FUNCTIONS)
		return -E2BIG;
	c->member[c->n++] = i;
	return 0;
}

static int gpu_card(const struct machine *m, int gpu, struct card *out)
{
	int above = own_switch(m, gpu);
	bool beside_cpu = identity_of(m, gpu)->vendor == VENDOR_AMD_GPU;

	*out = card_single(m, gpu);
	out->single = false;
	for (int k = 0; k < (int)m->n; k++) {
		bool in_slot = same_slot(m, gpu, k);

		if (k == gpu || is_loner(m, k))
			continue;
		if (in_slot && beside_cpu && identity_of(m, k)->vendor == VENDOR_AMD_CPU)
			continue;
		/* A second GPU below the same switch is a card of its own. */
		if (!in_slot && (above == NO_PARENT || !is_below(m, k, above) || gpu_in_slot(m, k) >= 0))
			continue;
		int r = card_add(out, k);
		if (r < 0)
			return r;
	}
	return 0;
}

static bool same_kind(const struct machine *m, int a, int b)
{
	return class_base(identity_of(m, a)->class) == class_base(identity_of(m, b)->class) &&
	       device_is_bridge(&m->devices[a]) == device_is_bridge(&m->devices[b]);
}

/* A slot without a GPU: a card if all functions have one base class, and all or none are bridges. */
static int plain_card(const struct machine *m, int i, struct card *out)
{

	*out = (struct card){ .machine = m, .main = -1 };
	for (int k = 0; k < (int)m->n; k++) {
		if (!same_slot(m, i, k) || m->devices[k].virtual_function)
			continue;
		if (!same_kind(m, i, k))
			return -ENOENT;
		int r = card_add(out, k);
		if (r < 0)
			return r;
	}
	out->main = out->member[0];
	return 0;
}

/* The GPU whose own switch function i stands below, in another slot. -1: none. */
static int gpu_across_switch(const struct machine *m, int i)
{
	for (int k = 0; k < (int)m->n; k++) {
		int above;

		if (!is_gpu(m, k) || is_loner(m, k) || same_slot(m, i, k) || gpu_in_slot(m, k) != k)
			continue;
		above = own_switch(m, k);
		if (above != NO_PARENT && is_below(m, i, above))
			return k;
	}
	return -1;
}

int card_of(const struct machine *m, int i, struct card *out)
{
	int gpu, r;

	if (m->devices[i].virtual_function)
		return -ENOENT;
	gpu = gpu_in_slot(m, i);
	if (gpu < 0 && !is_loner(m, i))
		gpu = gpu_across_switch(m, i);
	if (gpu < 0)
		return plain_card(m, i, out);
	r = gpu_card(m, gpu, out);
	if (r < 0)
		return r;
	return card_has(out, i) ? 0 : -ENOENT;
}

struct card card_single(const struct machine *m, int i)
{
	return (struct card){ .machine = m, .single = true, .main = i, .n = 1, .member = { i } };
}

struct card card_whole(const struct card *c)
{
	struct card whole;

	return c->single && card_of(c->machine, c->main, &whole) == 0 ? whole : *c;
}

int card_next_at(const struct machine *m, const struct root *root, const struct path *path, int *from, struct card *out)
{
	while (*from < (int)m->n) {
		int i = (*from)++;
		const struct device *d = &m->devices[i];
		struct card c;

		if (!root_is(root, &d->root) || !path_covers(path, &d->path))
			continue;
		if (!path->slot) {
			*out = card_single(m, i);
			return 0;
		}
		if (card_of(m, i, &c) < 0 || !path_covers(path, &m->devices[c.main].path))
			continue;
		*out = c;
		return 0;
	}
	return -ENOENT;
}

int card_at(const struct machine *m, const struct root *root, const struct path *path, struct card *out)
{
	int from = 0;

	return card_next_at(m, root, path, &from, out);
}

struct path card_path(const struct card *c)
{
	const struct path *main = &card_main(c)->path;

	return c->single ? *main : path_slot(main);
}

const struct device *card_main(const struct card *c)
{
	return &c->machine->devices[c->main];
}

bool card_has(const struct card *c, int i)
{
	for (unsigned k = 0; k < c->n; k++)
		if (c->member[k] == i)
			return true;
	return false;
}

bool card_has_display(const struct card *c)
{
	for (unsigned k = 0; k < c->n; k++)
		if (device_is_display(&c->machine->devices[c->member[k]].identity))
			return true;
	return false;
}

void cards_free(struct cards *c)
{
	free(c->items);
	memset(c, 0, sizeof(*c));
}

static bool cards_have(const struct cards *list, const struct card *c)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i].main == c->main && list->items[i].single == c->single)
			return true;
	return false;
}

static int cards_add(struct cards *list, const struct card *c)
{
	return cards_have(list, c) ? 0 : array_add(&list->items, &list->n, c, sizeof(*c));
}

int cards_all(const struct machine *m, struct cards *out)
{
	memset(out, 0, sizeof(*out));
	for (int i = 0; i < (int)m->n; i++) {
		struct card c;

		if (card_of(m, i, &c) < 0)
			c = card_single(m, i);
		if (cards_add(out, &c) < 0) {
			cards_free(out);
			return -ENOMEM;
		}
	}
	return 0;
}

/*
 * What one function that the selector names stands for. A whole slot: its card, -ENOTUNIQ if it is none. An id: the
 * card whose main function has it (each function of a slot of one base class may have the id: they are that one card),
 * else the function alone.
 */
static int selected(const struct machine *m, const struct selector *s, int i, struct card *out)
{
	bool in_card = card_of(m, i, out) == 0;

	if (s->kind == SELECTOR_ID) {
		if (!in_card || !id_matches(&s->id, identity_of(m, out->main)))
			*out = card_single(m, i);
		return 0;
	}
	if (!s->whole) {
		*out = card_single(m, i);
		return 0;
	}
	if (in_card)
		return 0;
	/* Functions beside an AMD display that are not of its card do not make the slot ambiguous. */
	if (gpu_in_slot(m, i) >= 0)
		return gpu_card(m, gpu_in_slot(m, i), out);
	return -ENOTUNIQ;
}

int cards_select(const struct machine *m, const struct selector *s, struct cards *out, int *mixed)
{
	memset(out, 0, sizeof(*out));
	for (int i = 0; i < (int)m->n; i++) {
		const struct device *d = &m->devices[i];
		struct card c;
		int r;

		if (!selector_names(s, &d->address, &d->root, &d->path, &d->identity))
			continue;
		r = selected(m, s, i, &c);
		if (r == 0)
			r = cards_add(out, &c);
		if (r < 0) {
			if (mixed)
				*mixed = i;
			cards_free(out);
			return r;
		}
	}
	return 0;
}
