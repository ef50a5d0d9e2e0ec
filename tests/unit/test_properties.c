/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must hold for any machine, any rules and any later boot, tried on seeded random ones: cards are moved, removed,
 * swapped and added, buses renumbered and primaries changed between accept and boot.
 *
 * Every simulated card has a number of its own that nothing in the core reads (device.override): so the test knows
 * whether what is bound is the very card that was accepted, not only one like it.
 */
#include "unit.h"

#include "accept.h"
#include "compose.h"
#include "decide.h"
#include "find.h"

#define SLOTS 8
#define MACHINES 100000

/* A model that can be plugged in; two functions at most. */
struct model {
	uint16_t vendor, device;
	uint32_t class[2];
	bool serial;
	uint16_t second[2]; /* vendor and device of the second function, where they are not its own next ones */
};

static const struct model models[] = {
	{ 0x10de, 0x13c2, { 0x030000, 0x040300 }, false, { 0 } },
	{ 0x1002, 0x67df, { 0x030000, 0x040300 }, false, { 0 } },
	{ 0x1234, 0x1111, { 0x038000 }, false, { 0 } },
	{ 0x10de, 0x2204, { 0x030200 }, false, { 0 } },
	{ 0x10de, 0x2684, { 0x030000 }, true, { 0 } },
	{ 0x1b21, 0x1080, { 0x040300 }, false, { 0 } },
	{ 0x13f6, 0x8788, { 0x040300 }, true, { 0 } },
	{ 0x1b36, 0x000c, { 0x060400 }, false, { 0 } },
	{ 0x1912, 0x0014, { 0x0c0330 }, false, { 0 } },
	/* Its second function is like a whole card of another model. */
	{ 0x1002, 0x73bf, { 0x030000, 0x038000 }, false, { 0x1234, 0x1111 } },
};

struct plugged {
	unsigned card; /* its number; 0: the slot is empty */
	bool keyboard; /* plugged into this USB controller */
	unsigned model;
	uint64_t serial;
	bool no_group; /* the IOMMU does not know it */
};

/* A machine is root ports with a slot each. */
struct world {
	struct plugged slot[SLOTS];
	unsigned bus0;    /* of the first port: renumbering shifts it */
	unsigned primary; /* the slot of the boot display; SLOTS: none */
	bool encrypted, other_keyboard;
};

static uint64_t state;
/* How often the rarer things happened: what is never tried is not shown. */
static unsigned long bound, unlocked, keyboards;

static unsigned pick(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)((state >> 11) % n);
}

static bool shows(const struct plugged *p)
{
	uint32_t sub = models[p->model].class[0] >> 8;

	return p->card && (sub == 0x0300 || sub == 0x0380);
}

static void choose_primary(struct world *w)
{
	w->primary = SLOTS;
	for (unsigned i = 0, from = pick(SLOTS); i < SLOTS; i++)
		if (shows(&w->slot[(from + i) % SLOTS]))
			w->primary = (from + i) % SLOTS;
}

static struct plugged new_card(unsigned *cards)
{
	struct plugged p = { .card = ++*cards, .model = pick(ARRAY_SIZE(models)) };

	p.no_group = !pick(10);
	p.serial = models[p.model].serial ? 0x1000 + p.card : 0;
	p.keyboard = models[p.model].class[0] == 0x0c0330 && pick(2);
	return p;
}

static struct world new_world(unsigned *cards)
{
	struct world w = { .bus0 = 1, .encrypted = !pick(4), .other_keyboard = !pick(3) };

	for (unsigned i = 0; i < SLOTS; i++)
		if (pick(3))
			w.slot[i] = new_card(cards);
	choose_primary(&w);
	return w;
}

static void change(struct world *w, unsigned *cards)
{
	unsigned a = pick(SLOTS), b = pick(SLOTS);
	struct plugged p = w->slot[a];

	switch (pick(6)) {
	case 0: /* moved, or two swapped */
		w->slot[a] = w->slot[b];
		w->slot[b] = p;
		break;
	case 1:
		w->slot[a] = (struct plugged){ 0 };
		break;
	case 2:
		if (!w->slot[a].card)
			w->slot[a] = new_card(cards);
		break;
	case 3:
		choose_primary(w);
		break;
	case 4:
		w->bus0 = 1 + pick(40);
		break;
	default:
		break;
	}
	if (w->primary == SLOTS || !shows(&w->slot[w->primary]))
		choose_primary(w);
}

