/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must hold for any machine, any rules and any later boot (properties.h), tried on seeded random ones: cards are
 * moved, removed, swapped and added, buses renumbered and primaries changed between accept and boot; then some rules
 * are accepted anew.
 */
#include "properties.h"

#include "guard.h"
#include "histories.h"
#include "plan_lines.h"

static unsigned long converted, kept_functions, asked_of[REASON_COUNT];

/* A keep line for a model, or for one function of a slot. */
static void add_keep(struct config *c, const struct world *w)
{
	unsigned s = pick(SLOTS), fn = pick(3) != 0;
	const struct model *model = &models[w->slot[s].card ? w->slot[s].model : pick(ARRAY_SIZE(models))];
	char text[64];

	if (pick(3))
		snprintf(text, sizeof(text), "keep %02x:00.%u\n", bus_of(w, s), fn);
	else
		snprintf(text, sizeof(text), "keep %04x:%04x\n", model->vendor, model->device + fn);
	assert_int_equal(config_read(c, "keep.conf", text, strlen(text)), 0);
}

/* One to three rules; with `keep` a line for a model, as one is written after accept. */
static void random_config(struct config *c, struct config *kept, struct config *keeping, const struct world *w)
{
	char text[512] = "";
	size_t len;

	for (unsigned n = 1 + pick(3); n; n--) {
		len = strlen(text);
		random_rule(w, text + len, sizeof(text) - len);
	}
	memset(c, 0, sizeof(*c));
	assert_int_equal(config_read(c, "conf", text, strlen(text)), 0);
	assert_int_equal(config_read(keeping, "conf", text, strlen(text)), 0);
	add_keep(keeping, w);
	len = strlen(text);
	if (!pick(4)) {
		const struct model *model = &models[pick(ARRAY_SIZE(models))];

		snprintf(text + len, sizeof(text) - len, "keep %04x:%04x\n", model->vendor, model->device);
	}
	memset(kept, 0, sizeof(*kept));
	assert_int_equal(config_read(kept, "conf", text, strlen(text)), 0);
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
				    .origin = pick(2) ? GUARD_OF_ACCEPT : GUARD_OF_IMAGE,
				    .text = strdup("x") };

	assert_non_null(guard.text);
	assert_int_equal(plan_add_guard(plan, &guard), 0);
}

