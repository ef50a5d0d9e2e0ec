/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan_index.h"

#include "array.h"
#include "find.h"

static bool line_means(const struct plan_index *x, size_t line, const struct identity *id)
{
	const struct plan *p = x->plan;

	return line < p->n_cards ? plan_card_means(&p->cards[line], id)
				 : identity_equal(&p->guards[line - p->n_cards].identity, id);
}

/* Its identity, and what of it stands at its place. */
static void add_line(struct plan_index *x, size_t line)
{
	const struct plan_card *card = line < x->plan->n_cards ? &x->plan->cards[line] : NULL;
	const struct plan_guard *guard = card ? NULL : &x->plan->guards[line - x->plan->n_cards];
	const struct root *root = card ? &card->root : &guard->root;
	const struct path *path = card ? &card->path : &guard->path;

	if (!card || !card->open)
		chains_add(&x->names, (int)line, identity_hash(card ? &card->identity : &guard->identity));
	for (int i = -1; (i = machine_next_at(x->machine, root, path, i)) >= 0;)
		if (line_means(x, line, &x->machine->devices[i].identity))
			x->known[i] |= KNOWN_NAMED;
}

/* What the guard covers, or that it is missing. */
static int add_guard(struct plan_index *x, int guard)
{
	const struct plan_guard *g = &x->plan->guards[guard];
	struct card there;
	int from = 0, last = -1;

	while (guard_next_in_place(g, x->machine, &from, &there)) {
		for (unsigned k = 0; there.main != last && k < there.n; k++) {
			struct cover cover = { there.member[k], guard };

			if (array_add(&x->covers, &x->n_covers, &cover, sizeof(cover)) < 0)
				return -ENOMEM;
		}
		last = there.main;
	}
	if (last < 0 && guard_tells_missing(g))
		chains_add(&x->missing, guard, identity_hash(&g->identity));
	if (g->reason == REASON_KEPT)
		chains_add(&x->kept, guard, path_hash(&g->root, *g->root.acpi, &g->path));
	return 0;
}

static int make(struct plan_index *x)
{
	size_t lines = x->plan->n_cards + x->plan->n_guards;

	x->known = calloc(x->machine->n + 1, 1);
	if (!x->known || chains_make(&x->names, lines) < 0 || chains_make(&x->missing, x->plan->n_guards) < 0 ||
	    chains_make(&x->kept, x->plan->n_guards) < 0)
		return -ENOMEM;
	while (lines--)
		add_line(x, lines);
	for (int i = (int)x->plan->n_guards; i--;)
		if (add_guard(x, i) < 0)
			return -ENOMEM;
	if (chains_make(&x->covered, x->n_covers) < 0)
		return -ENOMEM;
	for (int i = (int)x->n_covers; i--;)
		chains_add(&x->covered, i, (uint64_t)x->covers[i].device);
	return 0;
}

int plan_index_make(struct plan_index *x, const struct plan *p, const struct machine *m)
{
	*x = (struct plan_index){ .plan = p, .machine = m };
	if (make(x) == 0)
		return 0;
	plan_index_free(x);
	return -ENOMEM;
}

void plan_index_free(struct plan_index *x)
{
	chains_free(&x->names);
	chains_free(&x->missing);
	chains_free(&x->kept);
	chains_free(&x->covered);
	free(x->covers);
	free(x->known);
	memset(x, 0, sizeof(*x));
}

static bool another_means(const struct plan_index *x, size_t card, size_t line, const struct identity *id)
{
	const struct plan *p = x->plan;

	return line != card && line_means(x, line, id) &&
	       (line < p->n_cards || !guard_explains(&p->guards[line - p->n_cards], &p->cards[card]));
}

bool plan_index_names(const struct plan_index *x, size_t card, const struct identity *id)
{
	for (int i = chains_first(&x->names, identity_hash(id)); i >= 0; i = x->names.next[i])
		if (another_means(x, card, (size_t)i, id))
			return true;
	for (size_t i = 0; i < x->plan->n_cards; i++)
		if (x->plan->cards[i].open && another_means(x, card, i, id))
			return true;
	return false;
}

int plan_index_missing(const struct plan_index *x, const struct identity *id, int after)
{
	int i = after < 0 ? chains_first(&x->missing, identity_hash(id)) : x->missing.next[after];

	while (i >= 0 && !identity_equal(&x->plan->guards[i].identity, id))
		i = x->missing.next[i];
	return i;
}

const struct plan_guard *plan_index_guard(const struct plan_index *x, const struct card *card, enum reason reason)
{
	const struct plan_guard *first = NULL;

	for (unsigned k = 0; k < card->n; k++)
		for (int i = chains_first(&x->covered, (uint64_t)card->member[k]); i >= 0; i = x->covered.next[i]) {
			const struct plan_guard *g = &x->plan->guards[x->covers[i].guard];

			if (x->covers[i].device == card->member[k] && g->reason == reason && (!first || g < first))
				first = g;
		}
	return first;
}

/* A guard names its root bus by the ACPI path or by the number of the one that is asked for. */
const struct plan_guard *plan_index_kept(const struct plan_index *x, const struct root *root, const struct path *path)
{
	const struct plan_guard *first = NULL;

	for (int named = 0; named < 2; named++)
		for (int i = chains_first(&x->kept, path_hash(root, named, path)); i >= 0; i = x->kept.next[i]) {
			const struct plan_guard *g = &x->plan->guards[i];

			if (root_is(&g->root, root) && path_equal(&g->path, path) && (!first || g < first))
				first = g;
		}
	return first;
}

/* Two root buses of one name have two places of one name. */
static bool has_double(const struct machine *m, int i)
{
	struct path slot = path_slot(&m->devices[i].path);

	for (int k = -1; (k = machine_next_at(m, &m->devices[i].root, &slot, k)) >= 0;)
		if (!machine_same_slot(m, i, k))
			return true;
	return false;
}

bool plan_index_strangers(const struct plan_index *x, const struct identity *id)
{
	const struct machine *m = x->machine;
	int first = machine_next_like(m, id, -1);

	for (int i = first; i >= 0 && !(x->known[first] & KNOWN_ASKED); i = machine_next_like(m, id, i))
		if (!(x->known[i] & KNOWN_NAMED) || has_double(m, i))
			x->known[first] |= KNOWN_ASKED | KNOWN_STRANGERS;
	if (first >= 0)
		x->known[first] |= KNOWN_ASKED;
	return first >= 0 && (x->known[first] & KNOWN_STRANGERS);
}
