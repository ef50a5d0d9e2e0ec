/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a plan still has to prove itself: the content of the EFI variable that `accept` writes, each boot with that
 * plan counts in, and `confirm` deletes.
 *
 *	trial = "1 " hash " " attempts      hash: 16 digits, attempts: a decimal number
 */
#ifndef EARLYBIND_TRIAL_H
#define EARLYBIND_TRIAL_H

#include "compat.h"

#define TRIAL_BOOTS 2     /* as many boots that nobody confirms end a trial */
#define TRIAL_TEXT_LEN 48 /* of a text that can be one, NUL included */

enum trial_state {
	TRIAL_NONE,   /* of another plan, or none at all */
	TRIAL_ON,     /* the plan may be tried once more */
	TRIAL_FAILED, /* it was tried TRIAL_BOOTS times */
};

struct trial {
	uint64_t hash; /* of the plan */
	unsigned attempts;
};

/* text: the len bytes of the variable, and a NUL behind them. -EPROTONOSUPPORT: another version; -EBADMSG. */
int trial_parse(const char *text, size_t len, struct trial *out) _must_check_;
/* Prints what trial_parse reads; returns buf. */
char *trial_print(const struct trial *t, char buf[TRIAL_TEXT_LEN]);
/* What the trial says of the plan with this hash. */
enum trial_state trial_state(const struct trial *t, uint64_t hash) _pure_;

#endif
