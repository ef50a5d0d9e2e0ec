/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text files below the root, whole or line by line, each line with where it stands. */
#ifndef EARLYBIND_TEXT_FILE_H
#define EARLYBIND_TEXT_FILE_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"

struct text_file_line {
	const char *where; /* "/etc/fstab:3" */
	char *text;        /* without LF and the blanks around it; never empty; may be changed */
};

/*
 * Reads a file of at most a megabyte; *text is the caller's, NULL where there is none. *whole: no NUL byte hides the
 * rest of it. 0 or -errno.
 */
int text_file_read(const struct sysroot *r, const char *path, char **text, bool *whole) _must_check_;
/*
 * Calls `each` for all files of a directory whose names end in `suffix` (NULL: all), in the order of their names; stops
 * at its first error and returns that. 0 or -errno.
 */
int text_file_each(const struct sysroot *r, const char *directory, const char *suffix,
		   int (*each)(const struct sysroot *r, const char *path, void *arg), void *arg) _must_check_;
/*
 * Calls `each` for every line that is not empty; stops at its first error and returns that. A file that is not there
 * has no lines; one that cannot be read, or is over a megabyte, has one line with `text` NULL. Where a NUL byte hides
 * the rest of a file, such a line is the last. 0 or -errno.
 */
int text_file_lines(const struct sysroot *r, const char *path, int (*each)(const struct text_file_line *, void *),
		    void *arg) _must_check_;
/* The same for the files of text_file_each(). */
int text_file_lines_of_all(const struct sysroot *r, const char *directory, const char *suffix,
			   int (*each)(const struct text_file_line *, void *), void *arg) _must_check_;

#endif
