/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "outcome.h"

#include "../../core/compat.h"
#include "../../core/guard.h"

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

/* The card that the decision is about, as it was found. */
static bool find_whole(const struct next_boot *boot, const struct decision *d, struct card *out)
{
	for (size_t i = 0; i < boot->decisions.n; i++) {
		const struct decision *main = &boot->decisions.items[i];

		if (main->card == d->card && main->main && main->device >= 0)
			return card_of(&boot->machine, main->device, out) == 0;
	}
	return false;
}

bool outcome_is_wished(const struct next_boot *boot, const struct decision *d)
{
	const struct plan *plan = &boot->composition.plan;
	struct candidate c = { .plan = plan,
			       .machine = &boot->machine,
			       .locked = d->card < plan->n_cards ? &plan->cards[d->card] : NULL };
	char text[REPORT_TEXT_LEN];

	return d->reason == REASON_KEPT && !d->main && find_whole(boot, d, &c.card) && guard_kept(&c, d->device, text);
}

bool outcome_was_wished(const struct next_boot *boot, const struct report_device *d)
{
	for (size_t i = 0; d->reason == REASON_KEPT && d->has_address && i < boot->decisions.n; i++) {
		const struct decision *now = &boot->decisions.items[i];

		if (now->line.has_address && address_compare(&now->line.address, &d->address) == 0 &&
		    identity_equal(&now->line.identity, &d->identity))
			return outcome_is_wished(boot, now);
	}
	return false;
}
