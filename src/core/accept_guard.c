/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard lines of a lock: what stays with the host and must not be taken for a locked card. */
#include "accept_run.h"

#include "find.h"
#include "note.h"

bool accept_is_taken(const struct accept_run *r, const struct card *card)
{
	for (unsigned k = 0; k < card->n; k++)
		if (r->taken[card->member[k]])
			return true;
	return false;
}

/*
 * What tells this card from another by its serial: not 0, not all ones, and carried by no function that the card could
 * be mistaken for. The functions of one slot often share the serial of their device.
 */
uint64_t accept_serial(const struct card *c)
{
	const struct device *main = card_main(c);

	if (!main->serial || main->serial == UINT64_MAX)
		return 0;
	for (int i = 0; i < (int)c->machine->n; i++) {
		const struct device *d = &c->machine->devices[i];

		if (d->serial != main->serial || card_has(c, i))
			continue;
		if (!address_same_slot(&d->address, &main->address) || identity_equal(&d->identity, &main->identity))
			return 0;
	}
	return main->serial;
}

bool accept_locks_identity(const struct plan *lock, const struct identity *identity)
{
	for (size_t i = 0; i < lock->n_cards; i++)
		if (identity_equal(&lock->cards[i].identity, identity))
			return true;
	return false;
}

/* The next guard from *i on that names this place. */
static const struct plan_guard *next_guard_at(const struct plan *lock, const struct root *root, const struct path *path,
					      size_t *i)
{
	while (*i < lock->n_guards) {
		const struct plan_guard *g = &lock->guards[(*i)++];

		if (root_is(&g->root, root) && path_equal(&g->path, path))
			return g;
	}
	return NULL;
}

static bool has_place_guard(const struct plan *lock, const struct root *root, const struct path *path)
{
	return next_guard_at(lock, root, path, &(size_t){ 0 }) != NULL;
}

/* Where two root buses of one name have cards at one place, each has its own: by identity, else by serial number. */
static bool has_guard(const struct plan *lock, const struct card *card)
{
	const struct device *main = card_main(card);
	struct path path = card_path(card);
	uint64_t serial = accept_serial(card);
	const struct plan_guard *g;

	for (size_t i = 0; (g = next_guard_at(lock, &main->root, &path, &i));)
		if (identity_equal(&g->identity, &main->identity) && g->serial == serial)
			return true;
	return false;
}

bool accept_is_guarded(const struct accept_run *r, int i)
{
	for (size_t k = 0; k < r->out->lock.n_guards; k++)
		if (guard_covers(&r->out->lock.guards[k], r->machine, i))
			return true;
	return false;
}

static bool means(const struct accept_run *r, const struct rule *rule, const struct card *card)
{
	return selector_means(&rule->selector, r->machine, card->main) &&
	       (!rule->has_id || id_matches(&rule->id, &card_main(card)->identity));
}

/* The entry of the rule that has the card, else of the first that means it; 0: there is none. */
static unsigned rule_of(const struct accept_run *r, const struct card *card)
{
	const struct plan *lock = &r->out->lock;

	for (size_t i = 0; i < r->config->n_rules; i++) {
		const struct rule *rule = &r->config->rules[i], *entry;

		if (r->taken[card->main] ? r->holders[card->main] != rule : rule->live || !means(r, rule, card))
			continue;
		entry = rule_find(lock->rules, lock->n_rules, rule);
		if (entry)
			return entry->number;
	}
	return 0;
}

/* What the rule of the old lock with this number has in the new one; 0: it is gone, or there is none. */
static unsigned same_rule(const struct accept_run *r, unsigned old)
{
	const struct rule *rule = plan_rule(r->old, old);

	rule = rule ? rule_find(r->out->lock.rules, r->out->lock.n_rules, rule) : NULL;
	return rule ? rule->number : 0;
}

/* After `REASON: ` where the guard's own reason is another. */
static char *guard_text(enum reason own, enum reason reason, const char *text)
{
	const char *word = own == reason ? "" : reason_word(reason);
	size_t size = sizeof(": ") + strlen(word) + strlen(text);
	char *out = malloc(size);

	if (out)
		snprintf(out, size, "%s%s%s", word, *word && *text ? ": " : "", text);
	return out;
}

