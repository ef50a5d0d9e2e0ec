/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "find.h"

static bool has_serial(const struct card *c, uint64_t serial)
{
	return !serial || serial == card_main(c)->serial;
}

bool guard_of_image(const struct plan_guard *g)
{
	return g->origin == GUARD_OF_IMAGE;
}

static bool next_in_place(const struct plan_guard *g, const struct machine *m, int *from, struct card *out)
{
	while (card_next_at(m, &g->root, &g->path, from, out) == 0)
		if (identity_equal(&g->identity, &card_main(out)->identity) && has_serial(out, g->serial))
			return true;
	return false;
}

bool guard_in_place(const struct plan_guard *g, const struct machine *m, struct card *out)
{
	int from = 0;

	return next_in_place(g, m, &from, out);
}

bool guard_covers(const struct plan_guard *g, const struct machine *m, int i)
{
	struct card there;
	int from = 0;

	while (next_in_place(g, m, &from, &there))
		if (card_has(&there, i))
			return true;
	return false;
}

bool find_ambiguous(const struct plan *p, const struct machine *m, const struct identity *id,
		    char text[REPORT_TEXT_LEN])
{
	char path[PATH_LEN];
	struct card at;

	for (size_t i = 0; i < p->n_guards; i++) {
		const struct plan_guard *g = &p->guards[i];

		if (!identity_equal(&g->identity, id) || guard_of_image(g) || g->reason == REASON_APPEARS_LATER ||
		    guard_in_place(g, m, &at))
			continue;
		snprintf(text, REPORT_TEXT_LEN, "its like that was at %s (%s) is not there: this may be that one",
			 path_print(&g->path, path), reason_word(g->reason));
		return true;
	}
	return false;
}

static bool another_names(const struct plan *p, size_t card, const struct identity *id)
{
	for (size_t i = 0; i < p->n_cards; i++)
		if (i != card && plan_card_means(&p->cards[i], id))
			return true;
	for (size_t i = 0; i < p->n_guards; i++)
		if (identity_equal(&p->guards[i].identity, id))
			return true;
	return false;
}

/* How many present cards (or functions, where one function is locked) have the identity; the last of them in *one. */
static unsigned count_present(const struct machine *m, const struct plan_card *locked, struct card *one)
{
	unsigned n = 0;

	for (int i = 0; i < (int)m->n; i++) {
		struct card c;

		if (!identity_equal(&locked->identity, &m->devices[i].identity))
			continue;
		if (!locked->path.slot || card_of(m, i, &c) < 0)
			c = card_single(m, i);
		if (c.main != i && identity_equal(&locked->identity, &card_main(&c)->identity))
			continue; /* another function of a card that was counted with its main function */
		*one = c;
		n++;
	}
	return n;
}

/* What stands at the locked place, NULL: nothing; *two: functions of two slots do. */
static const struct device *occupant(const struct machine *m, const struct plan_card *locked, bool *two)
{
	const struct device *first = NULL;

	*two = false;
	for (size_t i = 0; i < m->n; i++) {
		const struct device *d = &m->devices[i];

		if (!root_is(&locked->root, &d->root) || !path_covers(&locked->path, &d->path))
			continue;
		if (!first)
			first = d;
		*two |= !address_same_slot(&first->address, &d->address);
	}
	return first;
}

static void not_here(struct found *out, const struct plan_card *locked)
{
	char text[IDENTITY_LEN];

	out->reason = out->occupant ? REASON_OTHER_DEVICE : REASON_ABSENT;
	if (!out->occupant)
		snprintf(out->text, sizeof(out->text), "nothing stands at its place");
	else if (plan_card_means(locked, &out->occupant->identity) && locked->serial)
		snprintf(out->text, sizeof(out->text), "at its place stands one like it with another serial number");
	else if (plan_card_means(locked, &out->occupant->identity))
		snprintf(out->text, sizeof(out->text), "its slot has functions of other kinds now: that is no card");
	else
		snprintf(out->text, sizeof(out->text), "at its place stands %s",
			 identity_print(&out->occupant->identity, text));
}

