/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include <stdarg.h>

#include "array.h"
#include "config_line.h"

#define SOURCE_CUT 60 /* bytes shown of a line that is too long */

static bool is_plain(char c)
{
	return (c >= ' ' && c <= '~') || c == '\t';
}

static void add_escaped(struct text *t, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		text_addf(t, is_plain(s[i]) ? "%c" : "\\x%02x", (unsigned char)s[i]);
}

static void problem_free(struct config_problem *p)
{
	free(p->file);
	free(p->source);
	free(p->message);
	free(p->hint);
}

/* Appends *p and takes what it owns, also when it fails. */
static int problem_add(struct config *c, struct config_problem *p, const char *file, const char *hint)
{
	p->file = strdup(file);
	p->hint = hint ? strdup(hint) : NULL;
	if (!p->source)
		p->source = strdup("");
	if (p->file && p->source && p->message && (p->hint || !hint) &&
	    array_add(&c->problems, &c->n_problems, p, sizeof(*p)) == 0)
		return 0;
	problem_free(p);
	return -ENOMEM;
}

static int line_problem(struct config_line *l, const char *at, size_t width, const char *hint, struct config_problem *p,
			const char *fmt, va_list args)
{
	struct text source = { 0 };
	bool cut = l->len > CONFIG_LINE_MAX;
	char message[400];

	if (l->shown == CONFIG_PROBLEMS_SHOWN) {
		l->hidden++;
		l->hidden_error |= !p->warning;
		return 0;
	}
	l->shown++;
	vsnprintf(message, sizeof(message), fmt, args);
	add_escaped(&source, l->text, cut ? SOURCE_CUT : l->len);
	text_add(&source, cut ? "..." : "");
	if (source.error) {
		text_free(&source);
		return -ENOMEM;
	}
	p->line = l->number;
	p->column = at ? (unsigned)(at - l->text) + 1 : 0;
	p->width = width ? (unsigned)width : 1;
	p->source = source.data;
	p->message = strdup(message);
	return problem_add(l->config, p, l->file, hint);
}

int config_error(struct config_line *l, const char *at, size_t width, const char *hint, const char *fmt, ...)
{
	struct config_problem p = { .warning = false };
	va_list args;
	int r;

	va_start(args, fmt);
	r = line_problem(l, at, width, hint, &p, fmt, args);
	va_end(args);
	return r < 0 ? r : -EINVAL;
}

int config_warning(struct config_line *l, const char *at, size_t width, const char *hint, const char *fmt, ...)
{
	struct config_problem p = { .warning = true };
	va_list args;
	int r;

	va_start(args, fmt);
	r = line_problem(l, at, width, hint, &p, fmt, args);
	va_end(args);
	return r;
}

int config_hidden(struct config_line *l)
{
	char message[64];

	if (!l->hidden)
		return 0;
	snprintf(message, sizeof(message), "and %u more %s like these", l->hidden, l->hidden == 1 ? "line" : "lines");
	return config_add_problem(l->config, l->file, !l->hidden_error, message);
}

int config_add_problem(struct config *c, const char *file, bool warning, const char *message)
{
	struct config_problem p = { .warning = warning, .width = 1, .message = strdup(message) };

	return problem_add(c, &p, file, NULL);
}

size_t config_errors(const struct config *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_problems; i++)
		n += !c->problems[i].warning;
	return n;
}

void config_free(struct config *c)
{
	for (size_t i = 0; i < c->n_rules; i++)
		rule_free(&c->rules[i]);
	for (size_t i = 0; i < c->n_keeps; i++)
		free(c->keeps[i].file);
	for (size_t i = 0; i < c->n_problems; i++)
		problem_free(&c->problems[i]);
	free(c->rules);
	free(c->keeps);
	free(c->problems);
	memset(c, 0, sizeof(*c));
}

/* The caret below the source. Its line copies the tabs, so that both are as wide. */
static void caret_print(const struct config_problem *p, struct text *out)
{
	size_t len = strlen(p->source), column = p->column - 1;

	text_add(out, "    ");
	for (size_t i = 0; i < column; i++)
		text_add(out, i < len && p->source[i] == '\t' ? "\t" : " ");
	text_add(out, "^");
	for (size_t i = 1; i < p->width && column + i < len; i++)
		text_add(out, "~");
	text_add(out, "\n");
}

void config_problem_print(const struct config_problem *p, struct text *out)
{
	add_escaped(out, p->file, strlen(p->file));
	if (p->line)
		text_addf(out, ":%u", p->line);
	if (p->line && p->column)
		text_addf(out, ":%u", p->column);
	text_addf(out, ": %s%s\n", p->warning ? "warning: " : "", p->message);
	if (p->line)
		text_addf(out, "    %s\n", p->source);
	if (p->line && p->column)
		caret_print(p, out);
	if (p->hint)
		text_addf(out, "    hint: %s\n", p->hint);
}
