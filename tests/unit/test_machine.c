/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The indexes of a machine and of a plan: on seeded random machines every look-up, every card, and what a plan says of
 * them, is what naive.h finds by looking at all functions and all lines. The machines have root buses with one ACPI
 * path or none, cards with switches of their own, two GPUs below one switch, mixed slots, functions beside an AMD
 * display, virtual functions that are known only later, and paths that two functions have.
 */
#include "unit.h"

#include "naive.h"

#define MACHINES 2000
#define MOST 64

static uint64_t state;
/* A machine of one vendor with few GPUs: more than a card has room for are below its switch. */
static bool crowded;
/* How often it happened: what is never tried is not shown. */
static unsigned long multi, across, alone, too_big, twice, missing, guarded, known, kept, selected;

static unsigned pick(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)((state >> 20) % n);
}

static struct identity random_identity(bool bridge)
{
	static const uint16_t vendors[] = { 0x8086, 0x1002, 0x1022, 0x10de };
	static const uint32_t classes[] = { 0x030000, 0x038000, 0x030200, 0x040300, 0x010802, 0x0c0330, 0x068000 };
	uint16_t vendor = vendors[crowded ? 0 : pick(4) ? pick(2) : pick(ARRAY_SIZE(vendors))];
	uint32_t class = classes[crowded && pick(8) ? 3 : pick(ARRAY_SIZE(classes))];

	return (struct identity){ vendor, (uint16_t)(1 + pick(2)), 0, 0, bridge ? 0x060400 : class };
}

/* A function behind `above` (NULL: on the root bus), at another place than the others there, mostly. */
static struct device *add(struct machine *m, const struct root *root, const struct device *above, bool bridge)
{
	struct device *d = &m->devices[m->n];

	if (m->n == MOST)
		return NULL;
	*d = (struct device){ .root = *root, .identity = random_identity(bridge) };
	d->path = above ? above->path : (struct path){ 0 };
	d->address = (struct address){ root->domain, root->bus, (uint8_t)pick(3), (uint8_t)pick(bridge ? 2 : 4) };
	d->address.bus = (uint8_t)(above ? root->bus + 1 + (above - m->devices) % 60 : root->bus);
	if (naive_by_address(m, &d->address) >= 0)
		return NULL;
	d->path.hop[d->path.hops++] = (uint8_t)(d->address.dev << 3 | d->address.fn);
	m->n++;
	return d;
}

static void add_below(struct machine *m, const struct root *root, const struct device *above, unsigned depth)
{
	for (unsigned n = 1 + pick(depth ? 3 : crowded ? 20 : 6); n; n--) {
		bool bridge = depth && pick(3);
		struct device *d = add(m, root, above, bridge);

		if (d && bridge)
			add_below(m, root, d, depth - 1);
	}
}

static struct machine random_machine(void)
{
	static const char *const names[] = { "", "_SB_.PCI0", "_SB_.PC01", "_SB_.PC01" };
	struct machine m = { .devices = calloc(MOST, sizeof(*m.devices)) };

	assert_non_null(m.devices);
	for (unsigned n = 1 + pick(3); n; n--) {
		struct root root = { .domain = pick(2), .bus = (uint8_t)(64 * (n - 1)) };

		strcpy(root.acpi, names[pick(ARRAY_SIZE(names))]);
		add_below(&m, &root, NULL, 4);
	}
	assert_int_equal(machine_link(&m), 0);
	for (size_t i = 0; i < m.n; i++) { /* what is read of a few devices, later */
		m.devices[i].virtual_function = !pick(12);
		m.devices[i].bridge_header = !pick(12);
	}
	return m;
}

static void same_card(int r, const struct card *card, int expected_r, const struct card *expected)
{
	assert_int_equal(r, expected_r);
	if (r < 0)
		return;
	assert_int_equal(card->main, expected->main);
	assert_int_equal(card->single, expected->single);
	assert_int_equal(card->n, expected->n);
	for (unsigned k = 0; k < card->n; k++)
		assert_int_equal(card->member[k], expected->member[k]);
}

static void check_card(const struct machine *m, int i)
{
	struct card card, expected;
	int r = card_of(m, i, &card), naive = naive_card_of(m, i, &expected);

	same_card(r, &card, naive, &expected);
	alone += r == -ENOENT;
	too_big += r == -E2BIG;
	multi += r == 0 && card.n > 1;
	across += r == 0 && !naive_same_slot(m, card.main, i);
}