/* Whether an entry names the place of the function. */
static bool has_entry(const struct plan *lock, const struct device *d)
{
	for (size_t i = 0; i < lock->n_cards; i++)
		if (root_is(&lock->cards[i].root, &d->root) && path_covers(&lock->cards[i].path, &d->path))
			return true;
	return false;
}

/*
 * What appears later is guarded as such, whatever else speaks against it: a boot must not miss it. An entry that was
 * kept, and that something speaks against by now, is: the boot must refuse it.
 */
int accept_add_guard(struct accept_run *r, enum reason reason, const struct card *card, const char *text)
{
	const struct device *main = card_main(card);
	bool later = device_appears_later(main) && !has_entry(&r->out->lock, main);
	struct plan_guard guard = { .reason = later ? REASON_APPEARS_LATER : reason,
				    .rule = rule_of(r, card),
				    .root = main->root,
				    .path = card_path(card),
				    .identity = main->identity,
				    .serial = accept_serial(card) };
	char *words;
	int ret;

	if (has_guard(&r->out->lock, card))
		return 0;
	words = guard_text(guard.reason, reason, text);
	ret = words ? plan_copy_guard(&r->out->lock, guard, words) : -ENOMEM;
	free(words);
	return ret;
}

/* What a rule selected and a guard refused: the report can name it, and nothing binds it later by itself. */
static int guard_refused(struct accept_run *r)
{
	for (size_t i = 0; i < r->out->n_lines; i++) {
		const struct accept_line *line = &r->out->lines[i];

		if (line->reason == REASON_NONE || accept_is_taken(r, &line->card))
			continue;
		if (accept_add_guard(r, line->reason, &line->card, line->text) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* Whether the selector of a place means a card that the guard names: two root buses of one name can have two there. */
static bool selects_guarded(const struct accept_run *r, const struct selector *s, const struct plan_guard *g)
{
	for (int i = -1; (i = machine_next_like(r->machine, &g->identity, i)) >= 0;)
		if (guard_covers(g, r->machine, i) && selector_means(s, r->machine, i))
			return true;
	return false;
}

/* Whether a rule could mean what the guard names. What a place rule selects has to be there. */
static bool is_selected(const struct accept_run *r, const struct plan_guard *g)
{
	for (size_t i = 0; i < r->config->n_rules; i++) {
		const struct selector *s = &r->config->rules[i].selector;

		if (s->kind == SELECTOR_ID ? id_matches(&s->id, &g->identity) : selects_guarded(r, s, g))
			return true;
	}
	return false;
}

/*
 * Whether the lock still has a use for an old guard: what the host needs, and what a `keep` line left to it, is guarded
 * as long as there is any rule.
 */
static bool is_needed(const struct accept_run *r, const struct plan_guard *g)
{
	static const unsigned of_host = REASON_BIT(REASON_BOOT_DISK) | REASON_BIT(REASON_IN_USE) |
					REASON_BIT(REASON_KEYBOARD) | REASON_BIT(REASON_KEPT);

	if (accept_locks_identity(&r->out->lock, &g->identity) || is_selected(r, g))
		return true;
	return r->config->n_rules && (of_host & REASON_BIT(g->reason));
}

/* Whether a rule that is accepted in this run has a function of the card. */
static bool is_just_accepted(const struct accept_run *r, const struct card *card)
{
	for (unsigned k = 0; k < card->n; k++)
		if (r->taken[card->member[k]] && accept_chose(r, r->holders[card->member[k]]))
			return true;
	return false;
}

/* Whether the accept of some rules keeps this guard of the old lock, whose card is here. */
static bool is_carried(const struct accept_run *r, const struct plan_guard *g, const struct card *there)
{
	return is_needed(r, g) && !is_just_accepted(r, there);
}

const struct plan_guard *accept_old_guard(const struct accept_run *r, int i, const struct path *place)
{
	for (size_t k = 0; r->chosen && r->old && k < r->old->n_guards; k++) {
		const struct plan_guard *g = &r->old->guards[k];
		struct card there;
		int from = 0;

		if (place && !path_equal(&g->path, place))
			continue;
		while (guard_next_in_place(g, r->machine, &from, &there))
			if (card_has(&there, i) && is_carried(r, g, &there))
				return g;
	}
	return NULL;
}

/* A flag a device: whether a card of the lock has its identity. NULL: no memory. */
static bool *mark_locked(const struct accept_run *r)
{
	const struct plan *lock = &r->out->lock;
	bool *marked = calloc(r->machine->n + 1, sizeof(*marked));

	for (size_t k = 0; marked && k < lock->n_cards; k++)
		for (int i = -1; (i = machine_next_like(r->machine, &lock->cards[k].identity, i)) >= 0 && !marked[i];)
			marked[i] = true;
	return marked;
}

/* Whether the function that names the card was refused alone: its guard line, old or new, tells of the card already. */
static bool is_guarded_alone(const struct accept_run *r, const struct card *card)
{
	struct card main = card_single(r->machine, card->main);
	struct path path = card_path(&main);

	return !card->single && (has_guard(&r->out->lock, &main) || accept_old_guard(r, card->main, &path));
}

/*
 * Every card of a locked identity that is not locked itself, selected or not. What refused it when its own rule was
 * accepted does so still.
 */
static int guard_twins(struct accept_run *r)
{
	bool *locked = mark_locked(r);
	int ret = locked ? 0 : -ENOMEM;

	for (int i = 0; i < (int)r->machine->n && ret == 0; i++) {
		const struct device *d = &r->machine->devices[i];
		const struct plan_guard *old;
		struct card card;
		struct path path;

		if (r->taken[i] || !locked[i])
			continue;
		if (card_of(r->machine, i, &card) < 0 || accept_is_taken(r, &card) ||
		    !identity_equal(&card_main(&card)->identity, &d->identity))
			card = card_single(r->machine, i);
		if (!has_guard(&r->out->lock, &card) && is_guarded_alone(r, &card))
			card = card_single(r->machine, i);
		if (has_guard(&r->out->lock, &card))
			continue;
		path = card_path(&card);
		old = accept_old_guard(r, card.main, &path);
		ret = accept_add_guard(r, old ? old->reason : REASON_TWIN, &card, old ? old->text : "");
		if (ret == 0)
			ret = accept_add_line(r, 0, REASON_TWIN, &card, "");
	}
	free(locked);
	return ret;
}

/*
 * A locked card behind Thunderbolt or USB4 is there at boot if the firmware connects it before the kernel starts. Its
 * guard line says why it is absent where it is, and refuses nothing.
 */
static int guard_external(struct accept_run *r)
{
	for (size_t i = 0; i < r->out->n_lines; i++) {
		const struct accept_line *line = &r->out->lines[i];
		const struct device *main = card_main(&line->card);
		char address[ADDRESS_LEN];

		if (line->reason != REASON_NONE || !main->external)
			continue;
		if (accept_add_guard(r, REASON_APPEARS_LATER, &line->card, "behind Thunderbolt or USB4") < 0 ||
		    note_add_about(
			    &r->out->notes, &r->out->n_notes, REASON_APPEARS_LATER, line->rule, &main->address,
			    "%s is behind Thunderbolt or USB4: it is bound only if the firmware has connected it "
			    "before the kernel starts",
			    address_print(&main->address, address)) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* What a `keep` line leaves of a locked card stays until the next accept, also when the line is gone. */
static int guard_kept_functions(struct accept_run *r)
{
	for (size_t i = 0; i < r->out->n_lines; i++) {
		const struct accept_line *line = &r->out->lines[i];
		struct candidate c = accept_candidate(r, &line->card, NULL);

		for (unsigned k = 0; line->reason == REASON_NONE && k < line->card.n; k++) {
			struct card single = card_single(r->machine, line->card.member[k]);
			char text[REPORT_TEXT_LEN];

			if (guard_kept(&c, single.main, text) && accept_add_guard(r, REASON_KEPT, &single, text) < 0)
				return -ENOMEM;
		}
	}
	return 0;
}

/*
 * Whether the lock has cards of the identity, and a person accepted all of them just now. What a live rule takes nobody
 * accepts.
 */
static bool is_accepted_anew(const struct accept_run *r, const struct identity *identity)
{
	for (size_t i = 0; i < r->config->n_rules; i++)
		if (r->config->rules[i].live && id_matches(&r->config->rules[i].selector.id, identity))
			return false;
	for (size_t i = 0; i < r->out->lock.n_cards; i++) {
		const struct plan_card *card = &r->out->lock.cards[i];

		if (identity_equal(&card->identity, identity) && !accept_chose(r, plan_rule(&r->out->lock, card->rule)))
			return false;
	}
	return accept_locks_identity(&r->out->lock, identity);
}

static int note_gone(struct accept_run *r, const struct plan_guard *g)
{
	char root[ROOT_LEN], path[PATH_LEN], identity[IDENTITY_LEN];

	return note_add(
		&r->out->notes, &r->out->n_notes, g->reason,
		"the %.9s that stayed with the host at %s %s (%s) is not there: nothing is taken for it any more",
		identity_print(&g->identity, identity), root_print(&g->root, root), path_print(&g->path, path),
		reason_word(g->reason));
}

/* Whether the new lock says the same of every function of the card. */
static bool is_repeated(const struct accept_run *r, enum reason reason, const struct card *card)
{
	const struct plan *lock = &r->out->lock;
	unsigned n = 0;

	for (unsigned k = 0; k < card->n; k++)
		for (size_t i = 0; i < lock->n_guards; i++)
			if (lock->guards[i].reason == reason &&
			    guard_covers(&lock->guards[i], r->machine, card->member[k])) {
				n++;
				break;
			}
	return n == card->n && reason != REASON_APPEARS_LATER;
}

/*
 * An old guard of an identity whose entries were kept: its card need not be here today. One whose place now holds a
 * card that a person just accepted is gone. So is one that is nowhere, if whoever accepts has just said of every card
 * like it which it is: kept, it would make them ambiguous whatever was accepted. What appears later does not.
 */
static int keep_guard(struct accept_run *r, const struct plan_guard *guard)
{
	struct plan_guard kept = *guard;
	struct card there;
	bool here = guard_in_place(guard, r->machine, &there);

	if (here ? has_guard(&r->out->lock, &there) || is_repeated(r, guard->reason, &there) ||
			    (guard->reason == REASON_TWIN && is_guarded_alone(r, &there))
		 : has_place_guard(&r->out->lock, &guard->root, &guard->path))
		return 0;
	if (here ? !is_carried(r, guard, &there) : !is_needed(r, guard))
		return 0;
	if (!here && guard->reason != REASON_APPEARS_LATER && is_accepted_anew(r, &guard->identity))
		return note_gone(r, guard);
	kept.rule = here ? rule_of(r, &there) : same_rule(r, guard->rule);
	return plan_copy_guard(&r->out->lock, kept, guard->text);
}

/* Those of an accept of some rules only; what `keep` left, or the others. */
static int keep_guards(struct accept_run *r, bool kept)
{
	for (size_t i = 0; r->chosen && r->old && i < r->old->n_guards; i++)
		if ((r->old->guards[i].reason == REASON_KEPT) == kept && keep_guard(r, &r->old->guards[i]) < 0)
			return -ENOMEM;
	return 0;
}

/* What `keep` left comes first: of another reason, its line would not refuse what the lock has. */
int accept_guards(struct accept_run *r)
{
	if (keep_guards(r, true) < 0 || guard_refused(r) < 0 || guard_kept_functions(r) < 0 ||
	    accept_guard_needs(r) < 0 || accept_guard_keyboards(r) < 0 || guard_twins(r) < 0 || guard_external(r) < 0)
		return -ENOMEM;
	return keep_guards(r, false);
}
