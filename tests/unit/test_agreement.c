/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the commands say of one machine is one thing: tried on seeded random ones (world.h), in memory. `add` of some
 * rules, one after the other, locks what `accept` of all of them then locks.
 */
#include "world.h"

#include "accept.h"
#include "compose.h"
#include "decide.h"
#include "histories.h"
#include "plan_lines.h"

#define RULES 3

static unsigned long added, refused, several, warned;

static int by_line(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines of guards in one order, whichever the lock has. */
static void sort_guards(char *text)
{
	char *lines[64], *copy = strdup(text), *at = text, *save;
	size_t n = 0, first = 0, guards = 0;

	assert_non_null(copy);
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		assert_true(n < ARRAY_SIZE(lines));
		if (strncmp(line, "guard ", 6) == 0 && !guards++)
			first = n;
		lines[n++] = line;
	}
	qsort(lines + first, guards, sizeof(*lines), by_line);
	for (size_t i = 0; i + 1 < n; i++) /* but for the end, which has a checksum */
		at += sprintf(at, "%s\n", lines[i]);
	free(copy);
}

/* The lock as a text without where its rules stand; the caller frees it. */
static char *text_of(const struct plan *lock)
{
	struct text text = { 0 };
	struct plan copy = *lock;

	copy.rules = calloc(lock->n_rules + 1, sizeof(*copy.rules));
	assert_non_null(copy.rules);
	for (size_t i = 0; i < lock->n_rules; i++) {
		copy.rules[i] = lock->rules[i];
		copy.rules[i].line = 1;
	}
	assert_int_equal(plan_print(&copy, &text), 0);
	free(copy.rules);
	sort_guards(text.data);
	return text.data;
}

static bool locks(const struct acceptance *a, unsigned rule)
{
	for (size_t i = 0; i < a->n_lines; i++)
		if (a->lines[i].rule == rule && a->lines[i].reason == REASON_NONE)
			return true;
	return false;
}

static void read_all(struct config *c, const char *const *rules, size_t n)
{
	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < n; i++)
		assert_int_equal(config_read(c, "conf", rules[i], strlen(rules[i])), 0);
}

static bool add(const struct machine *m, const char **rules, size_t *n, const char *words, struct plan *lock)
{
	bool chosen[RULES + 1] = { false };
	struct acceptance a;
	struct config c;
	bool does;

	rules[*n] = words;
	read_all(&c, rules, *n + 1);
	does = c.n_rules == *n + 1 && !c.rules[*n].live;
	if (does) {
		chosen[*n] = true;
		assert_int_equal(accept_rules(&c, m, lock, chosen, &a), 0);
		does = locks(&a, (unsigned)*n + 1);
		refused += !does;
		if (does) {
			plan_free(lock);
			*lock = a.lock;
			memset(&a.lock, 0, sizeof(a.lock));
			++*n;
		}
		acceptance_free(&a);
	}
	config_free(&c);
	return does;
}

/* Whether the boot that follows would refuse something of that lock: what accept then makes of the rules may differ. */
static bool is_warned(const struct config *c, const struct plan *lock, const struct machine *m)
{
	struct composition made;
	struct decisions d;
	struct cmdline none = { 0 };
	bool any = false;

	assert_int_equal(compose(c, lock, &made), 0);
	assert_int_equal(decide(&made.plan, m, &none, &d), 0);
	for (size_t i = 0; i < d.n; i++)
		any |= !d.items[i].bind && d.items[i].main;
	decisions_free(&d);
	composition_free(&made);
	return any;
}

/* A slot of which a guard may be lifted: what one has said of a refusal, followed. */
static void random_allowed(const struct world *w, char *text, size_t size)
{
	static const char *const lifted[] = { "display", "keyboard", "in-use", "display,keyboard,in-use" };

	snprintf(text, size, "bind %02x:00 allow=%s\n", bus_of(w, pick(SLOTS)), lifted[pick(ARRAY_SIZE(lifted))]);
}

/* Each rule that locks something, added to those before. */
static void try_add_then_accept(const struct world *w)
{
	char words[RULES][64];
	const char *rules[RULES];
	size_t n = 0;
	struct plan lock = { .kind = KIND_LOCK };
	struct machine m = build(w);

	for (unsigned i = 0; i < RULES; i++) {
		struct acceptance a;
		struct config c;
		char *one, *all;
		bool warns;

		if (pick(3))
			random_rule(w, words[i], sizeof(words[i]));
		else
			random_allowed(w, words[i], sizeof(words[i]));
		if (!add(&m, rules, &n, words[i], &lock))
			continue;
		added++;
		several += n > 1;
		read_all(&c, rules, n);
		assert_int_equal(accept_rules(&c, &m, &lock, NULL, &a), 0);
		one = text_of(&lock);
		all = text_of(&a.lock);
		warned += warns = is_warned(&c, &lock, &m);
		if (!warns)
			assert_string_equal(one, all);
		free(one);
		free(all);
		acceptance_free(&a);
		config_free(&c);
		if (warns)
			break;
	}
	plan_free(&lock);
	machine_free(&m);
}

static void accept_leaves_what_add_locked(void **s)
{
	unsigned long first = number("EARLYBIND_SEED", 0), n = number("EARLYBIND_HISTORIES", HISTORIES);

	(void)s;
	for (seed = first; seed < first + n; seed++) {
		unsigned cards = 0;
		struct world w;

		state = (seed + 1) * 0x9e3779b97f4a7c15ull;
		w = new_world(&cards);
		w.external = 0; /* whose guards say of what appears later what else refuses it, in more words */
		/* One line tells of two cards at one place, by whichever reason was found first. */
		w.second = w.second == SECOND_SAME ? SECOND_ACPI : w.second;
		try_add_then_accept(&w);
	}
	assert_true(n < 1000 || (added > n / 4 && refused > n / 10 && several > n / 20));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accept_leaves_what_add_locked),
	};

	return failed_at_seed(cmocka_run_group_tests(tests, NULL, NULL));
}