static void add(struct machine *m, unsigned bus, unsigned port, int fn, const struct identity *id, unsigned card)
{
	struct device *d = &m->devices[m->n++];

	memset(d, 0, sizeof(*d));
	d->identity = *id;
	d->iommu_group = 1 + (int)port;
	snprintf(d->root.acpi, sizeof(d->root.acpi), "_SB_.PCI0");
	d->path.hops = 1;
	d->path.hop[0] = (uint8_t)(port << 3);
	d->address.dev = (uint8_t)port;
	if (fn >= 0) {
		d->path.hops = 2;
		d->path.hop[1] = (uint8_t)fn;
		d->address = (struct address){ .bus = (uint8_t)bus, .fn = (uint8_t)fn };
	}
	snprintf(d->override, sizeof(d->override), "%u", card);
}

static struct machine build(const struct world *w)
{
	struct machine m = { .devices = calloc(SLOTS * 3, sizeof(*m.devices)) };

	assert_non_null(m.devices);
	for (unsigned i = 0; i < SLOTS; i++) {
		const struct plugged *p = &w->slot[i];
		const struct model *model = &models[p->model];
		struct identity port = { 0x8086, 0x1901, 0, 0, 0x060400 };

		add(&m, 0, i + 1, -1, &port, 0);
		for (int fn = 0; p->card && fn < 2 && model->class[fn]; fn++) {
			struct identity id = { model->vendor, (uint16_t)(model->device + fn), 0x1043, 0x85a0,
					       model->class[fn] };

			if (fn && model->second[0]) {
				id.vendor = model->second[0];
				id.device = model->second[1];
			}
			add(&m, w->bus0 + i, i + 1, fn, &id, p->card);
			m.devices[m.n - 1].serial = p->serial;
			if (p->no_group)
				m.devices[m.n - 1].iommu_group = -1;
			m.devices[m.n - 1].keyboard = p->keyboard;
			m.devices[m.n - 1].boot_display = w->primary == i && fn == 0 ? BOOT_DISPLAY_VGA : 0;
		}
	}
	m.root_encrypted = w->encrypted;
	m.other_keyboard = w->other_keyboard;
	machine_link(&m);
	return m;
}

static void random_config(struct config *c, const struct world *w)
{
	char text[512] = "";
	unsigned n = 1 + pick(3);

	memset(c, 0, sizeof(*c));
	for (unsigned i = 0; i < n; i++) {
		unsigned s = pick(SLOTS);
		const struct model *model = &models[w->slot[s].card ? w->slot[s].model : pick(ARRAY_SIZE(models))];
		size_t len = strlen(text);

		switch (pick(6)) {
		case 0:
			snprintf(text + len, sizeof(text) - len, "bind %02x:00", w->bus0 + s);
			break;
		case 3:
			snprintf(text + len, sizeof(text) - len, "bind 00:%02x.0/00 id=%04x:%04x", s + 1, model->vendor,
				 model->device);
			break;
		case 4:
			snprintf(text + len, sizeof(text) - len, "bind %04x:%04x live\n", model->vendor, model->device);
			continue;
		case 1:
			snprintf(text + len, sizeof(text) - len, "bind 00:%02x.0/00", s + 1);
			break;
		case 2:
			snprintf(text + len, sizeof(text) - len, "bind %02x:00.%u", w->bus0 + s, pick(2));
			break;
		default:
			snprintf(text + len, sizeof(text) - len, "bind %04x:%04x", model->vendor,
				 model->device + (pick(6) ? 0 : 1));
		}
		len = strlen(text);
		snprintf(text + len, sizeof(text) - len, "%s\n",
			 pick(8)   ? ""
			 : pick(2) ? " allow=display"
				   : " allow=keyboard");
	}
	assert_int_equal(config_read(c, "conf", text, strlen(text)), 0);
}

static unsigned card_at_place(const struct world *w, const struct path *path)
{
	return w->slot[(path->hop[0] >> 3) - 1].card;
}

static bool was_locked(const struct plan *lock, const struct world *then, unsigned card)
{
	for (size_t i = 0; i < lock->n_cards; i++)
		if (!lock->cards[i].open && card_at_place(then, &lock->cards[i].path) == card)
			return true;
	return false;
}

/*
 * Whether every card of a model that was not locked stands where it stood, as far as can be read. Then nothing tells
 * that locked and unlocked ones exchanged their slots: the documented limit.
 */
static bool looks_the_same(const struct plan *lock, const struct world *then, const struct world *now, unsigned model)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		const struct plugged *was = &then->slot[i], *is = &now->slot[i];

		if (was->card && was->model == model && !was_locked(lock, then, was->card) &&
		    (!is->card || is->model != model || is->serial != was->serial))
			return false;
	}
	return true;
}

