/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "waiting.h"

#include "../../core/guard.h"

/* NULL: there is none. */
static struct report_note *note_of(const struct composition *c, const struct rule *rule)
{
	for (size_t i = 0; i < c->n_notes; i++)
		if (c->notes[i].reason == REASON_NOT_ACCEPTED && c->notes[i].rule == rule->number)
			return &c->notes[i];
	return NULL;
}

bool waiting_is(const struct composition *c, const struct rule *rule)
{
	return note_of(c, rule);
}

unsigned waiting_count(const struct composition *c)
{
	unsigned n = 0;

	for (size_t i = 0; i < c->n_notes; i++)
		n += c->notes[i].reason == REASON_NOT_ACCEPTED;
	return n;
}

bool waiting_finds(const struct machine *m, const struct rule *rule)
{
	for (int i = 0; i < (int)m->n; i++)
		if (selector_means(&rule->selector, m, i) &&
		    (!rule->has_id || id_matches(&rule->id, &m->devices[i].identity)))
			return true;
	return false;
}

void waiting_forgive_absent(const struct config *config, const struct plan *lock, const struct machine *m,
			    struct composition *c)
{
	char selector[SELECTOR_LEN];

	for (size_t i = 0; i < config->n_rules; i++) {
		const struct rule *rule = &config->rules[i];
		struct report_note *note = rule->optional ? note_of(c, rule) : NULL;

		if (!note || (lock && rule_find(lock->rules, lock->n_rules, rule)) || waiting_finds(m, rule))
			continue;
		note->reason = REASON_ABSENT;
		snprintf(note->text, sizeof(note->text), "bind %s: the optional card is not there",
			 selector_print(&rule->selector, selector));
	}
}
