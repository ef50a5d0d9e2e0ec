/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The images that are there before new ones are made: their space, their copies, and how they come back. */
#ifndef EARLYBIND_OLDS_H
#define EARLYBIND_OLDS_H

#include <sys/types.h>

#include "../image/build.h"

struct old_image {
	char *path;           /* owned; below the root */
	uint64_t size, grows; /* what it may grow by */
	dev_t device;
	uint64_t space;
	bool kept; /* there is a copy, to be removed at the end */
	/* of old_restore() */
	bool untouched;
	int lost; /* 0: it is back; -errno */
};

struct olds {
	struct old_image *items;
	size_t n;
};

/* Appends an image, and what `expected` would have it grow by. 0 or -errno. */
int olds_add(const struct sysroot *r, struct olds *o, const char *path, const struct image *expected) _must_check_;
void olds_free(struct olds *o);
struct old_image *olds_find(const struct olds *o, const char *path);
/* Whether new ones and the copies find room, `in_place`: written over the old ones. If not, that is said. */
bool olds_have_space(const struct sysroot *r, const struct olds *o, bool in_place);
/* Copies them all. 0 or -errno, which is said. */
int olds_keep(const struct sysroot *r, struct olds *o) _must_check_;
/* Removes the copies. */
void olds_drop(const struct sysroot *r, const struct olds *o);
/* Puts an old image back; the copy stays where that fails. Silent: who reads what we say may be gone, or be slow. */
void old_restore(const struct sysroot *r, struct old_image *old);
/* Says what old_restore() did. */
void old_say(const struct old_image *old);

#endif
