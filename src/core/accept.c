/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "accept.h"

#include "array.h"
#include "guard.h"
#include "note.h"

struct run {
	const struct config *config;
	const struct machine *machine;
	const struct plan *old;
	const bool *chosen; /* a flag a rule of the config; NULL: all */
	struct acceptance *out;
	bool *taken; /* locked by a rule; a flag a device */
};

void acceptance_free(struct acceptance *a)
{
	plan_free(&a->lock);
	free(a->lines);
	free(a->notes);
	memset(a, 0, sizeof(*a));
}

static int add_line(struct run *r, unsigned rule, enum reason reason, const struct card *card, const char *text)
{
	struct accept_line *line = array_grow(&r->out->lines, &r->out->n_lines, sizeof(*line));

	if (!line)
		return -ENOMEM;
	*line = (struct accept_line){ .rule = rule, .reason = reason, .card = *card };
	snprintf(line->text, sizeof(line->text), "%s", text);
	return 0;
}

static bool is_chosen(const struct run *r, size_t rule)
{
	return !r->chosen || r->chosen[rule];
}

static int copy_rule(struct run *r, const struct rule *rule, unsigned *number)
{
	struct rule copy = *rule;
	int ret;

	*number = copy.number = (unsigned)r->out->lock.n_rules + 1;
	copy.file = strdup(rule->file ? rule->file : "-");
	if (!copy.file)
		return -ENOMEM;
	ret = plan_add_rule(&r->out->lock, &copy);
	if (ret < 0)
		free(copy.file);
	return ret;
}

/*
 * What tells this card from another by its serial: not 0, not all ones, and carried by no function that the card could
 * be mistaken for. The functions of one slot often share the serial of their device.
 */
