/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must hold of every lock that accept makes on a simulated machine, and of every boot with it. */
#ifndef EARLYBIND_PROPERTIES_H
#define EARLYBIND_PROPERTIES_H

#include "world.h"

#include "accept.h"
#include "compose.h"
#include "decide.h"
#include "find.h"

#define ENTRIES (3 * SLOTS * 2) /* of three rules: cards, or functions */

/* How often the rarer things happened: what is never tried is not shown. */
static unsigned long bound, unlocked, keyboards, kept_entries, refused_cards, endpoints, shown;

/* What a person accepted, and which simulated cards that was. */
struct accepted {
	struct acceptance acceptance;
	struct composition composition;
	unsigned owner[ENTRIES]; /* of each entry of the lock */
	struct world seen;
	bool refused[SLOTS]; /* a rule selected what is there, and a guard refused it */
	bool kept;           /* entries of an earlier accept are among them */
};

static inline unsigned card_at_address(const struct world *w, const struct address *address)
{
	for (unsigned i = 0; i < SLOTS; i++)
		if (w->slot[i].card && bus_of(w, i) == address->bus)
			return w->slot[i].card;
	return 0;
}

static inline bool owns(const struct accepted *a, unsigned card)
{
	for (size_t i = 0; i < a->acceptance.lock.n_cards; i++)
		if (a->owner[i] == card)
			return true;
	return false;
}

static inline bool same_entry(const struct plan *a, size_t i, const struct plan *b, size_t k)
{
	return rule_same(plan_rule(a, a->cards[i].rule), plan_rule(b, b->cards[k].rule)) &&
	       root_is(&a->cards[i].root, &b->cards[k].root) && path_equal(&a->cards[i].path, &b->cards[k].path) &&
	       identity_equal(&a->cards[i].identity, &b->cards[k].identity) && a->cards[i].serial == b->cards[k].serial;
}

static inline bool is_chosen(const struct config *config, const bool *chosen, const struct rule *rule)
{
	for (size_t i = 0; chosen && i < config->n_rules; i++)
		if (rule_same(&config->rules[i], rule))
			return chosen[i];
	return true;
}

/* What a person was shown to be locked is no card that the host cannot do without. */
static inline void check_entry(const struct accepted *a, size_t i)
{
	const struct plan *lock = &a->acceptance.lock;
	const struct plan_card *entry = &lock->cards[i];

	if (!entry->path.slot && (entry->path.hop[entry->path.hops - 1] & 7))
		return; /* what needs the card needs its first function */
	assert_true(!a->seen.boot_disk || a->owner[i] != a->seen.boot_disk);
	assert_true(!a->seen.in_use || a->owner[i] != a->seen.in_use ||
		    (plan_rule(lock, entry->rule)->allow & ALLOW_IN_USE));
}

static inline void note_refused(struct accepted *a)
{
	for (size_t k = 0; k < a->acceptance.n_lines; k++) {
		const struct accept_line *line = &a->acceptance.lines[k];
		const struct device *main = card_main(&line->card);

		for (unsigned i = 0; line->rule && line->reason != REASON_NONE && i < SLOTS; i++) {
			if (!a->seen.slot[i].card || a->seen.slot[i].card != card_number(main) || main->address.fn)
				continue;
			a->refused[i] = true;
			refused_cards++;
		}
	}
}

/* old, chosen: as of accept_rules(); the owners of what is kept stay. */
static inline void make(struct accepted *out, const struct config *config, const struct config *kept,
			const struct world *w, const struct accepted *old, const bool *chosen)
{
	const struct plan *lock = &out->acceptance.lock, *before = old ? &old->acceptance.lock : NULL;
	struct machine m = build(w);

	memset(out, 0, sizeof(*out));
	out->seen = *w;
	out->kept = old;
	assert_int_equal(accept_rules(config, &m, before, chosen, &out->acceptance), 0);
	note_refused(out);
	assert_in_range(lock->n_cards, 0, ENTRIES);
	for (size_t i = 0; i < lock->n_cards; i++) {
		if (is_chosen(config, chosen, plan_rule(lock, lock->cards[i].rule))) {
			out->owner[i] = card_at_address(w, &lock->cards[i].address);
			check_entry(out, i);
			continue;
		}
		for (size_t k = 0; k < before->n_cards; k++)
			if (same_entry(lock, i, before, k))
				out->owner[i] = old->owner[k];
		assert_int_not_equal(out->owner[i], 0);
		kept_entries++;
	}
	assert_int_equal(compose(kept, lock, &out->composition), 0);
	machine_free(&m);
}

