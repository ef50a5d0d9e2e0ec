/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text that has to fit into a field: what it starts and what it ends with tell more than its middle. */
#ifndef EARLYBIND_SHORTEN_H
#define EARLYBIND_SHORTEN_H

#include <stdarg.h>

#include "compat.h"

/*
 * Copies s. Where it does not fit into `size` bytes (of at least 32), written as TEXT is, with \xNN for a byte that is
 * not printable ASCII, whole words of the middle give way to "..."; of a word that is itself too long the part at the
 * edge stays, never cut within a character of UTF-8.
 */
void shorten(const char *s, char *buf, size_t size);
/* The same for what is printed. */
void shorten_print(char *buf, size_t size, const char *fmt, ...) _printf_(3, 4);
void shorten_vprint(char *buf, size_t size, const char *fmt, va_list args);

#endif
