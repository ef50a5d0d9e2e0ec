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
	plan_index_free(&e->index);
	rows_free(&e->drift);
	standings_free(&e->standings);
	next_boot_free(&e->boot);
}

/* Whether the selector means the place where the card of device i was locked, though it stands elsewhere now. */
static bool means_locked(const struct explanation *e, const struct selector *s, int i)
{
	const struct decision *d = standing_decision(&e->standings, i);
	const struct plan *plan = &e->boot.composition.plan;
	const struct device *now = &e->boot.machine.devices[i];
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
	const struct device *d = &e->boot.machine.devices[device];
	struct explained *x = add(e, device);

	if (!x)
		return -ENOMEM;
	x->target = remedy_selector(&e->boot.machine, device);
	x->standing = standing_of(&e->standings, device);
	x->decision = standing_decision(&e->standings, device);
	x->line = standing_line(&e->standings, device);
	x->last = last_of(e, &d->address, &d->identity);
	if (x->decision)
		x->rule = plan_rule(&e->boot.composition.plan, x->decision->rule);
	else if (x->line)
		x->rule = &e->boot.config.rules[x->line->rule - 1];
	else
		x->live = live_rule_of(&e->boot.config, &e->boot.machine, device);
	return 0;
}

/* Locked cards that do not stand anywhere: by their locked place or identity. */
static int add_absent(struct explanation *e, const struct selector *s)
{
	for (size_t i = 0; i < e->boot.decisions.n; i++) {
		const struct decision *d = &e->boot.decisions.items[i];
		const struct plan_card *locked = &e->boot.composition.plan.cards[d->card];
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
		x->rule = plan_rule(&e->boot.composition.plan, d->rule);
		x->last = d->line.has_address ? last_of(e, &d->line.address, &d->line.identity) : NULL;
	}
	return 0;
}

/* For each device that no rule selects: what would accept say of a rule for it? */
static int ask_for_unchosen(struct explanation *e)
{
	int *devices = calloc(e->n + 1, sizeof(*devices)), ret = -ENOMEM;
	size_t n = 0;

	for (size_t i = 0; devices && i < e->n; i++)
		if (e->items[i].standing == STANDING_NOT_CHOSEN)
			devices[n++] = e->items[i].device;
	if (devices)
		ret = n ? standings_ask(&e->standings, devices, n) : 0;
	free(devices);
	for (size_t i = 0; i < e->n && ret == 0; i++)
		if (e->items[i].standing == STANDING_NOT_CHOSEN)
			e->items[i].line = standing_line(&e->standings, e->items[i].device);
	return ret;
}

static int read_report(const struct cli *cli, struct explanation *e)
{
	int ret = cli_report(&cli->root, &e->report);

	e->has_report = ret == 0;
	return ret == -ENOENT ? 0 : ret;
}

/* The candidate of decide() again: the boot asks its guards of this. */
static void why_at_boot(const struct explanation *e, const struct decision *d, enum reason reason,
			char text[REPORT_TEXT_LEN])
{
	const struct plan *plan = &e->boot.composition.plan;
	const struct machine *m = &e->boot.machine;
	struct cmdline none = { 0 };
	struct found found = { .reason = REASON_NONE };
	struct candidate c = { .plan = plan,
			       .machine = m,
			       .cmdline = &none,
			       .rule = plan_rule(plan, d->rule),
			       .found = &found,
			       .index = &e->index };

	if (d->card < plan->n_cards) {
		c.locked = &plan->cards[d->card];
		find_card(&e->index, d->card, &found);
		c.card = found.card;
	} else if (card_of(m, d->device, &c.card) < 0) {
		c.card = card_single(m, d->device);
	}
	if (d->device < 0)
		c.card.n = 0;
	guard_why_at_boot(&c, d->device, reason, text);
}

/* A rule for what none selects yet has no options. */
static void why_at_accept(const struct explanation *e, const struct explained *x, enum reason reason,
			  char text[REPORT_TEXT_LEN])
{
	struct rule plain = { .number = 1, .selector = x->target, .driver = "vfio-pci" };
	struct candidate c = { .plan = &e->standings.today.lock,
			       .machine = &e->boot.machine,
			       .rule = x->rule ? x->rule : &plain,
			       .card = x->line->card };

	guard_why_at_accept(&c, reason, text);
}

void explained_why(const struct explanation *e, const struct explained *x, enum reason reason,
		   char text[REPORT_TEXT_LEN])
{
	const char *own = x->decision ? x->decision->line.text : x->line ? x->line->text : "";
	enum reason first = x->decision ? x->decision->reason : x->line ? x->line->reason : REASON_NONE;

	if (reason == first || (!x->decision && !x->line))
		snprintf(text, REPORT_TEXT_LEN, "%s", own);
	else if (x->decision)
		why_at_boot(e, x->decision, reason, text);
	else
		why_at_accept(e, x, reason, text);
}

int explain(const struct cli *cli, const struct selector *selector, struct explanation *out)
{
	int ret;

	memset(out, 0, sizeof(*out));
	out->root = &cli->root;
	ret = cli_next_boot(cli, &out->boot);
	if (ret == 0)
		ret = read_report(cli, out);
	if (ret == 0)
		ret = plan_index_make(&out->index, &out->boot.composition.plan, &out->boot.machine);
	if (ret == 0)
		ret = advise(&cli->root, &out->boot, 1u << ROW_DRIFT, &out->drift);
	if (ret == 0)
		ret = standings_make(&out->boot, &out->standings);
	for (int i = 0; ret == 0 && i < (int)out->boot.machine.n; i++)
		if (selector_means(selector, &out->boot.machine, i) || means_locked(out, selector, i))
			ret = add_present(out, i);
	if (ret == 0)
		ret = add_absent(out, selector);
	return ret < 0 ? ret : ask_for_unchosen(out);
}