static inline void unmake(struct accepted *a)
{
	composition_free(&a->composition);
	acceptance_free(&a->acceptance);
}

/* Whether one like that stands in slot i, or in the other slot of the same place. */
static inline bool is_like(const struct world *w, unsigned i, const struct plugged *p)
{
	const struct plugged *here = &w->slot[i], *other = &w->slot[(i + PORTS) % SLOTS];

	return (here->card && here->model == p->model && here->serial == p->serial) ||
	       (w->second == SECOND_SAME && other->card && other->model == p->model && other->serial == p->serial);
}

/*
 * Whether every card of a model that was not locked stands where it stood, as far as can be read. Then nothing tells
 * that locked and unlocked ones exchanged their slots: the documented limit.
 */
static inline bool looks_the_same(const struct accepted *a, const struct world *now, unsigned model)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		const struct plugged *was = &a->seen.slot[i];

		if (was->card && was->model == model && !owns(a, was->card) && !is_like(now, i, was) &&
		    !is_external(&a->seen, i))
			return false;
	}
	return true;
}

static inline bool stands_at(const struct device *d, const struct root *root, const struct path *path)
{
	return root_is(root, &d->root) && d->path.hop[0] == path->hop[0] && d->path.hops == path->hops;
}

/* Whether an entry or a guard of the plan is for a card of this identity where the device stands. */
static inline bool is_known(const struct plan *plan, const struct device *d)
{
	bool known = false;

	for (size_t i = 0; i < plan->n_cards; i++)
		known |= stands_at(d, &plan->cards[i].root, &plan->cards[i].path) &&
			 identity_equal(&plan->cards[i].identity, &d->identity);
	for (size_t i = 0; i < plan->n_guards; i++)
		known |= stands_at(d, &plan->guards[i].root, &plan->guards[i].path) &&
			 identity_equal(&plan->guards[i].identity, &d->identity);
	return known;
}

/* A guarded display is gone from another port of a root bus with a name, and nothing like it stands anywhere new. */
static inline bool only_lost_displays(const struct plan *plan, const struct machine *m, const struct device *dev)
{
	const struct identity *id = &dev->identity;

	for (size_t i = 0; i < plan->n_guards; i++) {
		const struct plan_guard *g = &plan->guards[i];
		bool there = false, same_root = strcmp(g->root.acpi, dev->root.acpi) == 0;

		for (size_t k = 0; k < m->n; k++)
			there |= stands_at(&m->devices[k], &g->root, &g->path) &&
				 identity_equal(&m->devices[k].identity, id);
		if (there || g->origin == GUARD_OF_IMAGE || g->reason == REASON_APPEARS_LATER ||
		    !identity_equal(&g->identity, id))
			continue;
		if (g->reason != REASON_TWIN && g->reason != REASON_DISPLAY && g->reason != REASON_KEPT)
			return false;
		if (!device_is_display(id) || !g->root.acpi[0] || !dev->root.acpi[0] ||
		    (same_root && g->path.hop[0] >> 3 == dev->path.hop[0] >> 3))
			return false;
	}
	for (size_t k = 0; k < m->n; k++)
		if (identity_equal(&m->devices[k].identity, id) && !is_known(plan, &m->devices[k]))
			return false;
	return true;
}

