/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What people write: /etc/earlybind.conf and the drop-ins, one rule a line.
 *
 *	line   = [ rule ] [ "#" anything ]
 *	rule   = "bind" selector { option } | "keep" selector | "set" key "=" value
 *	option = "driver=" driver | "allow=" word { "," word } | "at=" ( "boot" | "claim" ) | "optional" | "id=" id |
 *"live" driver = "vfio-pci" | "pci-stub" | "auto" set    = "timeout=" seconds [ "s" ]          1 to 60
 *
 * Words are divided by spaces and tabs; a line may end in CRLF. A bad line costs only itself.
 */
#ifndef EARLYBIND_CONFIG_H
#define EARLYBIND_CONFIG_H

#include "compat.h"
#include "lines.h"
#include "rule.h"

struct config_keep {
	struct selector selector;
	char *file; /* owned */
	unsigned line;
};

/* One complaint. `severity` error: the line was not used; warning: it was. */
struct config_problem {
	bool warning;
	char *file;      /* owned */
	unsigned line;   /* from 1; 0: the file as a whole */
	unsigned column; /* from 1; 0: the line as a whole */
	unsigned width;  /* of what the caret marks, at least 1 */
	char *source;    /* owned: the line as written (other bytes as \xNN), "" if line is 0 */
	char *message;   /* owned: what is wrong and what was expected, one sentence */
	char *hint;      /* owned: another sentence, or NULL */
};

struct config {
	struct rule *rules; /* `number` counts from 1 in reading order */
	size_t n_rules;
	struct config_keep *keeps;
	size_t n_keeps;
	unsigned timeout; /* seconds; 0: not set. The last one wins */
	struct config_problem *problems;
	size_t n_problems;
	bool unreadable; /* there is a file that could not be read: rules may be missing */
	uint64_t hash;   /* of the names and texts of all files: another one, and somebody changed them */
};

void config_free(struct config *c);
/* Adds one file's text to the config. Problems are collected, not returned. 0 or -ENOMEM. */
int config_read(struct config *c, const char *file, const char *text, size_t len) _must_check_;
/* Adds a problem of a whole file ("cannot be read: ..."). */
int config_add_problem(struct config *c, const char *file, bool warning, const char *message) _must_check_;
/* One rule from words as `add SELECTOR [OPTION...]` gives them, by the same grammar. -EINVAL: one problem was added. */
int config_read_rule(struct config *c, const char *file, const char *text) _must_check_;
/* The rule with this number, NULL: none. */
const struct rule *config_rule(const struct config *c, unsigned number) _pure_;
size_t config_errors(const struct config *c) _pure_;
/*
 * Prints one problem as people know it from compilers:
 *
 *	/etc/earlybind.conf:3:6: expected ...
 *	    bind 06:0.0
 *	         ^~~~
 *	    hint: ...
 */
void config_problem_print(const struct config_problem *p, struct text *out);

#endif
