/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cards and look-ups of a machine and of a plan as their words say it: every function and every line is looked at
 * for each question. The core has indexes, and must give the same answers.
 */
#ifndef EARLYBIND_NAIVE_H
#define EARLYBIND_NAIVE_H

#include "find.h"

static inline const struct identity *naive_identity(const struct machine *m, int i)
{
	return &m->devices[i].identity;
}

static inline int naive_by_address(const struct machine *m, const struct address *a)
{
	for (size_t i = 0; i < m->n; i++)
		if (address_compare(&m->devices[i].address, a) == 0)
			return (int)i;
	return -1;
}

static inline int naive_by_path(const struct machine *m, const struct root *root, const struct path *function)
{
	for (size_t i = 0; i < m->n; i++)
		if (root_is(root, &m->devices[i].root) && path_equal(&m->devices[i].path, function))
			return (int)i;
	return -1;
}

static inline int naive_parent(const struct machine *m, int i)
{
	struct path up = m->devices[i].path;

	if (up.hops < 2)
		return NO_PARENT;
	up.hop[--up.hops] = 0;
	return naive_by_path(m, &m->devices[i].root, &up);
}

static inline bool naive_same_slot(const struct machine *m, int a, int b)
{
	return address_same_slot(&m->devices[a].address, &m->devices[b].address);
}

static inline bool naive_is_gpu(const struct machine *m, int i)
{
	return class_base(naive_identity(m, i)->class) == 0x03;
}

static inline bool naive_is_loner(const struct machine *m, int i)
{
	return device_is_bridge(&m->devices[i]) || m->devices[i].virtual_function;
}

static inline int naive_gpu_in_slot(const struct machine *m, int i)
{
	int found = -1;

	for (int k = 0; k < (int)m->n; k++) {
		if (!naive_same_slot(m, i, k) || !naive_is_gpu(m, k) || naive_is_loner(m, k))
			continue;
		if (found < 0 ||
		    (device_is_display(naive_identity(m, k)) && !device_is_display(naive_identity(m, found))))
			found = k;
	}
	return found;
}

static inline int naive_own_switch(const struct machine *m, int gpu)
{
	uint16_t vendor = naive_identity(m, gpu)->vendor;
	int parent = naive_parent(m, gpu);
	int grand = parent == NO_PARENT ? NO_PARENT : naive_parent(m, parent);

	if (grand == NO_PARENT || (vendor != 0x8086 && vendor != 0x1002))
		return NO_PARENT;
	if (naive_identity(m, parent)->vendor != vendor || naive_identity(m, grand)->vendor != vendor)
		return NO_PARENT;
	return naive_parent(m, grand) == NO_PARENT ? NO_PARENT : grand;
}

static inline bool naive_is_below(const struct machine *m, int i, int bridge)
{
	for (int up = naive_parent(m, i); up != NO_PARENT; up = naive_parent(m, up))
		if (up == bridge)
			return true;
	return false;
}

static inline int naive_add(struct card *c, int i)
{
	if (c->n == CARD_FUNCTIONS)
		return -E2BIG;
	c->member[c->n++] = i;
	return 0;
}

static inline int naive_gpu_card(const struct machine *m, int gpu, struct card *out)
{
	int above = naive_own_switch(m, gpu);
	bool amd = naive_identity(m, gpu)->vendor == 0x1002;

	*out = (struct card){ .machine = m, .main = gpu, .n = 1, .member = { gpu } };
	for (int k = 0; k < (int)m->n; k++) {
		bool in_slot = naive_same_slot(m, gpu, k);

		if (k == gpu || naive_is_loner(m, k) || (in_slot && amd && naive_identity(m, k)->vendor == 0x1022))
			continue;
		if (!in_slot && (above == NO_PARENT || !naive_is_below(m, k, above) || naive_gpu_in_slot(m, k) >= 0))
			continue;
		if (naive_add(out, k) < 0)
			return -E2BIG;
	}
	return 0;
}

static inline int naive_plain_card(const struct machine *m, int i, struct card *out)
{
	*out = (struct card){ .machine = m, .main = -1 };
	for (int k = 0; k < (int)m->n; k++) {
		if (!naive_same_slot(m, i, k) || m->devices[k].virtual_function)
			continue;
		if (class_base(naive_identity(m, k)->class) != class_base(naive_identity(m, i)->class) ||
		    device_is_bridge(&m->devices[k]) != device_is_bridge(&m->devices[i]))
			return -ENOENT;
		if (naive_add(out, k) < 0)
			return -E2BIG;
	}
	out->main = out->member[0];
	return 0;
}

