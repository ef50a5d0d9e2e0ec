/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "did you mean": the nearest name of a table to a word that is none. */
#ifndef EARLYBIND_SUGGEST_H
#define EARLYBIND_SUGGEST_H

#include "compat.h"

#define SUGGEST_LEN 80

/*
 * A sentence about the nearest name, in buf, or NULL if none is near. `rows` is a table of n structs of `stride` bytes,
 * each of which begins with a `const char *` name. The word has `len` bytes; it may differ in case alone.
 */
char *suggest(const char *word, size_t len, const void *rows, size_t n, size_t stride, char buf[SUGGEST_LEN]);

#endif
