/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guards of accept: those of the boot that hold for longer than one boot. */
#include "guard.h"

#include "need.h"

int guard_keyboard_of(const struct candidate *c)
{
	char text[REPORT_TEXT_LEN];

	for (unsigned k = 0; k < c->card.n; k++) {
		int i = c->card.member[k];

		/* A function that stays with the host keeps its keyboard. */
		if (c->machine->devices[i].keyboard && !guard_kept(c, i, text))
			return i;
	}
	return -1;
}

static bool is_later(const struct device *d, unsigned arg)
{
	(void)arg;
	return d->later || d->virtual_function;
}

/* What the firmware connects before the kernel starts is there in time: Thunderbolt is no reason. */
static bool appears_later(const struct candidate *c, int i, char text[REPORT_TEXT_LEN])
{
	if (!guard_any_member(c, is_later, 0, &i))
		return false;
	snprintf(text, REPORT_TEXT_LEN, "%s",
		 c->machine->devices[i].virtual_function ? "a virtual function" : "behind a VMD controller");
	return true;
}

/* Whether the selector means one network card alone: an ID, and a slot of several ports, mean more. */
static bool names_one_port(const struct candidate *c)
{
	unsigned ports = 0;

	for (unsigned k = 0; k < c->card.n; k++)
		ports += class_base(c->machine->devices[c->card.member[k]].identity.class) == CLASS_NETWORK;
	return c->rule->selector.kind != SELECTOR_ID && ports == 1;
}

static bool is_needed(const struct candidate *c, enum reason reason, char text[REPORT_TEXT_LEN])
{
	const struct need *need = need_of_card(c->machine, &c->card, reason);

	if (!need || (need->route && names_one_port(c)))
		return false;
	snprintf(text, REPORT_TEXT_LEN, "%s%s", need->text,
		 need->route ? "; a rule that names just this port may have it" : "");
	return true;
}

static bool is_boot_disk(const struct candidate *c, int i, char text[REPORT_TEXT_LEN])
{
	(void)i;
	return is_needed(c, REASON_BOOT_DISK, text);
}

static bool is_in_use(const struct candidate *c, int i, char text[REPORT_TEXT_LEN])
{
	(void)i;
	return !(c->rule->allow & ALLOW_IN_USE) && is_needed(c, REASON_IN_USE, text);
}

/* What else unlocks the root, unless it is of a function that stays with the host. */
static bool is_unlocking(const struct candidate *c, char text[REPORT_TEXT_LEN])
{
	const struct need *need = need_of_card(c->machine, &c->card, REASON_KEYBOARD);

	if (!need || guard_kept(c, need->device, text))
		return false;
	snprintf(text, REPORT_TEXT_LEN, "%s", need->text);
	return true;
}

/* Where a passphrase has to be typed, every keyboard stays; else the last one does, see accept_keyboard.c. */
static bool guard_keyboard(const struct candidate *c, int i, char text[REPORT_TEXT_LEN])
{
	int k = guard_keyboard_of(c);

	(void)i;
	if (c->rule->allow & ALLOW_KEYBOARD)
		return false;
	if (!c->machine->host.root_encrypted || k < 0)
		return is_unlocking(c, text);
	snprintf(text, REPORT_TEXT_LEN, "function %u has a keyboard, and the root is encrypted",
		 c->machine->devices[k].address.fn);
	return true;
}

/* A lock names a place: where two devices have one, no boot could tell which was meant. */
static bool is_ambiguous(const struct candidate *c, int i, char text[REPORT_TEXT_LEN])
{
	const struct device *main = card_main(&c->card);
	struct path path = card_path(&c->card);
	char address[ADDRESS_LEN];

	(void)i;
	for (int k = -1; (k = machine_next_at(c->machine, &main->root, &path, k)) >= 0;) {
		const struct device *d = &c->machine->devices[k];

		if (address_same_slot(&d->address, &main->address))
			continue;
		snprintf(text, REPORT_TEXT_LEN, "%s stands at the same place: two root buses have one name",
			 address_print(&d->address, address));
		return true;
	}
	return false;
}

static const struct guard guards[] = {
	{ REASON_BRIDGE, guard_bridge },    { REASON_KEPT, guard_kept },
	{ REASON_AMBIGUOUS, is_ambiguous }, { REASON_APPEARS_LATER, appears_later },
	{ REASON_BOOT_DISK, is_boot_disk }, { REASON_IN_USE, is_in_use },
	{ REASON_DISPLAY, guard_display },  { REASON_KEYBOARD, guard_keyboard },
};
/* What is left to the host until somebody claims it, which asks the last of them then. */
#define OF_CLAIM 3

/* At accept a card is locked whole; one that `keep` leaves a function of is locked, and kept at boot. */
enum reason guard_at_accept(const struct candidate *c, char text[REPORT_TEXT_LEN], reason_set *refusing)
{
	size_t n = ARRAY_SIZE(guards) - (c->rule->at == AT_CLAIM ? OF_CLAIM : 0);

	return guards_ask(guards, n, c, GUARD_WHOLE_CARD, text, refusing);
}

void guard_why_at_accept(const struct candidate *c, enum reason reason, char text[REPORT_TEXT_LEN])
{
	guards_why(guards, ARRAY_SIZE(guards), c, GUARD_WHOLE_CARD, reason, text);
}

reason_set guards_of_accept(void)
{
	reason_set set = 0;

	for (size_t k = 0; k < ARRAY_SIZE(guards); k++)
		set |= REASON_BIT(guards[k].reason);
	return set;
}
