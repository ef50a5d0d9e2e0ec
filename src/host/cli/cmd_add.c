/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../../core/guard.h"
#include "../advice/drift.h"
#include "../advice/proposal.h"
#include "../state/conf_edit.h"
#include "../state/files.h"
#include "../state/waiting.h"
#include "cli.h"
#include "session.h"
#include "trial.h"

static bool same_options(const struct rule *a, const struct rule *b)
{
	return strcmp(a->driver, b->driver) == 0 && a->allow == b->allow && a->at == b->at &&
	       a->optional == b->optional && a->live == b->live;
}

/* The rule that was read last, at its place: behind those of the same file, which is read before all drop-ins. */
static const struct rule *put_in_order(struct config *c)
{
	size_t at = c->n_rules - 1;
	struct rule added = c->rules[at];

	for (; at && strcmp(c->rules[at - 1].file, added.file) != 0; at--) {
		c->rules[at] = c->rules[at - 1];
		c->rules[at].number = (unsigned)at + 1;
	}
	added.number = (unsigned)at + 1;
	c->rules[at] = added;
	return &c->rules[at];
}

/*
 * The rule of the arguments: a new one at the end of its file, or the one that is there. NULL: it was said why not,
 * and *code is the exit code.
 */
static const struct rule *own_rule(struct session *s, const char *words, bool *is_new, int *code)
{
	struct config probe = { 0 };
	const struct rule *found = NULL;
	int ret = config_read_rule(&probe, "the command line", words);

	*code = EXIT_USAGE;
	if (ret < 0 || probe.n_rules != 1) {
		say_problems(&probe);
	} else {
		found = rule_find(s->config.rules, s->config.n_rules, &probe.rules[0]);
		*is_new = !found;
		if (found && !same_options(found, &probe.rules[0])) {
			say_error("the rule is there already, with other options: change %s:%u, then run `earlybind "
				  "accept`",
				  found->file, found->line);
			found = NULL;
			*code = EXIT_REFUSED;
		} else if (!found && config_read_rule(&s->config, "/" CONFIG_FILE, words) == 0) {
			s->config.rules[s->config.n_rules - 1].line = conf_edit_next_line(&s->cli->root);
			found = put_in_order(&s->config);
		}
	}
	config_free(&probe);
	return found;
}

static int write_rule(const struct session *s, const char *words)
{
	int ret = conf_edit_append(&s->cli->root, words);

	if (ret == 0)
		return EXIT_DONE;
	say_error("/%s cannot be written: %s", CONFIG_FILE, strerror(-ret));
	return EXIT_REFUSED;
}

static int store(const struct session *s, const struct acceptance *a, const char *words, bool is_new,
		 const bool *chosen)
{
	int ret;

	if (!session_ask(s, "Write this rule and lock these cards?"))
		return EXIT_REFUSED;
	ret = is_new ? write_rule(s, words) : EXIT_DONE;
	if (ret == EXIT_DONE) {
		ret = session_store(s, &a->lock);
		if (ret != EXIT_DONE && is_new)
			say_error("the rule is in /%s, and locks nothing yet: run `earlybind accept` once the lock can "
				  "be written",
				  CONFIG_FILE);
	}
	if (ret == EXIT_DONE)
		trial_arm(s, &s->config, &a->lock);
	if (ret == EXIT_DONE)
		session_say_locked(a, chosen);
	return ret;
}

/* A rule that locks nothing now changes no lock. */
static int store_unlocked(const struct session *s, const char *words, bool is_new, const char *done)
{
	int ret;

	if (!is_new)
		puts("The rule is there already.");
	if (!is_new || !session_ask(s, "Write this rule?"))
		return is_new ? EXIT_REFUSED : EXIT_DONE;
	ret = write_rule(s, words);
	if (ret == EXIT_DONE)
		trial_arm(s, &s->config, &s->old);
	if (ret == EXIT_DONE)
		puts(done);
	return ret;
}

/*
 * Whether a wrong line may say that something stays with the host: to lock more without it is no small thing. Lines
 * that are only counted, after many wrong ones, can be of any kind.
 */
static bool may_keep(const struct config *c)
{
	for (size_t i = 0; i < c->n_problems; i++) {
		const struct config_problem *p = &c->problems[i];
		const char *word = p->source + strspn(p->source, " \t");

		if (!p->warning && *word != '#' && strncmp(word, "bind", 4) != 0 && strncmp(word, "set", 3) != 0)
			return true;
	}
	return false;
}

/* A live rule may be for other machines, an optional one for later. */
static bool means_nothing(const struct session *s, const struct rule *rule)
{
	for (int i = 0; i < (int)s->machine.n; i++)
		if (selector_means(&rule->selector, &s->machine, i))
			return false;
	return !rule->live && !rule->optional;
}

