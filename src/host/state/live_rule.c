/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live_rule.h"

#include "../../core/guard.h"

const struct rule *live_rule_of(const struct config *c, const struct machine *m, int i)
{
	for (size_t k = 0; k < c->n_rules; k++)
		if (c->rules[k].live && selector_means(&c->rules[k].selector, m, i))
			return &c->rules[k];
	return NULL;
}

const char *live_rule_leaves(const struct machine *m, int i)
{
	struct card card = card_with(m, i);

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

static int note(const struct rule *rule, const struct device *first, struct rows *out)
{
	struct row *row = row_add(out, ROW_RULE, first ? &first->address : NULL);
	char selector[SELECTOR_LEN];

	if (!row)
		return -ENOMEM;
	row_set_rule(row, rule);
	selector_print(&rule->selector, selector);
	if (!first)
		return row_say(row, "bind %s live: there is none of it here", selector);
	return row_say(row, "bind %s live: %s is no display, and live rules take displays only", selector,
		       row->address);
}

int live_rules_note(const struct config *c, const struct machine *m, struct rows *out)
{
	for (size_t k = 0; k < c->n_rules; k++) {
		const struct rule *rule = &c->rules[k];
		const struct device *first;
		int i;

		if (!rule->live || rule->optional)
			continue;
		i = first_meant(rule, m);
		first = i < 0 ? NULL : &m->devices[i];
		if (!(first && device_is_display(&first->identity)) && note(rule, first, out) < 0)
			return -ENOMEM;
	}
	return 0;
}