/* Only a display or a card with a serial is followed, and only the one of its kind, which no other line means. */
static inline void check_moved(const struct plan *plan, const struct machine *m, const struct decision *d)
{
	const struct device *dev = &m->devices[d->device];

	assert_true(device_is_display(&dev->identity) || dev->serial);
	for (size_t i = 0; i < plan->n_cards; i++)
		assert_true(i == d->card || !identity_equal(&plan->cards[i].identity, &dev->identity));
	for (size_t i = 0; i < plan->n_guards; i++)
		assert_false(identity_equal(&plan->guards[i].identity, &dev->identity) &&
			     !guard_explains(&plan->guards[i], &plan->cards[d->card]));
	for (size_t i = 0; i < m->n; i++)
		if (&m->devices[i] != dev)
			assert_false(identity_equal(&m->devices[i].identity, &dev->identity));
}

/* Bound without an entry: what its rule says and no other, and nothing that a guard of the lock names. */
static inline void check_unlocked(const struct plan *plan, const struct machine *m, const struct decision *d,
				  const struct rule *rule)
{
	struct card card, there;

	assert_int_equal(card_of(m, d->device, &card), 0);
	assert_true(id_matches(rule->live ? &rule->selector.id : &rule->id, &card_main(&card)->identity));
	if (rule->live) {
		assert_true(device_is_display(&card_main(&card)->identity));
	} else {
		assert_int_equal(card_main(&card)->path.hop[0], rule->selector.path.hop[0]);
		assert_int_equal(card_main(&card)->root.bus, rule->selector.address.bus);
	}
	for (size_t i = 0; i < plan->n_guards; i++)
		assert_false(guard_in_place(&plan->guards[i], m, &there) && card_has(&there, d->device));
	for (size_t i = 0; i < plan->n_guards; i++)
		assert_false(plan->guards[i].reason != REASON_APPEARS_LATER &&
			     !guard_in_place(&plan->guards[i], m, &there) &&
			     identity_equal(&plan->guards[i].identity, &card_main(&card)->identity));
	unlocked++;
}

/*
 * What a person was shown to be refused is not bound by another rule as long as it stays where it is. The guard of what
 * appears later is not missed where its root bus, which has no name, has another number now.
 */
static inline void check_refused(const struct accepted *a, const struct world *now, unsigned card)
{
	for (unsigned i = 0; i < SLOTS; i++)
		if (a->refused[i] && a->seen.slot[i].card == card && now->slot[i].card == card &&
		    !(is_external(&a->seen, i) && now->second_bus != a->seen.second_bus))
			assert_true(owns(a, card));
}

/* On the machine as it was at accept: with a passphrase to type every keyboard stays, else one. */
static inline void check_keyboards(const struct plan *plan, const struct machine *m, const struct decisions *d)
{
	unsigned left = m->host.other_keyboard, taken = 0, allowed = 0;

	for (size_t i = 0; i < m->n; i++)
		left += m->devices[i].keyboard;
	for (size_t i = 0; i < d->n; i++) {
		const struct rule *rule = plan_rule(plan, d->items[i].rule);

		if (!d->items[i].bind || !m->devices[d->items[i].device].keyboard)
			continue;
		taken++;
		allowed += (rule->allow & ALLOW_KEYBOARD) != 0;
	}
	keyboards += taken;
	assert_true(!m->host.root_encrypted || taken == allowed);
	assert_true(taken == 0 || left > taken || allowed > 0);
}

static inline unsigned slot_of_card(const struct world *w, unsigned card)
{
	for (unsigned i = 0; i < SLOTS; i++)
		if (card && w->slot[i].card == card)
			return i;
	return SLOTS;
}

/* What was locked, or else looks like it; a card that is followed is the only one that it can be. */
static inline void check_locked(const struct accepted *a, const struct world *now, const struct machine *m,
				const struct decision *d)
{
	const struct plan *plan = &a->composition.plan;
	const struct plan_card *entry = &plan->cards[d->card];
	const struct device *dev = &m->devices[d->device];
	/* Not by its place: two root buses of one name have two slots there. */
	unsigned card = card_number(dev), slot = slot_of_card(now, card);
	struct card whole = card_single(m, d->device);

	assert_int_not_equal(slot, SLOTS);
	if (entry->path.slot)
		whole = card_whole(&whole);
	assert_true(owns(a, card) || looks_the_same(a, now, now->slot[slot].model) ||
		    (!d->moved && only_lost_displays(plan, m, card_main(&whole))));
	assert_true(d->moved || !entry->path.slot || now->second != SECOND_SAME || !now->slot[slot % PORTS].card ||
		    !now->slot[slot % PORTS + PORTS].card);
	if (d->moved && d->main)
		check_moved(plan, m, d);
	if (d->moved && entry->path.slot) {
		assert_int_equal(card_of(m, d->device, &whole), 0);
		assert_true(identity_equal(&entry->identity, &card_main(&whole)->identity));
	}
	if (dev->serial && entry->serial)
		assert_true(owns(a, card));
}

