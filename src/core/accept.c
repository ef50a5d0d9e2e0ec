/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "accept_run.h"

#include "array.h"
#include "find.h"
#include "guard.h"
#include "note.h"

void acceptance_free(struct acceptance *a)
{
	plan_free(&a->lock);
	free(a->lines);
	free(a->notes);
	memset(a, 0, sizeof(*a));
}

int accept_add_line(struct accept_run *r, unsigned rule, enum reason reason, const struct card *card, const char *text)
{
	struct accept_line *line = array_grow(&r->out->lines, &r->out->n_lines, sizeof(*line));

	if (!line)
		return -ENOMEM;
	*line = (struct accept_line){ .rule = rule, .reason = reason, .card = *card };
	snprintf(line->text, sizeof(line->text), "%s", text);
	return 0;
}

static bool is_chosen(const struct accept_run *r, size_t rule)
{
	return !r->chosen || r->chosen[rule];
}

bool accept_chose(const struct accept_run *r, const struct rule *rule)
{
	const struct rule *own = rule_find(r->config->rules, r->config->n_rules, rule);

	return own && is_chosen(r, (size_t)(own - r->config->rules));
}

static int copy_rule(struct accept_run *r, const struct rule *rule, unsigned *number)
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

static int lock_card(struct accept_run *r, unsigned number, const struct card *card)
{
	const struct device *main = card_main(card);
	struct plan_card entry = { .rule = number,
				   .root = main->root,
				   .path = card_path(card),
				   .identity = main->identity,
				   .serial = accept_serial(card),
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
static const struct rule *old_rule(const struct accept_run *r, const struct rule *rule)
{
	return r->old ? rule_find(r->old->rules, r->old->n_rules, rule) : NULL;
}

static void take(struct accept_run *r, const struct card *card, const struct rule *rule)
{
	for (unsigned k = 0; k < card->n; k++) {
		r->taken[card->member[k]] = true;
		r->bound[card->member[k]] = rule->at != AT_CLAIM;
		r->holders[card->member[k]] = rule;
	}
}

void accept_give_back(struct accept_run *r, const struct card *card)
{
	for (unsigned k = 0; k < card->n; k++)
		r->taken[card->member[k]] = r->bound[card->member[k]] = false;
}

/* The card of entry i of the old lock, if it is here. */
static bool find_old(const struct accept_run *r, size_t i, struct card *card)
{
	struct found found;

	find_card(&r->old_index, i, &found);
	*card = found.card;
	return found_is_here(&found);
}

/* A rule that was not chosen has what it had, unless an earlier one gets it now. */
static void take_old(struct accept_run *r, const struct rule *rule)
{
	const struct rule *old = old_rule(r, rule);
	struct card card;

	for (size_t i = 0; old && i < r->old->n_cards; i++)
		if (r->old->cards[i].rule == old->number && find_old(r, i, &card) && !accept_is_taken(r, &card))
			take(r, &card, rule);
}

bool accept_was_locked(const struct accept_run *r, const struct rule *rule, const struct card *card)
{
	for (size_t i = 0; r->old && i < r->old->n_cards; i++) {
		struct found found;

		if (!rule_same(plan_rule(r->old, r->old->cards[i].rule), rule))
			continue;
		find_card(&r->old_index, i, &found);
		if (found.reason == REASON_NONE && found.card.main == card->main)
			return true;
	}
	return false;
}

struct candidate accept_candidate(const struct accept_run *r, const struct card *card, const struct rule *rule)
{
	return (struct candidate){ .plan = &r->out->lock, .machine = r->machine, .rule = rule, .card = *card };
}

/* An earlier rule has the card, or some functions of it: then no rule has the others. */
static int note_taken(struct accept_run *r, const struct rule *rule, const struct card *card)
{
	char address[ADDRESS_LEN];
	const struct rule *holder;
	unsigned taken = 0;
	int first = -1;

	for (unsigned k = 0; k < card->n; k++) {
		if (!r->taken[card->member[k]])
			continue;
		first = taken++ ? first : card->member[k];
	}
	holder = r->holders[first];
	return note_add_about(&r->out->notes, &r->out->n_notes, REASON_ABSENT, rule->number, NULL,
			      "%s:%u has %s already%s", holder->file, holder->line,
			      address_print(&r->machine->devices[first].address, address),
			      taken == card->n ? "" : ", so no rule has the rest of that card: take that rule out");
}

/* A card that no other rule has, with the first guard that refuses it. */
static int weigh_card(struct accept_run *r, const struct rule *rule, const struct card *card)
{
	struct candidate c = accept_candidate(r, card, rule);
	char text[REPORT_TEXT_LEN];
	reason_set refusing;
	enum reason reason = guard_at_accept(&c, text, &refusing);

	if (accept_add_line(r, rule->number, reason, card, text) < 0)
		return -ENOMEM;
	r->out->lines[r->out->n_lines - 1].refusing = refusing;
	if (reason == REASON_NONE)
		take(r, card, rule);
	return 0;
}

/* The cards that one rule selects. */
static int weigh(struct accept_run *r, const struct rule *rule, const struct cards *selected)
{
	size_t before = r->out->n_lines + r->out->n_notes + r->n_shadowed;
	char selector[SELECTOR_LEN], id[ID_LEN];

	for (size_t i = 0; i < selected->n; i++) {
		const struct card *card = &selected->items[i];
		struct shadowed shadowed = { rule, *card };
		int ret;

		if (rule->has_id && !id_matches(&rule->id, &card_main(card)->identity))
			ret = note_add_about(&r->out->notes, &r->out->n_notes, REASON_OTHER_DEVICE, rule->number, NULL,
					     "what stands there is not id=%s", id_print(&rule->id, id));
		else if (accept_is_taken(r, card))
			ret = array_add(&r->shadowed, &r->n_shadowed, &shadowed, sizeof(shadowed));
		else
			ret = weigh_card(r, rule, card);
		if (ret < 0)
			return ret;
	}
	if (before == r->out->n_lines + r->out->n_notes + r->n_shadowed && !rule->optional)
		return note_add_about(&r->out->notes, &r->out->n_notes, REASON_ABSENT, rule->number, NULL,
				      "selects nothing: nothing here is %s", selector_print(&rule->selector, selector));
	return 0;
}

static int weigh_rule(struct accept_run *r, const struct rule *rule)
{
	struct cards selected;
	char selector[SELECTOR_LEN];
	int mixed, ret = cards_select(r->machine, &rule->selector, &selected, &mixed);
	size_t len;

	if (ret == -ENOTUNIQ) {
		struct report_note *note;

		if (note_add_about(
			    &r->out->notes, &r->out->n_notes, REASON_AMBIGUOUS, rule->number, NULL,
			    "%s is not one card; name one function:", selector_print(&rule->selector, selector)) < 0)
			return -ENOMEM;
		note = &r->out->notes[r->out->n_notes - 1];
		for (size_t i = 0; i < r->machine->n; i++) {
			const struct device *d = &r->machine->devices[i];
			char address[ADDRESS_LEN];

			len = strlen(note->text);
			if (!device_is_bridge(d) && address_same_slot(&d->address, &r->machine->devices[mixed].address))
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

static void refuse_display(struct accept_line *line)
{
	line->reason = REASON_DISPLAY;
	line->refusing |= REASON_BIT(REASON_DISPLAY);
	snprintf(line->text, sizeof(line->text), "no display would be left to the host");
}

static bool gives_no_display(const struct accept_run *r, const struct accept_line *line)
{
	return line->reason == REASON_NONE && r->bound[line->card.main] &&
	       !(r->config->rules[line->rule - 1].allow & ALLOW_DISPLAY);
}

/* Functions that a rule has alone, of the card whose display was refused. */
static void refuse_with(struct accept_run *r, const struct card *display)
{
	struct card whole = card_whole(display);

	for (size_t i = 0; i < r->out->n_lines; i++)
		if (gives_no_display(r, &r->out->lines[i]) && card_has(&whole, r->out->lines[i].card.main)) {
			refuse_display(&r->out->lines[i]);
			accept_give_back(r, &r->out->lines[i].card);
		}
}

/* When the rules would leave no display, every display is refused, but for those with allow=display. */
static void refuse_last_displays(struct accept_run *r)
{
	if (guard_display_left(r->machine, r->bound, false))
		return;
	for (size_t i = 0; i < r->out->n_lines; i++) {
		struct accept_line *line = &r->out->lines[i];

		if (!gives_no_display(r, line) || !card_has_display(&line->card))
			continue;
		refuse_display(line);
		accept_give_back(r, &line->card);
		refuse_with(r, &line->card);
	}
}

static int by_rule(const void *a, const void *b)
{
	const struct accept_line *x = a, *y = b;

	return x->rule != y->rule ? (x->rule < y->rule ? -1 : 1) : x->card.main - y->card.main;
}

/* What was given back by now is a later rule's, which may allow more. *any: there was such. */
static int weigh_given_back(struct accept_run *r, bool *any)
{
	*any = false;
	for (size_t i = 0; i < r->n_shadowed; i++) {
		struct shadowed *s = &r->shadowed[i];

		if (!s->rule || accept_is_taken(r, &s->card))
			continue;
		if (weigh_card(r, s->rule, &s->card) < 0)
			return -ENOMEM;
		s->rule = NULL;
		*any = true;
	}
	if (*any)
		qsort(r->out->lines, r->out->n_lines, sizeof(*r->out->lines), by_rule);
	return 0;
}

/* What the rules together would cost the host; each card that is refused for it may be had by a later rule. */
static int refuse_last(struct accept_run *r)
{
	bool any = true;

	while (any) {
		refuse_last_displays(r);
		accept_keep_keyboard(r);
		accept_keep_usb(r);
		if (weigh_given_back(r, &any) < 0)
			return -ENOMEM;
	}
	for (size_t i = 0; i < r->n_shadowed; i++)
		if (r->shadowed[i].rule && note_taken(r, r->shadowed[i].rule, &r->shadowed[i].card) < 0)
			return -ENOMEM;
	return 0;
}

static int lock_lines(struct accept_run *r, const struct rule *rule)
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

/* Whether another rule has a function of the card. */
static bool is_lost(const struct accept_run *r, const struct rule *rule, const struct card *card)
{
	for (unsigned k = 0; k < card->n; k++)
		if (r->taken[card->member[k]] && r->holders[card->member[k]] != rule)
			return true;
	return false;
}

/* The entry of a rule that was not chosen, as it is, but for what an earlier rule has by now. */
static int keep_lines(struct accept_run *r, const struct rule *rule)
{
	const struct rule *old = old_rule(r, rule);
	unsigned number = 0;

	for (size_t i = 0; old && i < r->old->n_cards; i++) {
		struct plan_card entry = r->old->cards[i];
		struct card card;
		bool here;

		if (entry.rule != old->number)
			continue;
		here = find_old(r, i, &card);
		if (here && is_lost(r, rule, &card)) {
			if (note_taken(r, rule, &card) < 0)
				return -ENOMEM;
			continue;
		}
		if (!number && copy_rule(r, old, &number) < 0)
			return -ENOMEM;
		entry.rule = number;
		if (plan_add_card(&r->out->lock, &entry) < 0)
			return -ENOMEM;
		if (here)
			take(r, &card, rule);
	}
	return 0;
}

/* What the rules select, or have from before. */
static int weigh_rules(struct accept_run *r)
{
	const struct config *config = r->config;

	for (size_t i = 0; i < config->n_keeps; i++)
		if (plan_add_keep(&r->out->lock, &config->keeps[i].selector) < 0)
			return -ENOMEM;
	for (size_t i = 0; i < config->n_rules; i++) {
		const struct rule *rule = &config->rules[i];

		if (rule->live)
			continue;
		if (!is_chosen(r, i))
			take_old(r, rule);
		else if (weigh_rule(r, rule) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int run_all(struct accept_run *r)
{
	int ret = weigh_rules(r);

	if (ret == 0)
		ret = refuse_last(r);
	for (size_t i = 0; i < r->config->n_rules && ret == 0; i++)
		if (!r->config->rules[i].live)
			ret = (is_chosen(r, i) ? lock_lines : keep_lines)(r, &r->config->rules[i]);
	return ret < 0 ? ret : accept_guards(r);
}

static int run_begin(struct accept_run *r)
{
	const struct machine *m = r->machine;

	memset(r->out, 0, sizeof(*r->out));
	r->out->lock.kind = KIND_LOCK;
	r->out->lock.timeout = r->config->timeout;
	r->taken = calloc(m->n + 1, sizeof(*r->taken));
	r->bound = calloc(m->n + 1, sizeof(*r->bound));
	r->holders = calloc(m->n + 1, sizeof(*r->holders));
	if (!r->taken || !r->bound || !r->holders)
		return -ENOMEM;
	return r->old ? plan_index_make(&r->old_index, r->old, m) : 0;
}

static void run_end(struct accept_run *r)
{
	plan_index_free(&r->old_index);
	free(r->shadowed);
	free(r->holders);
	free(r->bound);
	free(r->taken);
}

int accept_rules(const struct config *config, const struct machine *m, const struct plan *old, const bool *chosen,
		 struct acceptance *out)
{
	struct accept_run r = { .config = config, .machine = m, .old = old, .chosen = chosen, .out = out };
	int ret = run_begin(&r);

	if (ret == 0)
		ret = run_all(&r);
	run_end(&r);
	if (ret < 0)
		acceptance_free(out);
	return ret;
}

/* --- One rule more */

/* What the rules leave to the host: before any display is refused for it, and after. */
struct left {
	unsigned displays;
	unsigned keyboards;
	unsigned usb;
};

static bool is_left_display(const struct accept_run *r, int i)
{
	const struct device *d = &r->machine->devices[i];

	return device_is_display(&d->identity) && !r->bound[i] && !device_appears_later(d);
}

static unsigned count_displays(const struct accept_run *r, const struct card *card)
{
	unsigned n = 0;

	for (unsigned k = 0; k < card->n; k++)
		n += is_left_display(r, card->member[k]);
	return n;
}

/* As refuse_last() does for the last line. */
static void ask_card(const struct accept_run *r, const struct rule *rule, const struct left *left,
		     struct accept_line *line)
{
	struct candidate c = accept_candidate(r, &line->card, rule);

	line->reason = guard_at_accept(&c, line->text, &line->refusing);
	if (!line->reason && left->displays == count_displays(r, &line->card) && card_has_display(&line->card))
		refuse_display(line);
	if (!line->reason && guard_keyboard_of(&c) >= 0 && left->keyboards == accept_takes_keyboards(&c))
		accept_refuse_keyboard(&c, line);
	if (!line->reason)
		accept_refuse_last_usb(&c, left->usb, line);
}

/* Whether a rule has a function of the card, or had it until it was refused. */
static bool is_held(const struct accept_run *r, const struct card *card)
{
	for (unsigned k = 0; k < card->n; k++)
		if (r->holders[card->member[k]])
			return true;
	return false;
}

static int ask(const struct accept_run *r, const struct selector *selector, const struct left *left,
	       struct accept_line *line)
{
	struct rule rule = { .number = 1, .selector = *selector, .driver = "vfio-pci" };
	struct cards selected;
	int ret = cards_select(r->machine, selector, &selected, NULL);

	*line = (struct accept_line){ .rule = 0 };
	if (ret < 0)
		return ret == -ENOTUNIQ ? 0 : ret;
	if (selected.n == 1 && !is_held(r, &selected.items[0])) {
		line->rule = 1;
		line->card = selected.items[0];
		ask_card(r, &rule, left, line);
	}
	cards_free(&selected);
	return 0;
}

int accept_ask(const struct config *config, const struct machine *m, const struct plan *old,
	       const struct selector *selectors, size_t n, struct accept_line *lines)
{
	bool *none = calloc(config->n_rules + 1, sizeof(*none));
	struct acceptance out;
	struct accept_run r = { .config = config, .machine = m, .old = old, .chosen = none, .out = &out };
	struct left left = { 0 };
	int ret = run_begin(&r);

	if (ret == 0)
		ret = none ? weigh_rules(&r) : -ENOMEM;
	for (int i = 0; i < (int)m->n && ret == 0; i++)
		left.displays += is_left_display(&r, i);
	if (ret == 0)
		ret = refuse_last(&r);
	if (ret == 0)
		left = (struct left){ left.displays, accept_keyboards(&r), accept_usb(&r) };
	for (size_t i = 0; i < n && ret == 0; i++)
		ret = ask(&r, &selectors[i], &left, &lines[i]);
	run_end(&r);
	free(none);
	acceptance_free(&out);
	return ret;
}
