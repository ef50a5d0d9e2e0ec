/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guards: what refuses a function or a card, in the order in which they are asked. */
#ifndef EARLYBIND_GUARD_H
#define EARLYBIND_GUARD_H

#include "card.h"
#include "cmdline.h"
#include "compat.h"
#include "find.h"
#include "plan.h"

/* One locked card at boot, or one selected card at accept. */
struct candidate {
	const struct plan *plan;
	const struct machine *machine;
	const struct cmdline *cmdline; /* NULL at accept */
	const struct rule *rule;
	const struct plan_card *locked; /* NULL at accept, and for a live rule */
	const struct found *found;      /* NULL at accept */
	const struct plan_index *index; /* NULL at accept */
	struct card card;               /* n 0: not there */
};

/*
 * The first guard that refuses function i (an index into the machine, -1 for a card that is not there) of the
 * candidate, or the whole card; its reason, and why in `text`. REASON_NONE: none. *refusing: all that refuse it. The
 * two guards that depend on all other decisions (no display would be left) come behind: see guard_display_left().
 */
enum reason guard_at_boot(const struct candidate *c, int i, char text[REPORT_TEXT_LEN], reason_set *refusing);
/* The same at accept, for the whole card. */
enum reason guard_at_accept(const struct candidate *c, char text[REPORT_TEXT_LEN], reason_set *refusing);
/* Why this guard refuses it, as above, whichever comes before it; "" where it does not. */
void guard_why_at_boot(const struct candidate *c, int i, enum reason reason, char text[REPORT_TEXT_LEN]);
void guard_why_at_accept(const struct candidate *c, enum reason reason, char text[REPORT_TEXT_LEN]);
/* Which guards accept asks. */
reason_set guards_of_accept(void);

/* One guard: whether it refuses function i, and why in `text`. Those that accept asks too are named here. */
typedef bool guard_function(const struct candidate *c, int i, char text[REPORT_TEXT_LEN]);
guard_function guard_bridge, guard_kept, guard_display;
/* Of the boot alone. */
guard_function guard_skipped;

struct guard {
	enum reason reason;
	guard_function *refuses;
};

#define GUARD_WHOLE_CARD (-2)
/* Asks n guards in their order, of function i, or of every member of the card. As guard_at_boot(). */
enum reason guards_ask(const struct guard *list, size_t n, const struct candidate *c, int i, char text[REPORT_TEXT_LEN],
		       reason_set *refusing);
/* Asks the one of them with this reason. As guard_why_at_boot(). */
void guards_why(const struct guard *list, size_t n, const struct candidate *c, int i, enum reason reason,
		char text[REPORT_TEXT_LEN]);
/* The first member of the candidate's card for which is(device, arg) holds, in *which. */
bool guard_any_member(const struct candidate *c, bool (*is)(const struct device *, unsigned), unsigned arg, int *which);

/* A function of the card with a keyboard that binding the card would take, as an index; -1: none. For accept. */
int guard_keyboard_of(const struct candidate *c);

/*
 * Whether any display of the machine is left to the host when those marked in taken[] are not. At boot what a built-in
 * vfio-pci has is not either; at accept who has it is a state of that boot.
 */
bool guard_display_left(const struct machine *m, const bool *taken, bool at_boot);

/* Whether the selector means function i: by itself, as a function of a whole slot, or by the id of its card's main. */
bool selector_means(const struct selector *s, const struct machine *m, int i);

#endif
