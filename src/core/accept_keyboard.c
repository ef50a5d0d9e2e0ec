/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keyboards that the host keeps: with a passphrase to type all of them, else one. */
#include "accept_run.h"

/* A keyboard of a kept function stays, whatever becomes of the card. */
static bool stays(const struct accept_run *r, int i)
{
	struct card single = card_single(r->machine, i);
	struct candidate c = accept_candidate(r, &single, NULL);

	return r->machine->devices[i].keyboard && (!r->bound[i] || guard_keyboard_of(&c) < 0);
}

static unsigned count_left(const struct accept_run *r)
{
	unsigned left = r->machine->other_keyboard;

	for (int i = 0; i < (int)r->machine->n; i++)
		left += stays(r, i);
	return left;
}

/* Whether a rule takes a keyboard on purpose. */
static bool is_given_away(const struct accept_run *r)
{
	for (size_t i = 0; i < r->machine->n; i++)
		if (r->machine->devices[i].keyboard && r->bound[i] && (r->holders[i]->allow & ALLOW_KEYBOARD))
			return true;
	return false;
}

void accept_keep_keyboard(struct accept_run *r)
{
	for (size_t i = r->out->n_lines; i-- && !count_left(r);) {
		struct accept_line *line = &r->out->lines[i];
		const struct rule *rule = &r->config->rules[line->rule - 1];
		struct candidate c = accept_candidate(r, &line->card, rule);
		int k = guard_keyboard_of(&c);

		if (line->reason != REASON_NONE || (rule->allow & ALLOW_KEYBOARD) || k < 0 || !r->bound[k])
			continue;
		/* It was locked while there was another one, which a later rule has by a person's word. */
		if (accept_was_locked(r, rule, &line->card) && is_given_away(r))
			continue;
		line->reason = REASON_KEYBOARD;
		line->refusing |= REASON_BIT(REASON_KEYBOARD);
		snprintf(line->text, sizeof(line->text), "function %u has the last keyboard",
			 r->machine->devices[k].address.fn);
		accept_give_back(r, &line->card);
	}
}

/*
 * All that are left, not only a last one: the accept leaned on each, and its word counts until the next. What `keep`
 * leaves of a locked card has a line of its own.
 */
int accept_guard_keyboards(struct accept_run *r)
{
	if (r->machine->other_keyboard && !r->machine->root_encrypted)
		return 0;
	for (int i = 0; i < (int)r->machine->n; i++) {
		struct card single = card_single(r->machine, i);

		if (!r->machine->devices[i].keyboard || r->taken[i] || accept_is_guarded(r, i) ||
		    accept_old_guard(r, i, NULL))
			continue;
		if (accept_add_guard(r, REASON_KEYBOARD, &single, "a keyboard is plugged in") < 0)
			return -ENOMEM;
	}
	return 0;
}