static inline int naive_gpu_across(const struct machine *m, int i)
{
	for (int k = 0; k < (int)m->n; k++) {
		int above;

		if (!naive_is_gpu(m, k) || naive_is_loner(m, k) || naive_same_slot(m, i, k) ||
		    naive_gpu_in_slot(m, k) != k)
			continue;
		above = naive_own_switch(m, k);
		if (above != NO_PARENT && naive_is_below(m, i, above))
			return k;
	}
	return -1;
}

static inline int naive_card_of(const struct machine *m, int i, struct card *out)
{
	int gpu, r;

	if (m->devices[i].virtual_function)
		return -ENOENT;
	gpu = naive_gpu_in_slot(m, i);
	if (gpu < 0 && !naive_is_loner(m, i))
		gpu = naive_gpu_across(m, i);
	if (gpu < 0)
		return naive_plain_card(m, i, out);
	r = naive_gpu_card(m, gpu, out);
	return r < 0 ? r : card_has(out, i) ? 0 : -ENOENT;
}

static inline int naive_next_at(const struct machine *m, const struct root *root, const struct path *path, int *from,
				struct card *out)
{
	while (*from < (int)m->n) {
		int i = (*from)++;

		if (!root_is(root, &m->devices[i].root) || !path_covers(path, &m->devices[i].path))
			continue;
		if (!path->slot) {
			*out = card_single(m, i);
			return 0;
		}
		if (naive_card_of(m, i, out) == 0 && path_covers(path, &m->devices[out->main].path))
			return 0;
	}
	return -ENOENT;
}

/* Whether the guard covers function i (-1: anything at all). */
static inline bool naive_covers(const struct plan_guard *g, const struct machine *m, int i)
{
	struct card there;
	int from = 0;

	while (naive_next_at(m, &g->root, &g->path, &from, &there) == 0)
		if (identity_equal(&g->identity, &card_main(&there)->identity) &&
		    (!g->serial || g->serial == card_main(&there)->serial) && (i < 0 || card_has(&there, i)))
			return true;
	return false;
}

static inline bool naive_is_missing(const struct plan_guard *g, const struct machine *m, const struct identity *id)
{
	return identity_equal(&g->identity, id) && g->origin != GUARD_OF_IMAGE && g->reason != REASON_APPEARS_LATER &&
	       !naive_covers(g, m, -1);
}

static inline bool naive_names(const struct plan *p, size_t card, const struct identity *id)
{
	for (size_t i = 0; i < p->n_cards; i++)
		if (i != card && plan_card_means(&p->cards[i], id))
			return true;
	for (size_t i = 0; i < p->n_guards; i++)
		if (identity_equal(&p->guards[i].identity, id) && !guard_explains(&p->guards[i], &p->cards[card]))
			return true;
	return false;
}

static inline const struct plan_guard *naive_guard(const struct plan *p, const struct machine *m,
						   const struct card *card, enum reason reason)
{
	for (size_t i = 0; i < p->n_guards; i++)
		for (unsigned k = 0; p->guards[i].reason == reason && k < card->n; k++)
			if (naive_covers(&p->guards[i], m, card->member[k]))
				return &p->guards[i];
	return NULL;
}

static inline bool naive_is_at(const struct root *root, const struct path *path, const struct device *d)
{
	return root_is(root, &d->root) && path_covers(path, &d->path);
}

static inline bool naive_is_named(const struct plan *p, const struct device *d)
{
	for (size_t i = 0; i < p->n_cards; i++)
		if (naive_is_at(&p->cards[i].root, &p->cards[i].path, d) && plan_card_means(&p->cards[i], &d->identity))
			return true;
	for (size_t i = 0; i < p->n_guards; i++)
		if (naive_is_at(&p->guards[i].root, &p->guards[i].path, d) &&
		    identity_equal(&p->guards[i].identity, &d->identity))
			return true;
	return false;
}

static inline bool naive_strangers(const struct plan *p, const struct machine *m, const struct identity *id)
{
	for (size_t i = 0; i < m->n; i++) {
		struct path slot = path_slot(&m->devices[i].path);

		if (!identity_equal(&m->devices[i].identity, id))
			continue;
		if (!naive_is_named(p, &m->devices[i]))
			return true;
		for (size_t k = 0; k < m->n; k++)
			if (naive_is_at(&m->devices[i].root, &slot, &m->devices[k]) &&
			    !naive_same_slot(m, (int)i, (int)k))
				return true;
	}
	return false;
}

#endif
