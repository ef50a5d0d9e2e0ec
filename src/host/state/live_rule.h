/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `live` rules leave alone: they take displays, and never the one that shows the boot. */
#ifndef EARLYBIND_LIVE_RULE_H
#define EARLYBIND_LIVE_RULE_H

#include "../../core/card.h"
#include "../../core/compat.h"
#include "../../core/config.h"
#include "../lib/row.h"

/* The first live rule whose ID means function i, NULL: none. */
const struct rule *live_rule_of(const struct config *c, const struct machine *m, int i);
/* Why a live rule that means function i leaves it, as "it ...", "" if that is not in its nature. */
const char *live_rule_leaves(const struct machine *m, int i);
/* A row for each live rule that means no display of this machine, unless it is optional. 0 or -ENOMEM. */
int live_rules_note(const struct config *c, const struct machine *m, struct rows *out) _must_check_;

#endif
