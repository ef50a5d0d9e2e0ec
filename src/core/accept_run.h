/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to accept*.c: one run of accept_rules(). */
#ifndef EARLYBIND_ACCEPT_RUN_H
#define EARLYBIND_ACCEPT_RUN_H

#include "accept.h"
#include "compat.h"

struct accept_run {
	const struct config *config;
	const struct machine *machine;
	const struct plan *old;
	const bool *chosen; /* a flag a rule of the config; NULL: all */
	struct acceptance *out;
	bool *taken; /* locked by a rule; a flag a device */
};

int accept_add_line(struct accept_run *r, unsigned rule, enum reason reason, const struct card *card,
		    const char *text) _must_check_;
/* Whether a rule has a function of the card. */
bool accept_is_taken(const struct accept_run *r, const struct card *card) _pure_;
/* The serial that the lock has for this card, 0: none that tells it from another. */
uint64_t accept_serial(const struct card *c) _pure_;
/* Adds the guard lines of the lock; its cards are in it already. */
int accept_guards(struct accept_run *r) _must_check_;

#endif
