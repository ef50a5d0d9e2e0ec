/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to accept*.c: one run of accept_rules(). */
#ifndef EARLYBIND_ACCEPT_RUN_H
#define EARLYBIND_ACCEPT_RUN_H

#include "accept.h"
#include "compat.h"
#include "guard.h"

/* A card that a rule selects and an earlier one has; while that is not refused, the later rule has no say. */
struct shadowed {
	const struct rule *rule; /* of the config; NULL: it was weighed by now */
	struct card card;
};

struct accept_run {
	const struct config *config;
	const struct machine *machine;
	const struct plan *old;
	struct plan_index old_index; /* if there is an old lock */
	const bool *chosen;          /* a flag a rule of the config; NULL: all */
	struct acceptance *out;
	bool *taken;                 /* locked by a rule; a flag a device */
	bool *bound;                 /* those of them that a boot binds: not by at=claim */
	const struct rule **holders; /* that rule of the config */
	struct shadowed *shadowed;
	size_t n_shadowed;
};

int accept_add_line(struct accept_run *r, unsigned rule, enum reason reason, const struct card *card,
		    const char *text) _must_check_;
/* Whether a rule like this one is accepted in this run, not kept as it was. */
bool accept_chose(const struct accept_run *r, const struct rule *rule) _pure_;
void accept_give_back(struct accept_run *r, const struct card *card);
/* Whether a rule has a function of the card. */
bool accept_is_taken(const struct accept_run *r, const struct card *card) _pure_;
/* Whether the old lock has the card for this rule, and it stands where it was. */
bool accept_was_locked(const struct accept_run *r, const struct rule *rule, const struct card *card);
/* The serial that the lock has for this card, 0: none that tells it from another. */
uint64_t accept_serial(const struct card *c) _pure_;
/* The whole of one line's question to the guards. */
struct candidate accept_candidate(const struct accept_run *r, const struct card *card, const struct rule *rule);
/* How many keyboards are left to the host. */
unsigned accept_keyboards(const struct accept_run *r);
/* How many of these binding the card would take. */
unsigned accept_takes_keyboards(const struct candidate *c);
void accept_refuse_keyboard(const struct candidate *c, struct accept_line *line);
/* The host keeps one keyboard: refuses the last cards that were taken until it has. */
void accept_keep_keyboard(struct accept_run *r);
/* How many USB controllers are left to the host. */
unsigned accept_usb(const struct accept_run *r);
/* Refuses a card that takes the `left` last ones, where what unlocks the root is not plugged in now. */
void accept_refuse_last_usb(const struct candidate *c, unsigned left, struct accept_line *line);
/* Then the host keeps one: refuses the last cards that were taken until it has. */
void accept_keep_usb(struct accept_run *r);
/* Guards what has a keyboard that the host needs, selected or not. */
int accept_guard_keyboards(struct accept_run *r) _must_check_;
/* Whether a guard line covers the function: as the card that it is in, or alone. */
bool accept_is_guarded(const struct accept_run *r, int i) _pure_;
/* The guard of the old lock that this accept of some rules keeps and that covers function i; with `place`, just this.
 */
const struct plan_guard *accept_old_guard(const struct accept_run *r, int i, const struct path *place);
/* Adds a guard line, unless there is one of its place. */
int accept_add_guard(struct accept_run *r, enum reason reason, const struct card *card, const char *text) _must_check_;
/* Whether a card of the lock has it. */
bool accept_locks_identity(const struct plan *lock, const struct identity *identity) _pure_;
/* Guards what the host needs, selected or not, and notes what nobody can find. */
int accept_guard_needs(struct accept_run *r) _must_check_;
/* Adds the guard lines of the lock; its cards are in it already. */
int accept_guards(struct accept_run *r) _must_check_;

#endif
