/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How each function of the machine stands: locked, refused, waiting for accept, or no rule's. */
#ifndef EARLYBIND_STANDING_H
#define EARLYBIND_STANDING_H

#include "../../core/accept.h"
#include "../../core/compat.h"
#include "../state/next_boot.h"

enum standing {
	STANDING_LOCKED,     /* the next boot decides: `decision` */
	STANDING_REFUSED,    /* a rule selects it, accept refuses it: `line` */
	STANDING_WAITING,    /* a rule selects it, and nobody accepted it */
	STANDING_NOT_CHOSEN, /* no rule selects it */
};

struct standings {
	const struct next_boot *boot;
	struct acceptance today; /* what accept would say of the rules now */
	/* An index a device, and -1: the first decision and the first line of `today` about it. */
	int *decision_of, *line_of;
	struct accept_line *asked; /* what `add` would say of a rule for each device that was asked for */
	int *asked_of;             /* an index a device, and -1 */
};

/* The next boot has to stay while they are used. 0 or -ENOMEM. */
int standings_make(const struct next_boot *boot, struct standings *out) _must_check_;
void standings_free(struct standings *s);
/*
 * Asks what `add` would say of the card of each of these n devices, or, where a rule has or asks for a part of that, of
 * the function. To be asked once. 0 or -ENOMEM.
 */
int standings_ask(struct standings *s, const int *devices, size_t n) _must_check_;
/* How device i stands. */
enum standing standing_of(const struct standings *s, int i) _pure_;
/* What the next boot decides of device i, or of the card that was locked in its place; NULL: nothing. */
const struct decision *standing_decision(const struct standings *s, int i) _pure_;
/* Whether that decision is of a card of the lock; else it is of a rule that needs no entry there. */
bool standing_is_entry(const struct standings *s, int i) _pure_;
/* Whether the next boot takes device i for a card of the lock, whatever it then does with it. */
bool standing_is_locked(const struct standings *s, int i) _pure_;
/*
 * What accept says of device i for the first rule that selects it, else what `add` would say if that was asked. NULL:
 * neither, or a rule has it.
 */
const struct accept_line *standing_line(const struct standings *s, int i) _pure_;

#endif
