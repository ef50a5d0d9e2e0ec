/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text files below the root, line by line, each with where it stands. */
#ifndef EARLYBIND_TEXT_FILE_H
#define EARLYBIND_TEXT_FILE_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"

struct text_file_line {
	const char *where; /* "/etc/fstab:3" */
	char *text;        /* without LF and the blanks around it; never empty; may be changed */
};

/*
 * Calls `each` for every line that is not empty; stops at its first error and returns that. A file that is not there
 * has no lines; one that cannot be read, or is over a megabyte, has one line with `text` NULL. Where a NUL byte hides
 * the rest of a file, such a line is the last. 0 or -errno.
 */
int text_file_lines(const struct sysroot *r, const char *path, int (*each)(const struct text_file_line *, void *),
		    void *arg) _must_check_;
/* The same for all files of a folder whose names end in `suffix` (NULL: all), in the order of their names. */
int text_file_lines_of_all(const struct sysroot *r, const char *folder, const char *suffix,
			   int (*each)(const struct text_file_line *, void *), void *arg) _must_check_;

#endif
