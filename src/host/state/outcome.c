/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "outcome.h"

#include "../../core/compat.h"

/* Where a reason means something else with this outcome: earlybind-report(5). */
static const struct {
	enum outcome outcome;
	enum reason reason;
	const char *meaning;
} others[] = {
	{ OUTCOME_REFUSED, REASON_PROBE_FAILED, "it was left alone, because something else had failed" },
	{ OUTCOME_RELEASED, REASON_OFF, "`earlybind-init undo` was run in this boot" },
};

const char *outcome_meaning(const struct report_device *d)
{
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (others[i].outcome == d->outcome && others[i].reason == d->reason)
			return others[i].meaning;
	return reason_meaning(d->reason);
}
