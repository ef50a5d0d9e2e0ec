/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The script language of GRUB: commands and their words, of which the variables are told that can be. */
#ifndef EARLYBIND_GRUB_SCRIPT_H
#define EARLYBIND_GRUB_SCRIPT_H

#include "../../core/compat.h"
#include "../../core/lines.h"

struct grub_script_variable {
	char *name, *value;
	unsigned scope;
};

struct grub_script {
	const char *data;
	size_t len, at;
	unsigned line;
	/* the words of one command, each with a NUL behind it */
	struct text words;
	size_t *starts;
	size_t n_words;
	unsigned first_line; /* of the command */
	bool in_word;
	struct grub_script_variable *variables;
	size_t n_variables;
	unsigned scope;
	bool lost;       /* a variable was not kept: what any has is not known */
	size_t expanded; /* bytes that came from variables */
};

enum grub_script_end { SCRIPT_COMMAND, SCRIPT_OPEN, SCRIPT_CLOSE, SCRIPT_EOF };

void grub_script_start(struct grub_script *s, const char *data, size_t len);
void grub_script_free(struct grub_script *s);
/*
 * Reads the next command, which may have no words, and how it ends: by a line's end, by { or }, by the text's end. A
 * variable that has no value here stays "$name". 0 or -ENOMEM.
 */
int grub_script_next(struct grub_script *s, enum grub_script_end *end) _must_check_;
/* The word, from 0 on; NULL: there are fewer. */
const char *grub_script_word(const struct grub_script *s, size_t i);
/* NULL: it has none. */
const char *grub_script_get(const struct grub_script *s, const char *name, size_t len);
/* Of too many variables, and of a value that is too long, only "$" is known. 0 or -ENOMEM. */
int grub_script_set(struct grub_script *s, const char *name, size_t len, const char *value) _must_check_;
/* The same of a word "NAME=VALUE"; of another one, or none, nothing. */
int grub_script_assign(struct grub_script *s, const char *word) _must_check_;
/* What is set between the two is forgotten. */
void grub_script_enter(struct grub_script *s);
void grub_script_leave(struct grub_script *s);

#endif
