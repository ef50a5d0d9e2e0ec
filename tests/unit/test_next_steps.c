/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the host tool says is what then happens: tried on seeded random machines (world.h), in memory. Rules are
 * accepted, cards move, and then: what `list` says of a function is what `add` would do; what `check` says is what the
 * boot does; and the next step of each row, followed to its end, binds nothing that the row does not name.
 */
#include "world.h"

#include "accept.h"
#include "guard.h"
#include "histories.h"
#include "host/advice/advice.h"
#include "host/advice/drift.h"
#include "host/advice/remedy.h"
#include "host/advice/standing.h"
#include "host/advice/verdict.h"
#include "plan_lines.h"

#define RULES 4
#define CONF "/etc/earlybind.conf"
/* Each step that changes something leaves a rule less, or one that waits for nothing. */
#define STEPS (3 * RULES)

static unsigned long frees, refusals, waits, binds, lost, accepts, removes, explains, moves;

/* What a person has: rules, a lock, and an image with the plan of both. */
struct host {
	char rules[RULES + 1][64];
	size_t n;
	struct config config; /* of the rules */
	struct plan lock;
	struct machine m;
};

static void read_rules(struct host *h)
{
	config_free(&h->config);
	memset(&h->config, 0, sizeof(h->config));
	for (size_t i = 0; i < h->n; i++)
		assert_int_equal(config_read(&h->config, CONF, h->rules[i], strlen(h->rules[i])), 0);
}

/* A line that is no rule, or one that is there already, is left out. */
static void random_rules(struct host *h, const struct world *w)
{
	for (unsigned n = 1 + pick(RULES); n; n--) {
		size_t before = h->config.n_rules;

		const struct model *model = &models[pick(ARRAY_SIZE(models))];

		if (!pick(6))
			snprintf(h->rules[h->n], sizeof(h->rules[0]), "bind %02x:00 id=%04x:%04x\n",
				 bus_of(w, pick(SLOTS)), model->vendor, model->device);
		else if (pick(4))
			random_rule(w, h->rules[h->n], sizeof(h->rules[0]));
		else
			snprintf(h->rules[h->n], sizeof(h->rules[0]), "bind %02x:00 optional\n",
				 bus_of(w, pick(SLOTS)));
		h->n++;
		read_rules(h);
		if (h->config.n_rules == before)
			h->n--;
	}
	read_rules(h);
	assert_int_equal(h->config.n_rules, h->n);
}

static void set_lock(struct host *h, struct acceptance *a)
{
	plan_free(&h->lock);
	h->lock = a->lock;
	memset(&a->lock, 0, sizeof(a->lock));
}

static void accept_of(struct host *h, const bool *chosen)
{
	struct acceptance a;

	assert_int_equal(accept_rules(&h->config, &h->m, &h->lock, chosen, &a), 0);
	set_lock(h, &a);
	acceptance_free(&a);
}

/* Some of the rules are accepted, then some things change. */
static void random_host(struct host *h)
{
	bool chosen[RULES] = { false };
	unsigned cards = 0;
	struct world w = new_world(&cards);

	w.external = 0; /* the boot does not know it: what is there is there, and check says "if present" */
	memset(h, 0, sizeof(*h));
	h->lock.kind = KIND_LOCK;
	h->m = build(&w);
	random_rules(h, &w);
	for (size_t i = 0; i < h->n; i++)
		chosen[i] = pick(4);
	accept_of(h, chosen);
	machine_free(&h->m);
	for (unsigned n = pick(4); n; n--)
		change(&w, &cards);
	h->m = build(&w);
}

static void host_free(struct host *h)
{
	machine_free(&h->m);
	plan_free(&h->lock);
	config_free(&h->config);
}

static struct next_boot boot_of(const struct host *h)
{
	struct next_boot boot;

	assert_int_equal(next_boot_of(&h->config, &h->lock, &h->m, &boot), 0);
	return boot;
}

/* --- list and add */

