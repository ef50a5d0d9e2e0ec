/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drift.h"

#include "../../core/find.h"
#include "../../core/guard.h"
#include "../state/files.h"

struct selector drift_selector(const struct selector *s, const struct device *now)
{
	struct selector out = *s;

	if (s->kind == SELECTOR_SLOT) {
		out.address = now->address;
		if (s->whole)
			out.address.fn = 0;
	} else if (s->kind == SELECTOR_PATH) {
		out.address.domain = now->root.domain;
		out.address.bus = now->root.bus;
		out.path = now->path;
		out.path.slot = s->whole;
		if (s->whole)
			out.path.hop[out.path.hops - 1] &= ~7;
	}
	return out;
}

const char *drift_options(const struct rule *rule)
{
	bool any = strcmp(rule->driver, "vfio-pci") != 0 || rule->allow || rule->optional || rule->has_id;

	return any ? ", with its options," : "";
}

char *drift_words(const struct rule *rule, char buf[RULE_WORDS_LEN])
{
	char selector[SELECTOR_LEN], id[ID_LEN];

	snprintf(buf, RULE_WORDS_LEN, "%s%s%s", selector_print(&rule->selector, selector), rule->has_id ? " id=" : "",
		 rule->has_id ? id_print(&rule->id, id) : "");
	return buf;
}

bool drift_can_remove(const struct rule *rule)
{
	return strcmp(rule->file, "/" CONFIG_FILE) == 0;
}

const char *drift_removal(const struct rule *rule, char buf[DRIFT_REMOVAL_LEN])
{
	char words[RULE_WORDS_LEN];

	if (drift_can_remove(rule))
		snprintf(buf, DRIFT_REMOVAL_LEN, "run `earlybind remove %s`", drift_words(rule, words));
	else
		snprintf(buf, DRIFT_REMOVAL_LEN, "delete %s:%u", rule->file, rule->line);
	return buf;
}

/* The card that the lock has for the rule, NULL: none. Of a slot or path it is one. */
static const struct plan_card *card_of_rule(const struct plan *lock, const struct rule *rule)
{
	for (size_t i = 0; i < lock->n_cards; i++)
		if (rule_same(plan_rule(lock, lock->cards[i].rule), rule))
			return &lock->cards[i];
	return NULL;
}

static int warn(const struct rule *rule, const struct device *now, const struct plan_card *instead, struct rows *rows)
{
	struct row *row = row_add(rows, ROW_DRIFT, &now->address);
	char other[ADDRESS_LEN], identity[IDENTITY_LEN], is[SELECTOR_LEN], must[SELECTOR_LEN];
	struct selector there = drift_selector(&rule->selector, now);

	if (!row)
		return -ENOMEM;
	row_set_rule(row, rule);
	selector_print(&rule->selector, is);
	selector_print(&there, must);
	if (!instead)
		return row_say(
			row,
			"the card that was accepted for `bind %s` is at %s now, and would not be locked any more. "
			"To keep it write `bind %s`%s in %s:%u first",
			is, row->address, must, drift_options(rule), rule->file, rule->line);
	return row_say(row,
		       "the card that was accepted for `bind %s` is at %s now, and the rule would lock another one, "
		       "%s [%.9s]. To keep the card write `bind %s`%s in %s:%u first",
		       is, row->address, address_print(&instead->address, other),
		       identity_print(&instead->identity, identity), must, drift_options(rule), rule->file, rule->line);
}

/* The rule of the configuration that the old entry i is of; NULL: it is gone. */
static const struct rule *own_rule(const struct drift *d, size_t i)
{
	const struct plan *old = d->old->plan;

	return rule_find(d->config->rules, d->config->n_rules, plan_rule(old, old->cards[i].rule));
}

/*
 * Whether this lock would drop the old entry i though its card is here, because its rule means another place. *instead:
 * what the rule has then, or NULL.
 */
static const struct rule *dropped_by(const struct drift *d, size_t i, const struct plan_index *lock,
				     struct found *found, const struct plan_card **instead)
{
	const struct rule *rule = own_rule(d, i);

	if (!rule || rule->selector.kind == SELECTOR_ID || find_same(d->old, i, lock))
		return NULL;
	find_card(d->old, i, found);
	if (!found_is_here(found) || selector_means(&rule->selector, d->old->machine, found->card.main))
		return NULL;
	*instead = card_of_rule(lock->plan, rule);
	return rule;
}

