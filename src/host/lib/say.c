/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "say.h"

#include <stdarg.h>

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