/* A card has what the selector names, and whatever it names is in a card. */
static void check_selected(const struct machine *m, const struct selector *s)
{
	bool found[MOST] = { false };
	struct cards cards;

	if (cards_select(m, s, &cards, NULL) < 0)
		return;
	for (size_t i = 0; i < cards.n; i++)
		for (unsigned k = 0; k < cards.items[i].n; k++)
			found[cards.items[i].member[k]] = true;
	for (size_t i = 0; i < m->n; i++) {
		const struct device *d = &m->devices[i];

		if (selector_names(s, &d->address, &d->root, &d->path, &d->identity)) {
			/* beside an AMD display are some that are not of the slot's card */
			assert_true(s->whole ? cards.n > 0 : found[i]);
			selected++;
		}
	}
	for (size_t i = 0; i < cards.n && !s->whole; i++) {
		bool named = false;

		for (unsigned k = 0; k < cards.items[i].n; k++) {
			const struct device *d = &m->devices[cards.items[i].member[k]];

			named |= selector_names(s, &d->address, &d->root, &d->path, &d->identity);
		}
		assert_true(named);
	}
	cards_free(&cards);
}

static void check_selectors(const struct machine *m, const struct device *d)
{
	struct selector s = { .kind = SELECTOR_ID,
			      .id = { d->identity.vendor, pick(2) ? d->identity.device : ID_ANY, ID_ANY, ID_ANY } };

	check_selected(m, &s);
	s = (struct selector){ .kind = SELECTOR_SLOT, .whole = pick(2), .address = d->address };
	s.address.fn = s.whole ? 0 : (uint8_t)pick(8);
	check_selected(m, &s);
	s = (struct selector){ .kind = SELECTOR_PATH, .whole = pick(2), .path = d->path };
	s.address.domain = d->root.domain;
	s.address.bus = d->root.bus;
	s.path = s.whole ? path_slot(&d->path) : d->path;
	check_selected(m, &s);
}

static void check_at(const struct machine *m, const struct root *root, const struct path *path)
{
	struct card card, expected;
	int from = 0, naive_from = 0, r, naive;
	unsigned n = 0;

	do {
		r = card_next_at(m, root, path, &from, &card);
		naive = naive_next_at(m, root, path, &naive_from, &expected);
		same_card(r, &card, naive, &expected);
		twice += r == 0 && n++ == 1 && !path->slot;
	} while (r == 0);
	if (!path->slot)
		assert_int_equal(machine_by_path(m, root, path), naive_by_path(m, root, path));
}

/* Its root by number, too: as a lock from before has it, and a bus that has another by now. */
static void check_places(const struct machine *m, const struct device *d)
{
	struct root number = d->root, other = m->devices[pick((unsigned)m->n)].root;
	struct path slot = path_slot(&d->path);

	number.acpi[0] = '\0';
	check_at(m, &d->root, &d->path);
	check_at(m, &number, &d->path);
	check_at(m, &other, &d->path);
	check_at(m, &d->root, &slot);
	check_at(m, &number, &slot);
	check_at(m, &other, &slot);
}

static void check_like(const struct machine *m, const struct identity *identity)
{
	int i = -1;

	for (int k = 0; k < (int)m->n; k++)
		if (identity_equal(identity, &m->devices[k].identity)) {
			i = machine_next_like(m, identity, i);
			assert_int_equal(i, k);
		}
	assert_int_equal(machine_next_like(m, identity, i), -1);
}

/* The place of a device, of its slot, or of nothing; its root by number too. */
static const struct device *random_place(const struct machine *m, struct root *root, struct path *path)
{
	const struct device *d = &m->devices[pick((unsigned)m->n)];

	*root = d->root;
	*path = pick(3) ? path_slot(&d->path) : d->path;
	if (!pick(4))
		root->acpi[0] = '\0';
	if (!pick(4))
		path->hop[0] ^= 0x80;
	return d;
}

/* Cards and guards, at places of the machine mostly; some of the identity that is there, some open. */
static struct plan random_plan(const struct machine *m)
{
	static const enum reason reasons[] = { REASON_TWIN, REASON_BOOT_DISK, REASON_APPEARS_LATER, REASON_KEPT };
	struct plan p = { .kind = KIND_PLAN };

	for (unsigned n = pick(8); n; n--) {
		struct plan_card card = { .rule = 1, .open = !pick(4) };

		card.identity = random_place(m, &card.root, &card.path)->identity;
		card.id = (struct id){
			card.identity.vendor, pick(2) ? ID_ANY : card.identity.device, ID_ANY, ID_ANY, 0, 0
		};
		assert_int_equal(plan_add_card(&p, &card), 0);
	}
	for (unsigned n = pick(8); n; n--) {
		struct plan_guard guard = { .reason = reasons[pick(ARRAY_SIZE(reasons))],
					    .origin = pick(4) ? GUARD_OF_ACCEPT : GUARD_OF_IMAGE,
					    .serial = pick(8) ? 0 : 7 };

		guard.identity = random_place(m, &guard.root, &guard.path)->identity;
		assert_int_equal(plan_add_guard(&p, &guard), 0);
	}
	return p;
}

