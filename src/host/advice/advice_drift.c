/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Locked cards that are not where they were accepted, and what to do about each. */
#include "../../core/guard.h"
#include "advice_run.h"
#include "drift.h"
#include "proposal.h"
#include "remedy.h"

static struct row *add_drift(struct adviser *a, const struct decision *d, const struct address *address)
{
	const struct config *c = &a->boot->config;
	struct row *item = row_add(a->out, ROW_DRIFT, address);

	if (!item)
		return NULL;
	item->card = (int)d->card;
	item->reason = d->moved ? REASON_MOVED : d->reason;
	row_set_rule(item, rule_find(c->rules, c->n_rules, plan_rule(a->plan, a->plan->cards[d->card].rule)));
	return item;
}

/* The same model with another subsystem: that is what firmware updates change. */
static bool is_updated(const struct adviser *a, const struct plan_card *card)
{
	struct card there;

	return card_at(a->machine, &card->root, &card->path, &there) == 0 &&
	       card_main(&there)->identity.vendor == card->identity.vendor &&
	       card_main(&there)->identity.device == card->identity.device;
}

/* What a slot or a path means now, NULL: nothing, or it is an ID. */
static const struct device *meant_now(const struct adviser *a, const struct selector *s)
{
	for (size_t i = 0; i < a->machine->n && s->kind != SELECTOR_ID; i++)
		if (selector_means(s, a->machine, (int)i))
			return &a->machine->devices[i];
	return NULL;
}

/* One card that is not found, and what accept of the rules for its kind would make of that. */
struct lost {
	const struct adviser *a;
	const struct plan_card *card;
	const struct decision *decision;
	const struct rule *rule;
	const struct device *now; /* what its slot or path means now, or NULL */
	struct proposal p;
	struct row *row;
	char accept[300]; /* the words behind `earlybind accept` */
	char removal[DRIFT_REMOVAL_LEN];
	char *buf;
	size_t size;
};

static bool is_ambiguous(const struct lost *l)
{
	return l->decision->refusing & REASON_BIT(REASON_AMBIGUOUS);
}

/*
 * The rules that have to be accepted together, in flags of the config: where cards of one kind cannot be told apart,
 * all that have one.
 */
static void choose(struct lost *l, bool *chosen)
{
	const struct config *config = &l->a->boot->config;
	size_t len = 0;

	for (size_t i = 0; i < config->n_rules; i++) {
		char selector[SELECTOR_LEN];

		chosen[i] = selector_equal(&config->rules[i].selector, &l->rule->selector);
		for (size_t k = 0; is_ambiguous(l) && k < l->a->plan->n_cards; k++) {
			const struct plan_card *card = &l->a->plan->cards[k];

			chosen[i] |= !card->open && identity_equal(&card->identity, &l->card->identity) &&
				     rule_same(plan_rule(l->a->plan, card->rule), &config->rules[i]);
		}
		if (chosen[i] && len + SELECTOR_LEN < sizeof(l->accept))
			len += (size_t)snprintf(l->accept + len, sizeof(l->accept) - len, " %s",
						selector_print(&config->rules[i].selector, selector));
	}
}

/* By those rules; where that is not enough, because other rules have a say in it, by all. */
static int propose(struct lost *l)
{
	bool *chosen = calloc(l->a->boot->config.n_rules + 1, sizeof(*chosen));
	int ret = -ENOMEM;

	if (chosen) {
		choose(l, chosen);
		ret = proposal_make(l->a->boot, chosen, &l->p);
	}
	free(chosen);
	if (ret == 0 && is_ambiguous(l) && !proposal_helps(&l->p, l->rule)) {
		proposal_free(&l->p);
		l->accept[0] = '\0';
		ret = proposal_make(l->a->boot, NULL, &l->p);
	}
	return ret;
}

static bool is_here(const struct lost *l, const struct root *root, const struct path *path)
{
	return root_is(&l->card->root, root) && path_covers(&l->card->path, path);
}

/* A card that accept would lock and that the row does not speak of, which is what stands in the card's place; NULL:
 * none. */
static const struct plan_card *newcomer(const struct lost *l)
{
	const struct plan_card *card;
	size_t i = 0;

	do
		card = proposal_new_card(&l->p, &i);
	while (card && is_here(l, &card->root, &card->path));
	return card;
}

