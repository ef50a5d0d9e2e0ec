/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a person is told, a line a call: a line feed in what others wrote does not end it, see lib/printable.h.
 */
#ifndef EARLYBIND_SAY_H
#define EARLYBIND_SAY_H

#include "../../core/compat.h"
#include "../../core/config.h"
#include "../lib/row.h"

/* A line on stdout. */
void say(const char *fmt, ...) _printf_(1, 2);
/* "earlybind: " and a line on stderr. */
void say_error(const char *fmt, ...) _printf_(1, 2);
/* "earlybind: warning: " and a line. */
void say_warning(const char *fmt, ...) _printf_(1, 2);
/* A line of an error, on stderr, as it is. */
void say_detail(const char *fmt, ...) _printf_(1, 2);
/* All problems of a configuration. */
void say_problems(const struct config *c);
/* Each row in its place and on its stream. */
void say_rows(const struct rows *rows);
/* The same, all the way; then there is none. */
void say_all(struct rows *rows);

#endif
