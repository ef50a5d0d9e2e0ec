/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "remedy.h"

#include <stdarg.h>

#include "../../core/guard.h"
#include "../../core/need.h"
#include "drift.h"
#include "proposal.h"

/* One run of remedy(). */
struct run {
	const struct next_boot *boot;
	const struct rule *rule; /* NULL: none */
	int device;
	char *buf;
	size_t len;
	char target[SELECTOR_LEN]; /* a rule's of its own */
	char selector[SELECTOR_LEN];
	char removal[DRIFT_REMOVAL_LEN];
};

static _printf_(2, 3) void say(struct run *r, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(r->buf + r->len, REMEDY_LEN - r->len, fmt, args);
	va_end(args);
	r->len = n < 0 ? r->len : r->len + (size_t)n < REMEDY_LEN ? r->len + (size_t)n : REMEDY_LEN - 1;
}

struct selector remedy_selector(const struct machine *m, int device)
{
	struct selector s = { .kind = SELECTOR_SLOT, .address = m->devices[device].address };
	struct card card;

	s.whole = card_of(m, device, &card) == 0;
	if (s.whole)
		s.address.fn = 0;
	return s;
}

/* "display,keyboard": what the rule allows, and this. */
static const char *allow_list(const struct rule *rule, unsigned allow, char *buf, size_t size)
{
	size_t len = 0;

	allow |= rule ? rule->allow : 0;
	*buf = '\0';
	for (unsigned i = 0; allow_words[i]; i++)
		if (allow & 1u << i && len < size)
			len += (size_t)snprintf(buf + len, size - len, "%s%s", len ? "," : "", allow_words[i]);
	return buf;
}

/* Whether the rule means more cards here than one: an option of it would be for all. */
static int means_several(const struct run *r, bool *several)
{
	struct cards cards;
	int mixed, ret;

	*several = false;
	if (r->rule->selector.kind != SELECTOR_ID)
		return 0;
	ret = cards_select(&r->boot->machine, &r->rule->selector, &cards, &mixed);
	if (ret < 0)
		return ret == -ENOMEM ? ret : 0;
	*several = cards.n > 1;
	cards_free(&cards);
	return 0;
}

/* The device that the next boot takes for one of the rule's cards, by a decision about its main function; -1: none. */
static int locked_main(const struct run *r, const struct decision *d)
{
	const struct plan *plan = &r->boot->composition.plan;

	return d->main && d->card < plan->n_cards && rule_same(plan_rule(plan, d->rule), r->rule) ? d->device : -1;
}

static bool is_locked(const struct run *r)
{
	struct card card = card_with(&r->boot->machine, r->device);

	for (size_t k = 0; k < r->boot->decisions.n; k++) {
		int main = locked_main(r, &r->boot->decisions.items[k]);

		if (main >= 0 && (main == r->device || main == card.main))
			return true;
	}
	return false;
}

/* A rule for several cards becomes one for each that it has, so that the option is for this one alone. */
static void say_split(struct run *r, const char *allow)
{
	char others[300] = "", selector[SELECTOR_LEN], own[SELECTOR_LEN];
	size_t len = 0;

	for (size_t k = 0; k < r->boot->decisions.n && len + SELECTOR_LEN < sizeof(others); k++) {
		int main = locked_main(r, &r->boot->decisions.items[k]);
		struct selector s;

		if (main < 0)
			continue;
		s = remedy_selector(&r->boot->machine, main);
		if (strcmp(selector_print(&s, selector), r->target) == 0)
			continue;
		len += (size_t)snprintf(others + len, sizeof(others) - len, " %s", selector);
	}
	snprintf(own, sizeof(own), "%s", r->target);
	say(r,
	    "write `bind %s allow=%s`%s%s%s in place of %s:%u, then run `earlybind accept %s%s` and "
	    "`earlybind regenerate`",
	    own, allow, drift_options(r->rule), *others ? ", and a line for each other card that it has:" : "", others,
	    r->rule->file, r->rule->line, own, others);
}

/* What accept of the rule would do without the option: have another card, or none. */
static int say_without(struct run *r, bool several)
{
	const struct plan_card *card;
	struct proposal p;
	char address[ADDRESS_LEN];
	size_t i = 0;

	if (proposal_of_rule(r->boot, r->rule, &p) < 0)
		return -ENOMEM;
	card = proposal_new_card(&p, &i);
	if (several && card && proposal_helps(&p, r->rule))
		say(r, ". `earlybind accept %s` would lock %s instead, and leave this one to the host", r->selector,
		    address_print(&card->address, address));
	else if (!proposal_helps(&p, r->rule))
		say(r, ". To leave it to the host %s, then `earlybind regenerate`", r->removal);
	else if (is_locked(r))
		say(r, ". `earlybind accept %s` would leave this one to the host", r->selector);
	proposal_free(&p);
	return 0;
}