static void say_elsewhere(struct lost *l)
{
	bool other = l->now && !is_here(l, &l->now->root, &l->now->path);
	char address[ADDRESS_LEN], identity[IDENTITY_LEN], means[ADDRESS_LEN + 80] = "";

	if (other)
		snprintf(means, sizeof(means), "The rule means another device now, %s [%.9s]. ",
			 address_print(&l->now->address, address), identity_print(&l->now->identity, identity));
	snprintf(l->buf, l->size, "%sIf the card is gone for good, %s, then `earlybind regenerate`", means, l->removal);
	if (l->rule->selector.kind != SELECTOR_ID) {
		size_t len = strlen(l->buf);

		snprintf(l->buf + len, l->size - len, "; if it is elsewhere now, write where in %s:%u and accept that",
			 l->rule->file, l->rule->line);
	}
}

/* One that the host kept is missing, and the rule means one like it: either can be the one that is gone. */
static void say_either(struct lost *l)
{
	char address[ADDRESS_LEN] = "this";

	if (l->now)
		address_print(&l->now->address, address);
	snprintf(
		l->buf, l->size,
		"Either the host's card was taken out, and %s is the one that was accepted: then run `earlybind "
		"accept%s`, then `earlybind regenerate`. Or the accepted one was taken out, and %s is the host's: then "
		"%s, then `earlybind regenerate`. Look which card it is first",
		address, l->accept, address, l->removal);
}

/* What the slot or path means now, elsewhere, is the one that was accepted or one like it. */
static bool is_like(const struct lost *l)
{
	return is_ambiguous(l) && l->now && identity_equal(&l->now->identity, &l->card->identity);
}

/* What a boot would bind, too, because of it: a card that is locked, and that is not found as things are now. */
static void say_unnamed(const struct adviser *a, const char *accept, int device, char *buf, size_t size)
{
	char address[ADDRESS_LEN];

	snprintf(buf, size,
		 "`earlybind accept %s` would have the next boot bind %s, too, which is locked and not found now. If "
		 "that is right, run it, then `earlybind regenerate`",
		 accept, address_print(&a->machine->devices[device].address, address));
}

/* accept would put it right; but it must not be a surprise which card it has then. */
static int say_accept(struct lost *l)
{
	const struct plan_card *other = newcomer(l);
	char address[ADDRESS_LEN], identity[IDENTITY_LEN];
	int unnamed;

	if (other) {
		snprintf(l->buf, l->size,
			 "`earlybind accept%s` would lock %s [%.9s], which is not locked now. If that is right, run "
			 "it, then `earlybind regenerate`. If not, %s, and `earlybind add` for "
			 "each card that is meant",
			 l->accept, address_print(&other->address, address), identity_print(&other->identity, identity),
			 l->removal);
		return 0;
	}
	if (is_ambiguous(l)) {
		say_either(l);
		return 0;
	}
	unnamed = proposal_unnamed(&l->p, l->a->boot, l->rule);
	if (unnamed >= 0)
		say_unnamed(l->a, l->accept + 1, unnamed, l->buf, l->size);
	if (unnamed != -1)
		return unnamed < 0 ? unnamed : 0;
	if (!proposal_replaces(&l->p, l->a->boot))
		row_set_next(l->row, "accept%s", l->accept);
	snprintf(l->buf, l->size, "If that is right, run `earlybind accept%s`, then `earlybind regenerate`", l->accept);
	return 0;
}

/* Whether another rule of the place means what stands there now. */
static bool is_rule_there(const struct lost *l)
{
	const struct config *c = &l->a->boot->config;

	for (size_t i = 0; i < c->n_rules; i++)
		if (selector_equal(&c->rules[i].selector, &l->rule->selector) &&
		    (!c->rules[i].has_id || id_matches(&c->rules[i].id, &l->now->identity)))
			return true;
	return false;
}

