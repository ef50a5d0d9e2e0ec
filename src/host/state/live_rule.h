/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `live` rules leave alone: they take displays, and never the one that shows the boot. */
#ifndef EARLYBIND_LIVE_RULE_H
#define EARLYBIND_LIVE_RULE_H

#include "../../core/card.h"
#include "../../core/compat.h"
#include "../../core/config.h"

/* The first live rule whose ID means function i, NULL: none. */
const struct rule *live_rule_of(const struct config *c, const struct machine *m, int i);
/* Why a live rule that means function i leaves it, as "it ...", "" if that is not in its nature. */
const char *live_rule_leaves(const struct machine *m, int i);
/* Warns of each live rule that means no display of this machine, unless it is optional. */
void live_rules_warn(const struct config *c, const struct machine *m);

#endif
