/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proposal.h"

#include "../../core/find.h"
#include "../../core/guard.h"
#include "../state/files.h"
#include "../state/waiting.h"
#include "drift.h"

void proposal_free(struct proposal *p)
{
	next_boot_release(&p->boot);
	plan_index_free(&p->will);
	plan_index_free(&p->was);
	acceptance_free(&p->acceptance);
	free(p->rules);
}

int proposal_make(const struct next_boot *boot, const bool *chosen, struct proposal *out)
{
	int ret;

	memset(out, 0, sizeof(*out));
	/* Words for the next boot alone say nothing of the cards. */
	out->machine = boot->machine;
	out->machine.boot.off = false;
	out->machine.boot.trial = TRIAL_NONE;
	ret = accept_rules(&boot->config, &out->machine, &boot->lock, chosen, &out->acceptance);
	if (ret == 0)
		ret = next_boot_of(&boot->config, &out->acceptance.lock, &out->machine, &out->boot);
	if (ret == 0)
		ret = plan_index_make(&out->was, &boot->lock, &out->machine);
	if (ret == 0)
		ret = plan_index_make(&out->will, &out->acceptance.lock, &out->machine);
	if (ret < 0)
		proposal_free(out);
	return ret;
}

int proposal_of_rule(const struct next_boot *boot, const struct rule *rule, struct proposal *out)
{
	const struct rule *own = rule_find(boot->config.rules, boot->config.n_rules, rule);
	bool *chosen = calloc(boot->config.n_rules + 1, sizeof(*chosen));
	int ret = -ENOMEM;

	for (size_t i = 0; chosen && own && i < boot->config.n_rules; i++)
		chosen[i] = selector_equal(&boot->config.rules[i].selector, &own->selector);
	if (chosen)
		ret = proposal_make(boot, chosen, out);
	free(chosen);
	return ret;
}

/* The next boot with other rules, in an array of `n` and one more. */
static struct rule *with_rules(struct next_boot *boot, size_t n)
{
	boot->config.rules = calloc(n + 1, sizeof(*boot->config.rules));
	boot->config.n_rules = boot->config.rules ? n : 0;
	return boot->config.rules;
}

int proposal_of_selector(const struct next_boot *boot, const struct selector *s, struct proposal *out)
{
	struct next_boot with = *boot;
	size_t n = boot->config.n_rules;
	struct rule *rules = with_rules(&with, n + 1);
	static char file[] = "-";
	int ret = -ENOMEM;

	if (!rules)
		return ret;
	memcpy(rules, boot->config.rules, n * sizeof(*rules));
	rules[n] = (struct rule){
		.number = (unsigned)n + 1, .selector = *s, .driver = "vfio-pci", .file = file, .line = 1
	};
	ret = proposal_of_rule(&with, &rules[n], out);
	if (ret < 0)
		free(rules);
	else
		out->rules = rules;
	return ret;
}

int proposal_unnamed(const struct proposal *p, const struct next_boot *now, const struct rule *rule)
{
	bool *bound = next_boot_bound(now);
	int found = -1;

	if (!bound)
		return -ENOMEM;
	for (size_t i = 0; i < p->boot.decisions.n && found < 0; i++) {
		const struct decision *d = &p->boot.decisions.items[i];

		if (d->bind && !bound[d->device] && !selector_means(&rule->selector, &now->machine, d->device))
			found = d->device;
	}
	free(bound);
	return found;
}

bool proposal_replaces(const struct proposal *p, const struct next_boot *now)
{
	return drift_replaces(&(struct drift){ &now->config, &p->was }, &p->will);
}

/* Only what is locked and not bound can be bound because another rule is accepted, or goes. */
static bool can_unblock(const struct next_boot *boot)
{
	for (size_t i = 0; i < boot->decisions.n; i++)
		if (!boot->decisions.items[i].bind)
			return true;
	return false;
}

/* Without this rule of the config and its cards, as `remove` does it. 0 or -ENOMEM. */
static int make_without(const struct next_boot *boot, const struct rule *rule, struct proposal *out)
{
	struct next_boot without = *boot;
	struct rule *rules = with_rules(&without, boot->config.n_rules);
	bool *none = calloc(boot->config.n_rules + 1, sizeof(*none));
	size_t n = 0;
	int ret = -ENOMEM;

	for (size_t i = 0; rules && i < boot->config.n_rules; i++)
		if (!rule_same(&boot->config.rules[i], rule))
			rules[n++] = boot->config.rules[i];
	without.config.n_rules = n;
	if (rules && none)
		ret = proposal_make(&without, none, out);
	free(none);
	if (ret < 0)
		free(rules);
	else
		out->rules = rules;
	return ret;
}

int proposal_may_remove(const struct next_boot *boot, const struct rule *rule)
{
	struct proposal p;
	int ret;

	if (!can_unblock(boot))
		return 1;
	ret = make_without(boot, rule, &p);
	if (ret < 0)
		return ret;
	ret = proposal_unnamed(&p, boot, rule);
	proposal_free(&p);
	return ret == -ENOMEM ? ret : ret < 0;
}

bool proposal_helps(const struct proposal *p, const struct rule *rule)
{
	bool any = false;

	for (size_t i = 0; i < p->boot.decisions.n; i++) {
		const struct decision *d = &p->boot.decisions.items[i];

		if (!d->main || !rule_same(plan_rule(&p->boot.composition.plan, d->rule), rule))
			continue;
		if (!d->bind && d->reason != REASON_NO_IOMMU)
			return false;
		any = true;
	}
	return any;
}

