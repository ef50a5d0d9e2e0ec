/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of a kernel command line and of a module's parameters, divided as the kernel divides them. Everything that
 * looks for a word in either asks here: what this reads differently from the kernel, it does not see.
 */
#ifndef EARLYBIND_WORD_H
#define EARLYBIND_WORD_H

#include "compat.h"

/* Whether the byte is a blank to the kernel: isspace() of the C locale does not know 0xa0, half of a no-break space. */
bool word_blank(char c);
/* The next word as it is written, with its quotes; *cursor moves behind it and one blank. NULL: there is none. */
const char *word_next(const char **cursor, size_t *len);
/* The same, cut out in place and without the quotes that the kernel takes away: it may be empty then. */
char *word_take(char **cursor);
/* Whether the word is one of the comma-separated words of the list. */
bool word_in_list(const char *list, const char *word) _pure_;

#endif
