/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "compose.h"
#include "note.h"

/* One run of compose(). */
struct composer {
	const struct config *config;
	const struct plan *lock;
	struct composition *out;
	bool *used;        /* which cards of the lock went into the plan */
	unsigned *numbers; /* by the N of the lock's rules: that in the plan, 0 for none */
};

void composition_free(struct composition *c)
{
	plan_free(&c->plan);
	free(c->notes);
	memset(c, 0, sizeof(*c));
}

static int note_rule(struct composition *c, enum reason reason, const struct rule *r, const char *what)
{
	char selector[SELECTOR_LEN];

	return note_add_about(&c->notes, &c->n_notes, reason, r->number, NULL, "bind %s: %s",
			      selector_print(&r->selector, selector), what);
}

/*
 * What loosens a guard counts only as accepted: allow= words, and at=boot, because `accept` does not ask the guards
 * of use and keyboard for a rule that says at=claim.
 */
static int tighten(struct composer *c, struct rule *r, const struct rule *entry)
{
	unsigned later = r->allow & ~entry->allow;
	char what[80];

	r->allow &= entry->allow;
	for (unsigned i = 0; allow_words[i]; i++) {
		if (!(later & 1u << i))
			continue;
		snprintf(what, sizeof(what), "allow=%s counts only once it is accepted", allow_words[i]);
		if (note_rule(c->out, REASON_NOT_ACCEPTED, r, what))
			return -ENOMEM;
	}
	if (r->at == AT_BOOT && entry->at == AT_CLAIM) {
		r->at = AT_CLAIM;
		return note_rule(c->out, REASON_NOT_ACCEPTED, r,
				 "it was accepted with at=claim, which counts until then");
	}
	return 0;
}

static size_t count_cards(const struct plan *lock, const struct rule *entry)
{
	size_t n = 0;

	for (size_t i = 0; i < lock->n_cards; i++)
		n += lock->cards[i].rule == entry->number;
	return n;
}

static int add_cards(struct composer *c, const struct rule *entry, unsigned number)
{
	for (size_t i = 0; i < c->lock->n_cards; i++) {
		struct plan_card card = c->lock->cards[i];

		if (card.rule != entry->number)
			continue;
		card.rule = number;
		if (plan_add_card(&c->out->plan, &card))
			return -ENOMEM;
		c->used[i] = true;
	}
	return 0;
}

static int copy_rule(struct composer *c, struct rule *copy)
{
	copy->number = (unsigned)c->out->plan.n_rules + 1;
	copy->file = strdup(copy->file);
	if (!copy->file)
		return -ENOMEM;
	if (plan_add_rule(&c->out->plan, copy) == 0)
		return 0;
	rule_free(copy);
	return -ENOMEM;
}

/* What needs no entry: a live rule, without a card, and a path with id=, with an open one. */
static int add_unlocked(struct composer *c, const struct rule *rule)
{
	struct rule copy = *rule;
	struct plan_card card;

	if (rule_find(c->out->plan.rules, c->out->plan.n_rules, rule))
		return 0;
	if (copy_rule(c, &copy))
		return -ENOMEM;
	card = plan_open_card(&copy);
	return copy.live ? 0 : plan_add_card(&c->out->plan, &card);
}

static int add_guard(struct composer *c, const struct plan_guard *guard, const char *text)
{
	struct plan_guard copy = *guard;

	copy.rule = c->numbers[guard->rule];
	return plan_copy_guard(&c->out->plan, copy, text);
}

/* What shows a picture or makes a sound has neither keyboards nor disks, and no network. */
static bool may_be_in_use(const struct plan_card *card)
{
	for (unsigned f = 0; f < card->n_functions; f++) {
		unsigned base = class_base(card->functions[f].identity.class);

		if (base != CLASS_DISPLAY && base != 0x04)
			return true;
	}
	return false;
}

/*
 * accept does not ask what a word allows, and no boot asks it again: who takes the word out has the guard instead, of
 * every card that was accepted with it, until the next accept. The display's is asked at boot.
 */
static int guard_dropped(struct composer *c, const struct rule *rule, const struct rule *entry)
{
	static const enum reason reasons[] = { REASON_DISPLAY, REASON_KEYBOARD, REASON_IN_USE };
	unsigned dropped = entry->allow & ~rule->allow & ~(unsigned)ALLOW_DISPLAY;

	for (size_t i = 0; dropped && i < c->lock->n_cards; i++) {
		const struct plan_card *card = &c->lock->cards[i];
		struct plan_guard guard = {
			.root = card->root, .path = card->path, .identity = card->identity, .serial = card->serial
		};
		char text[80];

		if (card->rule != entry->number || !may_be_in_use(card))
			continue;
		for (unsigned k = 0; allow_words[k]; k++) {
			if (!(dropped & 1u << k))
				continue;
			guard.reason = reasons[k];
			guard.rule = entry->number;
			snprintf(text, sizeof(text), "it was accepted with allow=%s, which its rule has no more",
				 allow_words[k]);
			if (add_guard(c, &guard, text))
				return -ENOMEM;
		}
	}
	return 0;
}

