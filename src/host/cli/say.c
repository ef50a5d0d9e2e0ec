/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "say.h"

#include <stdarg.h>

#include "../lib/printable.h"

static const char *const starts[] = {
	[LEVEL_WARNING] = "earlybind: warning: ",
	[LEVEL_ERROR] = "earlybind: ",
	[LEVEL_LINE] = "",
	[LEVEL_DETAIL] = "",
};

/*
 * Every line of ours goes through here, but for constant ones, JSON and --help: what others wrote is in any of them. In
 * one write(2), also on stderr.
 */
static void put_line(FILE *to, const char *start, const char *text)
{
	size_t size = PRINTABLE_MAX * strlen(text) + 1;
	_cleanup_(free_pointer) char *buf = malloc(size);

	if (buf)
		fprintf(to, "%s%s\n", start, printable(text, buf, size));
}

static void put(FILE *to, const char *start, const char *fmt, va_list args)
{
	_cleanup_(free_pointer) char *text = NULL;

	if (vasprintf(&text, fmt, args) >= 0)
		put_line(to, start, text);
	else
		text = NULL;
}

void say(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put(stdout, "", fmt, args);
	va_end(args);
}

void say_error(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put(stderr, starts[LEVEL_ERROR], fmt, args);
	va_end(args);
}

void say_detail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put(stderr, starts[LEVEL_DETAIL], fmt, args);
	va_end(args);
}

void say_warning(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put(stderr, starts[LEVEL_WARNING], fmt, args);
	va_end(args);
}

void say_problems(const struct config *c)
{
	_cleanup_(text_free) struct text text = { 0 };
	char *line, *rest;

	for (size_t i = 0; i < c->n_problems; i++)
		config_problem_print(&c->problems[i], &text);
	for (rest = text.data; rest && *rest;) {
		line = strsep(&rest, "\n");
		put_line(stderr, "", line);
	}
}

static void say_row(const struct row *row)
{
	char line[ROW_LINE_LEN];

	put_line(row->level == LEVEL_LINE ? stdout : stderr, starts[row->level], row_line(row, line));
}

void say_rows(const struct rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		say_row(&rows->items[i]);
	if (rows->lost)
		say_error("no memory for all that is to be said");
}

void say_all(struct rows *rows)
{
	say_rows(rows);
	rows_free(rows);
	fflush(stdout);
}