static uint64_t usable_serial(const struct card *c)
{
	const struct device *main = card_main(c);

	if (main->serial == UINT64_MAX)
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

static int lock_card(struct run *r, unsigned number, const struct card *card)
{
	const struct device *main = card_main(card);
	struct plan_card entry = { .rule = number,
				   .root = main->root,
				   .path = card_path(card),
				   .identity = main->identity,
				   .serial = usable_serial(card),
				   .has_address = true,
				   .address = main->address,
				   .n_functions = card->n };

	for (unsigned k = 0; k < card->n; k++) {
		const struct device *d = &r->machine->devices[card->member[k]];

		entry.functions[k] = (struct plan_function){ .path = d->path, .identity = d->identity };
	}
	return plan_add_card(&r->out->lock, &entry);
}

/* The rule with an entry in the old lock, NULL if there is none. */
static const struct rule *old_rule(const struct run *r, const struct rule *rule)
{
	for (size_t i = 0; r->old && i < r->old->n_rules; i++)
		if (rule_same(&r->old->rules[i], rule))
			return &r->old->rules[i];
	return NULL;
}

static void take(struct run *r, const struct card *card)
{
	for (unsigned k = 0; k < card->n; k++)
		r->taken[card->member[k]] = true;
}

/* A rule that was not chosen keeps its entry as it is. */
static int keep_entry(struct run *r, const struct rule *rule)
{
	const struct rule *old = old_rule(r, rule);
	unsigned number;

	if (!old)
		return 0;
	if (copy_rule(r, old, &number) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < r->old->n_cards; i++) {
		struct plan_card entry = r->old->cards[i];
		struct card there;

		if (entry.rule != old->number)
			continue;
		entry.rule = number;
		if (plan_add_card(&r->out->lock, &entry) < 0)
			return -ENOMEM;
		if (card_at(r->machine, &entry.root, &entry.path, &there) == 0 &&
		    identity_equal(&card_main(&there)->identity, &entry.identity))
			take(r, &there);
	}
	return 0;
}

static bool is_taken(const struct run *r, const struct card *card)
{
	for (unsigned k = 0; k < card->n; k++)
		if (r->taken[card->member[k]])
			return true;
	return false;
}

/* The cards that one rule selects, each with the first guard that refuses it. */
static int weigh(struct run *r, const struct rule *rule, const struct cards *selected)
{
	size_t before = r->out->n_lines;

	for (size_t i = 0; i < selected->n; i++) {
		const struct card *card = &selected->items[i];
		struct candidate c = { .plan = &r->out->lock, .machine = r->machine, .rule = rule, .card = *card };
		char text[REPORT_TEXT_LEN], id[ID_LEN];
		enum reason reason;
		reason_set refusing;

		if (rule->has_id && !id_matches(&rule->id, &card_main(card)->identity)) {
			if (note_add(&r->out->notes, &r->out->n_notes, REASON_OTHER_DEVICE,
				     "%s:%u: what stands there is not id=%s", rule->file, rule->line,
				     id_print(&rule->id, id)) < 0)
				return -ENOMEM;
			continue;
		}
		if (is_taken(r, card))
			continue;
		reason = guard_at_accept(&c, text, &refusing);
		if (add_line(r, rule->number, reason, card, text) < 0)
			return -ENOMEM;
		r->out->lines[r->out->n_lines - 1].refusing = refusing;
		if (reason == REASON_NONE)
			take(r, card);
	}
	if (before == r->out->n_lines && !rule->optional)
		return note_add(&r->out->notes, &r->out->n_notes, REASON_ABSENT,
				"%s:%u: selects nothing that an earlier rule has not", rule->file, rule->line);
	return 0;
}

static int weigh_rule(struct run *r, const struct rule *rule)
{
	struct cards selected;
	char selector[SELECTOR_LEN];
	int mixed, ret = cards_select(r->machine, &rule->selector, &selected, &mixed);
	size_t len;

	if (ret == -ENOTUNIQ) {
		struct report_note *note;

		if (note_add(&r->out->notes, &r->out->n_notes, REASON_AMBIGUOUS,
			     "%s:%u: %s is not one card; name one function:", rule->file, rule->line,
			     selector_print(&rule->selector, selector)) < 0)
			return -ENOMEM;
		note = &r->out->notes[r->out->n_notes - 1];
		for (size_t i = 0; i < r->machine->n; i++) {
			const struct device *d = &r->machine->devices[i];
			char address[ADDRESS_LEN];

			len = strlen(note->text);
			if (address_same_slot(&d->address, &r->machine->devices[mixed].address))
				snprintf(note->text + len, sizeof(note->text) - len, " %s",
					 address_print(&d->address, address));
		}
		return 0;
	}
	if (ret < 0)
		return ret;
	ret = weigh(r, rule, &selected);
	cards_free(&selected);
	return ret;
}

/* When the rules would leave no display, every display is refused, but for those with allow=display. */
static void refuse_last_displays(struct run *r)
{
	if (guard_display_left(r->machine, r->taken))
		return;
	for (size_t i = 0; i < r->out->n_lines; i++) {
		struct accept_line *line = &r->out->lines[i];

		if (line->reason != REASON_NONE || !card_has_display(&line->card) ||
		    (r->config->rules[line->rule - 1].allow & ALLOW_DISPLAY))
			continue;
		line->reason = REASON_DISPLAY;
		line->refusing |= REASON_BIT(REASON_DISPLAY);
		snprintf(line->text, sizeof(line->text), "no display would be left to the host");
		for (unsigned k = 0; k < line->card.n; k++)
			r->taken[line->card.member[k]] = false;
	}
}

static int lock_lines(struct run *r, const struct rule *rule)
{
	unsigned number = 0;

	for (size_t i = 0; i < r->out->n_lines; i++) {
		struct accept_line *line = &r->out->lines[i];

		if (line->rule != rule->number || line->reason != REASON_NONE)
			continue;
		if (!number && copy_rule(r, rule, &number) < 0)
			return -ENOMEM;
		if (lock_card(r, number, &line->card) < 0)
			return -ENOMEM;
	}
	return 0;
}

static bool is_locked_identity(const struct plan *lock, const struct identity *identity)
{
	for (size_t i = 0; i < lock->n_cards; i++)
		if (identity_equal(&lock->cards[i].identity, identity))
			return true;
	return false;
}

static bool has_guard(const struct plan *lock, const struct root *root, const struct path *path)
{
	for (size_t i = 0; i < lock->n_guards; i++)
		if (root_is(&lock->guards[i].root, root) && path_equal(&lock->guards[i].path, path))
			return true;
	return false;
}

static int add_guard(struct run *r, enum reason reason, const struct card *card, const char *text)
{
	const struct device *main = card_main(card);
	struct plan_guard guard = { .reason = reason,
				    .root = main->root,
				    .path = card_path(card),
				    .identity = main->identity,
				    .serial = usable_serial(card) };
	size_t size = strlen(text) + sizeof("lock ");
	int ret;

	if (has_guard(&r->out->lock, &guard.root, &guard.path))
		return 0;
	guard.text = malloc(size);
	if (!guard.text)
		return -ENOMEM;
	snprintf(guard.text, size, "lock%s%s", *text ? " " : "", text);
	ret = plan_add_guard(&r->out->lock, &guard);
	if (ret < 0)
		free(guard.text);
	return ret;
}

/* What a rule selected and a guard refused: the report can name it, and nothing binds it later by itself. */
static int guard_refused(struct run *r)
{
	for (size_t i = 0; i < r->out->n_lines; i++) {
		const struct accept_line *line = &r->out->lines[i];

		if (line->reason == REASON_NONE || is_taken(r, &line->card))
			continue;
		if (add_guard(r, line->reason, &line->card, line->text) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* Every card of a locked identity that is not locked itself, selected or not. */
static int guard_twins(struct run *r)
{
	for (int i = 0; i < (int)r->machine->n; i++) {
		const struct device *d = &r->machine->devices[i];
		struct card card;
		struct path path;

		if (r->taken[i] || !is_locked_identity(&r->out->lock, &d->identity))
			continue;
		if (card_of(r->machine, i, &card) < 0 || is_taken(r, &card) ||
		    !identity_equal(&card_main(&card)->identity, &d->identity))
			card = card_single(r->machine, i);
		path = card_path(&card);
		if (has_guard(&r->out->lock, &d->root, &path))
			continue;
		if (add_guard(r, REASON_TWIN, &card, "") < 0 || add_line(r, 0, REASON_TWIN, &card, "") < 0)
			return -ENOMEM;
	}
	return 0;
}

/*
 * The old guards of identities whose entries were kept: their cards need not be here today. One whose place now holds a
 * card that a person just accepted is gone.
 */
static int keep_guards(struct run *r)
{
	for (size_t i = 0; r->chosen && r->old && i < r->old->n_guards; i++) {
		struct plan_guard guard = r->old->guards[i];
		struct card there;

		if (has_guard(&r->out->lock, &guard.root, &guard.path))
			continue;
		if (guard_in_place(&guard, r->machine, &there) && is_taken(r, &there))
			continue;
		guard.text = strdup(guard.text);
		if (!guard.text)
			return -ENOMEM;
		if (plan_add_guard(&r->out->lock, &guard) < 0) {
			free(guard.text);
			return -ENOMEM;
		}
	}
	return 0;
}

static int run_all(struct run *r)
{
	const struct config *config = r->config;

	for (size_t i = 0; i < config->n_keeps; i++)
		if (plan_add_keep(&r->out->lock, &config->keeps[i].selector) < 0)
			return -ENOMEM;
	for (size_t i = 0; i < config->n_rules; i++) {
		const struct rule *rule = &config->rules[i];
		int ret = is_chosen(r, i) ? weigh_rule(r, rule) : keep_entry(r, rule);

		if (ret < 0)
			return ret;
	}
	refuse_last_displays(r);
	for (size_t i = 0; i < config->n_rules; i++)
		if (is_chosen(r, i) && lock_lines(r, &config->rules[i]) < 0)
			return -ENOMEM;
	if (guard_refused(r) < 0 || guard_twins(r) < 0)
		return -ENOMEM;
	return keep_guards(r);
}

int accept_rules(const struct config *config, const struct machine *m, const struct plan *old, const bool *chosen,
		 struct acceptance *out)
{
	struct run r = { .config = config, .machine = m, .old = old, .chosen = chosen, .out = out };
	int ret;

	memset(out, 0, sizeof(*out));
	out->lock.kind = KIND_LOCK;
	out->lock.timeout = config->timeout;
	r.taken = calloc(m->n + 1, sizeof(*r.taken));
	ret = r.taken ? run_all(&r) : -ENOMEM;
	free(r.taken);
	if (ret < 0)
		acceptance_free(out);
	return ret;
}