static int say_allow(struct run *r, unsigned allow)
{
	char list[40];
	bool several;

	if (!r->rule) {
		say(r, "run `earlybind add %s allow=%s`, then `earlybind regenerate`", r->target,
		    allow_list(NULL, allow, list, sizeof(list)));
		return 0;
	}
	if (means_several(r, &several) < 0)
		return -ENOMEM;
	if (!several)
		say(r, "write allow=%s in %s:%u, then run `earlybind accept %s` and `earlybind regenerate`",
		    allow_list(r->rule, allow, list, sizeof(list)), r->rule->file, r->rule->line, r->selector);
	else if (is_locked(r))
		say_split(r, allow_list(r->rule, allow, list, sizeof(list)));
	else
		say(r, "run `earlybind add %s allow=%s`, then `earlybind regenerate`", r->target,
		    allow_list(NULL, allow, list, sizeof(list)));
	return say_without(r, several);
}

/* The guards that a word of allow= lifts, and what else does. */
static const struct {
	const char *start;
	unsigned allow;
} lifted[REASON_COUNT] = {
	[REASON_DISPLAY] = { "if this machine may run without its picture, ", ALLOW_DISPLAY },
	[REASON_KEYBOARD] = { "plug it into another controller, or ", ALLOW_KEYBOARD },
	[REASON_IN_USE] = { "stop using it, or ", ALLOW_IN_USE },
};

/* The needs of the root come first. */
static void say_boot_disk(struct run *r)
{
	const struct machine *m = &r->boot->machine;
	struct card card = card_with(m, r->device);
	const struct need *need = need_of_card(m, &card, REASON_BOOT_DISK);

	say(r, "%s",
	    need && need->root ? "nothing can, as long as the system itself is on it"
			       : reason_remedy(REASON_BOOT_DISK));
}

static void say_keep(struct run *r)
{
	const struct config *c = &r->boot->config;

	for (size_t i = 0; i < c->n_keeps; i++) {
		if (!selector_means(&c->keeps[i].selector, &r->boot->machine, r->device))
			continue;
		say(r, "remove %s:%u, then run `earlybind %s %s` and `earlybind regenerate`", c->keeps[i].file,
		    c->keeps[i].line, r->rule ? "accept" : "add", r->rule ? r->selector : r->target);
		return;
	}
	say(r, "%s", reason_remedy(REASON_KEPT));
}

/* An ISA bridge can be kept from its driver, by an option of its rule; no other can be bound at all. */
static void say_bridge(struct run *r)
{
	if (!device_is_isa_bridge(&r->boot->machine.devices[r->device]))
		say(r, "%s", reason_remedy(REASON_BRIDGE));
	else if (r->rule)
		say(r,
		    "to keep its driver off it write driver=pci-stub in %s:%u, then run `earlybind accept %s` and "
		    "`earlybind regenerate`",
		    r->rule->file, r->rule->line, r->selector);
	else
		say(r, "to keep its driver off it run `earlybind add %s driver=pci-stub`, then `earlybind regenerate`",
		    r->target);
}

int remedy(const struct next_boot *boot, const struct rule *rule, int device, enum reason reason, char buf[REMEDY_LEN])
{
	struct run r = { .boot = boot, .device = device, .buf = buf };
	struct selector target;

	buf[0] = '\0';
	if (device < 0) {
		say(&r, "%s", reason_remedy(reason));
		return 0;
	}
	r.rule = rule && !rule->live ? rule_find(boot->config.rules, boot->config.n_rules, rule) : NULL;
	if (r.rule) {
		selector_print(&r.rule->selector, r.selector);
		drift_removal(r.rule, r.removal);
	}
	target = remedy_selector(&boot->machine, device);
	selector_print(&target, r.target);
	if (lifted[reason].allow) {
		say(&r, "%s", lifted[reason].start);
		return say_allow(&r, lifted[reason].allow);
	}
	if (reason == REASON_BOOT_DISK)
		say_boot_disk(&r);
	else if (reason == REASON_KEPT)
		say_keep(&r);
	else if (reason == REASON_BRIDGE)
		say_bridge(&r);
	else
		say(&r, "%s", reason_remedy(reason));
	return 0;
}