int drift_find(const struct drift *d, const struct plan_index *lock, struct rows *rows)
{
	int err = 0;

	for (size_t i = 0; i < d->old->plan->n_cards && !err; i++) {
		const struct plan_card *instead;
		struct found found;
		const struct rule *rule = dropped_by(d, i, lock, &found, &instead);

		if (rule)
			err = warn(rule, card_main(&found.card), instead, rows);
	}
	return err;
}

/* Whether the old lock left the card to the host, and tells for certain that this is it. */
static bool was_host_card(const struct drift *d, const struct card *card)
{
	static const reason_set reasons =
		REASON_BIT(REASON_TWIN) | REASON_BIT(REASON_DISPLAY) | REASON_BIT(REASON_KEPT);
	const struct plan *old = d->old->plan;

	for (size_t i = 0; i < old->n_guards; i++)
		if (reasons & REASON_BIT(old->guards[i].reason) &&
		    guard_covers(&old->guards[i], d->old->machine, card->main))
			return true;
	return false;
}

/* Whether a slot or path that had a card means the host's now: buses were renumbered when the card was taken out. */
static bool gives_host_card(const struct drift *d, const struct plan_index *lock)
{
	for (size_t k = 0; k < lock->plan->n_cards; k++) {
		const struct rule *rule = plan_rule(lock->plan, lock->plan->cards[k].rule);
		struct found found;

		if (rule->selector.kind == SELECTOR_ID || !card_of_rule(d->old->plan, rule) ||
		    find_same(lock, k, d->old))
			continue;
		find_card(lock, k, &found);
		if (found.reason == REASON_NONE && was_host_card(d, &found.card))
			return true;
	}
	return false;
}

bool drift_replaces(const struct drift *d, const struct plan_index *lock)
{
	for (size_t i = 0; i < d->old->plan->n_cards; i++) {
		const struct plan_card *instead = NULL;
		struct found found;

		if (dropped_by(d, i, lock, &found, &instead) && instead)
			return true;
	}
	return gives_host_card(d, lock);
}

/* Whether the old lock tells for certain that the card is one of its own. */
static bool is_certain(const struct drift *d, const struct card *card)
{
	for (size_t i = 0; i < d->old->plan->n_cards; i++) {
		struct found found;

		if (!identity_equal(&d->old->plan->cards[i].identity, &card_main(card)->identity))
			continue;
		find_card(d->old, i, &found);
		if (found.reason == REASON_NONE && found.card.main == card->main)
			return true;
	}
	return false;
}

bool drift_guesses(const struct drift *d, const struct plan_index *lock)
{
	for (size_t i = 0; i < d->old->plan->n_cards; i++) {
		struct found lost, found;

		find_card(d->old, i, &lost);
		for (size_t k = 0; lost.reason == REASON_AMBIGUOUS && k < lock->plan->n_cards; k++) {
			if (!identity_equal(&lock->plan->cards[k].identity, &d->old->plan->cards[i].identity))
				continue;
			find_card(lock, k, &found);
			if (found.reason == REASON_NONE && !is_certain(d, &found.card))
				return true;
		}
	}
	return false;
}

bool drift_instead(const struct drift *d, const struct rule *added, struct rows *rows)
{
	char is[SELECTOR_LEN], must[SELECTOR_LEN];

	for (size_t i = 0; i < d->old->plan->n_cards; i++) {
		const struct rule *rule = own_rule(d, i);
		struct selector there;
		struct found found;
		struct row *row;

		find_card(d->old, i, &found);
		if (!rule || !found_is_here(&found) ||
		    !selector_means(&added->selector, d->old->machine, found.card.main) ||
		    selector_means(&rule->selector, d->old->machine, found.card.main))
			continue;
		there = drift_selector(&rule->selector, card_main(&found.card));
		selector_print(&there, must);
		row = row_add(rows, ROW_DRIFT, &card_main(&found.card)->address);
		if (!row)
			return true;
		row->level = LEVEL_ERROR;
		row_set_rule(row, rule);
		return row_say(row,
			       "the card at %s was accepted for `bind %s`: write `bind %s`%s in %s:%u, then run "
			       "`earlybind accept %s` and `earlybind regenerate`; nothing was written",
			       row->address, selector_print(&rule->selector, is), must, drift_options(rule), rule->file,
			       rule->line, must) == 0;
	}
	return false;
}
