/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Config and lock to plan: what an image build does. It chooses no device. The lock says which cards, the config says
 * options, set and keep; `allow=` counts only if the lock's rule has it too.
 */
#ifndef EARLYBIND_COMPOSE_H
#define EARLYBIND_COMPOSE_H

#include "compat.h"
#include "config.h"
#include "plan.h"
#include "report.h"

struct composition {
	struct plan plan;          /* without kernel, hash, modules; no rule: nothing to put into an image */
	struct report_note *notes; /* with the rule's number in the config. REASON_NOT_ACCEPTED: a rule without an
				      entry; entries whose rule is gone; ... */
	size_t n_notes;
};

void composition_free(struct composition *c);
/* lock: NULL if there is none. 0 or -ENOMEM. */
int compose(const struct config *config, const struct plan *lock, struct composition *out) _must_check_;

#endif