/* The rule has an id=, and what stands in the card's place has another; two rules of one text would be wrong. */
static void say_id(struct lost *l)
{
	const struct identity *now = &l->now->identity;
	char selector[SELECTOR_LEN], address[ADDRESS_LEN], identity[IDENTITY_LEN], meant[SELECTOR_LEN + 400] = "";

	if (!is_rule_there(l))
		snprintf(meant, sizeof(meant),
			 "If %s is meant now, write id=%04x:%04x in %s:%u, then run `earlybind accept %s` and "
			 "`earlybind regenerate`. ",
			 address_print(&l->now->address, address), now->vendor, now->device, l->rule->file,
			 l->rule->line, selector_print(&l->rule->selector, selector));
	snprintf(l->buf, l->size, "%sIf the card of id=%.9s is gone for good, %s, then `earlybind regenerate`", meant,
		 identity_print(&l->card->identity, identity), l->removal);
}

/* accept would refuse what stands in its place: then the guard has the say. */
static int say_refused(struct lost *l, const struct accept_line *line)
{
	char address[ADDRESS_LEN], what[REMEDY_LEN];

	if (remedy(l->a->boot, l->rule, line->card.main, line->reason, what) < 0)
		return -ENOMEM;
	snprintf(l->buf, l->size, "`earlybind accept` would refuse %s: %s (%s). To change that: %s",
		 address_print(&card_main(&line->card)->address, address), reason_word(line->reason), line->text, what);
	return 0;
}

/*
 * What to do about a card that is not found. `accept` is right only where the rule means what stands in the card's
 * place, after a renumbering a slot can mean anything; and only where it would lock that.
 */
static int lost_step(const struct adviser *a, const struct plan_card *card, const struct decision *d, struct row *row,
		     char *buf, size_t size)
{
	struct lost l = { .a = a, .card = card, .decision = d, .row = row, .buf = buf, .size = size };
	const struct accept_line *line;
	const struct rule *own;
	bool elsewhere;
	int ret;

	l.rule = plan_rule(a->plan, card->rule);
	l.now = meant_now(a, &l.rule->selector);
	drift_removal(l.rule, l.removal);
	ret = propose(&l);
	if (ret < 0)
		return ret;
	own = rule_find(a->boot->config.rules, a->boot->config.n_rules, l.rule);
	line = own ? proposal_refused(&l.p.acceptance, own->number) : NULL;
	elsewhere = l.rule->selector.kind != SELECTOR_ID && !(l.now && is_here(&l, &l.now->root, &l.now->path));
	if (!elsewhere && proposal_helps(&l.p, l.rule))
		ret = say_accept(&l);
	else if (elsewhere && is_like(&l) && proposal_helps(&l.p, l.rule))
		say_either(&l);
	else if (line && is_here(&l, &card_main(&line->card)->root, &card_main(&line->card)->path))
		ret = say_refused(&l, line);
	else if (!elsewhere && l.rule->has_id && !id_matches(&l.rule->id, &l.now->identity))
		say_id(&l);
	else
		say_elsewhere(&l);
	proposal_free(&l.p);
	return ret;
}

static int advise_lost(struct adviser *a, const struct plan_card *card, const struct decision *d)
{
	char words[RULE_WORDS_LEN], address[ADDRESS_LEN], selector[SELECTOR_LEN], step[REMEDY_LEN + 200];
	struct row *row = add_drift(a, d, card->open ? NULL : &card->address);

	if (!row)
		return -ENOMEM;
	row_set_next(row, "explain %s",
		     card->open ? selector_print(&plan_rule(a->plan, card->rule)->selector, selector) : row->address);
	if (lost_step(a, card, d, row, step, sizeof(step)) < 0)
		return -ENOMEM;
	drift_words(plan_rule(a->plan, card->rule), words);
	if (card->open)
		return row_say(row, "the card of `bind %s` is not found: %s (%s). %s", words, reason_word(d->reason),
			       d->line.text, step);
	words[strcspn(words, " ")] = '\0';
	return row_say(row, "the card of `bind %s`, locked at %s, is not found: %s (%s)%s. %s", words,
		       address_print(&card->address, address), reason_word(d->reason), d->line.text,
		       d->reason == REASON_OTHER_DEVICE && is_updated(a, card) ? "; a firmware update can change that"
									       : "",
		       step);
}