/* Only a display or a card with a serial is followed, and only the one of its kind, which no other line means. */
static void check_moved(const struct plan *plan, const struct machine *m, const struct decision *d)
{
	const struct device *dev = &m->devices[d->device];

	assert_true(device_is_display(&dev->identity) || dev->serial);
	for (size_t i = 0; i < plan->n_cards; i++)
		assert_true(i == d->card || !identity_equal(&plan->cards[i].identity, &dev->identity));
	for (size_t i = 0; i < plan->n_guards; i++)
		assert_false(identity_equal(&plan->guards[i].identity, &dev->identity));
	for (size_t i = 0; i < m->n; i++)
		if (&m->devices[i] != dev)
			assert_false(identity_equal(&m->devices[i].identity, &dev->identity));
}

/* Bound without an entry: what its rule says and no other, and nothing that a guard of the lock names. */
static void check_unlocked(const struct plan *plan, const struct machine *m, const struct decision *d,
			   const struct rule *rule)
{
	struct card card, there;

	assert_int_equal(card_of(m, d->device, &card), 0);
	assert_true(id_matches(rule->live ? &rule->selector.id : &rule->id, &card_main(&card)->identity));
	if (rule->live)
		assert_true(device_is_display(&card_main(&card)->identity));
	else
		assert_int_equal(card_main(&card)->path.hop[0], rule->selector.path.hop[0]);
	for (size_t i = 0; i < plan->n_guards; i++)
		assert_false(guard_in_place(&plan->guards[i], m, &there) && card_has(&there, d->device));
	for (size_t i = 0; i < plan->n_guards; i++)
		assert_false(!guard_in_place(&plan->guards[i], m, &there) &&
			     identity_equal(&plan->guards[i].identity, &card_main(&card)->identity));
	unlocked++;
}

/* On the machine as it was at accept: with a passphrase to type every keyboard stays, else one. */
static void check_keyboards(const struct plan *plan, const struct machine *m, const struct decisions *d)
{
	unsigned left = m->other_keyboard, taken = 0, allowed = 0;

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
	assert_true(!m->root_encrypted || taken == allowed);
	assert_true(taken == 0 || left > taken || allowed > 0);
}

static void check_bound(const struct plan *plan, const struct world *then, const struct world *now,
			const struct machine *m, const struct decision *d)
{
	const struct device *dev = &m->devices[d->device];
	unsigned slot = (dev->path.hop[0] >> 3) - 1, card = now->slot[slot].card;
	const struct rule *rule = plan_rule(plan, d->rule);
	struct card whole;

	assert_false(device_is_bridge(&dev->identity));
	assert_true((rule->allow & ALLOW_DISPLAY) || !dev->boot_display);
	assert_true(dev->iommu_group >= 0);
	if (rule->live || plan->cards[d->card].open) {
		check_unlocked(plan, m, d, rule);
		return;
	}
	assert_true(was_locked(plan, then, card) || looks_the_same(plan, then, now, now->slot[slot].model));
	if (d->moved && d->main)
		check_moved(plan, m, d);
	if (d->moved && plan->cards[d->card].path.slot) {
		assert_int_equal(card_of(m, d->device, &whole), 0);
		assert_true(identity_equal(&plan->cards[d->card].identity, &card_main(&whole)->identity));
	}
	if (dev->serial && plan->cards[d->card].serial)
		assert_true(was_locked(plan, then, card));
}

static void check_displays(const struct plan *plan, const struct machine *m, const struct decisions *d)
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
static void check_again(const struct plan *plan, struct machine *m, const struct decisions *first)
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

static char unit_seed[24];

static void try_boot(const struct plan *plan, const struct world *then, const struct world *now, bool same)
{
	struct machine m = build(now);
	struct cmdline none = { 0 };
	struct decisions d;

	assert_int_equal(decide(plan, &m, &none, &d), 0);
	for (size_t i = 0; i < d.n; i++) {
		if (!d.items[i].bind)
			continue;
		bound++;
		check_bound(plan, then, now, &m, &d.items[i]);
	}
	check_displays(plan, &m, &d);
	if (same)
		check_keyboards(plan, &m, &d);
	check_again(plan, &m, &d);
	decisions_free(&d);
	machine_free(&m);
}

/* Guards that allow= lifts, each with the word for it. */
static const struct {
	enum reason reason;
	unsigned lifted;
} guarded[] = {
	{ REASON_BOOT_DISK, 0 },
	{ REASON_IN_USE, ALLOW_IN_USE },
	{ REASON_KEYBOARD, ALLOW_KEYBOARD },
};

