/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "find.h"

static bool has_serial(const struct card *c, uint64_t serial)
{
	return !serial || serial == card_main(c)->serial;
}

bool guard_next_in_place(const struct plan_guard *g, const struct machine *m, int *from, struct card *out)
{
	while (card_next_at(m, &g->root, &g->path, from, out) == 0)
		if (identity_equal(&g->identity, &card_main(out)->identity) && has_serial(out, g->serial))
			return true;
	return false;
}

bool guard_in_place(const struct plan_guard *g, const struct machine *m, struct card *out)
{
	int from = 0;

	return guard_next_in_place(g, m, &from, out);
}

bool guard_covers(const struct plan_guard *g, const struct machine *m, int i)
{
	struct card there;
	int from = 0;

	while (guard_next_in_place(g, m, &from, &there))
		if (card_has(&there, i))
			return true;
	return false;
}

bool guard_tells_missing(const struct plan_guard *g)
{
	return g->origin != GUARD_OF_IMAGE && g->reason != REASON_APPEARS_LATER;
}

/* Whether no other root bus has this one's name: where two have one, a name and a device number may be of either. */
static bool is_only_one(const struct machine *m, const struct root *root)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct root *other = &m->devices[i].root;

		if ((other->domain != root->domain || other->bus != root->bus) && root_is(root, other))
			return false;
	}
	return true;
}

/*
 * Firmware renumbers the functions of a root port's slot when one of them is switched off, but neither the devices of a
 * root bus nor the names of root buses. What stands on a root bus itself is of a hypervisor, which renumbers anything.
 */
static bool is_apart(const struct root *root, const struct path *path, const struct device *here, bool one_root)
{
	if (path->hops < 2 || here->path.hops < 2 || !*root->acpi || !*here->root.acpi)
		return false;
	return strcmp(root->acpi, here->root.acpi) != 0 || (one_root && path->hop[0] >> 3 != here->path.hop[0] >> 3);
}

/* Whether only the guarded card can be missing: it is of a display, and could not have come to where this one stands.
 */
static bool is_another(const struct plan_guard *g, const struct device *here, bool one_root)
{
	static const reason_set reasons =
		REASON_BIT(REASON_TWIN) | REASON_BIT(REASON_DISPLAY) | REASON_BIT(REASON_KEPT);

	return device_is_display(&g->identity) && (reasons & REASON_BIT(g->reason)) &&
	       is_apart(&g->root, &g->path, here, one_root) && !(g->serial && g->serial == here->serial);
}

static bool is_place_of(const struct root *root, const struct path *path, const struct device *d)
{
	return root_is(root, &d->root) && path_covers(path, &d->path);
}

/* here: the card, where it stands at its own place; NULL: elsewhere. *missing: a guard's card that is another's. */
static bool is_ambiguous(const struct plan_index *x, const struct identity *id, const struct device *here,
			 bool *missing, char text[REPORT_TEXT_LEN])
{
	int i = plan_index_missing(x, id, -1);
	bool one_root = i >= 0 && here && is_only_one(x->machine, &here->root);
	char path[PATH_LEN];

	*missing = false;
	for (; i >= 0; i = plan_index_missing(x, id, i)) {
		const struct plan_guard *g = &x->plan->guards[i];

		*missing = true;
		if (here && is_another(g, here, one_root) && !plan_index_strangers(x, id))
			continue;
		snprintf(text, REPORT_TEXT_LEN, "its like that was at %s (%s) is not there: this may be that one",
			 path_print(&g->path, path), reason_word(g->reason));
		return true;
	}
	return false;
}

bool find_ambiguous(const struct plan_index *x, const struct identity *id, char text[REPORT_TEXT_LEN])
{
	bool missing;

	return is_ambiguous(x, id, NULL, &missing, text);
}

bool guard_explains(const struct plan_guard *g, const struct plan_card *c)
{
	return g->reason == REASON_APPEARS_LATER && root_is(&g->root, &c->root) && path_equal(&g->path, &c->path) &&
	       identity_equal(&g->identity, &c->identity);
}

