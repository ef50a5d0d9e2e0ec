/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why one function will be bound, or will not: everything that decides it, asked of the code that decides. */
#ifndef EARLYBIND_EXPLAIN_DEVICE_H
#define EARLYBIND_EXPLAIN_DEVICE_H

#include "../../core/compat.h"
#include "../../core/plan_index.h"
#include "../../core/report.h"
#include "../advice/advice.h"
#include "../advice/standing.h"
#include "../state/next_boot.h"
#include "cli.h"

struct explained {
	int device;             /* index into the next boot's machine; -1: a locked card that is not there */
	struct selector target; /* what `add` takes for it: its slot where that is a card, else the function */
	enum standing standing;
	const struct decision *decision;  /* or NULL */
	const struct accept_line *line;   /* or NULL */
	const struct rule *rule;          /* that selects it, or NULL */
	const struct rule *live;          /* that means it and leaves it, or NULL */
	const struct report_device *last; /* what the last boot did with it, or NULL */
};

struct explanation {
	const struct sysroot *root;
	struct next_boot boot;
	struct standings standings;
	struct plan_index index; /* of the next boot's plan on its machine */
	struct rows drift;       /* locked cards that are not where they were accepted, and what to do */
	struct report report;
	bool has_report;
	struct explained *items;
	size_t n;
};

/* Everything the selector means here or in the lock. 0; -ENOMEM; another error, which was said. */
int explain(const struct cli *cli, const struct selector *selector, struct explanation *out) _must_check_;
/* Why the guard with this reason refuses it, whether it comes first or not; "" where there is no more to say. */
void explained_why(const struct explanation *e, const struct explained *x, enum reason reason,
		   char text[REPORT_TEXT_LEN]);
void explanation_free(struct explanation *e);

#endif
