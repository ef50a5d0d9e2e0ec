/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decide.h"

#include "array.h"
#include "guard.h"
#include "note.h"

#define TRIAL_DISPLAY_NOTE "a rule has allow=display: only a person's `earlybind confirm` ends the trial"

/* Everything a run needs, so that the steps below stay short. */
struct run {
	const struct plan *plan;
	const struct machine *machine;
	const struct cmdline *cmdline;
	struct decisions *out;
	struct plan_index index;
	bool *taken;   /* by an earlier card; a flag a device */
	bool *decided; /* has a decision; a flag a device */
	bool *noted;   /* as missing; a flag a guard */
};

void decisions_free(struct decisions *d)
{
	free(d->items);
	free(d->notes);
	memset(d, 0, sizeof(*d));
}

static struct decision *add_decision(struct run *r)
{
	struct decision *d = array_grow(&r->out->items, &r->out->n, sizeof(*d));

	if (d)
		d->device = -1;
	return d;
}

static void set_text(struct decision *d, enum reason reason, const char *text)
{
	d->reason = d->line.reason = reason;
	d->bind = reason == REASON_NONE || reason == REASON_MOVED;
	if (!d->bind)
		d->refusing |= REASON_BIT(reason);
	d->line.outcome = d->bind ? OUTCOME_BOUND : OUTCOME_REFUSED;
	snprintf(d->line.text, sizeof(d->line.text), "%s", text);
}

/* device: an index, -1: what was locked is not there. */
static struct decision *decision_for(struct run *r, const struct candidate *c, size_t card, int device)
{
	const struct plan_card *locked = c->locked;
	struct decision *d = add_decision(r);

	if (!d)
		return NULL;
	d->rule = d->line.rule = c->rule->number;
	d->card = card;
	d->device = device;
	d->drivers = c->rule->driver;
	if (device >= 0) {
		const struct device *dev = &r->machine->devices[device];

		r->decided[device] = true;
		d->line.root = dev->root;
		d->line.path = dev->path;
		d->line.identity = dev->identity;
		d->line.has_address = true;
		d->line.address = dev->address;
		snprintf(d->line.driver, sizeof(d->line.driver), "%s", dev->driver);
	} else {
		d->line.root = locked->root;
		d->line.path = locked->path;
		d->line.identity = locked->identity;
		d->line.has_address = locked->has_address;
		d->line.address = locked->address;
	}
	return d;
}

