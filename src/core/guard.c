/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard.h"

#include "boot_display.h"
#include "word.h"

#include <stdarg.h>

static const struct device *device_of(const struct candidate *c, int i)
{
	return &c->machine->devices[i];
}

static _printf_(2, 3) void why(char text[REPORT_TEXT_LEN], const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, REPORT_TEXT_LEN, fmt, args);
	va_end(args);
}

bool guard_bridge(const struct candidate *c, int i, char text[REPORT_TEXT_LEN])
{
	if (i < 0 || !device_is_bridge(device_of(c, i)))
		return false;
	if (device_is_isa_bridge(device_of(c, i)) && strcmp(c->rule->driver, "pci-stub") == 0)
		return false;
	why(text, "class %06x", (unsigned)device_of(c, i)->identity.class);
	return true;
}

static bool is_off(const struct candidate *c, int i, char text[REPORT_TEXT_LEN])
{
	(void)i;
	if (c->cmdline->off)
		why(text, "earlybind=%s on the kernel command line", c->cmdline->off_word);
	else if (c->machine->boot.off)
		why(text, "earlybind off --next-boot");
	return c->cmdline->off || c->machine->boot.off;
}

static bool is_kdump(const struct candidate *c, int i, char text[REPORT_TEXT_LEN])
{
	(void)i;
	(void)text;
	return c->machine->boot.kdump;
}

static bool is_stood_down(const struct candidate *c, int i, char text[REPORT_TEXT_LEN])
{
	(void)i;
	(void)text;
	return c->machine->boot.trial == TRIAL_FAILED;
}

/* The function that accept saw kept, wherever its card stands now. */
static bool is_kept(const struct candidate *c, int i, char text[REPORT_TEXT_LEN])
{
	const struct plan_function *f;
	const struct plan_guard *g;

	if (guard_kept(c, i, text))
		return true;
	f = i < 0 || !c->locked || c->locked->open ? NULL : find_function(c->locked, &c->card, i);
	g = f ? plan_index_kept(c->index, &c->locked->root, &f->path) : NULL;
	if (g)
		why(text, "still kept by the lock: %s", g->text);
	return g != NULL;
}

static bool is_claim(const struct candidate *c, int i, char text[REPORT_TEXT_LEN])
{
	(void)i;
	(void)text;
	return c->rule->at == AT_CLAIM;
}

static bool not_found(const struct candidate *c, enum reason reason, char text[REPORT_TEXT_LEN])
{
	if (c->found->reason != reason)
		return false;
	why(text, "%s", c->found->text);
	return true;
}

static bool is_absent(const struct candidate *c, int i, char text[REPORT_TEXT_LEN])
{
	(void)i;
	return not_found(c, REASON_ABSENT, text);
}

static bool is_other_device(const struct candidate *c, int i, char text[REPORT_TEXT_LEN])
{
	(void)i;
	return not_found(c, REASON_OTHER_DEVICE, text);
}

static bool is_ambiguous(const struct candidate *c, int i, char text[REPORT_TEXT_LEN])
{
	(void)i;
	return not_found(c, REASON_AMBIGUOUS, text);
}

bool guard_any_member(const struct candidate *c, bool (*is)(const struct device *, unsigned), unsigned arg, int *which)
{
	for (unsigned k = 0; k < c->card.n; k++) {
		if (!is(device_of(c, c->card.member[k]), arg))
			continue;
		*which = c->card.member[k];
		return true;
	}
	return false;
}

/* A guard line of the plan whose place is this card's. */
static bool guard_line(const struct candidate *c, enum reason reason, char text[REPORT_TEXT_LEN])
{
	const struct plan_guard *g = plan_index_guard(c->index, &c->card, reason);

	if (g)
		why(text, "%s", g->text);
	return g != NULL;
}

static bool is_boot_disk(const struct candidate *c, int i, char text[REPORT_TEXT_LEN])
{
	(void)i;
	return guard_line(c, REASON_BOOT_DISK, text);
}

static bool is_in_use(const struct candidate *c, int i, char text[REPORT_TEXT_LEN])
{
	(void)i;
	return !(c->rule->allow & ALLOW_IN_USE) && guard_line(c, REASON_IN_USE, text);
}

static bool is_keyboard(const struct candidate *c, int i, char text[REPORT_TEXT_LEN])
{
	(void)i;
	return !(c->rule->allow & ALLOW_KEYBOARD) && guard_line(c, REASON_KEYBOARD, text);
}

static bool shows_boot(const struct device *d, unsigned arg)
{
	(void)arg;
	return d->boot_display != 0;
}

/* A function alone is refused with its card: what resets the card takes the picture, too. */
bool guard_display(const struct candidate *c, int i, char text[REPORT_TEXT_LEN])
{
	struct candidate whole = *c;
	char words[BOOT_DISPLAY_WORDS];

	if (c->card.n)
		whole.card = card_whole(&c->card);
	if (rule_takes_display(c->rule) || !guard_any_member(&whole, shows_boot, 0, &i))
		return false;
	why(text, "%s shows the boot:%s", card_has(&c->card, i) ? "it" : "its card",
	    boot_display_words(device_of(c, i)->boot_display, words));
	return true;
}

