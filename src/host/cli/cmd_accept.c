/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../advice/advice.h"
#include "../advice/drift.h"
#include "../advice/proposal.h"
#include "../state/files.h"
#include "cli.h"
#include "session.h"
#include "trial.h"

static int read_selectors(const struct cli *cli, struct selector *out)
{
	for (int i = 0; i < cli->n_args; i++) {
		int ret = cli_selector(cli->args[i], &out[i]);

		if (ret != EXIT_DONE)
			return ret;
	}
	return EXIT_DONE;
}

/* Marks the rules with the selectors that were given; each must be one of a rule. */
static int choose(const struct session *s, const struct selector *only, int n, bool *chosen)
{
	char text[SELECTOR_LEN];

	for (int i = 0; i < n; i++) {
		bool found = false;

		for (size_t k = 0; k < s->config.n_rules; k++)
			if (selector_equal(&only[i], &s->config.rules[k].selector))
				found = chosen[k] = true;
		if (!found) {
			say_error("no rule has the selector %s; `earlybind add` writes one",
				  selector_print(&only[i], text));
			return EXIT_REFUSED;
		}
	}
	return EXIT_DONE;
}

/* Where there was nothing to bind before either, no image changes. */
static void say_stored(const struct session *s, const struct acceptance *a, const bool *chosen)
{
	bool unlocked = false; /* a rule that needs no entry */

	for (size_t i = 0; i < s->config.n_rules; i++)
		unlocked |= s->config.rules[i].live || rule_is_complete(&s->config.rules[i]);
	if (a->lock.n_cards || s->old.n_cards || unlocked)
		session_say_locked(a, chosen);
	else
		puts("No card is locked.");
}

/* Both cases of each card that cannot be told from another, with what to do in each. */
static void say_cases(const struct session *s)
{
	_cleanup_(next_boot_release) struct next_boot boot = { 0 };
	struct rows rows = { 0 };
	size_t n = 0;

	if (next_boot_of(&s->config, &s->old, &s->machine, &boot) < 0 ||
	    advise(&s->cli->root, &boot, 1u << ROW_DRIFT, &rows) < 0)
		rows.lost = true;
	for (size_t i = 0; i < rows.n; i++)
		if (rows.items[i].reason == REASON_AMBIGUOUS)
			rows.items[n++] = rows.items[i];
	rows.n = n;
	say_all(&rows);
}

/* --yes is no person who looks at the machine; false: it was said why it does not do. */
static bool may_say_yes(const struct session *s, const bool *chosen)
{
	const struct drift drift = { &s->config, &s->index };
	bool guesses = !chosen && drift_guesses(&drift, &s->will);

	if (guesses)
		say_cases(s);
	if (!s->cli->yes)
		return true;
	if (guesses)
		say_error("--yes does not confirm which of identical cards is meant: see above, and name the rule; "
			  "nothing was written");
	else if (drift_replaces(&drift, &s->will))
		say_error("--yes does not confirm that a rule gets another device while its card is here, or one that "
			  "stayed with the host: see above; nothing was written");
	else
		return true;
	return false;
}

static int store(const struct session *s, const struct acceptance *a, const bool *chosen)
{
	int ret;

	if (s->had_lock && !s->damaged && !plan_is_old(&s->old) && session_same(&s->old, &a->lock)) {
		puts("Unchanged: the lock is as it was.");
		trial_arm(s, &s->config, &a->lock);
		return EXIT_DONE;
	}
	if (!may_say_yes(s, chosen))
		return EXIT_REFUSED;
	if (!session_ask(s, s->damaged ? "Replace the damaged lock, and lock these cards?" : "Lock these cards?"))
		return EXIT_REFUSED;
	ret = session_store(s, &a->lock);
	if (ret == EXIT_DONE)
		trial_arm(s, &s->config, &a->lock);
	if (ret == EXIT_DONE)
		say_stored(s, a, chosen);
	return ret;
}

/*
 * Whether the rule has no card now that should have one: of those that were named, or of all where nothing is locked. A
 * rule whose card may be absent, or that needs no entry, has none in the way of it but a guard.
 */
static bool is_idle(const struct acceptance *a, const struct rule *rule, const bool *chosen)
{
	bool may = rule->optional || (!chosen && rule_is_complete(rule));

	if (rule->live || proposal_locks(a, rule->number) || (may && !proposal_refused(a, rule->number)))
		return false;
	return chosen ? chosen[rule->number - 1] : a->lock.n_cards == 0;
}

/* What stands in the way of it, and the next step. */
static void say_idle(const struct acceptance *a, const struct rule *rule)
{
	struct row row = { .kind = ROW_RULE };
	char selector[SELECTOR_LEN], step[PROPOSAL_STEP_LEN];

	say_error("%s:%u: nothing is locked for `bind %s`: %s", rule->file, rule->line,
		  selector_print(&rule->selector, selector), proposal_step(a, rule, &row, step));
}

/* Whether there is any. */
static bool say_all_idle(const struct session *s, const struct acceptance *a, const bool *chosen)
{
	bool any = false;

	for (size_t i = 0; i < s->config.n_rules; i++) {
		if (!is_idle(a, &s->config.rules[i], chosen))
			continue;
		say_idle(a, &s->config.rules[i]);
		any = true;
	}
	return any;
}

static int accept_chosen(struct session *s, const bool *chosen)
{
	struct acceptance a;
	int ret, refused;

	if (s->config.n_rules == 0 && config_errors(&s->config))
		puts("There is no rule that can be used: the lines above are wrong.");
	else if (s->config.n_rules == 0)
		puts("No rule binds anything: /" CONFIG_FILE " has no bind line. `earlybind add SELECTOR` writes one.");
	if (session_accept(s, chosen, &a) != EXIT_DONE)
		return EXIT_REFUSED;
	session_show(s, &a, NULL);
	refused = session_advise(s, chosen);
	ret = refused < 0 ? EXIT_REFUSED : store(s, &a, chosen);
	if (ret == EXIT_DONE && (say_all_idle(s, &a, chosen) || refused))
		ret = EXIT_REFUSED;
	acceptance_free(&a);
	return ret == EXIT_DONE && config_errors(&s->config) ? EXIT_REFUSED : ret;
}

static int accept_only(struct session *s, const struct selector *only, int n)
{
	bool *chosen = calloc(s->config.n_rules + 1, sizeof(*chosen));
	int ret;

	if (!chosen) {
		say_error("no memory");
		return EXIT_REFUSED;
	}
	ret = choose(s, only, n, chosen);
	if (ret == EXIT_DONE)
		ret = accept_chosen(s, n ? chosen : NULL);
	free(chosen);
	return ret;
}

int cmd_accept(struct cli *cli)
{
	struct selector *only = calloc((size_t)cli->n_args + 1, sizeof(*only));
	struct session s;
	int ret;

	if (!only) {
		say_error("no memory");
		return EXIT_REFUSED;
	}
	ret = read_selectors(cli, only);
	if (ret == EXIT_DONE) {
		ret = session_open(&s, cli, cli->n_args > 0);
		if (ret == EXIT_DONE)
			ret = accept_only(&s, only, cli->n_args);
		session_close(&s);
	}
	free(only);
	return ret;
}
