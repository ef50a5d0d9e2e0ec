/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `check` says of rules, lock and machine, and what is to be done next. */
#ifndef EARLYBIND_VERDICT_H
#define EARLYBIND_VERDICT_H

#include "../../core/compat.h"
#include "../lib/row.h"
#include "../state/next_boot.h"

struct verdict {
	struct rows notes;            /* of rules, lock and boot */
	unsigned problems;            /* what makes the exit status 1 */
	bool to_accept;               /* accept would put something right */
	char accept[400];             /* the words behind `accept` then */
	char to_explain[ADDRESS_LEN]; /* what a guard refuses first, "" for none */
	const struct rule *idle;      /* the first rule of the config that accept has nothing for, or NULL */
};

/* Of values alone: nothing is read. 0 or -ENOMEM. */
int verdict_make(const struct next_boot *boot, struct verdict *out) _must_check_;
void verdict_free(struct verdict *v);

#endif