/* The rule means it where it is now; accept may lock others with it, or not even this one. */
static int say_place(const struct adviser *a, const struct rule *rule, const struct decision *d, struct row *row,
		     char *buf, size_t size)
{
	const struct device *now = &a->machine->devices[d->device];
	char selector[SELECTOR_LEN], own[SELECTOR_LEN], address[ADDRESS_LEN], identity[IDENTITY_LEN];
	struct selector target = remedy_selector(a->machine, d->device);
	const struct plan_card *other;
	struct proposal p;
	int unnamed;
	size_t i = 0;

	if (proposal_of_rule(a->boot, rule, &p) < 0)
		return -ENOMEM;
	unnamed = proposal_unnamed(&p, a->boot, rule);
	do
		other = proposal_new_card(&p, &i);
	while (other && root_is(&other->root, &now->root) && path_covers(&other->path, &now->path));
	selector_print(&rule->selector, selector);
	if (!proposal_helps(&p, rule))
		snprintf(buf, size, "`earlybind explain %s` says what refuses it",
			 address_print(&now->address, address));
	else if (other)
		snprintf(buf, size,
			 "`earlybind accept %s` would lock %s [%.9s], too. If that is right, run it, then `earlybind "
			 "regenerate`. If not, write `bind %s`%s in place of %s:%u, then run `earlybind accept %s` and "
			 "`earlybind regenerate`",
			 selector, address_print(&other->address, address), identity_print(&other->identity, identity),
			 selector_print(&target, own), drift_options(rule), rule->file, rule->line, own);
	else if (unnamed >= 0)
		say_unnamed(a, selector, unnamed, buf, size);
	else
		snprintf(buf, size, "Run `earlybind accept %s`, then `earlybind regenerate`", selector);
	if (!other && unnamed == -1 && proposal_helps(&p, rule) && !proposal_replaces(&p, a->boot))
		row_set_next(row, "accept %s", selector);
	proposal_free(&p);
	return unnamed < -1 ? unnamed : 0;
}

/* What to do about a card that is somewhere else: a rule that means another place has to be written anew. */
static int place_step(const struct adviser *a, const struct rule *rule, const struct decision *d, struct row *row,
		      char *buf, size_t size)
{
	struct selector there = drift_selector(&rule->selector, &a->machine->devices[d->device]);
	char selector[SELECTOR_LEN];

	if (selector_means(&rule->selector, a->machine, d->device))
		return say_place(a, rule, d, row, buf, size);
	selector_print(&there, selector);
	snprintf(buf, size,
		 "The rule does not mean it there: write `bind %s`%s in %s:%u, then run `earlybind accept %s` and "
		 "`earlybind regenerate`",
		 selector, drift_options(rule), rule->file, rule->line, selector);
	return 0;
}

static int advise_place(struct adviser *a, const struct plan_card *card, const struct decision *d)
{
	const struct device *now = &a->machine->devices[d->device];
	const struct rule *rule = plan_rule(a->plan, card->rule);
	char selector[SELECTOR_LEN], was[ADDRESS_LEN], is[ADDRESS_LEN], from[PATH_LEN], to[PATH_LEN];
	char step[REMEDY_LEN];
	struct row *item = add_drift(a, d, &now->address);

	selector_print(&rule->selector, selector);
	address_print(&card->address, was);
	address_print(&now->address, is);
	if (!item)
		return -ENOMEM;
	row_set_next(item, "explain %s", is);
	if (place_step(a, rule, d, item, step, sizeof(step)) < 0)
		return -ENOMEM;
	if (!d->moved)
		return row_say(item, "the card of `bind %s` is in its slot, whose address is %s now and was %s. %s",
			       selector, is, was, step);
	return row_say(item, "the card of `bind %s` was locked at %s (%s) and has moved to %s (%s). %s", selector, was,
		       path_print(&card->path, from), is, path_print(&now->path, to), step);
}

int advise_drift(struct adviser *a)
{
	for (size_t i = 0; i < a->decisions->n; i++) {
		const struct decision *d = &a->decisions->items[i];
		const struct plan_card *card = d->card < a->plan->n_cards ? &a->plan->cards[d->card] : NULL;
		int ret = 0;

		if (!card || !d->main || !(card->has_address || (card->open && d->device < 0)))
			continue;
		if (d->device < 0)
			ret = advise_lost(a, card, d);
		else if (d->moved || address_compare(&a->machine->devices[d->device].address, &card->address) != 0)
			ret = advise_place(a, card, d);
		if (ret < 0)
			return ret;
	}
	return 0;
}
