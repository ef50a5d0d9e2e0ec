/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which present card is the locked one: by its place and identity, and only where nothing can be mistaken elsewhere. */
#ifndef EARLYBIND_FIND_H
#define EARLYBIND_FIND_H

#include "card.h"
#include "compat.h"
#include "plan.h"
#include "plan_index.h"
#include "report.h"

struct found {
	enum reason reason;            /* NONE: at its place; MOVED; else not found: ABSENT, OTHER_DEVICE, AMBIGUOUS */
	struct card card;              /* if found */
	const struct device *occupant; /* what stands at the locked place now, or NULL */
	bool missing;                  /* a guarded card of its identity is, and this is not that one */
	char text[REPORT_TEXT_LEN];
};

/* Whether the card is here, at its place or elsewhere. */
bool found_is_here(const struct found *f) _pure_;

/*
 *  1. its identity stands at its root and path, and no guarded card of that identity has left its own place,
 *     but for those that appear later in the boot than we look, and for a display that cannot be this one: that is
 *     missing, where all others like it stand at places that the lock names;
 *  2. else, for a display or a card with a serial: exactly one card of that identity exists, and no other entry and no
 *     guard names that identity: it has moved;
 *  3. else it is not bound: where nothing of that identity exists, nothing is ambiguous. An open card is never
 * followed. A serial in the lock must be read back exactly in either case.
 */
void find_card(const struct plan_index *x, size_t card, struct found *out);

/*
 * The first card of y that is card i of x, on one machine: where both are found, by what they are found as; else by
 * what the lines say. NULL: there is none.
 */
const struct plan_card *find_same(const struct plan_index *x, size_t i, const struct plan_index *y);

/*
 * Where a function of the locked card is expected, now that the card is at `now`: below the same bridge of the card's
 * own, or in its slot.
 */
struct path find_function_path(const struct plan_card *locked, const struct path *function, const struct path *now);

/* The function that the lock lists at the place of function i of the card, or NULL: one that appeared since. */
const struct plan_function *find_function(const struct plan_card *locked, const struct card *card, int i) _pure_;

/* A guarded card of this identity has left its place: what stands elsewhere may be that card. Which, in text. */
bool find_ambiguous(const struct plan_index *x, const struct identity *id, char text[REPORT_TEXT_LEN]);

/*
 * Whether any like its card may be that one, where that is not at its place. A guard of an image build, or of what
 * appears later in the boot, says nothing by that.
 */
bool guard_tells_missing(const struct plan_guard *g) _pure_;
/* The next card that the guard names, at its place; *from as of card_next_at(). */
bool guard_next_in_place(const struct plan_guard *g, const struct machine *m, int *from, struct card *out);
/* Whether the guard refuses nothing, but says why this entry may be absent: it appears later. */
bool guard_explains(const struct plan_guard *g, const struct plan_card *c) _pure_;
/* Whether the card that a guard names stands at its place. */
bool guard_in_place(const struct plan_guard *g, const struct machine *m, struct card *out);
/* Whether function i is of a card that it names, at its place: two root buses of one name have two cards there. */
bool guard_covers(const struct plan_guard *g, const struct machine *m, int i) _pure_;

#endif