/* Whether accept of this rule alone, with all others as they are, locks function i for it; *reason: why not. */
static bool would_lock(const struct host *h, const struct config *c, unsigned rule, int i, enum reason *reason)
{
	bool *chosen = calloc(c->n_rules, sizeof(*chosen)), locks = false;
	struct acceptance a;

	assert_non_null(chosen);
	chosen[rule - 1] = true;
	assert_int_equal(accept_rules(c, &h->m, &h->lock, chosen, &a), 0);
	*reason = REASON_ABSENT;
	for (size_t k = 0; k < a.n_lines; k++) {
		if (a.lines[k].rule != rule || !card_has(&a.lines[k].card, i))
			continue;
		*reason = a.lines[k].reason;
		locks = !*reason;
	}
	acceptance_free(&a);
	free(chosen);
	return locks;
}

/* Whether a rule has or asks for a function of the card. */
static bool is_apart(const struct host *h, const struct standings *s, int i)
{
	struct card card;
	bool apart = false;

	if (card_of(&h->m, i, &card) < 0)
		return false;
	for (unsigned k = 0; k < card.n; k++)
		apart |= standing_of(s, card.member[k]) != STANDING_NOT_CHOSEN;
	return apart;
}

/*
 * What no rule selects: `add` of its card, or of the function where the rest is a rule's. Without a line a rule has it
 * that the next boot does not find.
 */
static void check_free(struct host *h, const struct standings *all, const struct accept_line *line, int i)
{
	struct selector s = remedy_selector(&h->m, i);
	enum reason expected = line ? line->reason : REASON_ABSENT, reason;
	char words[SELECTOR_LEN];

	if (is_apart(h, all, i))
		s = (struct selector){ .kind = SELECTOR_SLOT, .address = h->m.devices[i].address };
	assert_true(!line || line->card.single == !s.whole);
	if (config_read_rule(&h->config, CONF, selector_print(&s, words)) < 0)
		return;
	assert_int_equal(would_lock(h, &h->config, (unsigned)h->config.n_rules, i, &reason), !expected);
	assert_int_equal(reason, expected);
	rule_free(&h->config.rules[--h->config.n_rules]);
	frees += !expected;
	refusals += expected != REASON_NONE;
	lost += !line;
}

static void check_listed(struct host *h, const struct standings *s, int i)
{
	const struct accept_line *line = standing_line(s, i);
	enum reason reason;

	if (standing_is_locked(s, i)) {
		const struct decision *d = standing_decision(s, i);
		const struct plan_card *c = &s->boot->composition.plan.cards[d->card];
		bool listed = false;

		for (unsigned k = 0; k < c->n_functions; k++)
			listed |= identity_equal(&c->functions[k].identity, &h->m.devices[i].identity);
		assert_true(listed);
		binds += d->bind;
		return;
	}
	switch (standing_of(s, i)) {
	case STANDING_WAITING:
		waits++;
		break;
	case STANDING_NOT_CHOSEN:
		check_free(h, s, line, i);
		break;
	case STANDING_REFUSED:
		/* The last display, or keyboard, is what all rules cost together. */
		assert_true(!would_lock(h, &h->config, line->rule, i, &reason) || line->reason == REASON_DISPLAY ||
			    line->reason == REASON_KEYBOARD);
		break;
	default:
		break;
	}
}

static void try_list(struct host *h)
{
	struct next_boot boot = boot_of(h);
	struct standings s;
	int devices[SLOTS * 3];
	size_t n = 0;

	assert_int_equal(standings_make(&boot, &s), 0);
	for (int i = 0; i < (int)h->m.n; i++)
		if (!standing_is_locked(&s, i) && !standing_line(&s, i))
			devices[n++] = i;
	assert_int_equal(standings_ask(&s, devices, n), 0);
	for (unsigned k = 0; k < 3; k++)
		check_listed(h, &s, (int)pick((unsigned)h->m.n));
	standings_free(&s);
	next_boot_release(&boot);
}

/* --- check and the boot */

