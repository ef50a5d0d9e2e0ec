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
	bool *taken; /* by an earlier card; a flag a device */
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

static struct decision *decision_for(struct run *r, size_t card, int device)
{
	const struct plan_card *locked = &r->plan->cards[card];
	const struct rule *rule = plan_rule(r->plan, locked->rule);
	struct decision *d = add_decision(r);

	if (!d)
		return NULL;
	d->rule = d->line.rule = locked->rule;
	d->card = card;
	d->device = device;
	d->drivers = rule->driver;
	d->line.root = locked->root;
	d->line.path = locked->path;
	d->line.identity = locked->identity;
	d->line.has_address = locked->has_address;
	d->line.address = locked->address;
	if (device >= 0) {
		const struct device *dev = &r->machine->devices[device];

		d->line.root = dev->root;
		d->line.path = dev->path;
		d->line.identity = dev->identity;
		d->line.has_address = true;
		d->line.address = dev->address;
		snprintf(d->line.driver, sizeof(d->line.driver), "%s", dev->driver);
	}
	return d;
}

/* The function that the lock lists at the place of device i, or NULL: one that appeared since. */
static const struct plan_function *listed(const struct plan_card *locked, const struct card *card, int i)
{
	struct path now = card_path(card);

	for (unsigned k = 0; k < locked->n_functions; k++) {
		struct path expected = find_function_path(locked, &locked->functions[k].path, &now);

		if (path_equal(&expected, &card->machine->devices[i].path))
			return &locked->functions[k];
	}
	return NULL;
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
		if (note_add(&r->out->notes, &r->out->n_notes, REASON_ABSENT,
			     "function %s (%s) of the card locked by rule %u is not there", path_print(&expected, path),
			     identity_print(&f->identity, id), locked->rule) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* One decision for function i of a card that was found. */
static int decide_function(struct run *r, size_t index, struct candidate *c, int i)
{
	const struct plan_function *f = listed(c->locked, &c->card, i);
	struct decision *d = decision_for(r, index, i);
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
	} else if (reason == REASON_NONE && !f) {
		snprintf(text, sizeof(text), "a function that appeared since the card was locked");
	}
	set_text(d, reason, text);
	if (d->bind)
		r->taken[i] = true;
	return 0;
}

static int decide_card(struct run *r, size_t index)
{
	const struct plan_card *locked = &r->plan->cards[index];
	struct candidate c = { .plan = r->plan,
			       .machine = r->machine,
			       .cmdline = r->cmdline,
			       .locked = locked,
			       .rule = plan_rule(r->plan, locked->rule) };
	struct found found;
	char text[REPORT_TEXT_LEN];

	find_card(r->plan, index, r->machine, &found);
	c.found = &found;
	if (found.reason == REASON_ABSENT && c.rule->optional) {
		char id[IDENTITY_LEN];

		return note_add(&r->out->notes, &r->out->n_notes, REASON_ABSENT, "the optional card %s is not there",
				identity_print(&locked->identity, id));
	}
	if (found.reason != REASON_NONE && found.reason != REASON_MOVED) {
		struct decision *d = decision_for(r, index, -1);
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
	c.card = found.card;
	for (unsigned k = 0; k < c.card.n; k++)
		if (decide_function(r, index, &c, c.card.member[k]) < 0)
			return -ENOMEM;
	return c.card.single ? 0 : note_missing(r, locked, &c.card);
}

/* When the plan would leave no display, every display is refused, and with it its whole card. */
static void refuse_last_displays(struct run *r)
{
	if (guard_display_left(r->machine, r->taken))
		return;
	for (size_t i = 0; i < r->out->n; i++) {
		struct decision *d = &r->out->items[i];
		size_t card = d->card;

		/* What has its driver already, of a built-in vfio-pci, would not come back by refusing it. */
		if (!d->bind || d->line.driver[0] || !device_is_display(&d->line.identity) ||
		    (plan_rule(r->plan, d->rule)->allow & ALLOW_DISPLAY))
			continue;
		for (size_t k = 0; k < r->out->n; k++)
			if (r->out->items[k].card == card && r->out->items[k].bind)
				set_text(&r->out->items[k], REASON_DISPLAY, "no display would be left to the host");
	}
}

/* A black screen boots fully: whether the plan works only a person can say. */
static bool takes_display(const struct plan *p)
{
	for (size_t i = 0; i < p->n_rules; i++)
		if (p->rules[i].allow & ALLOW_DISPLAY)
			return true;
	return false;
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
	if (r->out->state == PLAN_TRIAL && takes_display(r->plan) &&
	    note_add(&r->out->notes, &r->out->n_notes, REASON_DISPLAY, TRIAL_DISPLAY_NOTE) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < r->cmdline->n_bad; i++)
		if (note_add(&r->out->notes, &r->out->n_notes, REASON_SKIPPED,
			     "earlybind.skip= has an item that is no selector: %s", r->cmdline->bad[i]) < 0)
			return -ENOMEM;
	for (size_t i = 0; i < r->machine->n; i++) {
		const struct device *d = &r->machine->devices[i];
		char address[ADDRESS_LEN];

		if (!r->taken[i] && !d->override[0] && strcmp(d->driver, "vfio-pci") == 0 &&
		    note_add(&r->out->notes, &r->out->n_notes, REASON_BOUND_BY_KERNEL,
			     "%s was taken by vfio-pci itself", address_print(&d->address, address)) < 0)
			return -ENOMEM;
	}
	return 0;
}

static enum plan_state state_of(const struct machine *m, const struct cmdline *c)
{
	if (c->off || m->off)
		return PLAN_OFF;
	if (m->kdump)
		return PLAN_KDUMP;
	return m->trial == TRIAL_FAILED ? PLAN_STOOD_DOWN : m->trial == TRIAL_ON ? PLAN_TRIAL : PLAN_ACTIVE;
}

int decide(const struct plan *p, const struct machine *m, const struct cmdline *c, struct decisions *out)
{
	struct run r = { .plan = p, .machine = m, .cmdline = c, .out = out };
	int ret = 0;

	memset(out, 0, sizeof(*out));
	out->state = state_of(m, c);
	r.taken = calloc(m->n + 1, sizeof(*r.taken));
	if (!r.taken)
		return -ENOMEM;
	for (size_t i = 0; i < p->n_cards && ret == 0; i++)
		ret = decide_card(&r, i);
	if (ret == 0) {
		refuse_last_displays(&r);
		ret = add_notes(&r);
	}
	free(r.taken);
	if (ret < 0)
		decisions_free(out);
	return ret;
}
