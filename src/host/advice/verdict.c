/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verdict.h"

#include "../../core/need.h"
#include "../state/files.h"
#include "../state/live_rule.h"
#include "../state/outcome.h"
#include "../state/waiting.h"
#include "choice.h"
#include "drift.h"
#include "proposal.h"

/* One run of verdict_make(). */
struct run {
	const struct next_boot *boot;
	struct offers offers; /* for the rules that wait for accept */
	struct verdict *out;
};

static void explain_first(struct run *r, const struct address *address)
{
	if (!*r->out->to_explain)
		address_print(address, r->out->to_explain);
}

static int add_note(struct run *r, enum row_kind kind, const struct report_note *note, const struct rule *rule)
{
	struct row *row = row_add(&r->out->notes, kind, NULL);

	if (!row)
		return -ENOMEM;
	row_set_note(row, note, rule);
	if (kind == ROW_NOTE && note->reason == REASON_NOT_ACCEPTED && rule)
		offers_set_next(&r->offers, rule, row);
	return 0;
}

static int add_refusal(struct run *r, const struct rule *rule, const struct accept_line *line)
{
	const struct address *main = &card_main(&line->card)->address;
	struct row *row = row_add(&r->out->notes, ROW_RULE, main);
	char selector[SELECTOR_LEN];

	if (!row)
		return -ENOMEM;
	explain_first(r, main);
	row->reason = line->reason;
	row_set_rule(row, rule);
	row_set_next(row, "explain %s", row->address);
	return row_say(row, "bind %s: accept refuses %s: %s, %s", selector_print(&rule->selector, selector),
		       row->address, reason_word(line->reason),
		       *line->text ? line->text : reason_meaning(line->reason));
}

/*
 * What is said of a rule that accept has nothing for has its removal as the next step, where `remove` can do that, and
 * no other card is bound for it.
 */
static int set_removal(struct run *r, const struct rule *rule)
{
	char words[RULE_WORDS_LEN];
	int may = proposal_may_remove(r->boot, rule);

	if (may <= 0)
		return may;
	if (!r->out->idle)
		r->out->idle = rule;
	for (size_t i = 0; i < r->out->notes.n && drift_can_remove(rule); i++)
		if (r->out->notes.items[i].rule == rule->number)
			row_set_next(&r->out->notes.items[i], "remove %s", drift_words(rule, words));
	return 0;
}

/* A rule that waits for accept, or that accept would refuse, too: then it says why. */
static int weigh_rule(struct run *r, const struct rule *rule, const struct acceptance *a)
{
	bool locks = proposal_locks(a, rule->number), idle = !rule->optional || waiting_finds(&r->boot->machine, rule);

	for (size_t i = 0; i < a->n_lines; i++)
		idle &= a->lines[i].rule != rule->number;
	if (idle && set_removal(r, rule) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < a->n_lines && !locks; i++)
		if (a->lines[i].rule == rule->number && add_refusal(r, rule, &a->lines[i]) < 0)
			return -ENOMEM;
	return 0;
}

/* A damaged lock has an entry for none; but not every rule needs one. */
static bool needs_accept(const struct run *r, const struct rule *rule)
{
	if (r->boot->lock_broken)
		return !rule->live && !rule_is_complete(rule);
	return waiting_is(&r->boot->composition, rule);
}

/* Rules that decide nothing, slots that are no card: what accept would say of the rules today. */
static int note_rules(struct run *r)
{
	const struct config *config = &r->boot->config;
	struct acceptance a;
	int ret = accept_rules(config, &r->boot->machine, &r->boot->lock, NULL, &a);

	if (ret < 0)
		return ret;
	ret = offers_make(r->boot, &r->offers);
	if (ret == 0)
		r->out->to_accept = offers_words(&r->offers, r->boot, r->out->accept, sizeof(r->out->accept));
	for (size_t i = 0; i < a.n_notes && ret == 0; i++)
		if (a.notes[i].reason != REASON_APPEARS_LATER) /* said of the decision: "if present" */
			ret = add_note(r, ROW_RULE, &a.notes[i], config_rule(config, a.notes[i].rule));
	for (size_t i = 0; i < config->n_rules && ret == 0; i++)
		if (needs_accept(r, &config->rules[i]))
			ret = weigh_rule(r, &config->rules[i], &r->offers.acceptance);
	if (ret == 0)
		ret = choice_find(config, &a, NULL, &r->out->notes);
	acceptance_free(&a);
	return ret;
}

/* Those of rules and lock, and those of the boot, which counts the rules of the plan. */
static int add_notes(struct run *r)
{
	const struct config *config = &r->boot->config;
	const struct composition *made = &r->boot->composition;
	const struct decisions *d = &r->boot->decisions;
	int ret = 0;

	for (size_t i = 0; i < made->n_notes && ret == 0; i++) {
		r->out->problems += made->notes[i].reason == REASON_NOT_ACCEPTED;
		ret = add_note(r, ROW_NOTE, &made->notes[i], config_rule(config, made->notes[i].rule));
	}
	for (size_t i = 0; i < d->n_notes && ret == 0; i++) {
		const struct rule *rule = plan_rule(&made->plan, d->notes[i].rule);

		ret = add_note(r, ROW_BOOT, &d->notes[i],
			       rule ? rule_find(config->rules, config->n_rules, rule) : NULL);
	}
	return ret;
}

static int note_need(struct run *r, const struct need *need)
{
	struct row *row = row_add(&r->out->notes, ROW_NOTE, &r->boot->machine.devices[need->device].address);

	if (!row)
		return -ENOMEM;
	r->out->problems += need->reason == REASON_BOOT_DISK;
	row->reason = need->reason;
	return row_say(row, "%s was accepted, and the host needs it now: %s", row->address, need->text);
}

/* What the host needs today, of what was accepted when it did not. */
static int note_needs(struct run *r)
{
	const struct host_facts *host = &r->boot->machine.host;
	bool *bound = next_boot_bound(r->boot);
	int ret = bound ? 0 : -ENOMEM;

	for (size_t i = 0; i < host->n_needs && ret == 0; i++)
		if (!need_is_unresolved(&host->needs[i]) && !host->needs[i].route && bound[host->needs[i].device])
			ret = note_need(r, &host->needs[i]);
	free(bound);
	return ret;
}

static void count_refused(struct run *r)
{
	for (size_t i = 0; i < r->boot->decisions.n; i++) {
		const struct decision *d = &r->boot->decisions.items[i];

		if (d->bind || outcome_is_wished(r->boot, d))
			continue;
		r->out->problems++;
		if (d->device >= 0)
			explain_first(r, &r->boot->machine.devices[d->device].address);
	}
}

int verdict_make(const struct next_boot *boot, struct verdict *out)
{
	struct run r = { .boot = boot, .out = out };
	int ret;

	memset(out, 0, sizeof(*out));
	out->problems = (unsigned)config_errors(&boot->config) + boot->lock_broken;
	ret = note_rules(&r);
	if (ret == 0)
		ret = live_rules_note(&boot->config, &boot->machine, &out->notes);
	if (ret == 0)
		ret = add_notes(&r);
	if (ret == 0)
		ret = note_needs(&r);
	if (ret == 0)
		count_refused(&r);
	offers_free(&r.offers);
	return ret;
}

void verdict_free(struct verdict *v)
{
	rows_free(&v->notes);
}
