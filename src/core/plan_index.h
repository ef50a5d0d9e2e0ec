/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a plan says of a machine, made once: which lines name an identity or a place, which guards have lost their card,
 * and which cover a function. So that nobody looks at every line for every card.
 */
#ifndef EARLYBIND_PLAN_INDEX_H
#define EARLYBIND_PLAN_INDEX_H

#include "card.h"
#include "chains.h"
#include "compat.h"
#include "plan.h"

enum known {
	KNOWN_NAMED = 1, /* a line names it, at its place */
	/* Of the first device of an identity: plan_index_strangers() was asked, and the answer was yes. */
	KNOWN_ASKED = 2,
	KNOWN_STRANGERS = 4,
};

/* Lines are counted from 0: the cards of the plan, then its guards. */
struct plan_index {
	const struct plan *plan;
	const struct machine *machine;
	struct chains names;   /* lines by identity, but for open cards */
	struct chains missing; /* guards that tell by it that their card is missing, by identity */
	struct chains kept;    /* guards with REASON_KEPT, by root bus and path */
	struct chains covered; /* covers by device */
	struct cover *covers;
	size_t n_covers;
	uint8_t *known; /* enum known, or-ed, a device */
};

struct cover {
	int device;
	int guard;
};

/* Plan and machine stay as they are while it is used. -ENOMEM. */
int plan_index_make(struct plan_index *x, const struct plan *p, const struct machine *m) _must_check_;
void plan_index_free(struct plan_index *x);

/* Whether another line than this card's names the identity, but for a guard that says why the card may be absent. */
bool plan_index_names(const struct plan_index *x, size_t card, const struct identity *id) _pure_;
/* The next missing guard of this identity behind `after`, -1: the first; -1: no other. */
int plan_index_missing(const struct plan_index *x, const struct identity *id, int after) _pure_;
/* The first guard with this reason that covers a function of the card; NULL: none. */
const struct plan_guard *plan_index_guard(const struct plan_index *x, const struct card *card,
					  enum reason reason) _pure_;
/* The first guard with REASON_KEPT that names just this place; NULL: none. */
const struct plan_guard *plan_index_kept(const struct plan_index *x, const struct root *root,
					 const struct path *path) _pure_;
/* Whether one of this identity stands at a place that no line names with it, or at one that two slots have. */
bool plan_index_strangers(const struct plan_index *x, const struct identity *id);

#endif