/* Whether the function is of a card that shows the boot. */
static inline bool shows_boot(const struct world *w, const struct device *d)
{
	unsigned slot = slot_of_card(w, card_number(d));

	return slot < SLOTS && is_boot_display(w, slot);
}

/* By the world, not by what the core makes of a class and a header. */
static inline bool has_bridge(const struct world *w, const struct device *d)
{
	unsigned slot = slot_of_card(w, card_number(d));

	return slot == SLOTS || models[w->slot[slot].model].bridge || models[w->slot[slot].model].class[0] == 0x060400;
}

static inline void check_bound(const struct accepted *a, const struct world *now, const struct machine *m,
			       const struct decision *d)
{
	const struct plan *plan = &a->composition.plan;
	const struct device *dev = &m->devices[d->device];
	const struct rule *rule = plan_rule(plan, d->rule);

	assert_false(has_bridge(now, dev));
	endpoints += class_base(dev->identity.class) == 0x06;
	assert_true((rule->allow & ALLOW_DISPLAY) || !shows_boot(now, dev));
	assert_true(dev->iommu_group >= 0);
	for (size_t i = 0; i < plan->n_keeps; i++)
		assert_false(id_matches(&plan->keeps[i].id, &dev->identity));
	/* An entry of an earlier accept takes what looks like its card. */
	if (!a->kept || rule->live || plan->cards[d->card].open)
		check_refused(a, now, card_number(dev));
	if (rule->live || plan->cards[d->card].open)
		check_unlocked(plan, m, d, rule);
	else
		check_locked(a, now, m, d);
}

static inline void check_displays(const struct plan *plan, const struct machine *m, const struct decisions *d)
{
	unsigned left = 0, taken = 0;
	bool allowed = true;

	for (size_t i = 0; i < m->n; i++)
		left += device_is_display(&m->devices[i].identity);
	for (size_t i = 0; i < d->n; i++) {
		if (!d->items[i].bind || !device_is_display(&d->items[i].line.identity))
			continue;
		taken++;
		allowed &= (plan_rule(plan, d->items[i].rule)->allow & ALLOW_DISPLAY) != 0;
	}
	assert_true(taken == 0 || left > taken || allowed);
}

/* A second run, with what the first bound on vfio-pci, decides the same. */
static inline void check_again(const struct plan *plan, struct machine *m, const struct decisions *first)
{
	struct cmdline none = { 0 };
	struct decisions second;

	for (size_t i = 0; i < first->n; i++)
		if (first->items[i].bind)
			snprintf(m->devices[first->items[i].device].driver, DRIVER_LEN, "vfio-pci");
	assert_int_equal(decide(plan, m, &none, &second), 0);
	assert_int_equal(first->n, second.n);
	for (size_t i = 0; i < first->n; i++) {
		assert_int_equal(first->items[i].bind, second.items[i].bind);
		assert_int_equal(first->items[i].reason, second.items[i].reason);
		assert_int_equal(first->items[i].device, second.items[i].device);
	}
	decisions_free(&second);
}

/* On the machine of accept: the boot's disk is the host's, also where an entry of an earlier accept has it. */
static inline void check_same(const struct accepted *a, const struct machine *m, const struct decisions *d)
{
	if (!a->kept)
		check_keyboards(&a->composition.plan, m, d);
	for (size_t i = 0; i < d->n; i++) {
		const struct device *dev = d->items[i].device < 0 ? NULL : &m->devices[d->items[i].device];

		if (d->items[i].bind && a->seen.boot_disk && dev->address.fn == 0)
			assert_int_not_equal(card_number(dev), a->seen.boot_disk);
	}
}