/* The plan as an image has it, read again, on the machine as the boot program sees it. */
static void try_check(struct host *h)
{
	struct next_boot boot = boot_of(h);
	struct cmdline none = { 0 };
	struct machine m = h->m;
	struct plan_error err;
	struct decisions d;
	struct text text = { 0 };
	struct plan plan;

	m.devices = calloc(m.n, sizeof(*m.devices));
	assert_non_null(m.devices);
	memcpy(m.devices, h->m.devices, m.n * sizeof(*m.devices));
	for (size_t i = 0; i < m.n; i++)
		m.devices[i].keyboard = false;
	m.host.needs = NULL;
	m.host.n_needs = 0;
	snprintf(boot.composition.plan.kernel, sizeof(boot.composition.plan.kernel), "6.1.0");
	assert_int_equal(plan_print(&boot.composition.plan, &text), 0);
	assert_int_equal(plan_parse(KIND_PLAN, text.data, text.len, &plan, &err), 0);
	assert_int_equal(decide(&plan, &m, &none, &d), 0);
	assert_int_equal(d.n, boot.decisions.n);
	for (size_t i = 0; i < d.n; i++) {
		assert_int_equal(d.items[i].bind, boot.decisions.items[i].bind);
		assert_int_equal(d.items[i].reason, boot.decisions.items[i].reason);
		assert_int_equal(d.items[i].device, boot.decisions.items[i].device);
		moves += d.items[i].moved;
	}
	decisions_free(&d);
	plan_free(&plan);
	text_free(&text);
	free(m.devices);
	next_boot_release(&boot);
}

/* --- next */

/* A row with a next step, and what it names: its device, and what its rule means. */
struct step {
	struct row row;
	struct rule rule; /* selector alone */
	bool has_rule;
};

/* All that check says, but for what is in files. */
static void rows_of(const struct next_boot *boot, struct rows *out)
{
	struct verdict v;
	struct rows drift;

	assert_int_equal(verdict_make(boot, &v), 0);
	assert_int_equal(advise(NULL, boot, 1u << ROW_DRIFT, &drift), 0);
	memset(out, 0, sizeof(*out));
	out->items = calloc(v.notes.n + drift.n + 1, sizeof(*out->items));
	assert_non_null(out->items);
	for (size_t i = 0; i < v.notes.n; i++)
		if (*v.notes.items[i].next)
			out->items[out->n++] = v.notes.items[i];
	for (size_t i = 0; i < drift.n; i++)
		if (*drift.items[i].next)
			out->items[out->n++] = drift.items[i];
	rows_free(&drift);
	verdict_free(&v);
}

static bool choose_step(const struct host *h, struct step *out)
{
	struct next_boot boot = boot_of(h);
	struct rows rows;
	bool any;

	rows_of(&boot, &rows);
	memset(out, 0, sizeof(*out));
	any = rows.n;
	if (any) {
		out->row = rows.items[pick((unsigned)rows.n)];
		out->has_rule = out->row.rule;
		if (out->has_rule)
			out->rule.selector = h->config.rules[out->row.rule - 1].selector;
	}
	rows_free(&rows);
	next_boot_release(&boot);
	return any;
}

static bool is_named(const struct host *h, const struct step *s, int i)
{
	struct card card;
	char address[ADDRESS_LEN];

	if (s->has_rule && selector_means(&s->rule.selector, &h->m, i))
		return true;
	card = card_with(&h->m, i);
	for (unsigned k = 0; k < card.n; k++)
		if (strcmp(s->row.address, address_print(&h->m.devices[card.member[k]].address, address)) == 0)
			return true;
	return false;
}

/* What a boot binds of an image that is made now; a flag a device. */
static void find_bound(const struct host *h, bool *bound)
{
	struct next_boot boot = boot_of(h);

	memset(bound, 0, h->m.n * sizeof(*bound));
	for (size_t i = 0; i < boot.decisions.n; i++)
		if (boot.decisions.items[i].bind)
			bound[boot.decisions.items[i].device] = true;
	next_boot_release(&boot);
}

/* The words of a step behind its command. */
static size_t words_of(const struct row *row, const char **words, size_t size)
{
	size_t n = 0;

	for (const char *w = row->next; *w; w += strlen(w) + 1) {
		assert_true(n < size);
		words[n++] = w;
	}
	assert_true(n >= 2);
	assert_string_equal(words[0], "earlybind");
	return n;
}

static char *text_of(const struct plan *lock)
{
	struct text text = { 0 };

	assert_int_equal(plan_print(lock, &text), 0);
	return text.data;
}

