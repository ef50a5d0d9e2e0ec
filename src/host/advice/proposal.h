/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `accept` of some rules would make of this machine, so that no advice leads nowhere. Nothing is written. */
#ifndef EARLYBIND_PROPOSAL_H
#define EARLYBIND_PROPOSAL_H

#include "../../core/accept.h"
#include "../../core/compat.h"
#include "../../core/plan_index.h"
#include "../lib/row.h"
#include "../state/next_boot.h"

struct proposal {
	struct machine machine; /* the next boot's, and its arrays; lines of the acceptance point here */
	struct acceptance acceptance;
	struct plan_index was, will; /* of the lock that is, and of the one that would be */
	struct next_boot boot;       /* with that lock */
	struct rule *rules;          /* its own, or NULL: those of the next boot */
};

/* chosen: a flag a rule of the config, as of accept_rules(). 0 or -ENOMEM. */
int proposal_make(const struct next_boot *boot, const bool *chosen, struct proposal *out) _must_check_;
/* The same as `accept SELECTOR` of this rule does it, which may be of lock, plan or config. */
int proposal_of_rule(const struct next_boot *boot, const struct rule *rule, struct proposal *out) _must_check_;
/* The same with a rule more, `bind SELECTOR`, alone; it must not be one of the config already. */
int proposal_of_selector(const struct next_boot *boot, const struct selector *s, struct proposal *out) _must_check_;
/* Whether only a person can want it: see drift_replaces(). */
bool proposal_replaces(const struct proposal *p, const struct next_boot *now);
/* Whether the next boot would bind nothing that it does not bind now if `remove` took this rule. 0, 1 or -ENOMEM. */
int proposal_may_remove(const struct next_boot *boot, const struct rule *rule) _must_check_;
/*
 * What the next boot would bind then, does not bind now, and the rule does not mean: the first such device, as an
 * index; -1: there is none. Or -ENOMEM.
 */
int proposal_unnamed(const struct proposal *p, const struct next_boot *now, const struct rule *rule) _must_check_;
/* Whether it would lock something for the rule with this number. */
bool proposal_locks(const struct acceptance *a, unsigned rule) _pure_;
/* The first card of that rule that it would refuse, NULL: there is none. */
const struct accept_line *proposal_refused(const struct acceptance *a, unsigned rule) _pure_;
/* What to do about a rule that accept locks nothing for: as offers_step(). */
#define PROPOSAL_STEP_LEN 300
const char *proposal_step(const struct acceptance *a, const struct rule *rule, struct row *row,
			  char buf[PROPOSAL_STEP_LEN]);

/* What accept has for the rules that wait for it. */
struct offers {
	struct acceptance acceptance; /* of all of them together: of all rules where the lock is broken */
	bool *helps;                  /* a flag a rule: accept of it was tried, and binds what it means, and no other */
};

/* 0 or -ENOMEM. */
int offers_make(const struct next_boot *boot, struct offers *out) _must_check_;
void offers_free(struct offers *o);
/*
 * If there is something for the rule, accepting it is the next step of the row; if that would bind what the rule does
 * not mean, it has to be explained first. Whether there is a step.
 */
bool offers_set_next(const struct offers *o, const struct rule *rule, struct row *row);
/* What to do about the rule, in words; and it is the next step of the row, unless that is only a line to change. */
const char *offers_step(const struct offers *o, const struct rule *rule, struct row *row, char buf[PROPOSAL_STEP_LEN]);
/*
 * The words behind `earlybind accept` for those that it has something for, each with a blank before it: "" where
 * nothing is locked yet, and all may be meant. Returns whether there is any.
 */
bool offers_words(const struct offers *o, const struct next_boot *boot, char *buf, size_t size);

void proposal_free(struct proposal *p);
/* Whether the rule would have cards, and the next boot would refuse none of them; but for an IOMMU that is off. */
bool proposal_helps(const struct proposal *p, const struct rule *rule) _pure_;
/* The next card of the proposed lock, from *i on, that the lock has not; NULL: there is none. */
const struct plan_card *proposal_new_card(const struct proposal *p, size_t *i);

#endif