static int note_missing(struct run *r, const struct plan_card *locked, const struct card *card)
{
	struct path now = card_path(card);
	char path[PATH_LEN], id[IDENTITY_LEN];

	for (unsigned k = 0; k < locked->n_functions; k++) {
		const struct plan_function *f = &locked->functions[k];
		struct path expected = find_function_path(locked, &f->path, &now);

		if (machine_by_path(r->machine, &card_main(card)->root, &expected) >= 0)
			continue;
		if (note_add_about(&r->out->notes, &r->out->n_notes, REASON_ABSENT, locked->rule,
				   &card_main(card)->address,
				   "function %s (%s) of the card locked by rule %u is not there",
				   path_print(&expected, path), identity_print(&f->identity, id), locked->rule) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* One decision for function i of a card that was found. */
static int decide_function(struct run *r, size_t index, struct candidate *c, int i)
{
	bool accepted = c->locked && !c->locked->open;
	const struct plan_function *f = accepted ? find_function(c->locked, &c->card, i) : NULL;
	struct decision *d = decision_for(r, c, index, i);
	char text[REPORT_TEXT_LEN], id[IDENTITY_LEN];
	enum reason reason;

	if (!d)
		return -ENOMEM;
	d->main = i == c->card.main;
	d->moved = c->found->reason == REASON_MOVED;
	reason = guard_at_boot(c, i, text, &d->refusing);
	if (reason == REASON_NONE && f && !identity_equal(&f->identity, &r->machine->devices[i].identity)) {
		reason = REASON_OTHER_DEVICE;
		snprintf(text, sizeof(text), "%s was locked here", identity_print(&f->identity, id));
	} else if (reason == REASON_NONE && r->taken[i]) {
		reason = REASON_AMBIGUOUS;
		snprintf(text, sizeof(text), "another entry has it");
	} else if (reason == REASON_NONE && d->moved) {
		reason = REASON_MOVED;
		snprintf(text, sizeof(text), "%s", c->found->text);
	} else if (reason == REASON_NONE && accepted && !f) {
		snprintf(text, sizeof(text), "a function that appeared since the card was locked");
	}
	set_text(d, reason, text);
	if (d->bind)
		r->taken[i] = true;
	return 0;
}

/* Whether an entry of the lock was decided with it: a live rule or an open card is not asked then. */
static bool is_decided(const struct run *r, const struct card *card)
{
	for (unsigned k = 0; k < card->n; k++)
		if (r->decided[card->member[k]])
			return true;
	return false;
}

/* A card for the host that is not there, and was not mistaken for this one. */
static int note_twins(struct run *r, const struct identity *id)
{
	char root[ROOT_LEN], path[PATH_LEN], identity[IDENTITY_LEN];

	for (int i = plan_index_missing(&r->index, id, -1); i >= 0; i = plan_index_missing(&r->index, id, i)) {
		const struct plan_guard *g = &r->plan->guards[i];

		if (r->noted[i])
			return 0; /* and so are all others of this identity */
		r->noted[i] = true;
		if (note_add(&r->out->notes, &r->out->n_notes, REASON_ABSENT,
			     "the %.9s that stays with the host (%s) is missing at %s %s",
			     identity_print(&g->identity, identity), reason_word(g->reason), root_print(&g->root, root),
			     path_print(&g->path, path)) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* The guard that says why it may be absent, or NULL. */
static const struct plan_guard *excuse_of(const struct run *r, const struct plan_card *locked)
{
	for (size_t i = 0; i < r->plan->n_guards; i++)
		if (guard_explains(&r->plan->guards[i], locked))
			return &r->plan->guards[i];
	return NULL;
}

/* Nothing is wrong. */
static int note_absent(struct run *r, const struct plan_card *locked, const struct plan_guard *excuse)
{
	char id[IDENTITY_LEN];

	return note_add_about(&r->out->notes, &r->out->n_notes, excuse ? excuse->reason : REASON_ABSENT, locked->rule,
			      locked->has_address ? &locked->address : NULL, "the %scard %s is not there%s%s",
			      excuse ? "" : "optional ", identity_print(&locked->identity, id), excuse ? ": " : "",
			      excuse ? excuse->text : "");
}

static int decide_card(struct run *r, size_t index)
{
	const struct plan_card *locked = &r->plan->cards[index];
	struct candidate c = { .plan = r->plan,
			       .machine = r->machine,
			       .cmdline = r->cmdline,
			       .locked = locked,
			       .index = &r->index,
			       .rule = plan_rule(r->plan, locked->rule) };
	struct found found;
	const struct plan_guard *excuse;
	char text[REPORT_TEXT_LEN];

	find_card(&r->index, index, &found);
	c.found = &found;
	excuse = excuse_of(r, locked);
	if (found.reason == REASON_ABSENT && (excuse || c.rule->optional))
		return note_absent(r, locked, excuse);
	if (!found_is_here(&found)) {
		struct decision *d = decision_for(r, &c, index, -1);
		enum reason reason;

		if (!d)
			return -ENOMEM;
		d->main = true;
		if (found.occupant) {
			d->line.has_address = true;
			d->line.address = found.occupant->address;
		}
		reason = guard_at_boot(&c, -1, text, &d->refusing);
		set_text(d, reason == REASON_NONE ? found.reason : reason, text);
		d->bind = false;
		return 0;
	}
	if (found.reason == REASON_NONE && found.missing && note_twins(r, &locked->identity) < 0)
		return -ENOMEM;
	c.card = found.card;
	if (locked->open && is_decided(r, &c.card))
		return 0;
	for (unsigned k = 0; k < c.card.n; k++)
		if (decide_function(r, index, &c, c.card.member[k]) < 0)
			return -ENOMEM;
	return c.card.single ? 0 : note_missing(r, locked, &c.card);
}

/* What may be a guarded function that has left its place is refused alone; if it is the main one, with its card. */
static int decide_live_card(struct run *r, struct candidate c, size_t index)
{
	struct found found = { .reason = REASON_NONE };
	bool whole = find_ambiguous(&r->index, &card_main(&c.card)->identity, found.text);

	c.found = &found;
	for (unsigned k = 0; k < c.card.n; k++) {
		int i = c.card.member[k];

		found.reason = whole || find_ambiguous(&r->index, &r->machine->devices[i].identity, found.text)
				       ? REASON_AMBIGUOUS
				       : REASON_NONE;
		if (decide_function(r, index, &c, i) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* By its nature a live rule does not mean what shows the boot: no refusal, but worth a word. */
static int note_boot_display(struct run *r, const struct rule *rule, const struct card *card)
{
	char address[ADDRESS_LEN];

	return note_add_about(&r->out->notes, &r->out->n_notes, REASON_DISPLAY, rule->number, &card_main(card)->address,
			      "%s shows the boot: rule %u leaves it", address_print(&card_main(card)->address, address),
			      rule->number);
}

/* The displays that a live rule means, as they stand here. `next` numbers its cards. */
static int decide_live(struct run *r, const struct rule *rule, size_t *next)
{
	struct candidate c = {
		.plan = r->plan, .machine = r->machine, .cmdline = r->cmdline, .rule = rule, .index = &r->index
	};
	char text[REPORT_TEXT_LEN];
	size_t first = *next;

	for (int i = 0; i < (int)r->machine->n; i++) {
		const struct identity *identity = &r->machine->devices[i].identity;

		if (!device_is_display(identity) || !id_matches(&rule->selector.id, identity))
			continue;
		if (card_of(r->machine, i, &c.card) < 0 || c.card.main != i)
			continue;
		(*next)++;
		if (is_decided(r, &c.card))
			continue;
		if ((guard_display(&c, i, text) ? note_boot_display(r, rule, &c.card) : decide_live_card(r, c, *next)) <
		    0)
			return -ENOMEM;
	}
	if (*next > first || rule->optional)
		return 0;
	return note_add_about(&r->out->notes, &r->out->n_notes, REASON_ABSENT, rule->number, NULL,
			      "rule %u finds no display of its kind", rule->number);
}

/* What refuse_last_displays() refuses. */
struct refused {
	bool *device; /* displays; a flag a device */
	bool *card;   /* a flag a card of the decisions */
};

/* The display's functions, and those of its card that another rule has alone. */
static bool goes_with(const struct run *r, const struct decision *d, const struct refused *refused)
{
	struct card whole;

	if (refused->card[d->card])
		return true;
	if (card_of(r->machine, d->device, &whole) < 0 || rule_takes_display(plan_rule(r->plan, d->rule)))
		return false;
	for (unsigned k = 0; k < whole.n; k++)
		if (refused->device[whole.member[k]])
			return true;
	return false;
}

/* When the plan would leave no display, every display is refused, and with it its whole card. */
static int refuse_last_displays(struct run *r, size_t cards)
{
	struct refused refused = { .device = calloc(r->machine->n + cards, sizeof(bool)) };

	if (!refused.device)
		return -ENOMEM;
	refused.card = refused.device + r->machine->n;
	for (size_t i = 0; i < r->out->n; i++) {
		const struct decision *d = &r->out->items[i];

		/* What has its driver already, of a built-in vfio-pci, would not come back by refusing it. */
		if (!d->bind || d->line.driver[0] || !device_is_display(&d->line.identity) ||
		    rule_takes_display(plan_rule(r->plan, d->rule)))
			continue;
		refused.device[d->device] = refused.card[d->card] = true;
	}
	for (size_t i = 0; i < r->out->n; i++)
		if (r->out->items[i].bind && goes_with(r, &r->out->items[i], &refused))
			set_text(&r->out->items[i], REASON_DISPLAY, "no display would be left to the host");
	free(refused.device);
	return 0;
}

/* A black screen boots fully: whether the plan works only a person can say. */
static int note_trial(struct run *r)
{
	for (size_t i = 0; r->out->state == PLAN_TRIAL && i < r->plan->n_rules; i++)
		if (rule_takes_display(&r->plan->rules[i]))
			return note_add_about(&r->out->notes, &r->out->n_notes, REASON_DISPLAY,
					      r->plan->rules[i].number, NULL, TRIAL_DISPLAY_NOTE);
	return 0;
}

/* What others did or tried, which a person should know. */
static int add_notes(struct run *r)
{
	static const char *const modules[] = { "vfio-pci", "pci-stub" };

	for (size_t i = 0; i < ARRAY_SIZE(modules); i++) {
		struct text params = { 0 };
		bool ids = false;

		cmdline_module_params(r->cmdline, modules[i], &params, &ids);
		text_free(&params);
		if (ids && note_add(&r->out->notes, &r->out->n_notes, REASON_IGNORED_IDS,
				    "%s.ids= on the kernel command line", modules[i]) < 0)
			return -ENOMEM;
	}
	if (note_trial(r) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < r->cmdline->n_bad; i++)
		if (note_add(&r->out->notes, &r->out->n_notes, REASON_SKIPPED,
			     "earlybind.skip= has an item that is no selector: %s", r->cmdline->bad[i]) < 0)
			return -ENOMEM;
	for (size_t i = 0; i < r->machine->n; i++) {
		const struct device *d = &r->machine->devices[i];
		char address[ADDRESS_LEN];

		if (!r->taken[i] && !d->override[0] && strcmp(d->driver, "vfio-pci") == 0 &&
		    note_add_about(&r->out->notes, &r->out->n_notes, REASON_BOUND_BY_KERNEL, 0, &d->address,
				   "%s was taken by vfio-pci itself", address_print(&d->address, address)) < 0)
			return -ENOMEM;
	}
	return 0;
}

static enum plan_state state_of(const struct machine *m, const struct cmdline *c)
{
	if (c->off || m->boot.off)
		return PLAN_OFF;
	if (m->boot.kdump)
		return PLAN_KDUMP;
	return m->boot.trial == TRIAL_FAILED ? PLAN_STOOD_DOWN : m->boot.trial == TRIAL_ON ? PLAN_TRIAL : PLAN_ACTIVE;
}

/* All cards, then what needs all of them. */
static int decide_all(struct run *r)
{
	const struct plan *p = r->plan;
	size_t next = p->n_cards;
	int ret = 0;

	for (size_t i = 0; i < 2 * p->n_cards && ret == 0; i++)
		if (p->cards[i % p->n_cards].open == (i >= p->n_cards)) /* what was accepted comes first */
			ret = decide_card(r, i % p->n_cards);
	for (size_t i = 0; i < p->n_rules && ret == 0; i++)
		if (p->rules[i].live)
			ret = decide_live(r, &p->rules[i], &next);
	if (ret == 0 && !guard_display_left(r->machine, r->taken, true))
		ret = refuse_last_displays(r, next + 1);
	return ret < 0 ? ret : add_notes(r);
}

int decide(const struct plan *p, const struct machine *m, const struct cmdline *c, struct decisions *out)
{
	struct run r = { .plan = p, .machine = m, .cmdline = c, .out = out };
	int ret = -ENOMEM;

	memset(out, 0, sizeof(*out));
	out->state = state_of(m, c);
	r.taken = calloc(2 * m->n + p->n_guards + 1, sizeof(bool));
	if (r.taken && plan_index_make(&r.index, p, m) == 0) {
		r.decided = r.taken + m->n;
		r.noted = r.decided + m->n;
		ret = decide_all(&r);
		plan_index_free(&r.index);
	}
	free(r.taken);
	if (ret < 0)
		decisions_free(out);
	return ret;
}