static int add_rule(struct composer *c, const struct rule *rule)
{
	const struct rule *entry = c->lock ? rule_find(c->lock->rules, c->lock->n_rules, rule) : NULL;
	struct rule copy = *rule;

	if (rule->live || (!entry && rule_is_complete(rule)))
		return add_unlocked(c, rule);
	if (!entry)
		return note_rule(c->out, REASON_NOT_ACCEPTED, rule, "the lock has no entry for it");
	if (!count_cards(c->lock, entry))
		return note_rule(c->out, REASON_NOT_ACCEPTED, rule, "the lock names no card for it");
	if (rule_find(c->out->plan.rules, c->out->plan.n_rules, rule))
		return 0; /* the same text twice: config.c has complained */
	if (tighten(c, &copy, entry) || copy_rule(c, &copy))
		return -ENOMEM;
	c->numbers[entry->number] = copy.number;
	return add_cards(c, entry, copy.number) ? -ENOMEM : guard_dropped(c, &copy, entry);
}

static bool identity_is_used(const struct plan *p, const struct identity *identity)
{
	for (size_t i = 0; i < p->n_cards; i++)
		if (plan_card_means(&p->cards[i], identity))
			return true;
	for (size_t i = 0; i < p->n_rules; i++)
		if (p->rules[i].live && id_matches(&p->rules[i].selector.id, identity))
			return true;
	return false;
}

/* Whether a card of the plan is in this place, or in a part of it: a guard there would refuse the card itself. */
static bool place_is_used(const struct plan *p, const struct root *root, const struct path *path)
{
	for (size_t i = 0; i < p->n_cards; i++) {
		const struct plan_card *used = &p->cards[i];

		/* Of an open card the root's number is known, and of the lock's its ACPI path: they cannot be compared.
		 */
		if ((used->open || root_is(&used->root, root)) &&
		    (path_equal(&used->path, path) || path_covers(&used->path, path) || path_covers(path, &used->path)))
			return true;
	}
	return false;
}

/* A guard in the place of an unused card or of one of its functions, where that could be taken for a card of the plan.
 */
static int guard_unused(struct composer *c, const struct plan_card *card, const struct path *path,
			const struct identity *identity, uint64_t serial)
{
	const struct rule *entry = plan_rule(c->lock, card->rule);
	struct plan_guard guard = {
		.reason = REASON_TWIN, .root = card->root, .path = *path, .identity = *identity, .serial = serial
	};
	char text[SELECTOR_LEN + 40] = "an entry that no rule uses";
	char selector[SELECTOR_LEN];

	if (!identity_is_used(&c->out->plan, identity) || place_is_used(&c->out->plan, &card->root, path))
		return 0;
	if (entry)
		snprintf(text, sizeof(text), "entry that no rule uses: bind %s",
			 selector_print(&entry->selector, selector));
	return add_guard(c, &guard, text);
}

/*
 * An entry that is not used still says what else stands in this machine: without it, "no other entry and no guard
 * names that identity" would be true at boot, and after a change of slots the card that was taken off the config could
 * be bound in place of its twin. So it goes on as a guard.
 */
static int guard_unused_cards(struct composer *c)
{
	for (size_t i = 0; i < c->lock->n_cards; i++) {
		const struct plan_card *card = &c->lock->cards[i];

		if (c->used[i])
			continue;
		if (guard_unused(c, card, &card->path, &card->identity, card->serial))
			return -ENOMEM;
		for (unsigned f = 0; f < card->n_functions; f++) {
			const struct plan_function *function = &card->functions[f];

			/* Functions like the main one are guarded with it. */
			if (identity_equal(&function->identity, &card->identity) &&
			    !place_is_used(&c->out->plan, &card->root, &card->path))
				continue;
			if (guard_unused(c, card, &function->path, &function->identity, 0))
				return -ENOMEM;
		}
	}
	return 0;
}

static int note_unused_entries(struct composer *c)
{
	for (size_t i = 0; i < c->lock->n_rules; i++) {
		const struct rule *entry = &c->lock->rules[i];
		char selector[SELECTOR_LEN];

		if (rule_find(c->config->rules, c->config->n_rules, entry))
			continue;
		if (note_add(&c->out->notes, &c->out->n_notes, REASON_NONE,
			     "bind %s is in the lock, but no rule says so any more: not used",
			     selector_print(&entry->selector, selector)))
			return -ENOMEM;
	}
	return 0;
}

static int add_keeps(struct composer *c)
{
	for (size_t i = 0; i < c->config->n_keeps; i++)
		if (plan_add_keep(&c->out->plan, &c->config->keeps[i].selector))
			return -ENOMEM;
	return 0;
}

static int compose_all(struct composer *c)
{
	/* One that could not be printed has no name, and is never written. */
	if (c->lock && plan_hash(c->lock, &c->out->plan.lock) == -ENOMEM)
		return -ENOMEM;
	if (add_keeps(c))
		return -ENOMEM;
	for (size_t i = 0; i < c->config->n_rules; i++)
		if (add_rule(c, &c->config->rules[i]))
			return -ENOMEM;
	if (!c->lock)
		return 0;
	for (size_t i = 0; i < c->lock->n_guards; i++)
		if (add_guard(c, &c->lock->guards[i], c->lock->guards[i].text))
			return -ENOMEM;
	if (guard_unused_cards(c))
		return -ENOMEM;
	return note_unused_entries(c);
}

int compose(const struct config *config, const struct plan *lock, struct composition *out)
{
	struct composer c = { .config = config, .lock = lock, .out = out };
	int err;

	memset(out, 0, sizeof(*out));
	out->plan.kind = KIND_PLAN;
	out->plan.timeout = config->timeout;
	c.used = calloc(lock && lock->n_cards ? lock->n_cards : 1, sizeof(*c.used));
	c.numbers = calloc(lock ? lock->n_rules + 1 : 1, sizeof(*c.numbers));
	err = c.used && c.numbers ? compose_all(&c) : -ENOMEM;
	free(c.numbers);
	free(c.used);
	if (err)
		composition_free(out);
	return err;
}
