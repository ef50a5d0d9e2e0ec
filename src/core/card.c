/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "card.h"

#include "array.h"

#define VENDOR_AMD_GPU 0x1002
#define VENDOR_AMD_CPU 0x1022
#define VENDOR_INTEL 0x8086

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

/* The GPU in the slot of function i: a display before a 3D controller, the lowest first. -1: none. */
static int gpu_in_slot(const struct machine *m, int i)
{
	int found = -1;

	for (int k = machine_slot(m, i); machine_same_slot(m, i, k); k++) {
		if (!is_gpu(m, k) || is_loner(m, k))
			continue;
		if (found < 0 || (device_is_display(identity_of(m, k)) && !device_is_display(identity_of(m, found))))
			found = k;
	}
	return found;
}

/*
 * Whether a bridge can be a card's own switch. A switch's upstream port stands below the port that the card is plugged
 * into: one on the root bus is the CPU's or the chipset's own, and what is below it is not one card.
 */
static bool is_own_switch(const struct machine *m, int bridge)
{
	uint16_t vendor = identity_of(m, bridge)->vendor;

	return (vendor == VENDOR_INTEL || vendor == VENDOR_AMD_GPU) && m->devices[bridge].parent != NO_PARENT;
}

/* The bridge whose subtree is the card's own switch, or NO_PARENT. */
static int own_switch(const struct machine *m, int gpu)
{
	uint16_t vendor = identity_of(m, gpu)->vendor;
	int parent = m->devices[gpu].parent;
	int grand = parent == NO_PARENT ? NO_PARENT : m->devices[parent].parent;

	if (grand == NO_PARENT || identity_of(m, parent)->vendor != vendor || identity_of(m, grand)->vendor != vendor)
		return NO_PARENT;
	return is_own_switch(m, grand) ? grand : NO_PARENT;
}

static int card_add(struct card *c, int i)
{
	if (c->n == CARD_FUNCTIONS)
		return -E2BIG;
	c->member[c->n++] = i;
	return 0;
}

/* What stands in the slot of the GPU. */
static int add_slot(struct card *c)
{
	const struct machine *m = c->machine;
	bool beside_cpu = identity_of(m, c->main)->vendor == VENDOR_AMD_GPU;

	for (int k = machine_slot(m, c->main); machine_same_slot(m, c->main, k); k++) {
		if (k == c->main || is_loner(m, k) || (beside_cpu && identity_of(m, k)->vendor == VENDOR_AMD_CPU))
			continue;
		if (card_add(c, k) < 0)
			return -E2BIG;
	}
	return 0;
}

/* The device behind i, or the next beside it or above, but not above `top`. NO_PARENT: no other. */
static int next_below(const struct machine *m, int i, int top)
{
	if (m->devices[i].child != NO_PARENT)
		return m->devices[i].child;
	for (; i != top; i = m->devices[i].parent)
		if (m->devices[i].sibling != NO_PARENT)
			return m->devices[i].sibling;
	return NO_PARENT;
}

/* What stands elsewhere below the card's own switch. A second GPU there is a card of its own. */
static int add_below(struct card *c, int above)
{
	const struct machine *m = c->machine;

	for (int k = next_below(m, above, above); k != NO_PARENT; k = next_below(m, k, above))
		if (!is_loner(m, k) && gpu_in_slot(m, k) < 0 && card_add(c, k) < 0)
			return -E2BIG;
	return 0;
}

/* In order of address, but for the main function. */
static void sort_members(struct card *c)
{
	for (unsigned i = 2; i < c->n; i++)
		for (unsigned k = i; k > 1 && c->member[k - 1] > c->member[k]; k--) {
			int member = c->member[k];

			c->member[k] = c->member[k - 1];
			c->member[k - 1] = member;
		}
}