/* As cmd_accept does: each selector is a rule's; the lock is another one then, and --yes would confirm it. */
static void follow_accept(struct host *h, const char **words, size_t n)
{
	struct drift drift = { .config = &h->config };
	bool chosen[RULES] = { false };
	struct plan_index old, new;
	char *before = text_of(&h->lock), *after;
	struct acceptance a;

	for (size_t i = 0; i < n; i++) {
		bool found = false;

		for (size_t k = 0; k < h->n; k++) {
			char selector[SELECTOR_LEN];

			if (strcmp(selector_print(&h->config.rules[k].selector, selector), words[i]) == 0)
				found = chosen[k] = true;
		}
		assert_true(found);
	}
	assert_int_equal(accept_rules(&h->config, &h->m, &h->lock, n ? chosen : NULL, &a), 0);
	assert_int_equal(plan_index_make(&old, &h->lock, &h->m), 0);
	assert_int_equal(plan_index_make(&new, &a.lock, &h->m), 0);
	drift.old = &old;
	assert_false(drift_replaces(&drift, &new));
	plan_index_free(&new);
	plan_index_free(&old);
	set_lock(h, &a);
	acceptance_free(&a);
	after = text_of(&h->lock);
	assert_string_not_equal(before, after);
	free(before);
	free(after);
	accepts++;
}

/* As cmd_remove does: the words are those of one rule. */
static void follow_remove(struct host *h, const char **words, size_t n)
{
	bool none[RULES] = { false };
	char asked[RULE_WORDS_LEN];
	size_t found = h->n;

	assert_in_range(n, 1, 2);
	snprintf(asked, sizeof(asked), "%s%s%s", words[0], n > 1 ? " " : "", n > 1 ? words[1] : "");
	for (size_t k = 0; k < h->n; k++) {
		char own[RULE_WORDS_LEN];

		if (strcmp(drift_words(&h->config.rules[k], own), asked) == 0)
			found = k;
	}
	assert_in_range(found, 0, h->n - 1);
	memmove(h->rules[found], h->rules[found + 1], (h->n - found) * sizeof(h->rules[0]));
	h->n--;
	read_rules(h);
	accept_of(h, none);
	removes++;
}

/* Does what the step says. Whether that changed something: else it only tells more. */
static bool follow(struct host *h, const struct step *s)
{
	const char *words[RULES + 3];
	size_t n = words_of(&s->row, words, ARRAY_SIZE(words));

	if (strcmp(words[1], "accept") == 0)
		follow_accept(h, words + 2, n - 2);
	else if (strcmp(words[1], "remove") == 0)
		follow_remove(h, words + 2, n - 2);
	else {
		assert_string_equal(words[1], "explain");
		explains++;
		return false;
	}
	return true;
}

static void try_next(struct host *h)
{
	bool before[SLOTS * 3], after[SLOTS * 3];
	struct step s;

	for (unsigned steps = 0; choose_step(h, &s); steps++) {
		assert_in_range(steps, 0, STEPS);
		find_bound(h, before);
		if (!follow(h, &s))
			return;
		find_bound(h, after);
		for (int i = 0; i < (int)h->m.n; i++)
			assert_true(before[i] || !after[i] || is_named(h, &s, i));
	}
}

static void try_each(void (*try)(struct host *))
{
	unsigned long first = number("EARLYBIND_SEED", 0), n = histories();

	for (seed = first; seed < first + n; seed++) {
		struct host h;

		state = (seed + 1) * 0x9e3779b97f4a7c15ull;
		random_host(&h);
		if (h.m.n)
			try(&h);
		host_free(&h);
	}
}

static void list_says_what_add_does(void **s)
{
	(void)s;
	try_each(try_list);
	assert_true(histories() < 1000 || (frees > histories() / 10 && refusals > histories() / 10 &&
					   waits > histories() / 50 && binds > histories() / 50));
}

static void check_says_what_the_boot_does(void **s)
{
	(void)s;
	try_each(try_check);
	assert_true(histories() < 1000 || moves > histories() / 200);
}

static void next_steps_bind_what_they_name_and_end(void **s)
{
	(void)s;
	try_each(try_next);
	assert_true(histories() < 1000 ||
		    (accepts > histories() / 50 && removes > histories() / 50 && explains > histories() / 20));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_says_what_add_does),
		cmocka_unit_test(check_says_what_the_boot_does),
		cmocka_unit_test(next_steps_bind_what_they_name_and_end),
	};

	return failed_at_seed(cmocka_run_group_tests(tests, NULL, NULL));
}
