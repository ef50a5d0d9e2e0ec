/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live_rule.h"

#include "../../core/guard.h"
#include "../lib/say.h"

const struct rule *live_rule_of(const struct config *c, const struct machine *m, int i)
{
	for (size_t k = 0; k < c->n_rules; k++)
		if (c->rules[k].live && selector_means(&c->rules[k].selector, m, i))
			return &c->rules[k];
	return NULL;
}

const char *live_rule_leaves(const struct machine *m, int i)
{
	struct card card;

	if (card_of(m, i, &card) < 0)
		card = card_single(m, i);
	if (!device_is_display(&card_main(&card)->identity))
		return "it is no display";
	return card_main(&card)->boot_display ? "it shows the boot" : "";
}

/* The first function that the rule means, -1: none; a display before all others. */
static int first_meant(const struct rule *rule, const struct machine *m)
{
	int found = -1;

	for (int i = 0; i < (int)m->n; i++) {
		if (!selector_means(&rule->selector, m, i))
			continue;
		if (device_is_display(&m->devices[i].identity))
			return i;
		if (found < 0)
			found = i;
	}
	return found;
}

void live_rules_warn(const struct config *c, const struct machine *m)
{
	char selector[SELECTOR_LEN], address[ADDRESS_LEN];

	for (size_t k = 0; k < c->n_rules; k++) {
		const struct rule *rule = &c->rules[k];
		int i = rule->live && !rule->optional ? first_meant(rule, m) : -1;
		bool display = i >= 0 && device_is_display(&m->devices[i].identity);

		if (!rule->live || rule->optional || display)
			continue;
		selector_print(&rule->selector, selector);
		if (i < 0)
			say_warning("%s:%u: bind %s live: there is none of it here", rule->file, rule->line, selector);
		else
			say_warning("%s:%u: bind %s live: %s is no display, and live rules take displays only",
				    rule->file, rule->line, selector, address_print(&m->devices[i].address, address));
	}
}
