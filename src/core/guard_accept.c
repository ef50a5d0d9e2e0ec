/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guards of accept: those of the boot that hold for longer than one boot, and what cannot be checked yet. */
#include "guard.h"

#define CLASS_STORAGE 0x01
#define CLASS_NETWORK 0x02
#define CLASS_DISPLAY 0x03
#define CLASS_USB 0x0c03

static const struct device *member_of_class(const struct candidate *c, bool (*is)(const struct device *, unsigned),
					    unsigned class)
{
	int i;

	return guard_any_member(c, is, class, &i) ? &c->machine->devices[i] : NULL;
}

static bool has_base(const struct device *d, unsigned base)
{
	return class_base(d->identity.class) == base;
}

static bool is_usb(const struct device *d, unsigned arg)
{
	(void)arg;
	return class_sub(d->identity.class) == CLASS_USB;
}

static bool is_used_usb(const struct device *d, unsigned arg)
{
	return is_usb(d, arg) && d->usb_in_use;
}

/*
 * Until the guards for boot disks, NICs and keyboards exist. A GPU's own USB controller goes with the GPU, as long as
 * nothing is plugged into it.
 */
static bool not_supported_yet(const struct candidate *c, int i, char text[REPORT_TEXT_LEN])
{
	bool gpu = !c->card.single && has_base(card_main(&c->card), CLASS_DISPLAY);
	const char *what = NULL;

	(void)i;
	if (member_of_class(c, has_base, CLASS_STORAGE))
		what = "storage controllers";
	else if (member_of_class(c, has_base, CLASS_NETWORK))
		what = "network controllers";
	else if (member_of_class(c, gpu ? is_used_usb : is_usb, 0))
		what = gpu ? "a GPU whose USB port is in use" : "USB controllers";
	if (!what)
		return false;
	snprintf(text, REPORT_TEXT_LEN, "%s cannot be bound yet: what the host needs of them is not checked yet", what);
	return true;
}

static const struct guard {
	enum reason reason;
	guard_function *refuses;
} guards[] = {
	{ REASON_BRIDGE, guard_bridge },
	{ REASON_KEPT, guard_kept },
	{ REASON_APPEARS_LATER, guard_appears_later },
	{ REASON_DISPLAY, guard_display },
	{ REASON_NOT_SUPPORTED_YET, not_supported_yet },
};

/* At accept a card is locked whole; one that `keep` leaves a function of is locked, and kept at boot. */
static bool refuses_all(const struct guard *g, const struct candidate *c, char text[REPORT_TEXT_LEN])
{
	for (unsigned k = 0; k < c->card.n; k++)
		if (!g->refuses(c, c->card.member[k], text))
			return false;
	return true;
}

enum reason guard_at_accept(const struct candidate *c, char text[REPORT_TEXT_LEN], reason_set *refusing)
{
	enum reason first = REASON_NONE;
	char behind[REPORT_TEXT_LEN];

	*refusing = 0;
	for (size_t k = 0; k < ARRAY_SIZE(guards); k++) {
		if (!refuses_all(&guards[k], c, first ? behind : text))
			continue;
		first = first ? first : guards[k].reason;
		*refusing |= REASON_BIT(guards[k].reason);
	}
	if (!first)
		text[0] = '\0';
	return first;
}
