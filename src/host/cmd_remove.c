/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "acceptance.h"
#include "cli.h"
#include "files.h"

/* The rule that the selector names; NULL: it was said that there is none. */
static const struct rule *find_rule(const struct session *s, const struct selector *selector)
{
	char text[SELECTOR_LEN];

	for (size_t i = 0; i < s->config.n_rules; i++)
		if (selector_equal(&s->config.rules[i].selector, selector))
			return &s->config.rules[i];
	say_error("no rule has the selector %s", selector_print(selector, text));
	return NULL;
}

/* Takes line `number` out of the file; the rest stays as it is, byte for byte. */
static int drop_line(const struct session *s, const struct rule *rule)
{
	char *data = NULL, *start, *end;
	size_t len = 0;
	int ret;

	if (strcmp(rule->file, "/" CONFIG_FILE) != 0) {
		say_error("the rule is in %s:%u: remove it there, then run `earlybind accept`", rule->file, rule->line);
		return EXIT_REFUSED;
	}
	ret = sysroot_read_all(&s->cli->root, CONFIG_FILE, 4u << 20, &data, &len);
	if (ret == 0) {
		start = data;
		for (unsigned i = 1; i < rule->line && start; i++) {
			start = memchr(start, '\n', len - (size_t)(start - data));
			start += start ? 1 : 0;
		}
		end = start ? memchr(start, '\n', len - (size_t)(start - data)) : NULL;
		if (start) {
			size_t rest = end ? len - (size_t)(end + 1 - data) : 0;

			memmove(start, end ? end + 1 : data + len, rest);
			len = (size_t)(start - data) + rest;
		}
		ret = sysroot_replace(&s->cli->root, CONFIG_FILE, data, len, 0644);
	}
	free(data);
	if (ret == 0)
		return EXIT_DONE;
	say_error("/%s cannot be changed: %s", CONFIG_FILE, strerror(-ret));
	return EXIT_REFUSED;
}

/* The lock without the rule's entry; all other entries stay as they are. */
static int store_without(struct session *s, const struct rule *rule)
{
	struct selector selector = rule->selector;
	struct acceptance a;
	struct config rest = s->config;
	int ret;

	rest.rules = calloc(s->config.n_rules, sizeof(*rest.rules));
	if (!rest.rules)
		return EXIT_REFUSED;
	rest.n_rules = 0;
	for (size_t i = 0; i < s->config.n_rules; i++)
		if (&s->config.rules[i] != rule)
			rest.rules[rest.n_rules++] = s->config.rules[i];
	ret = accept_rules(&rest, &s->machine, &s->old, &selector, 1, &a) < 0 ? EXIT_REFUSED : EXIT_DONE;
	if (ret == EXIT_DONE) {
		ret = session_store(s, &a.lock);
		acceptance_free(&a);
	}
	free(rest.rules);
	return ret;
}

static int drop(struct session *s, const struct selector *selector)
{
	const struct rule *rule = find_rule(s, selector);
	int ret;

	if (!rule)
		return EXIT_REFUSED;
	printf("%s:%u: this rule and its entry in the lock go.\n", rule->file, rule->line);
	if (!session_ask(s, "Remove them?"))
		return EXIT_REFUSED;
	ret = drop_line(s, rule);
	if (ret == EXIT_DONE && s->had_lock)
		ret = store_without(s, rule);
	if (ret == EXIT_DONE)
		puts("Removed. Now rebuild the initramfs (Debian: update-initramfs -u -k all) and reboot.");
	return ret;
}

int cmd_remove(struct cli *cli)
{
	struct syntax_error err = { 0 };
	struct selector selector;
	struct session s;
	int ret;

	if (cli->n_args != 1 || selector_parse(cli->args[0], strlen(cli->args[0]), &selector, &err) < 0) {
		say_error("remove which rule? Its selector is needed%s%s", err.expected ? ": expected " : "",
			  err.expected ? err.expected : "");
		return EXIT_USAGE;
	}
	ret = session_open(&s, cli, true);
	if (ret == EXIT_DONE)
		ret = drop(&s, &selector);
	session_close(&s);
	return ret;
}
