/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of an image that somebody asks for, as they are once the kernel has unpacked it. */
#ifndef EARLYBIND_CONTENTS_H
#define EARLYBIND_CONTENTS_H

#include <sys/types.h>

#include "../../core/compat.h"
#include "segments.h"

struct content {
	char *name; /* owned; "usr/lib/earlybind/plan" */
	mode_t mode;
	char *data; /* owned, NUL-terminated: of a file its bytes, of a link where it leads, else "" */
	size_t len;
	/* of hard links, of which only one has the data */
	unsigned archive;
	uint32_t ino, major, minor, nlink;
};

struct contents {
	struct content *items;
	size_t n;
};

/*
 * Collects what matches one of the patterns (of fnmatch, where * does not match a slash; the list ends in NULL). Of one
 * name the last entry counts. Errors and *why as of segments_walk; *out is empty then.
 */
int contents_read(const unsigned char *data, size_t len, const char *const *patterns, struct contents *out,
		  char why[SEGMENTS_WHY_LEN]) _must_check_;
void contents_free(struct contents *c);
/* NULL: there is none. */
struct content *contents_find(const struct contents *c, const char *name);
/* The next one from *at on whose name matches, *at behind it; NULL: none. */
const struct content *contents_next(const struct contents *c, const char *pattern, size_t *at);

#endif
