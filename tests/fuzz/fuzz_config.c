/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was read from a config, written out again, reads as the same rules without a problem. Problems stand inside
 * their lines and are few.
 */
#include "compat.h"

#include "config.h"
#include "replay.h"

#define PROBLEMS_MAX 21

static void check(bool good)
{
	if (!good)
		abort();
}

static void rule_write(const struct rule *r, struct text *t)
{
	char selector[SELECTOR_LEN], id[ID_LEN];
	const char *before = " allow=";

	text_addf(t, "bind %s driver=%s at=%s", selector_print(&r->selector, selector), r->driver,
		  r->at == AT_CLAIM ? "claim" : "boot");
	for (unsigned i = 0; allow_words[i]; i++) {
		if (!(r->allow & 1u << i))
			continue;
		text_addf(t, "%s%s", before, allow_words[i]);
		before = ",";
	}
	if (r->optional)
		text_add(t, " optional");
	if (r->has_id)
		text_addf(t, " id=%s", id_print(&r->id, id));
	text_add(t, r->live ? " live\n" : "\n");
}

static void config_write(const struct config *c, struct text *t)
{
	char selector[SELECTOR_LEN];

	text_add(t, "# all that was read\n");
	for (size_t i = 0; i < c->n_rules; i++)
		rule_write(&c->rules[i], t);
	for (size_t i = 0; i < c->n_keeps; i++)
		text_addf(t, "keep %s\n", selector_print(&c->keeps[i].selector, selector));
	if (c->timeout)
		text_addf(t, "set timeout=%us\n", c->timeout);
}

static void check_problem(const struct config_problem *p)
{
	struct text t = { 0 };

	check(p->message && *p->message && p->source && p->file && p->width);
	check(p->column <= strlen(p->source) + 1);
	config_problem_print(p, &t);
	check(!t.error && t.len < 4096);
	for (size_t i = 0; i < t.len; i++)
		check(t.data[i] == '\n' || t.data[i] == '\t' || (t.data[i] >= ' ' && t.data[i] <= '~'));
	text_free(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct config c = { 0 }, again = { 0 };
	struct text first = { 0 }, second = { 0 };
	char *line = strndup((const char *)data, len);

	check(config_read(&c, "a.conf", (const char *)data, len) == 0);
	check(c.n_problems <= PROBLEMS_MAX);
	for (size_t i = 0; i < c.n_problems; i++)
		check_problem(&c.problems[i]);
	config_write(&c, &first);
	check(config_read(&again, "b.conf", first.data, first.len) == 0);
	check(!again.n_problems && again.n_rules == c.n_rules && again.n_keeps == c.n_keeps);
	for (size_t i = 0; i < c.n_rules; i++)
		check(rule_same(&c.rules[i], &again.rules[i]) && again.rules[i].number == i + 1);
	config_write(&again, &second);
	check(!strcmp(first.data, second.data));
	/* every rule stands there already, and is refused with one problem */
	check(config_read_rule(&again, "add", line) != -ENOMEM && again.n_problems <= 1);
	for (size_t i = 0; i < again.n_problems; i++)
		check_problem(&again.problems[i]);
	config_free(&c);
	config_free(&again);
	text_free(&first);
	text_free(&second);
	free(line);
	return 0;
}
