/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "say.h"

#include <stdarg.h>

static const char *const starts[] = {
	[LEVEL_WARNING] = "earlybind: warning: ",
	[LEVEL_ERROR] = "earlybind: ",
	[LEVEL_LINE] = "",
	[LEVEL_DETAIL] = "",
};

static void say(enum row_level level, const char *fmt, va_list args)
{
	fputs(starts[level], stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
}

void say_error(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(LEVEL_ERROR, fmt, args);
	va_end(args);
}

void say_warning(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(LEVEL_WARNING, fmt, args);
	va_end(args);
}

void say_problems(const struct config *c)
{
	_cleanup_(text_free) struct text text = { 0 };

	for (size_t i = 0; i < c->n_problems; i++)
		config_problem_print(&c->problems[i], &text);
	if (text.data)
		fputs(text.data, stderr);
}

static void say_row(const struct row *row)
{
	char line[ROW_LINE_LEN];

	fprintf(row->level == LEVEL_LINE ? stdout : stderr, "%s%s\n", starts[row->level], row_line(row, line));
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