/* How many present cards (or functions, where one function is locked) have the identity; the last of them in *one. */
static unsigned count_present(const struct machine *m, const struct plan_card *locked, struct card *one)
{
	unsigned n = 0;

	for (int i = machine_next_like(m, &locked->identity, -1); i >= 0;
	     i = machine_next_like(m, &locked->identity, i)) {
		struct card c;

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
	const struct root *root = &locked->root;
	const struct path *path = &locked->path;
	int first = machine_next_at(m, root, path, -1);

	*two = false;
	for (int i = first; i >= 0; i = machine_next_at(m, root, path, i))
		*two |= !machine_same_slot(m, first, i);
	return first < 0 ? NULL : &m->devices[first];
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
	for (int i = machine_next_like(m, &locked->identity, -1); i >= 0;
	     i = machine_next_like(m, &locked->identity, i))
		if (!is_place_of(&locked->root, &locked->path, &m->devices[i]))
			return true;
	return false;
}

/* Whether the card is what was locked, wherever it stands. One that only has a function like it is another card. */
static bool is_locked_one(const struct plan_card *locked, const struct card *c)
{
	return c->single == !locked->path.slot && identity_equal(&locked->identity, &card_main(c)->identity) &&
	       has_serial(c, locked->serial);
}

static void look_elsewhere(struct found *out, const struct plan_index *x, size_t card)
{
	const struct plan_card *locked = &x->plan->cards[card];
	bool follow = !locked->open && (device_is_display(&locked->identity) || locked->serial);
	unsigned n = locked->open ? 0 : count_present(x->machine, locked, &out->card);
	char text[PATH_LEN];
	struct path path;

	if (n == 1 && follow && !plan_index_names(x, card, &locked->identity) && is_locked_one(locked, &out->card)) {
		out->reason = REASON_MOVED;
		path = card_path(&out->card);
		snprintf(out->text, sizeof(out->text), "found at %s", path_print(&path, text));
		return;
	}
	not_here(out, locked);
	if (n > 1 && follow && !plan_index_names(x, card, &locked->identity)) {
		out->reason = REASON_AMBIGUOUS;
		snprintf(out->text, sizeof(out->text), "%u like it stand elsewhere", n);
	} else if (!follow && n && is_elsewhere(x->machine, locked)) {
		size_t len = strlen(out->text);

		snprintf(out->text + len, sizeof(out->text) - len,
			 "; one like it elsewhere is not followed: nothing tells that it is the same");
	}
}

void find_card(const struct plan_index *x, size_t card, struct found *out)
{
	const struct plan_card *locked = &x->plan->cards[card];
	const struct machine *m = x->machine;
	bool by_serial, here, two;

	memset(out, 0, sizeof(*out));
	out->occupant = occupant(m, locked, &two);
	here = card_at(m, &locked->root, &locked->path, &out->card) == 0 &&
	       plan_card_means(locked, &card_main(&out->card)->identity) && has_serial(&out->card, locked->serial);
	by_serial = here && locked->serial;
	if (!by_serial && (here || machine_next_like(m, &locked->identity, -1) >= 0) &&
	    is_ambiguous(x, locked->open && here ? &card_main(&out->card)->identity : &locked->identity,
			 here && !locked->open ? card_main(&out->card) : NULL, &out->missing, out->text)) {
		out->reason = REASON_AMBIGUOUS;
		return;
	}
	if (here && two) {
		out->reason = REASON_AMBIGUOUS;
		snprintf(out->text, sizeof(out->text), "two devices stand at its place");
		return;
	}
	if (!here)
		look_elsewhere(out, x, card);
}

bool found_is_here(const struct found *f)
{
	return f->reason == REASON_NONE || f->reason == REASON_MOVED;
}

static bool same_line(const struct plan_card *a, const struct plan_card *b)
{
	return root_is(&a->root, &b->root) && path_equal(&a->path, &b->path) &&
	       identity_equal(&a->identity, &b->identity) && a->serial == b->serial;
}

/* found: as what card a of x is. */
static bool is_same(const struct plan_card *a, const struct found *found, const struct plan_index *y, size_t k)
{
	const struct plan_card *b = &y->plan->cards[k];
	struct found other;

	if (!a->open && !b->open && !identity_equal(&a->identity, &b->identity))
		return false;
	find_card(y, k, &other);
	return found_is_here(&other) && found->card.main == other.card.main && found->card.single == other.card.single;
}

/* What the lines of a card say is compared first: where that is the same, they are found as the same, if at all. */
const struct plan_card *find_same(const struct plan_index *x, size_t i, const struct plan_index *y)
{
	const struct plan_card *card = &x->plan->cards[i];
	struct found found;

	for (size_t k = 0; k < y->plan->n_cards; k++)
		if (same_line(card, &y->plan->cards[k]))
			return &y->plan->cards[k];
	find_card(x, i, &found);
	for (size_t k = 0; found_is_here(&found) && k < y->plan->n_cards; k++)
		if (is_same(card, &found, y, k))
			return &y->plan->cards[k];
	return NULL;
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