/* Whether a function with the locked identity stands at another place than the locked one. */
static bool is_elsewhere(const struct machine *m, const struct plan_card *locked)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct device *d = &m->devices[i];

		if (identity_equal(&locked->identity, &d->identity) &&
		    !(root_is(&locked->root, &d->root) && path_covers(&locked->path, &d->path)))
			return true;
	}
	return false;
}

/* Whether the card is what was locked, wherever it stands. One that only has a function like it is another card. */
static bool is_locked_one(const struct plan_card *locked, const struct card *c)
{
	return c->single == !locked->path.slot && identity_equal(&locked->identity, &card_main(c)->identity) &&
	       has_serial(c, locked->serial);
}

static void look_elsewhere(struct found *out, const struct plan *p, size_t card, const struct machine *m)
{
	const struct plan_card *locked = &p->cards[card];
	bool follow = !locked->open && (device_is_display(&locked->identity) || locked->serial);
	unsigned n = locked->open ? 0 : count_present(m, locked, &out->card);
	char text[PATH_LEN];
	struct path path;

	if (n == 1 && follow && !another_names(p, card, &locked->identity) && is_locked_one(locked, &out->card)) {
		out->reason = REASON_MOVED;
		path = card_path(&out->card);
		snprintf(out->text, sizeof(out->text), "found at %s", path_print(&path, text));
		return;
	}
	not_here(out, locked);
	if (n > 1 && follow && !another_names(p, card, &locked->identity)) {
		out->reason = REASON_AMBIGUOUS;
		snprintf(out->text, sizeof(out->text), "%u like it stand elsewhere", n);
	} else if (!follow && n && is_elsewhere(m, locked)) {
		size_t len = strlen(out->text);

		snprintf(out->text + len, sizeof(out->text) - len,
			 "; one like it elsewhere is not followed: nothing tells that it is the same");
	}
}

void find_card(const struct plan *p, size_t card, const struct machine *m, struct found *out)
{
	const struct plan_card *locked = &p->cards[card];
	bool by_serial, here, two;

	memset(out, 0, sizeof(*out));
	out->occupant = occupant(m, locked, &two);
	here = card_at(m, &locked->root, &locked->path, &out->card) == 0 &&
	       plan_card_means(locked, &card_main(&out->card)->identity) && has_serial(&out->card, locked->serial);
	by_serial = here && locked->serial;
	if (!by_serial &&
	    find_ambiguous(p, m, locked->open && here ? &card_main(&out->card)->identity : &locked->identity,
			   out->text)) {
		out->reason = REASON_AMBIGUOUS;
		return;
	}
	if (here && two) {
		out->reason = REASON_AMBIGUOUS;
		snprintf(out->text, sizeof(out->text), "two devices stand at its place");
		return;
	}
	if (!here)
		look_elsewhere(out, p, card, m);
}

struct path find_function_path(const struct plan_card *locked, const struct path *function, const struct path *now)
{
	const struct path *card = &locked->path;
	struct path out = *now;
	unsigned shared = 0, above;

	if (!card->slot)
		return *now;
	while (shared + 1 < card->hops && shared < function->hops && card->hop[shared] == function->hop[shared])
		shared++;
	/* The bridge that both stand below is as many hops above the card now as it was. */
	above = card->hops - shared;
	if (above > now->hops || now->hops - above + (function->hops - shared) > PATH_HOPS)
		return *function;
	out.slot = false;
	out.hops = now->hops - above;
	if (above == 1 && function->hops == card->hops) { /* in the card's slot: that may have another device number */
		out.hop[out.hops] = now->hop[now->hops - 1] | (function->hop[function->hops - 1] & 7);
		out.hops++;
		return out;
	}
	for (unsigned i = shared; i < function->hops; i++)
		out.hop[out.hops++] = function->hop[i];
	return out;
}

const struct plan_function *find_function(const struct plan_card *locked, const struct card *card, int i)
{
	struct path now = card_path(card);

	for (unsigned k = 0; k < locked->n_functions; k++) {
		struct path expected = find_function_path(locked, &locked->functions[k].path, &now);

		if (path_equal(&expected, &card->machine->devices[i].path))
			return &locked->functions[k];
	}
	return NULL;
}