/* Before any guard is asked. */
static bool is_refused(const struct session *s, const struct rule *rule)
{
	char selector[SELECTOR_LEN];

	if (may_keep(&s->config)) {
		say_error("a line that is wrong may be a keep rule: put it right first; nothing was written");
		return true;
	}
	if (means_nothing(s, rule)) {
		say_error("nothing here is %s; see `earlybind list`. Nothing was written",
			  selector_print(&rule->selector, selector));
		return true;
	}
	return false;
}

/* What the lock may have for it stays. */
static int add_absent(const struct session *s, const char *words, bool is_new)
{
	say("bind %s", words);
	say("  it is not here now, which is normal: nothing is locked for it");
	return store_unlocked(
		s, words, is_new,
		"Written. When it is there, run `earlybind accept`, then `earlybind regenerate`, and reboot.");
}

/* Whether the lock has the card of the old one for the rule still. */
static bool keeps_card(const struct plan *lock, const struct plan_card *card, const struct rule *rule)
{
	for (size_t i = 0; i < lock->n_cards; i++) {
		const struct plan_card *c = &lock->cards[i];

		if (rule_same(plan_rule(lock, c->rule), rule) && root_is(&c->root, &card->root) &&
		    path_equal(&c->path, &card->path))
			return true;
	}
	return false;
}

/*
 * What a later rule has locked, of a drop-in, it would have to give away: then that one decides nothing any more.
 * Whether it is so, which was said.
 */
static bool is_taking(const struct session *s, const struct acceptance *a, const struct rule *added)
{
	char address[ADDRESS_LEN], selector[SELECTOR_LEN];

	for (size_t i = 0; i < s->old.n_cards; i++) {
		const struct plan_card *card = &s->old.cards[i];
		const struct rule *rule = rule_find(s->config.rules, s->config.n_rules, plan_rule(&s->old, card->rule));

		if (!rule || rule->live || rule == added || keeps_card(&a->lock, card, rule))
			continue;
		say_error("`bind %s` of %s:%u has %s, and would lose it: /" CONFIG_FILE " comes before the drop-ins. "
			  "Write the rule behind that one; nothing was written",
			  selector_print(&rule->selector, selector), rule->file, rule->line,
			  card->has_address ? address_print(&card->address, address) : "a card");
		return true;
	}
	return false;
}

/* The rule, weighed against the machine; all others keep their entries. */
static int add_rule(struct session *s, const struct rule *rule, const bool *chosen, const char *words, bool is_new)
{
	_cleanup_(say_all) struct rows rows = { 0 };
	struct acceptance a;
	int ret = EXIT_REFUSED, refused;

	if (session_accept(s, chosen, &a) != EXIT_DONE)
		return EXIT_REFUSED;
	session_show(s, &a, is_new ? rule : NULL);
	refused = session_advise(s, chosen);
	if (refused < 0)
		say_error("no memory to look at the machine");
	if (is_taking(s, &a, rule))
		ret = EXIT_REFUSED;
	else if (rule->live)
		ret = store_unlocked(s, words, is_new, "Written. Now run `earlybind regenerate`, and reboot.");
	else if (proposal_locks(&a, rule->number))
		ret = store(s, &a, words, is_new, chosen);
	else if (!drift_instead(&(struct drift){ &s->config, &s->index }, rule, &rows))
		say_error("this rule would lock nothing: nothing was written");
	acceptance_free(&a);
	return ret == EXIT_DONE && refused ? EXIT_REFUSED : ret;
}

static int add(struct session *s, const char *words)
{
	bool is_new = false, *chosen;
	int ret = EXIT_REFUSED;
	const struct rule *rule = own_rule(s, words, &is_new, &ret);

	if (!rule)
		return ret;
	if (is_refused(s, rule))
		return EXIT_REFUSED;
	if (rule->optional && !rule->live && !waiting_finds(&s->machine, rule))
		return add_absent(s, words, is_new);
	chosen = calloc(s->config.n_rules, sizeof(*chosen));
	if (!chosen) {
		say_error("no memory");
		return EXIT_REFUSED;
	}
	chosen[rule->number - 1] = true;
	ret = add_rule(s, rule, chosen, words, is_new);
	free(chosen);
	return ret;
}

int cmd_add(struct cli *cli)
{
	struct text words = { 0 };
	struct session s;
	int ret;

	if (cli->n_args < 1) {
		say_error("add what? A slot (06:00), a path (0000:00:03.1/00) or an ID (10de:13c2); see `earlybind "
			  "list`");
		return EXIT_USAGE;
	}
	cli_join(cli, &words);
	ret = words.error ? EXIT_REFUSED : session_open(&s, cli, true);
	if (!words.error) {
		if (ret == EXIT_DONE)
			ret = add(&s, words.data);
		if (ret == EXIT_DONE && config_errors(&s.config))
			ret = EXIT_REFUSED;
		session_close(&s);
	}
	text_free(&words);
	return ret;
}
