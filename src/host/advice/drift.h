/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Locked cards that the slot or path of their rule does not mean any more: buses were renumbered, or they moved. */
#ifndef EARLYBIND_DRIFT_H
#define EARLYBIND_DRIFT_H

#include "../../core/compat.h"
#include "../../core/config.h"
#include "../../core/plan_index.h"
#include "../lib/row.h"

/* What is compared. */
struct drift {
	const struct config *config;
	const struct plan_index *old; /* of the lock as it is on the machine; of an empty one if there is none */
};

/* How a selector of this kind would have to be written to mean what stands there. */
struct selector drift_selector(const struct selector *s, const struct device *now);
/* ", with its options," for what a new line of the rule must not lose; "" if it has none. */
const char *drift_options(const struct rule *rule);
/* "SELECTOR" or "SELECTOR id=ID": what `remove` takes for the rule. */
#define RULE_WORDS_LEN (SELECTOR_LEN + ID_LEN + 4)
char *drift_words(const struct rule *rule, char buf[RULE_WORDS_LEN]);
/* "run `earlybind remove WORDS`"; of a drop-in, which `remove` does not change, "delete FILE:LINE". */
#define DRIFT_REMOVAL_LEN (RULE_WORDS_LEN + ROW_FILE_LEN + 40)
bool drift_can_remove(const struct rule *rule);
const char *drift_removal(const struct rule *rule, char buf[DRIFT_REMOVAL_LEN]);
/* Each entry that this lock would drop although its card is here, because its rule means another place. 0 or -ENOMEM.
 */
int drift_find(const struct drift *d, const struct plan_index *lock, struct rows *rows) _must_check_;
/*
 * Whether this lock has another device for a rule whose card is here, but elsewhere, or one that stayed with the host
 * until now: only a person can want that.
 */
bool drift_replaces(const struct drift *d, const struct plan_index *lock);
/*
 * Whether this lock has a card that may be a lost one of the old lock, or one like it that stayed with the host: only a
 * person can tell.
 */
bool drift_guesses(const struct drift *d, const struct plan_index *lock);
/*
 * Whether a card that the new rule means was accepted for a rule that means another place now: the row tells how that
 * one is to be written instead.
 */
bool drift_instead(const struct drift *d, const struct rule *added, struct rows *rows);

#endif
