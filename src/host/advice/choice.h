/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An ID that means several cards, of which accept refuses some and locks others: perhaps the refused one is meant. */
#ifndef EARLYBIND_CHOICE_H
#define EARLYBIND_CHOICE_H

#include "../../core/accept.h"
#include "../lib/row.h"

/*
 * A row for each card that is refused so. Not where the rest are displays, which the guard tells apart as the rule
 * asks, nor for what a keep line leaves. fresh: a rule that stands in no file yet, or NULL. 0 or -ENOMEM.
 */
int choice_find(const struct config *c, const struct acceptance *a, const struct rule *fresh,
		struct rows *out) _must_check_;

#endif