static int gpu_card(const struct machine *m, int gpu, struct card *out)
{
	int above = own_switch(m, gpu);

	*out = card_single(m, gpu);
	out->single = false;
	if (add_slot(out) < 0 || (above != NO_PARENT && add_below(out, above) < 0))
		return -E2BIG;
	sort_members(out);
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
	for (int k = machine_slot(m, i); machine_same_slot(m, i, k); k++) {
		if (m->devices[k].virtual_function)
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

/* The first GPU whose own switch this is. -1: none. */
static int gpu_of_switch(const struct machine *m, int above)
{
	int found = -1;

	for (int bridge = m->devices[above].child; bridge != NO_PARENT; bridge = m->devices[bridge].sibling)
		for (int k = m->devices[bridge].child; k != NO_PARENT; k = m->devices[k].sibling)
			if (is_gpu(m, k) && !is_loner(m, k) && gpu_in_slot(m, k) == k && own_switch(m, k) == above &&
			    (found < 0 || k < found))
				found = k;
	return found;
}

/* The GPU whose own switch function i stands below, in another slot. -1: none. */
static int gpu_across_switch(const struct machine *m, int i)
{
	int found = -1;

	for (int above = m->devices[i].parent; above != NO_PARENT; above = m->devices[above].parent) {
		int gpu = is_own_switch(m, above) ? gpu_of_switch(m, above) : -1;

		if (gpu >= 0 && (found < 0 || gpu < found))
			found = gpu;
	}
	return found;
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

struct card card_with(const struct machine *m, int i)
{
	struct card card;

	return card_of(m, i, &card) == 0 ? card : card_single(m, i);
}

struct card card_whole(const struct card *c)
{
	return c->single ? card_with(c->machine, c->main) : *c;
}

int card_next_at(const struct machine *m, const struct root *root, const struct path *path, int *from, struct card *out)
{
	for (int i = machine_next_at(m, root, path, *from - 1); i >= 0; i = machine_next_at(m, root, path, i)) {
		struct card c;

		*from = i + 1;
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

/* A list that is being made, and what is in it by its main function: 1 the card, 2 the function alone. */
struct listing {
	struct cards *out;
	uint8_t *listed;
};

static int listing_add(struct listing *l, const struct card *c)
{
	uint8_t bit = c->single ? 2 : 1;

	if (l->listed[c->main] & bit)
		return 0;
	l->listed[c->main] |= bit;
	return array_add(&l->out->items, &l->out->n, c, sizeof(*c));
}

static int listing_begin(struct listing *l, const struct machine *m, struct cards *out)
{
	memset(out, 0, sizeof(*out));
	*l = (struct listing){ out, calloc(m->n + 1, 1) };
	return l->listed ? 0 : -ENOMEM;
}

static int listing_end(struct listing *l, int r)
{
	free(l->listed);
	if (r < 0)
		cards_free(l->out);
	return r;
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

/* The first function that the selector of a slot names, -1: none. */
static int first_in_slot(const struct machine *m, const struct selector *s)
{
	struct address a = s->address;
	int i = -1;

	for (unsigned fn = s->whole ? 0 : a.fn; i < 0 && fn <= (s->whole ? 7u : s->address.fn); fn++) {
		a.fn = (uint8_t)fn;
		i = machine_by_address(m, &a);
	}
	return i;
}

/* The next function after this one that the selector names by itself, -1: the first; -1: no other. */
static int next_named(const struct machine *m, const struct selector *s, int after)
{
	struct root root = { .domain = s->address.domain, .bus = s->address.bus };
	int i = after + 1;

	switch (s->kind) {
	case SELECTOR_PATH:
		return machine_next_at(m, &root, &s->path, after);
	case SELECTOR_SLOT:
		if (after < 0)
			return first_in_slot(m, s);
		return s->whole && machine_same_slot(m, after, i) ? i : -1;
	default:
		while (i < (int)m->n && !id_matches(&s->id, identity_of(m, i)))
			i++;
		return i < (int)m->n ? i : -1;
	}
}

int cards_select(const struct machine *m, const struct selector *s, struct cards *out, int *mixed)
{
	struct listing l;
	int r = listing_begin(&l, m, out);

	for (int i = -1; r == 0 && (i = next_named(m, s, i)) >= 0;) {
		struct card c;

		r = selected(m, s, i, &c);
		if (r == 0)
			r = listing_add(&l, &c);
		if (r < 0 && mixed)
			*mixed = i;
	}
	return listing_end(&l, r);
}
