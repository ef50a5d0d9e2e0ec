/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to config*.c: a line while it is read, and the ways to complain about it. */
#ifndef EARLYBIND_CONFIG_LINE_H
#define EARLYBIND_CONFIG_LINE_H

#include "compat.h"
#include "config.h"

#define CONFIG_LINE_MAX (LINE_MAX_BYTES - 1) /* bytes of a line without its end */
#define CONFIG_PROBLEMS_SHOWN 20             /* of one file; the others are counted */

struct config_line {
	struct config *config;
	const char *file;
	unsigned number;  /* of the line, from 1 */
	const char *text; /* the line as written, without its end */
	size_t len;
	const char *next; /* what of the rule is not yet read */
	const char *end;  /* of the rule: the line's end or its comment */
	/* of the whole file */
	unsigned shown;
	unsigned hidden;
	bool hidden_error;
};

struct config_word {
	const char *text;
	size_t len; /* 0: there was none; text is then where it is missed */
};

/*
 * Adds a problem whose caret stands under `at` (in the line's text; NULL: no caret) and is `width` wide.
 * config_error: -EINVAL, or -ENOMEM. config_warning: 0, or -ENOMEM. `hint` may be NULL.
 */
int config_error(struct config_line *l, const char *at, size_t width, const char *hint, const char *fmt, ...)
	_printf_(5, 6);
int config_warning(struct config_line *l, const char *at, size_t width, const char *hint, const char *fmt, ...)
	_printf_(5, 6);
/* Ends a file: says how many more problems there were. 0 or -ENOMEM. */
int config_hidden(struct config_line *l) _must_check_;

/*
 * Reads one option of a bind rule into *rule, whose selector is read already. *seen remembers the options of the rule;
 * it starts with 0. 0, or what config_error gives.
 */
int config_option(struct config_line *l, const struct config_word *word, struct rule *rule,
		  unsigned *seen) _must_check_;

#endif
