/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../advice/drift.h"
#include "../state/conf_edit.h"
#include "../state/files.h"
#include "cli.h"
#include "session.h"
#include "trial.h"

/* Which rule the words "SELECTOR [id=ID]" mean; without id= the only one with the selector. NULL: none, or
   several. */
static const struct rule *match(const struct session *s, const struct rule *words, unsigned *alike)
{
	const struct rule *found = NULL;

	*alike = 0;
	for (size_t i = 0; i < s->config.n_rules; i++) {
		const struct rule *r = &s->config.rules[i];

		if (rule_same(r, words)) {
			*alike = 1;
			return r;
		}
		if (!words->has_id && selector_equal(&r->selector, &words->selector)) {
			++*alike;
			found = r;
		}
	}
	return *alike == 1 ? found : NULL;
}

/* The rule that has the card which the words mean, under another name; NULL: none. */
static const struct rule *holder_of(const struct session *s, const struct selector *selector)
{
	for (size_t i = 0; i < s->old.n_cards; i++) {
		const struct plan_card *card = &s->old.cards[i];

		if (selector_names(selector, card->has_address ? &card->address : NULL, &card->root, &card->path,
				   &card->identity))
			return rule_find(s->config.rules, s->config.n_rules, plan_rule(&s->old, card->rule));
	}
	return NULL;
}

static void say_none(const struct session *s, const struct rule *words, const char *text)
{
	const struct rule *holder = holder_of(s, &words->selector);
	char has[RULE_WORDS_LEN];

	if (holder)
		say_error("there is no rule `bind %s`; what it means is locked by `bind %s` (%s:%u)", text,
			  drift_words(holder, has), holder->file, holder->line);
	else
		say_error("there is no rule `bind %s`", text);
}

/* NULL: it was said what is wrong; *usage: the words are. */
static const struct rule *find_rule(const struct session *s, const char *words, bool *usage)
{
	struct config probe = { 0 };
	const struct rule *found = NULL;
	unsigned alike = 0;

	*usage = config_read_rule(&probe, "the command line", words) < 0 || probe.n_rules != 1;
	say_problems(&probe);
	if (!*usage) {
		found = match(s, &probe.rules[0], &alike);
		if (alike == 0)
			say_none(s, &probe.rules[0], words);
		if (alike > 1)
			say_error("%u rules have this selector: add the id= of the one to remove", alike);
	}
	config_free(&probe);
	return found;
}

static int drop_line(const struct session *s, const struct rule *rule)
{
	int ret = conf_edit_drop(&s->cli->root, rule->line);

	if (ret == 0)
		return EXIT_DONE;
	say_error("/%s cannot be changed: %s", CONFIG_FILE, strerror(-ret));
	return EXIT_REFUSED;
}

/* The lock, if there is one, without the rule's entry; all other entries stay as they are, and nothing is weighed
 * against the machine. */
static int store_without(struct session *s, const struct rule *rule)
{
	struct config rest = s->config;
	struct acceptance a;
	bool *none = calloc(s->config.n_rules, sizeof(*none));
	int ret = EXIT_REFUSED;

	rest.rules = calloc(s->config.n_rules, sizeof(*rest.rules));
	rest.n_rules = 0;
	for (size_t i = 0; rest.rules && i < s->config.n_rules; i++)
		if (&s->config.rules[i] != rule)
			rest.rules[rest.n_rules++] = s->config.rules[i];
	if (none && rest.rules && accept_rules(&rest, &s->machine, &s->old, none, &a) == 0) {
		ret = s->had_lock ? session_store(s, &a.lock) : EXIT_DONE;
		if (ret == EXIT_DONE)
			trial_carry(s, &rest, &a.lock);
		acceptance_free(&a);
	} else {
		say_error("no memory for the lock");
	}
	free(rest.rules);
	free(none);
	return ret;
}

static int drop(struct session *s, const char *words)
{
	bool usage;
	const struct rule *rule = find_rule(s, words, &usage);
	int ret;

	if (!rule)
		return usage ? EXIT_USAGE : EXIT_REFUSED;
	if (!drift_can_remove(rule)) {
		say_error("the rule is in %s:%u: remove it there, then run `earlybind accept`", rule->file, rule->line);
		return EXIT_REFUSED;
	}
	say("%s:%u: this rule and its entry in the lock go.", rule->file, rule->line);
	if (!session_ask(s, "Remove them?"))
		return EXIT_REFUSED;
	ret = drop_line(s, rule);
	if (ret == EXIT_DONE) {
		ret = store_without(s, rule);
		if (ret != EXIT_DONE)
			say_error("its line is gone from /%s, and no image made now binds it", CONFIG_FILE);
	}
	if (ret == EXIT_DONE)
		puts("Removed. Now run `earlybind regenerate`, and reboot.");
	return ret;
}

int cmd_remove(struct cli *cli)
{
	struct text words = { 0 };
	struct session s;
	int ret;

	if (cli->n_args < 1) {
		say_error("remove which rule? Its selector is needed, as in the bind line");
		return EXIT_USAGE;
	}
	for (int i = 1; i < cli->n_args; i++)
		if (strncmp(cli->args[i], "id=", 3) != 0) {
			say_error("remove takes one SELECTOR, and its id=ID where several rules have it, not '%s'",
				  cli->args[i]);
			return EXIT_USAGE;
		}
	cli_join(cli, &words);
	ret = session_open(&s, cli, true);
	if (ret == EXIT_DONE)
		ret = drop(&s, words.data);
	if (ret == EXIT_DONE && config_errors(&s.config))
		ret = EXIT_REFUSED;
	session_close(&s);
	text_free(&words);
	return ret;
}