static void add_guard(struct plan *plan, const struct device *dev)
{
	struct plan_guard guard = { .reason = guarded[pick(ARRAY_SIZE(guarded))].reason,
				    .root = dev->root,
				    .path = dev->path,
				    .identity = dev->identity,
				    .text = strdup(pick(2) ? "lock x" : "image x") };

	assert_non_null(guard.text);
	assert_int_equal(plan_add_guard(plan, &guard), 0);
}

/* Nothing is bound where a guard stands that its rule does not lift. */
static void check_guards(const struct plan *plan, const struct device *dev, unsigned allow)
{
	for (size_t i = 0; i < plan->n_guards; i++)
		for (size_t k = 0; k < ARRAY_SIZE(guarded); k++)
			assert_false(plan->guards[i].reason == guarded[k].reason && !(allow & guarded[k].lifted) &&
				     path_equal(&plan->guards[i].path, &dev->path) &&
				     identity_equal(&plan->guards[i].identity, &dev->identity));
}

/* A lock that no accept made: any card in it, bridges and the boot display too. */
static void try_forged(const struct machine *m, const struct world *then)
{
	struct plan plan = { .kind = KIND_PLAN };
	struct rule rule = { .number = 1, .driver = "vfio-pci", .allow = pick(8) };
	struct cmdline none = { 0 };
	struct decisions d;
	struct machine now = build(then);

	assert_int_equal(plan_add_rule(&plan, &rule), 0);
	for (unsigned n = 1 + pick(4); n; n--) {
		const struct device *dev = &m->devices[pick((unsigned)m->n)];
		struct plan_card card = { .rule = 1, .root = dev->root, .path = dev->path, .identity = dev->identity };

		card.n_functions = 1;
		card.functions[0] = (struct plan_function){ .path = dev->path, .identity = dev->identity };
		assert_int_equal(plan_add_card(&plan, &card), 0);
	}
	for (unsigned n = pick(3); n; n--)
		add_guard(&plan, &m->devices[pick((unsigned)m->n)]);
	assert_int_equal(decide(&plan, &now, &none, &d), 0);
	for (size_t i = 0; i < d.n; i++) {
		const struct device *dev = d.items[i].device < 0 ? NULL : &now.devices[d.items[i].device];

		if (!d.items[i].bind)
			continue;
		assert_false(device_is_bridge(&dev->identity));
		assert_true((rule.allow & ALLOW_DISPLAY) || !dev->boot_display);
		check_guards(&plan, dev, rule.allow);
		for (size_t k = 0; k < i; k++)
			assert_false(d.items[k].bind && d.items[k].device == d.items[i].device);
	}
	check_displays(&plan, &now, &d);
	decisions_free(&d);
	plan_free(&plan);
	machine_free(&now);
}

/* Only live rules and paths with id= can bind then: an image that was made elsewhere. */
static void try_without_lock(const struct config *config, const struct world *then, const struct world *now)
{
	struct composition c;

	assert_int_equal(compose(config, NULL, &c), 0);
	for (size_t i = 0; i < c.plan.n_cards; i++)
		assert_true(c.plan.cards[i].open);
	try_boot(&c.plan, then, now, false);
	composition_free(&c);
}

static void try_machine(unsigned long seed)
{
	unsigned cards = 0;
	struct world then, now;
	struct acceptance a;
	struct composition c;
	struct config config;
	struct machine m;

	state = (seed + 1) * 0x9e3779b97f4a7c15ull;
	then = new_world(&cards);
	now = then;
	m = build(&then);
	random_config(&config, &then);
	assert_int_equal(accept_rules(&config, &m, NULL, NULL, &a), 0);
	assert_int_equal(compose(&config, &a.lock, &c), 0);
	try_boot(&c.plan, &then, &now, true);
	for (unsigned n = pick(4); n; n--)
		change(&now, &cards);
	try_boot(&c.plan, &then, &now, false);
	try_without_lock(&config, &then, &now);
	try_forged(&m, &then);
	composition_free(&c);
	acceptance_free(&a);
	config_free(&config);
	machine_free(&m);
}

static void whatever_changes_only_accepted_cards_are_bound(void **s)
{
	const char *one = getenv("SEED");

	(void)s;
	if (one) {
		try_machine(strtoul(one, NULL, 10));
		return;
	}
	for (unsigned long seed = 0; seed < MACHINES; seed++) {
		/* The last seed that was begun is the one that failed: SEED=N tries it alone. */
		snprintf(unit_seed, sizeof(unit_seed), "%lu", seed);
		if (getenv("TRACE"))
			puts(unit_seed);
		try_machine(seed);
	}
	assert_true(bound > MACHINES / 10);
	assert_true(unlocked > MACHINES / 10);
	assert_true(keyboards > MACHINES / 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_changes_only_accepted_cards_are_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
