/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "standing.h"

#include "remedy.h"

void standings_free(struct standings *s)
{
	free(s->asked_of);
	free(s->asked);
	free(s->decision_of);
	free(s->line_of);
	acceptance_free(&s->today);
}

/*
 * A locked card that may be this one, or another of its kind, is not found: but it is asked for here. Its other
 * functions were locked with it.
 */
static void mark_lost(struct standings *s, const struct decision *d, int decision)
{
	const struct plan *plan = &s->boot->composition.plan;
	const struct machine *m = &s->boot->machine;
	int i = d->line.has_address ? machine_by_address(m, &d->line.address) : -1;
	struct card card;

	if (i < 0 || !identity_equal(&d->line.identity, &m->devices[i].identity))
		return;
	if (d->card >= plan->n_cards || !plan->cards[d->card].path.slot || card_of(m, i, &card) < 0)
		card = card_single(m, i);
	for (unsigned k = 0; card.main == i && k < card.n; k++)
		if (s->decision_of[card.member[k]] < 0)
			s->decision_of[card.member[k]] = decision;
}

static void mark(struct standings *s)
{
	for (size_t i = 0; i < s->boot->decisions.n; i++) {
		const struct decision *d = &s->boot->decisions.items[i];

		if (d->device < 0)
			mark_lost(s, d, (int)i);
		else if (s->decision_of[d->device] < 0)
			s->decision_of[d->device] = (int)i;
	}
	for (size_t i = 0; i < s->today.n_lines; i++) {
		const struct accept_line *line = &s->today.lines[i];

		for (unsigned k = 0; line->rule && k < line->card.n; k++)
			if (s->line_of[line->card.member[k]] < 0)
				s->line_of[line->card.member[k]] = (int)i;
	}
}

int standings_make(const struct next_boot *boot, struct standings *out)
{
	size_t size = (boot->machine.n + 1) * sizeof(*out->line_of);

	*out = (struct standings){
		.boot = boot, .decision_of = malloc(size), .line_of = malloc(size), .asked_of = malloc(size)
	};
	if (!out->decision_of || !out->line_of || !out->asked_of ||
	    accept_rules(&boot->config, &boot->machine, &boot->lock, NULL, &out->today) < 0)
		return -ENOMEM;
	memset(out->decision_of, 0xff, size);
	memset(out->line_of, 0xff, size);
	memset(out->asked_of, 0xff, size);
	mark(out);
	return 0;
}

const struct decision *standing_decision(const struct standings *s, int i)
{
	return s->decision_of[i] < 0 ? NULL : &s->boot->decisions.items[s->decision_of[i]];
}

/* Its card; or the function alone, where a rule has or asks for another function of that. */
static struct selector target_of(const struct standings *s, int i)
{
	const struct machine *m = &s->boot->machine;
	struct selector target = remedy_selector(m, i);
	struct card card;

	if (card_of(m, i, &card) < 0)
		return target;
	for (unsigned k = 0; k < card.n; k++)
		if (s->decision_of[card.member[k]] >= 0 || s->line_of[card.member[k]] >= 0)
			return (struct selector){ .kind = SELECTOR_SLOT, .address = m->devices[i].address };
	return target;
}

int standings_ask(struct standings *s, const int *devices, size_t n)
{
	const struct next_boot *boot = s->boot;
	struct selector *selectors = calloc(n + 1, sizeof(*selectors));
	int ret = -ENOMEM;

	s->asked = calloc(n + 1, sizeof(*s->asked));
	for (size_t k = 0; selectors && k < n; k++)
		selectors[k] = target_of(s, devices[k]);
	if (selectors && s->asked)
		ret = accept_ask(&boot->config, &boot->machine, &boot->lock, selectors, n, s->asked);
	for (size_t k = 0; k < n && ret == 0; k++)
		s->asked_of[devices[k]] = s->asked[k].rule ? (int)k : -1;
	free(selectors);
	return ret;
}

/* What a rule selects, whether or not it gets it. */
static const struct accept_line *line_of(const struct standings *s, int i)
{
	return s->line_of[i] < 0 ? NULL : &s->today.lines[s->line_of[i]];
}

const struct accept_line *standing_line(const struct standings *s, int i)
{
	const struct accept_line *line = line_of(s, i);

	return line || s->asked_of[i] < 0 ? line : &s->asked[s->asked_of[i]];
}

bool standing_is_entry(const struct standings *s, int i)
{
	const struct decision *d = standing_decision(s, i);
	const struct plan *plan = &s->boot->composition.plan;

	return d && d->card < plan->n_cards && !plan->cards[d->card].open;
}

bool standing_is_locked(const struct standings *s, int i)
{
	static const reason_set others = REASON_BIT(REASON_OTHER_DEVICE) | REASON_BIT(REASON_AMBIGUOUS);

	return standing_is_entry(s, i) && standing_decision(s, i)->device == i &&
	       !(standing_decision(s, i)->refusing & others);
}

enum standing standing_of(const struct standings *s, int i)
{
	const struct accept_line *line = line_of(s, i);

	if (standing_decision(s, i))
		return STANDING_LOCKED;
	if (line)
		return line->reason ? STANDING_REFUSED : STANDING_WAITING;
	return STANDING_NOT_CHOSEN;
}
