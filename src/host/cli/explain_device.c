/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "explain_device.h"

#include "../../core/array.h"
#include "../../core/guard.h"
#include "../advice/remedy.h"
#include "../state/files.h"
#include "../state/live_rule.h"
#include "cli.h"

void explanation_free(struct explanation *e)
{
	free(e->items);
	report_free(&e->report);
	rows_free(&e->drift);
	acceptance_free(&e->today);
	acceptance_free(&e->other);
	config_free(&e->more);
	forecast_free(&e->forecast);
}

static const struct accept_line *line_of(const struct acceptance *a, int device)
{
	for (size_t i = 0; i < a->n_lines; i++)
		if (a->lines[i].rule && card_has(&a->lines[i].card, device))
			return &a->lines[i];
	return NULL;
}

/*
 * A locked card that may be this one, or another of its kind, is not found: but it is asked for here. Its other
 * functions were locked with it.
 */
static bool is_lost_here(const struct forecast *f, const struct decision *d, int device)
{
	const struct plan *plan = &f->composition.plan;
	const struct device *main = &f->machine.devices[device];
	struct card card;

	if (d->device >= 0 || !d->line.has_address)
		return false;
	if (d->card < plan->n_cards && plan->cards[d->card].path.slot && card_of(&f->machine, device, &card) == 0)
		main = card_main(&card);
	return address_compare(&d->line.address, &main->address) == 0 &&
	       identity_equal(&d->line.identity, &main->identity);
}

static const struct decision *decision_of(const struct forecast *f, int device)
{
	for (size_t i = 0; i < f->decisions.n; i++)
		if (f->decisions.items[i].device == device || is_lost_here(f, &f->decisions.items[i], device))
			return &f->decisions.items[i];
	return NULL;
}

/* Whether the selector means the place where the card of device i was locked, though it stands elsewhere now. */
static bool means_locked(const struct explanation *e, const struct selector *s, int i)
{
	const struct decision *d = decision_of(&e->forecast, i);
	const struct plan *plan = &e->forecast.composition.plan;
	const struct device *now = &e->forecast.machine.devices[i];
	struct address address;

	if (!d || d->card >= plan->n_cards || !plan->cards[d->card].has_address)
		return false;
	address = plan->cards[d->card].address;
	address.fn = now->address.fn;
	return selector_names(s, &address, &now->root, &plan->cards[d->card].path, NULL);
}

static bool is_told(const struct explanation *e, const struct decision *d)
{
	for (size_t i = 0; i < e->n; i++)
		if (e->items[i].decision == d)
			return true;
	return false;
}

static const struct report_device *last_of(const struct explanation *e, const struct address *a,
					   const struct identity *id)
{
	for (size_t i = 0; i < e->report.n_devices; i++) {
		const struct report_device *d = &e->report.devices[i];

		if (d->has_address && address_compare(&d->address, a) == 0 && identity_equal(&d->identity, id))
			return d;
	}
	return NULL;
}

static struct explained *add(struct explanation *e, int device)
{
	struct explained *x = array_grow(&e->items, &e->n, sizeof(*x));

	if (x)
		*x = (struct explained){ .device = device, .target = { .kind = SELECTOR_SLOT } };
	return x;
}

/* What stands in the machine. The rule that would select it is asked for later, for all at once. */
static int add_present(struct explanation *e, int device)
{
	const struct device *d = &e->forecast.machine.devices[device];
	struct explained *x = add(e, device);

	if (!x)
		return -ENOMEM;
	x->target = remedy_selector(&e->forecast.machine, device);
	x->decision = decision_of(&e->forecast, device);
	x->line = line_of(&e->today, device);
	x->last = last_of(e, &d->address, &d->identity);
	if (x->decision) {
		x->standing = STANDING_LOCKED;
		x->rule = plan_rule(&e->forecast.composition.plan, x->decision->rule);
	} else if (x->line) {
		x->standing = x->line->reason ? STANDING_REFUSED : STANDING_WAITING;
		x->rule = &e->forecast.config.rules[x->line->rule - 1];
	} else {
		x->standing = STANDING_NOT_CHOSEN;
		x->live = live_rule_of(&e->forecast.config, &e->forecast.machine, device);
	}
	return 0;
}

/* Locked cards that do not stand anywhere: by their locked place or identity. */
static int add_absent(struct explanation *e, const struct selector *s)
{
	for (size_t i = 0; i < e->forecast.decisions.n; i++) {
		const struct decision *d = &e->forecast.decisions.items[i];
		const struct plan_card *locked = &e->forecast.composition.plan.cards[d->card];
		struct explained *x;

		if (d->device >= 0 || is_told(e, d) ||
		    !selector_names(s, locked->has_address ? &locked->address : NULL, &locked->root, &locked->path,
				    &locked->identity))
			continue;
		x = add(e, -1);
		if (!x)
			return -ENOMEM;
		x->decision = d;
		x->standing = STANDING_LOCKED;
		x->rule = plan_rule(&e->forecast.composition.plan, d->rule);
		x->last = d->line.has_address ? last_of(e, &d->line.address, &d->line.identity) : NULL;
	}
	return 0;
}

/* A rule for each device that none selects, behind all others: what would accept say? */
static int ask_for_unchosen(const struct cli *cli, struct explanation *e)
{
	char text[SELECTOR_LEN];
	bool any = false;

	for (size_t i = 0; i < e->n; i++)
		any |= e->items[i].standing == STANDING_NOT_CHOSEN;
	if (!any)
		return 0;
	if (config_load(&cli->root, &e->more) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < e->n; i++) {
		const struct explained *x = &e->items[i];

		if (x->standing == STANDING_NOT_CHOSEN &&
		    config_read_rule(&e->more, "-", selector_print(&x->target, text)) == -ENOMEM)
			return -ENOMEM;
	}
	if (accept_rules(&e->more, &e->forecast.machine, NULL, NULL, &e->other) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < e->n; i++)
		if (e->items[i].standing == STANDING_NOT_CHOSEN)
			e->items[i].line = line_of(&e->other, e->items[i].device);
	return 0;
}

static int read_report(const struct cli *cli, struct explanation *e)
{
	int ret = report_load(&cli->root, &e->report);

	e->has_report = ret == 0;
	return ret == -ENOENT ? 0 : ret;
}

int explain(const struct cli *cli, const struct selector *selector, struct explanation *out)
{
	int ret;

	memset(out, 0, sizeof(*out));
	out->root = &cli->root;
	ret = forecast_make(&cli->root, &out->forecast);
	if (ret == 0)
		ret = read_report(cli, out);
	if (ret == 0)
		ret = accept_rules(&out->forecast.config, &out->forecast.machine, NULL, NULL, &out->today);
	if (ret == 0)
		ret = advise(&cli->root, &out->forecast, 1u << ROW_DRIFT, &out->drift);
	for (int i = 0; ret == 0 && i < (int)out->forecast.machine.n; i++)
		if (selector_means(selector, &out->forecast.machine, i) || means_locked(out, selector, i))
			ret = add_present(out, i);
	if (ret == 0)
		ret = add_absent(out, selector);
	return ret < 0 ? ret : ask_for_unchosen(cli, out);
}