/* A live rule takes what accept saw left to the host. */
static inline bool is_last_beside_live(const struct plan *plan, const struct decision *d)
{
	for (size_t i = 0; i < plan->n_rules; i++)
		if (plan->rules[i].live)
			return strstr(d->line.text, "no display would be left") != NULL;
	return false;
}

/*
 * What was locked just now is not refused by the boot that follows, but for what is a state of one boot, and where a
 * place is that of two slots.
 */
static inline void check_kept_word(const struct accepted *a, const struct decisions *d)
{
	const struct plan *plan = &a->composition.plan;

	for (size_t i = 0; !plan->n_keeps && a->seen.second != SECOND_SAME && i < d->n; i++) {
		const struct decision *one = &d->items[i];

		if (one->bind || one->card >= plan->n_cards || plan->cards[one->card].open)
			continue;
		assert_true(one->reason == REASON_NO_IOMMU || is_last_beside_live(plan, one));
	}
}

/*
 * A guard that an image build adds refuses what stands there, and changes nothing for any other, but that none is
 * followed whose identity it names. Where nothing stands there by now, it refuses nothing.
 */
static inline void check_image_guard(struct plan *plan, const struct machine *m, const struct decisions *before)
{
	int chosen = (int)pick((unsigned)m->n);
	const struct device *dev = &m->devices[chosen];
	struct plan_guard guard = { .reason = REASON_BOOT_DISK,
				    .root = dev->root,
				    .path = dev->path,
				    .identity = dev->identity,
				    .origin = GUARD_OF_IMAGE,
				    .text = strdup("x") };
	struct cmdline none = { 0 };
	struct decisions after;
	struct card card;

	bool gone = pick(2);

	assert_non_null(guard.text);
	card = card_with(m, chosen);
	if (gone)
		guard.path.hop[0] = 0x1f << 3;
	assert_int_equal(plan_add_guard(plan, &guard), 0);
	assert_int_equal(decide(plan, m, &none, &after), 0);
	for (size_t i = 0; (gone || !card_has_display(&card)) && i < before->n; i++) {
		bool there = !gone && card_has(&card, before->items[i].device), still = before->items[i].moved;

		for (size_t k = 0; k < after.n; k++)
			still |= after.items[k].bind && after.items[k].device == before->items[i].device;
		assert_true(!before->items[i].bind || there || still);
	}
	decisions_free(&after);
	free(plan->guards[--plan->n_guards].text);
}

/* The boot program does not ask what is behind Thunderbolt: it is there, or not. */
static inline void forget_external(struct machine *m)
{
	for (size_t i = 0; i < m->n; i++)
		m->devices[i].external = false;
}

/* A locked card is refused as the boot display only where it is one. */
static inline void check_shown(const struct plan *plan, const struct world *now, const struct machine *m,
			       const struct decision *d)
{
	if (d->reason != REASON_DISPLAY || !strstr(d->line.text, "shows the boot") || d->card >= plan->n_cards ||
	    plan->cards[d->card].open)
		return;
	assert_true(shows_boot(now, &m->devices[d->device]));
	shown++;
}

/* same: nothing changed since. */
static inline void try_boot(struct accepted *a, const struct world *now, bool same)
{
	struct plan *plan = &a->composition.plan;
	struct machine m = build(now);
	struct cmdline none = { 0 };
	struct decisions d;

	forget_external(&m);
	assert_int_equal(decide(plan, &m, &none, &d), 0);
	for (size_t i = 0; i < d.n; i++) {
		check_shown(plan, now, &m, &d.items[i]);
		if (!d.items[i].bind)
			continue;
		bound++;
		check_bound(a, now, &m, &d.items[i]);
	}
	check_displays(plan, &m, &d);
	if (same)
		check_same(a, &m, &d);
	if (same && !a->kept)
		check_kept_word(a, &d);
	if (now->second != SECOND_SAME)
		check_image_guard(plan, &m, &d);
	check_again(plan, &m, &d);
	decisions_free(&d);
	machine_free(&m);
}

#endif
