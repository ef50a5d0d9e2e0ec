/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>

#include "cli.h"

void say_error(const char *fmt, ...)
{
	va_list args;

	fputs("earlybind: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

void say_warning(const char *fmt, ...)
{
	va_list args;

	fputs("earlybind: warning: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

void cli_join(const struct cli *cli, struct text *out)
{
	for (int i = 0; i < cli->n_args; i++) {
		text_add(out, i ? " " : "");
		text_add(out, cli->args[i]);
	}
}