static bool lacks_group(const struct device *d, unsigned arg)
{
	(void)arg;
	return d->iommu_group < 0 && !device_is_bridge(d);
}

static bool no_iommu(const struct candidate *c, int i, char text[REPORT_TEXT_LEN])
{
	if (strcmp(c->rule->driver, "pci-stub") == 0 || !guard_any_member(c, lacks_group, 0, &i))
		return false;
	why(text, "function %u has no IOMMU group", device_of(c, i)->address.fn);
	return true;
}

static bool is_busy(const struct candidate *c, int i, char text[REPORT_TEXT_LEN])
{
	for (unsigned k = 0; k < c->card.n; k++) {
		const struct device *d = device_of(c, c->card.member[k]);

		if (class_base(d->identity.class) != CLASS_DISPLAY || !d->driver[0] ||
		    word_in_list(c->rule->driver, d->driver))
			continue;
		(void)i;
		why(text, "%s has it already", d->driver);
		return true;
	}
	return false;
}

/*
 * The order is the order in which they are asked; the first that applies is the reason shown. What needs the whole
 * machine's decisions (no display left) is asked behind all others.
 */
static const struct guard guards[] = {
	/* clang-format off */
	{ REASON_BRIDGE, guard_bridge },
	{ REASON_OFF, is_off },
	{ REASON_SKIPPED, guard_skipped },
	{ REASON_KDUMP, is_kdump },
	{ REASON_STOOD_DOWN, is_stood_down },
	{ REASON_KEPT, is_kept },
	{ REASON_CLAIM, is_claim },
	{ REASON_ABSENT, is_absent },
	{ REASON_OTHER_DEVICE, is_other_device },
	{ REASON_AMBIGUOUS, is_ambiguous },
	{ REASON_BOOT_DISK, is_boot_disk },
	{ REASON_IN_USE, is_in_use },
	{ REASON_DISPLAY, guard_display },
	{ REASON_KEYBOARD, is_keyboard },
	{ REASON_NO_IOMMU, no_iommu },
	{ REASON_BUSY, is_busy },
	/* clang-format on */
};

/*
 * What nobody accepted stands behind every guard line in its place, whatever its reason: what was once refused, or is
 * the twin of what was accepted, is not bound by itself.
 */
static enum reason is_guarded(const struct candidate *c, char text[REPORT_TEXT_LEN])
{
	if (c->locked && !c->locked->open)
		return REASON_NONE;
	for (enum reason reason = REASON_NONE + 1; reason < REASON_COUNT; reason++)
		if (guard_line(c, reason, text))
			return reason;
	return REASON_NONE;
}

/* Whether it refuses function i, or with GUARD_WHOLE_CARD every member of the card. */
static bool guard_refuses(const struct guard *g, const struct candidate *c, int i, char text[REPORT_TEXT_LEN])
{
	if (i != GUARD_WHOLE_CARD)
		return g->refuses(c, i, text);
	for (unsigned k = 0; k < c->card.n; k++)
		if (!g->refuses(c, c->card.member[k], text))
			return false;
	return true;
}

enum reason guards_ask(const struct guard *list, size_t n, const struct candidate *c, int i, char text[REPORT_TEXT_LEN],
		       reason_set *refusing)
{
	enum reason first = REASON_NONE;
	char behind[REPORT_TEXT_LEN];

	text[0] = '\0';
	*refusing = 0;
	for (size_t k = 0; k < n; k++) {
		if (!guard_refuses(&list[k], c, i, first ? behind : text))
			continue;
		first = first ? first : list[k].reason;
		*refusing |= REASON_BIT(list[k].reason);
	}
	if (!first)
		text[0] = '\0'; /* a guard that refuses some members only has written why */
	return first;
}

void guards_why(const struct guard *list, size_t n, const struct candidate *c, int i, enum reason reason,
		char text[REPORT_TEXT_LEN])
{
	reason_set refusing;

	text[0] = '\0';
	for (size_t k = 0; k < n; k++)
		if (list[k].reason == reason)
			guards_ask(&list[k], 1, c, i, text, &refusing);
}

void guard_why_at_boot(const struct candidate *c, int i, enum reason reason, char text[REPORT_TEXT_LEN])
{
	guards_why(guards, ARRAY_SIZE(guards), c, i, reason, text);
}

enum reason guard_at_boot(const struct candidate *c, int i, char text[REPORT_TEXT_LEN], reason_set *refusing)
{
	enum reason first = guards_ask(guards, ARRAY_SIZE(guards), c, i, text, refusing);

	if (!first) {
		first = is_guarded(c, text);
		*refusing |= first ? REASON_BIT(first) : 0;
	}
	return first;
}

static bool is_stubbed(const struct device *d)
{
	return strcmp(d->driver, "vfio-pci") == 0 || strcmp(d->driver, "pci-stub") == 0;
}

bool guard_display_left(const struct machine *m, const bool *taken, bool at_boot)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct device *d = &m->devices[i];

		if (device_is_display(&d->identity) && !taken[i] && !device_appears_later(d) &&
		    !(at_boot && is_stubbed(d)))
			return true;
	}
	return false;
}