/* Nothing is bound where a guard stands that its rule does not lift. */
static void check_guards(const struct plan *plan, const struct device *dev, unsigned allow)
{
	for (size_t i = 0; i < plan->n_guards; i++)
		for (size_t k = 0; k < ARRAY_SIZE(guarded); k++)
			assert_false(plan->guards[i].reason == guarded[k].reason && !(allow & guarded[k].lifted) &&
				     root_is(&plan->guards[i].root, &dev->root) &&
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
		assert_false(has_bridge(then, dev));
		assert_true((rule.allow & ALLOW_DISPLAY) || !shows_boot(then, dev));
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
	struct accepted nothing = { .seen = *then };
	const struct plan *plan = &nothing.composition.plan;

	assert_int_equal(compose(config, NULL, &nothing.composition), 0);
	for (size_t i = 0; i < plan->n_cards; i++)
		assert_true(plan->cards[i].open);
	try_boot(&nothing, now, false);
	composition_free(&nothing.composition);
}

/* Some rules are accepted anew on the machine as it is by then, and the boot needs something else. */
static void try_again(const struct accepted *old, const struct config *config, const struct config *kept,
		      struct world now, unsigned *cards)
{
	bool chosen[3] = { pick(2), pick(2), pick(2) };
	struct accepted a;

	choose_needs(&now);
	make(&a, config, kept, &now, old, chosen);
	try_boot(&a, &now, true);
	for (unsigned n = 1 + pick(3); n; n--)
		change(&now, cards);
	try_boot(&a, &now, false);
	unmake(&a);
}

/* Whether accept showed the function to a person as one that stays by a keep line. */
static bool was_kept(const struct accepted *a, const struct config *keeping, const struct machine *then,
		     const struct device *dev)
{
	for (size_t i = 0; i < a->acceptance.n_lines; i++) {
		const struct accept_line *line = &a->acceptance.lines[i];

		for (unsigned k = 0; line->rule && k < line->card.n; k++) {
			const struct device *d = &then->devices[line->card.member[k]];

			if (card_number(d) != card_number(dev) || d->address.fn != dev->address.fn)
				continue;
			for (size_t n = 0; n < keeping->n_keeps; n++)
				if (selector_means(&keeping->keeps[n].selector, then, line->card.member[k]))
					return true;
		}
	}
	return false;
}

/*
 * What a keep line left to the host at accept is bound by no image that is made without the line, as long as it is
 * where it was: what exchanged its slot with one like it looks the same.
 */
static void check_kept(const struct accepted *a, const struct config *keeping, const struct world *then,
		       const struct world *now, const struct plan *plan)
{
	struct machine before = build(then), m = build(now);
	struct cmdline none = { 0 };
	struct decisions d;

	forget_external(&m);
	assert_int_equal(decide(plan, &m, &none, &d), 0);
	for (size_t i = 0; i < d.n; i++) {
		const struct device *dev = d.items[i].device < 0 ? NULL : &m.devices[d.items[i].device];
		unsigned card = dev ? card_number(dev) : 0, was = slot_of_card(then, card);

		if (!card || was == SLOTS || slot_of_card(now, card) != was || !was_kept(a, keeping, &before, dev) ||
		    (is_external(then, was) && now->second_bus != then->second_bus))
			continue;
		assert_false(d.items[i].bind);
		kept_functions++;
	}
	decisions_free(&d);
	machine_free(&m);
	machine_free(&before);
}

/* The keep line goes after accept: an image is made without it, before and after some other rule is accepted. */
static void try_keep_gone(const struct config *config, const struct config *keeping, const struct world *then,
			  const struct world *now)
{
	bool none_chosen[3] = { false };
	struct acceptance later;
	struct composition c;
	struct accepted a;
	struct machine m = build(now);

	make(&a, keeping, config, then, NULL, NULL);
	check_kept(&a, keeping, then, then, &a.composition.plan);
	check_kept(&a, keeping, then, now, &a.composition.plan);
	assert_int_equal(accept_rules(config, &m, &a.acceptance.lock, none_chosen, &later), 0);
	assert_int_equal(compose(config, &later.lock, &c), 0);
	check_kept(&a, keeping, then, now, &c.plan);
	composition_free(&c);
	acceptance_free(&later);
	unmake(&a);
	machine_free(&m);
}

/* The lock as version 1 spelled it. */
static void print_old(const struct plan *lock, struct text *out)
{
	struct plan old = *lock;

	old.guards = calloc(lock->n_guards + 1, sizeof(*old.guards));
	assert_non_null(old.guards);
	for (size_t i = 0; i < lock->n_guards; i++) {
		struct text text = { 0 };

		old.guards[i] = lock->guards[i];
		text_add(&text, lock->guards[i].origin == GUARD_OF_IMAGE ? "image" : "lock");
		text_addf(&text, "%s%s", *lock->guards[i].text ? " " : "", lock->guards[i].text);
		old.guards[i].text = text.data;
	}
	assert_int_equal(plan_print_version(&old, 1, out), 0);
	for (size_t i = 0; i < lock->n_guards; i++)
		free(old.guards[i].text);
	free(old.guards);
}

static struct decisions decisions_of(const struct plan *lock, const struct config *kept, const struct machine *m,
				     uint64_t *hash)
{
	struct composition c;
	struct cmdline none = { 0 };
	struct decisions d;

	assert_int_equal(compose(kept, lock, &c), 0);
	assert_int_equal(plan_hash(&c.plan, hash), 0);
	assert_int_equal(decide(&c.plan, m, &none, &d), 0);
	for (size_t i = 0; i < d.n; i++)
		d.items[i].drivers = NULL; /* in the plan */
	composition_free(&c);
	return d;
}

/* A lock of version 1, and what the next accept makes of it, decide alike, and name their plans alike. */
static void try_old_format(const struct plan *lock, const struct config *kept, const struct world *now)
{
	struct machine m = build(now);
	struct text old_text = { 0 }, new_text = { 0 };
	struct decisions old_decisions, new_decisions;
	struct plan_error err;
	struct plan old, new;
	uint64_t old_hash, new_hash;

	print_old(lock, &old_text);
	assert_int_equal(lock_parse(old_text.data, old_text.len, &old, &err), 0);
	assert_int_equal(old.version, 1);
	assert_int_equal(plan_print(&old, &new_text), 0);
	assert_int_equal(plan_parse(KIND_LOCK, new_text.data, new_text.len, &new, &err), 0);
	assert_true(old.lock == new.lock);
	old_decisions = decisions_of(&old, kept, &m, &old_hash);
	new_decisions = decisions_of(&new, kept, &m, &new_hash);
	assert_true(old_hash == new_hash);
	assert_int_equal(old_decisions.n, new_decisions.n);
	converted += old_decisions.n > 0 && old.n_guards > 0;
	for (size_t i = 0; i < old_decisions.n; i++)
		assert_memory_equal(&old_decisions.items[i], &new_decisions.items[i], sizeof(*old_decisions.items));
	decisions_free(&old_decisions);
	decisions_free(&new_decisions);
	plan_free(&old);
	plan_free(&new);
	text_free(&old_text);
	text_free(&new_text);
	machine_free(&m);
}

/* The line of the last rule, which selects one card or function; NULL: there is none. */
static const struct accept_line *last_line(const struct acceptance *a, const struct config *c)
{
	for (size_t i = 0; i < a->n_lines; i++)
		if (a->lines[i].rule == c->n_rules)
			return &a->lines[i];
	return NULL;
}

/* What accept_ask() says of a rule for the device is what accept of it says once it is written. */
static void try_asked(struct config *config, const struct machine *m, const struct plan *old, int device)
{
	struct selector s = { .kind = SELECTOR_SLOT, .address = m->devices[device].address };
	char words[SELECTOR_LEN];
	struct acceptance a;
	const struct accept_line *line;
	struct accept_line asked;
	struct card card;
	bool *chosen;

	s.whole = card_of(m, device, &card) == 0;
	s.address.fn = s.whole ? 0 : s.address.fn;
	assert_int_equal(accept_ask(config, m, old, &s, 1, &asked), 0);
	if (config_read_rule(config, "conf", selector_print(&s, words)) < 0)
		return;
	chosen = calloc(config->n_rules, sizeof(*chosen));
	assert_non_null(chosen);
	chosen[config->n_rules - 1] = true;
	assert_int_equal(accept_rules(config, m, old, chosen, &a), 0);
	free(chosen);
	line = last_line(&a, config);
	assert_true(line || !asked.rule);
	if (asked.rule) {
		assert_int_equal(asked.reason, line->reason);
		assert_true(asked.refusing == line->refusing);
		assert_string_equal(asked.text, line->text);
		assert_memory_equal(&asked.card, &line->card, sizeof(asked.card));
		asked_of[line->reason]++;
	}
	acceptance_free(&a);
	rule_free(&config->rules[--config->n_rules]);
}

static void try_machine(void)
{
	unsigned cards = 0;
	struct world then, now;
	struct config config, kept, keeping = { 0 };
	struct accepted a;
	struct machine m;

	state = (seed + 1) * 0x9e3779b97f4a7c15ull;
	then = new_world(&cards);
	now = then;
	random_config(&config, &kept, &keeping, &then);
	make(&a, &config, &kept, &then, NULL, NULL);
	try_boot(&a, &then, true);
	for (unsigned n = pick(4); n; n--)
		change(&now, &cards);
	try_boot(&a, &now, false);
	try_without_lock(&kept, &then, &now);
	try_old_format(&a.acceptance.lock, &kept, &now);
	try_again(&a, &config, &kept, now, &cards);
	try_keep_gone(&config, &keeping, &then, &now);
	m = build(&then);
	try_forged(&m, &then);
	if (m.n)
		try_asked(&config, &m, &a.acceptance.lock, (int)pick((unsigned)m.n));
	machine_free(&m);
	unmake(&a);
	config_free(&config);
	config_free(&kept);
	config_free(&keeping);
}

/* What is never tried is not shown. */
static void check_tried(unsigned long n)
{
	assert_true(bound > n / 10);
	assert_true(unlocked > n / 10);
	assert_true(converted > n / 10);
	assert_true(keyboards > n / 200);
	assert_true(kept_entries > n / 10);
	assert_true(refused_cards > n / 10);
	assert_true(endpoints > n / 100);
	assert_true(shown > n / 100);
	assert_true(kept_functions > n / 50);
	assert_true(asked_of[REASON_NONE] > n / 20);
	assert_true(asked_of[REASON_DISPLAY] > n / 50);
	assert_true(asked_of[REASON_KEYBOARD] > n / 500);
}

static void whatever_changes_only_accepted_cards_are_bound(void **s)
{
	unsigned long first = number("EARLYBIND_SEED", 0), n = histories();

	(void)s;
	print_message("%lu histories from seed %lu\n", n, first);
	for (seed = first; seed < first + n; seed++)
		try_machine();
	if (n >= 1000)
		check_tried(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_changes_only_accepted_cards_are_bound),
	};

	return failed_at_seed(cmocka_run_group_tests(tests, NULL, NULL));
}
