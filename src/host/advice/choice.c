/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "choice.h"

#include "../../core/compat.h"
#include "drift.h"

/* The first card that is locked for the rule of the line, if it is a choice; NULL: none. *n: how many it means. */
static const struct accept_line *locked_instead(const struct config *c, const struct acceptance *a,
						const struct accept_line *refused, unsigned *n)
{
	const struct accept_line *locked = NULL;

	*n = 0;
	if (!refused->rule || !refused->reason || refused->reason == REASON_KEPT ||
	    c->rules[refused->rule - 1].selector.kind != SELECTOR_ID)
		return NULL;
	for (size_t i = 0; i < a->n_lines; i++) {
		const struct accept_line *line = &a->lines[i];

		if (line->rule != refused->rule)
			continue;
		++*n;
		if (!line->reason && !locked && !card_has_display(&line->card))
			locked = line;
	}
	return locked;
}

static int add_row(const struct rule *rule, const struct accept_line *refused, const struct accept_line *locked,
		   unsigned n, const struct rule *fresh, struct rows *out)
{
	struct row *row = row_add(out, ROW_CHOICE, &card_main(&refused->card)->address);
	char selector[SELECTOR_LEN], address[ADDRESS_LEN], removal[DRIFT_REMOVAL_LEN];

	if (!row)
		return -ENOMEM;
	selector_print(&rule->selector, selector);
	address_print(&card_main(&locked->card)->address, address);
	row->reason = refused->reason;
	row_set_rule(row, rule == fresh ? NULL : rule);
	row_set_next(row, "explain %s", row->address);
	return row_say(row,
		       "of %u cards that `bind %s` means %s is refused, and %s is locked. If that is the one that you "
		       "mean, all is well. If it is %s, %s, and do what `earlybind explain %s` "
		       "says",
		       n, selector, row->address, address, row->address, drift_removal(rule, removal), row->address);
}

int choice_find(const struct config *c, const struct acceptance *a, const struct rule *fresh, struct rows *out)
{
	for (size_t i = 0; i < a->n_lines; i++) {
		const struct accept_line *refused = &a->lines[i], *locked;
		unsigned n;

		locked = locked_instead(c, a, refused, &n);
		if (locked && add_row(&c->rules[refused->rule - 1], refused, locked, n, fresh, out) < 0)
			return -ENOMEM;
	}
	return 0;
}
