/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proposal.h"

#include "../../core/find.h"
#include "../state/waiting.h"

void proposal_free(struct proposal *p)
{
	next_boot_release(&p->boot);
	plan_index_free(&p->will);
	plan_index_free(&p->was);
	acceptance_free(&p->acceptance);
}

int proposal_make(const struct next_boot *boot, const bool *chosen, struct proposal *out)
{
	int ret;

	memset(out, 0, sizeof(*out));
	/* Words for the next boot alone say nothing of the cards. */
	out->machine = boot->machine;
	out->machine.off = false;
	out->machine.trial = TRIAL_NONE;
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

	if (chosen && own)
		chosen[own - boot->config.rules] = true;
	if (chosen)
		ret = proposal_make(boot, chosen, out);
	free(chosen);
	return ret;
}

int proposal_of_selector(const struct next_boot *boot, const struct selector *s, struct proposal *out)
{
	struct next_boot with = *boot;
	size_t n = boot->config.n_rules;
	char file[] = "-";
	int ret = -ENOMEM;

	with.config.n_rules = n + 1;
	with.config.rules = calloc(n + 1, sizeof(*with.config.rules));
	if (!with.config.rules)
		return ret;
	memcpy(with.config.rules, boot->config.rules, n * sizeof(*with.config.rules));
	with.config.rules[n] = (struct rule){
		.number = (unsigned)n + 1, .selector = *s, .driver = "vfio-pci", .file = file, .line = 1
	};
	ret = proposal_of_rule(&with, &with.config.rules[n], out);
	free(with.config.rules);
	return ret;
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

const struct accept_line *proposal_refusal(const struct proposal *p, const struct config *c, const struct rule *rule)
{
	for (size_t i = 0; i < p->acceptance.n_lines; i++) {
		const struct accept_line *line = &p->acceptance.lines[i];

		if (line->rule && line->reason && rule_same(&c->rules[line->rule - 1], rule))
			return line;
	}
	return NULL;
}

int proposal_of_waiting(const struct next_boot *boot, struct acceptance *out)
{
	bool *chosen = calloc(boot->config.n_rules + 1, sizeof(*chosen));
	int ret = -ENOMEM;

	for (size_t i = 0; chosen && i < boot->config.n_rules; i++)
		chosen[i] = waiting_is(&boot->composition, &boot->config.rules[i]);
	if (chosen)
		ret = accept_rules(&boot->config, &boot->machine, &boot->lock, boot->lock_broken ? NULL : chosen, out);
	free(chosen);
	return ret;
}

bool proposal_locks(const struct acceptance *a, unsigned rule)
{
	for (size_t i = 0; i < a->n_lines; i++)
		if (a->lines[i].rule == rule && a->lines[i].reason == REASON_NONE)
			return true;
	return false;
}

bool proposal_set_next(const struct acceptance *waiting, const struct rule *rule, struct row *row)
{
	char selector[SELECTOR_LEN];
	bool locks = proposal_locks(waiting, rule->number);

	if (locks)
		row_set_next(row, "accept %s", selector_print(&rule->selector, selector));
	return locks;
}

bool proposal_words(const struct next_boot *boot, const struct acceptance *waiting, char *buf, size_t size)
{
	bool any = false;
	size_t len = 0;

	*buf = '\0';
	for (size_t i = 0; i < boot->config.n_rules; i++) {
		const struct rule *rule = &boot->config.rules[i];
		char selector[SELECTOR_LEN];

		if (!proposal_locks(waiting, rule->number))
			continue;
		any = true;
		if (boot->lock.n_cards && len + SELECTOR_LEN < size)
			len += (size_t)snprintf(buf + len, size - len, " %s",
						selector_print(&rule->selector, selector));
	}
	return any;
}
