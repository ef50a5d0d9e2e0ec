/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules x live machine - guards -> lock. The only place where hardware is read to choose devices. */
#ifndef EARLYBIND_ACCEPT_H
#define EARLYBIND_ACCEPT_H

#include "card.h"
#include "compat.h"
#include "config.h"
#include "plan.h"
#include "report.h"

/* What became of one card that a rule selected. */
struct accept_line {
	unsigned rule;       /* `number` in the config */
	enum reason reason;  /* REASON_NONE: locked; REASON_TWIN: not selected, stored as a guard */
	reason_set refusing; /* all that refuse it, of which `reason` is the first */
	struct card card;
	char text[REPORT_TEXT_LEN]; /* why it was refused */
};

struct acceptance {
	struct plan lock;
	struct accept_line *lines;
	size_t n_lines;
	struct report_note *notes; /* with the rule's number in the config: rules that select nothing, a slot that is no
				      card, ... */
	size_t n_notes;
};

void acceptance_free(struct acceptance *a);
/*
 * old: the lock that is there, or NULL. chosen: a flag a rule, or NULL for all; the entries of rules that are not
 * chosen are kept from `old` as they are. 0, -ENOMEM.
 */
int accept_rules(const struct config *config, const struct machine *m, const struct plan *old, const bool *chosen,
		 struct acceptance *out) _must_check_;
/*
 * What accept of one rule more, without options, would say of the card that it selects, or of a function that is in
 * none, where all other rules keep what they have in `old`. Each of the n selectors is asked alone, as if the others
 * were not there. `rule` is 1, or 0 where a rule has a function of the card, or nothing is selected. 0, -ENOMEM.
 */
int accept_ask(const struct config *config, const struct machine *m, const struct plan *old,
	       const struct selector *selectors, size_t n, struct accept_line *lines) _must_check_;

#endif