static const struct plan_guard *naive_kept(const struct plan *p, const struct root *root, const struct path *path)
{
	for (size_t i = 0; i < p->n_guards; i++)
		if (p->guards[i].reason == REASON_KEPT && root_is(&p->guards[i].root, root) &&
		    path_equal(&p->guards[i].path, path))
			return &p->guards[i];
	return NULL;
}

static void check_named(const struct plan_index *x, const struct identity *id)
{
	const struct plan *p = x->plan;
	int i = -1;

	for (size_t k = 0; k < p->n_guards; k++)
		if (naive_is_missing(&p->guards[k], x->machine, id)) {
			i = plan_index_missing(x, id, i);
			assert_int_equal(i, k);
			missing++;
		}
	assert_int_equal(plan_index_missing(x, id, i), -1);
	for (size_t k = 0; k < p->n_cards; k++)
		assert_int_equal(plan_index_names(x, k, id), naive_names(p, k, id));
	assert_int_equal(plan_index_strangers(x, id), naive_strangers(p, x->machine, id));
	assert_int_equal(plan_index_strangers(x, id), naive_strangers(p, x->machine, id)); /* as it remembers it */
	known += !naive_strangers(p, x->machine, id);
}

/* Below its root bus, with its ACPI path and by number alone. */
static void check_kept(const struct plan_index *x, const struct device *d)
{
	struct root roots[2] = { d->root, d->root };
	struct path paths[2] = { d->path, path_slot(&d->path) };

	roots[1].acpi[0] = '\0';
	for (unsigned i = 0; i < 4; i++) {
		const struct plan_guard *g = naive_kept(x->plan, &roots[i / 2], &paths[i % 2]);

		assert_ptr_equal(plan_index_kept(x, &roots[i / 2], &paths[i % 2]), g);
		kept += g != NULL;
	}
}

static void check_plan(const struct machine *m)
{
	static const enum reason reasons[] = { REASON_TWIN, REASON_BOOT_DISK, REASON_APPEARS_LATER, REASON_KEYBOARD };
	struct plan p = random_plan(m);
	struct plan_index x;

	assert_int_equal(plan_index_make(&x, &p, m), 0);
	for (int i = 0; i < (int)m->n; i++) {
		struct card card;

		check_named(&x, &m->devices[i].identity);
		check_kept(&x, &m->devices[i]);
		if (naive_card_of(m, i, &card) < 0)
			card = card_single(m, i);
		for (size_t k = 0; k < ARRAY_SIZE(reasons); k++) {
			const struct plan_guard *g = naive_guard(&p, m, &card, reasons[k]);

			assert_ptr_equal(plan_index_guard(&x, &card, reasons[k]), g);
			guarded += g != NULL;
		}
	}
	plan_index_free(&x);
	plan_free(&p);
}

static void the_indexes_agree_with_a_look_at_everything(void **s)
{
	(void)s;
	for (unsigned long seed = 0; seed < MACHINES; seed++) {
		struct machine m;

		state = (seed + 1) * 0x9e3779b97f4a7c15ull;
		crowded = !pick(8);
		m = random_machine();
		for (int i = 0; i < (int)m.n; i++) {
			const struct device *d = &m.devices[i];
			struct identity other = random_identity(false);
			struct address near = d->address;

			near.fn ^= 1;
			assert_int_equal(d->parent, naive_parent(&m, i));
			assert_int_equal(machine_by_address(&m, &d->address), i);
			assert_int_equal(machine_by_address(&m, &near), naive_by_address(&m, &near));
			check_card(&m, i);
			check_selectors(&m, d);
			check_places(&m, d);
			check_like(&m, &d->identity);
			check_like(&m, &other);
		}
		check_plan(&m);
		machine_free(&m);
	}
	assert_true(multi > MACHINES / 10);
	assert_true(across > MACHINES / 100);
	assert_true(alone > MACHINES / 10);
	assert_true(too_big > 10);
	assert_true(twice > MACHINES / 10);
	assert_true(missing > MACHINES / 10);
	assert_true(guarded > MACHINES / 10);
	assert_true(kept > MACHINES / 10);
	assert_true(known > MACHINES / 10);
	assert_true(selected > MACHINES);
}

/* Before machine_link(), or of a machine without devices. */
static void nothing_is_found_where_nothing_is(void **s)
{
	struct machine m = { 0 };
	struct identity identity = { 0 };
	struct address address = { 0 };
	struct root root = { 0 };
	struct path path = { .hops = 1 };
	struct card card;

	(void)s;
	assert_int_equal(machine_next_like(&m, &identity, -1), -1);
	assert_int_equal(machine_by_address(&m, &address), -1);
	assert_int_equal(machine_by_path(&m, &root, &path), -1);
	assert_int_equal(machine_link(&m), 0);
	assert_int_equal(machine_by_path(&m, &root, &path), -1);
	assert_int_equal(card_at(&m, &root, &path, &card), -ENOENT);
	machine_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_indexes_agree_with_a_look_at_everything),
		cmocka_unit_test(nothing_is_found_where_nothing_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
