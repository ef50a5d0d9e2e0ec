/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From plan, machine and command line to one decision a function: what will be bound, and why not. The whole of
 * "At boot" of earlybind.lock(5), without effects: boot, check and explain ask the same function.
 */
#ifndef EARLYBIND_DECIDE_H
#define EARLYBIND_DECIDE_H

#include "card.h"
#include "cmdline.h"
#include "compat.h"
#include "plan.h"
#include "report.h"

struct decision {
	unsigned rule; /* N of the plan */
	size_t card;   /* index into plan->cards, or beyond it for a live rule: functions of one card share it */
	int device;    /* index into machine->devices; -1: not there */
	bool main;     /* the card's main function: if it fails, the card is given back */
	bool bind;
	bool moved;                /* found elsewhere than it was locked */
	enum reason reason;        /* REASON_NONE or REASON_MOVED if bind */
	reason_set refusing;       /* all that refuse it, of which `reason` is the first */
	struct report_device line; /* address, root, path, identity, rule, reason and text are set */
	const char *drivers;       /* the rule's list, in the plan */
};

struct decisions {
	struct decision *items;
	size_t n;
	struct report_note *notes;
	size_t n_notes;
	enum plan_state state;
};

void decisions_free(struct decisions *d);
/* 0 or -ENOMEM: then nothing may be bound. */
int decide(const struct plan *p, const struct machine *m, const struct cmdline *c, struct decisions *out) _must_check_;

#endif
