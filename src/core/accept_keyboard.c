/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keyboards that the host keeps: with a passphrase to type all of them, else one. */
#include "accept_run.h"
#include "need.h"

/* A keyboard of a kept function stays, whatever becomes of the card. */
static bool stays(const struct accept_run *r, int i)
{
	struct card single;
	struct candidate c;

	if (!r->machine->devices[i].keyboard || !r->bound[i])
		return r->machine->devices[i].keyboard;
	single = card_single(r->machine, i);
	c = accept_candidate(r, &single, NULL);
	return guard_keyboard_of(&c) < 0;
}

unsigned accept_keyboards(const struct accept_run *r)
{
	unsigned left = r->machine->host.other_keyboard;

	for (int i = 0; i < (int)r->machine->n; i++)
		left += stays(r, i);
	return left;
}

unsigned accept_takes_keyboards(const struct candidate *c)
{
	unsigned n = 0;

	for (unsigned k = 0; k < c->card.n; k++) {
		struct candidate single = *c;

		single.card = card_single(c->machine, c->card.member[k]);
		n += guard_keyboard_of(&single) >= 0;
	}
	return n;
}

void accept_refuse_keyboard(const struct candidate *c, struct accept_line *line)
{
	line->reason = REASON_KEYBOARD;
	line->refusing |= REASON_BIT(REASON_KEYBOARD);
	snprintf(line->text, sizeof(line->text), "function %u has the last keyboard",
		 c->machine->devices[guard_keyboard_of(c)].address.fn);
}

static bool has_keyboard(const struct device *d)
{
	return d->keyboard;
}

/* Whether a rule takes such a device on purpose. */
static bool is_given_away(const struct accept_run *r, bool (*is)(const struct device *))
{
	for (size_t i = 0; i < r->machine->n; i++)
		if (is(&r->machine->devices[i]) && r->bound[i] && (r->holders[i]->allow & ALLOW_KEYBOARD))
			return true;
	return false;
}

void accept_keep_keyboard(struct accept_run *r)
{
	bool kept = accept_keyboards(r) != 0;

	for (size_t i = r->out->n_lines; i-- && !kept;) {
		struct accept_line *line = &r->out->lines[i];
		const struct rule *rule = &r->config->rules[line->rule - 1];
		struct candidate c = accept_candidate(r, &line->card, rule);
		int k = guard_keyboard_of(&c);

		if (line->reason != REASON_NONE || (rule->allow & ALLOW_KEYBOARD) || k < 0 || !r->bound[k])
			continue;
		/* It was locked while there was another one, which a later rule has by a person's word. */
		if (accept_was_locked(r, rule, &line->card) && is_given_away(r, has_keyboard))
			continue;
		accept_refuse_keyboard(&c, line);
		accept_give_back(r, &line->card);
		kept = true;
	}
}

/* The line that asks for what is not plugged in; NULL: none does. */
static const struct need *missing(const struct machine *m)
{
	for (size_t i = 0; i < m->host.n_needs; i++)
		if (m->host.needs[i].device == NEED_SOME_USB)
			return &m->host.needs[i];
	return NULL;
}

/* Programming interfaces of what has ports (PCI Code and ID Assignment: UHCI to xHCI); not USB4's own, not a device. */
static bool has_ports(const struct device *d)
{
	return class_sub(d->identity.class) == CLASS_USB && (d->identity.class & 0xff) < 0x40;
}

unsigned accept_usb(const struct accept_run *r)
{
	unsigned left = 0;

	for (int i = 0; i < (int)r->machine->n; i++)
		left += has_ports(&r->machine->devices[i]) && !r->bound[i];
	return left;
}

/* How many USB controllers binding the card would take. */
static unsigned takes_usb(const struct candidate *c)
{
	char text[REPORT_TEXT_LEN];
	unsigned n = 0;

	for (unsigned k = 0; k < c->card.n; k++)
		n += has_ports(&c->machine->devices[c->card.member[k]]) && !guard_kept(c, c->card.member[k], text);
	return n;
}

void accept_refuse_last_usb(const struct candidate *c, unsigned left, struct accept_line *line)
{
	const struct need *need = missing(c->machine);
	unsigned takes = takes_usb(c);

	if (!need || !takes || takes < left || (c->rule->allow & ALLOW_KEYBOARD))
		return;
	line->reason = REASON_KEYBOARD;
	line->refusing |= REASON_BIT(REASON_KEYBOARD);
	snprintf(line->text, sizeof(line->text), "%s", need->text);
}

void accept_keep_usb(struct accept_run *r)
{
	bool kept = !missing(r->machine) || accept_usb(r) != 0;

	for (size_t i = r->out->n_lines; i-- && !kept;) {
		struct accept_line *line = &r->out->lines[i];
		const struct rule *rule = &r->config->rules[line->rule - 1];
		struct candidate c;

		if (line->reason != REASON_NONE || !r->bound[line->card.main] ||
		    (accept_was_locked(r, rule, &line->card) && is_given_away(r, has_ports)))
			continue;
		c = accept_candidate(r, &line->card, rule);
		accept_refuse_last_usb(&c, 0, line);
		kept = line->reason != REASON_NONE;
		if (kept)
			accept_give_back(r, &line->card);
	}
}

/*
 * All that are left, not only a last one: the accept leaned on each, and its word counts until the next. What `keep`
 * leaves of a locked card has a line of its own.
 */
int accept_guard_keyboards(struct accept_run *r)
{
	if (r->machine->host.other_keyboard && !r->machine->host.root_encrypted)
		return 0;
	for (int i = 0; i < (int)r->machine->n; i++) {
		struct card single = card_single(r->machine, i);

		if (!r->machine->devices[i].keyboard || r->taken[i] || accept_is_guarded(r, i) ||
		    accept_old_guard(r, i, NULL))
			continue;
		if (accept_add_guard(r, REASON_KEYBOARD, &single, "a keyboard is plugged in") < 0)
			return -ENOMEM;
	}
	return 0;
}