const struct plan_card *proposal_new_card(const struct proposal *p, size_t *i)
{
	while (*i < p->acceptance.lock.n_cards) {
		size_t k = (*i)++;

		if (!find_same(&p->will, k, &p->was))
			return &p->acceptance.lock.cards[k];
	}
	return NULL;
}

bool proposal_locks(const struct acceptance *a, unsigned rule)
{
	for (size_t i = 0; i < a->n_lines; i++)
		if (a->lines[i].rule == rule && a->lines[i].reason == REASON_NONE)
			return true;
	return false;
}

const struct accept_line *proposal_refused(const struct acceptance *a, unsigned rule)
{
	for (size_t i = 0; i < a->n_lines; i++)
		if (a->lines[i].rule == rule && a->lines[i].reason)
			return &a->lines[i];
	return NULL;
}

void offers_free(struct offers *o)
{
	acceptance_free(&o->acceptance);
	free(o->helps);
}

/* What binds by itself, and does not where the lock is damaged, does again once accept has written one. */
static bool is_held_up(const struct offers *o, const struct next_boot *boot, const struct rule *rule)
{
	return boot->lock_broken && (rule->live || rule_is_complete(rule)) &&
	       !proposal_refused(&o->acceptance, rule->number);
}

/* What accept has for all of them together, another rule that waits may have alone. 0, 1 or -ENOMEM. */
static int offer_helps(const struct offers *o, const struct next_boot *boot, const struct rule *rule)
{
	struct proposal p;
	int ret;

	if (!proposal_locks(&o->acceptance, rule->number))
		return is_held_up(o, boot, rule);
	if (boot->lock_broken)
		return 1;
	ret = proposal_of_rule(boot, rule, &p);
	if (ret < 0)
		return ret;
	if (proposal_locks(&p.acceptance, rule->number) && !proposal_replaces(&p, boot))
		ret = proposal_unnamed(&p, boot, rule);
	proposal_free(&p);
	return ret == -ENOMEM ? ret : ret < 0;
}

int offers_make(const struct next_boot *boot, struct offers *out)
{
	bool *chosen = calloc(boot->config.n_rules + 1, sizeof(*chosen));
	int ret = -ENOMEM;

	memset(out, 0, sizeof(*out));
	out->helps = calloc(boot->config.n_rules + 1, sizeof(*out->helps));
	for (size_t i = 0; chosen && i < boot->config.n_rules; i++)
		chosen[i] = waiting_is(&boot->composition, &boot->config.rules[i]);
	if (chosen && out->helps)
		ret = accept_rules(&boot->config, &boot->machine, &boot->lock, boot->lock_broken ? NULL : chosen,
				   &out->acceptance);
	for (size_t i = 0; i < boot->config.n_rules && ret >= 0; i++) {
		ret = offer_helps(out, boot, &boot->config.rules[i]);
		out->helps[i] = ret > 0;
	}
	free(chosen);
	return ret < 0 ? ret : 0;
}

bool offers_set_next(const struct offers *o, const struct rule *rule, struct row *row)
{
	char selector[SELECTOR_LEN];
	bool helps = o->helps[rule->number - 1];

	if (helps || proposal_locks(&o->acceptance, rule->number))
		row_set_next(row, "%s %s", helps ? "accept" : "explain", selector_print(&rule->selector, selector));
	return *row->next;
}

const char *proposal_step(const struct acceptance *a, const struct rule *rule, struct row *row,
			  char buf[PROPOSAL_STEP_LEN])
{
	const struct accept_line *line = proposal_refused(a, rule->number);
	char address[ADDRESS_LEN], words[RULE_WORDS_LEN];

	if (line) {
		row_set_next(row, "explain %s", address_print(&card_main(&line->card)->address, address));
		snprintf(buf, PROPOSAL_STEP_LEN, "accept refuses %s, %s: `earlybind explain %s` says what to do",
			 address, reason_word(line->reason), address);
	} else if (drift_can_remove(rule)) {
		row_set_next(row, "remove %s", drift_words(rule, words));
		snprintf(buf, PROPOSAL_STEP_LEN,
			 "accept can lock nothing for it on this machine: change it, or `earlybind remove %s` takes it "
			 "out",
			 words);
	} else {
		snprintf(buf, PROPOSAL_STEP_LEN,
			 "accept can lock nothing for it on this machine: change or delete that line");
	}
	return buf;
}

const char *offers_step(const struct offers *o, const struct rule *rule, struct row *row, char buf[PROPOSAL_STEP_LEN])
{
	char selector[SELECTOR_LEN];

	if (!offers_set_next(o, rule, row))
		return proposal_step(&o->acceptance, rule, row, buf);
	selector_print(&rule->selector, selector);
	if (o->helps[rule->number - 1])
		snprintf(buf, PROPOSAL_STEP_LEN, "run `earlybind accept %s`, then `earlybind regenerate`", selector);
	else
		snprintf(buf, PROPOSAL_STEP_LEN, "`earlybind explain %s` says what to do", selector);
	return buf;
}

bool offers_words(const struct offers *o, const struct next_boot *boot, char *buf, size_t size)
{
	bool any = false;
	size_t len = 0;

	*buf = '\0';
	for (size_t i = 0; i < boot->config.n_rules; i++) {
		const struct rule *rule = &boot->config.rules[i];
		char selector[SELECTOR_LEN];

		if (!o->helps[i])
			continue;
		any = true;
		if (boot->lock.n_cards && len + SELECTOR_LEN < size)
			len += (size_t)snprintf(buf + len, size - len, " %s",
						selector_print(&rule->selector, selector));
	}
	return any;
}
