/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Assignments in configuration files that a shell reads: /etc/default/grub, dracut.conf, initramfs.conf. */
#ifndef EARLYBIND_SHELL_FILE_H
#define EARLYBIND_SHELL_FILE_H

#include "../../core/compat.h"
#include "../../core/lines.h"
#include "../../sys/sysroot.h"

/* What only a shell knows of a value, $(...) or a variable that no file here sets, is one of these in it. */
#define SHELL_UNKNOWN '$'

struct shell_assignment {
	const char *where; /* "/etc/default/grub:3", where it begins */
	const char *name;
	const char *value; /* without quotes; NULL: the file cannot be read, and name is NULL, too */
};

/* The variables of one shell, over the files that it reads. All zero: none yet. */
struct shell {
	struct shell_variable {
		char *name, *value;
	} * variables;
	size_t n;
	int (*each)(const struct shell_assignment *a, void *arg);
	void *arg;
};

/*
 * Calls `each` for every assignment, also one behind a condition, in order: nothing is run. Quotes, continued lines,
 * export, += and plain $NAME and ${NAME} are read; of an array its words, one blank between two. A file that is not
 * there has none; one that cannot be read has one without value. 0, -ENOMEM, or what `each` returned, which ends it.
 */
int shell_file_read(struct shell *sh, const struct sysroot *r, const char *path) _must_check_;
/* The same for all files of a directory whose names end in `suffix` (NULL: all), in the order of their names. */
int shell_file_read_all(struct shell *sh, const struct sysroot *r, const char *directory,
			const char *suffix) _must_check_;
/* What a variable is in the end; NULL: nothing set it. */
const char *shell_file_value(const struct shell *sh, const char *name) _pure_;
void shell_file_free(struct shell *sh);

#endif
