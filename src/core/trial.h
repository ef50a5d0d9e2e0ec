/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a plan still has to prove itself: the content of the EFI variable that `accept` writes, each boot with that
 * plan counts in, and `confirm` deletes.
 *
 *	trial = "2 " lock " " hash " " attempts      lock, hash: 16 digits, attempts: a decimal number
 *	      | "1 " hash " " attempts               as earlier versions wrote it: of whatever lock reads it
 *
 * It goes by the lock, so that no edit of the configuration leads out of a trial, and another image, installation or
 * lock neither counts in it nor ends it.
 */
#ifndef EARLYBIND_TRIAL_H
#define EARLYBIND_TRIAL_H

#include "compat.h"

#define TRIAL_BOOTS 2     /* as many boots that nobody confirms end a trial */
#define TRIAL_TEXT_LEN 48 /* of a text that can be one, NUL included */

enum trial_state {
	TRIAL_NONE,   /* of another lock, or none at all */
	TRIAL_ON,     /* the plan may be tried once more */
	TRIAL_FAILED, /* it was tried TRIAL_BOOTS times */
};

struct trial {
	bool any_lock; /* of version 1, which did not name its lock */
	uint64_t lock; /* that the plan was made of; 0: of none */
	uint64_t hash; /* of the plan */
	unsigned attempts;
};

/* text: the len bytes of the variable, and a NUL behind them. -EPROTONOSUPPORT: another version; -EBADMSG. */
int trial_parse(const char *text, size_t len, struct trial *out) _must_check_;
/* Prints it in version 2; returns buf. */
char *trial_print(const struct trial *t, char buf[TRIAL_TEXT_LEN]);
/* What the trial says of the plan with this hash, made of this lock. Another plan of its lock is on trial, too. */
enum trial_state trial_state(const struct trial *t, uint64_t lock, uint64_t hash) _pure_;
/* One more boot with a plan that is on trial: it becomes that plan's trial, with a count of its own. */
void trial_count(struct trial *t, uint64_t lock, uint64_t hash);

#endif
