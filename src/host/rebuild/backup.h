/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Backups of the images that are there before new ones are made, in /var/lib/earlybind/images until those are verified.
 * Real copies: dracut and mkinitcpio write into the old file, and a hard link would be written too.
 */
#ifndef EARLYBIND_BACKUP_H
#define EARLYBIND_BACKUP_H

#include <sys/types.h>

#include "../image/build.h"
#include "../lib/row.h"

struct space {
	uint64_t bytes; /* that can be written */
	dev_t device;
};

struct backup {
	char *path;           /* owned; of the image, below the root */
	uint64_t size, grows; /* of the image, and what it may grow by */
	struct space space;   /* where the image is */
	bool kept;            /* it was made, and is to be removed at the end */
};

struct backups {
	struct backup *items;
	size_t n;
};

/* Appends an image, and what `expected` would have it grow by: nothing is copied yet. 0 or -errno. */
int backups_add(const struct sysroot *r, struct backups *all, const char *path,
		const struct image *expected) _must_check_;
void backups_free(struct backups *all);
struct backup *backup_find(const struct backups *all, const char *path);
/* Whether new images and the backups find room, `in_place`: written over the old ones. If not, the rows tell. */
bool backups_have_space(const struct sysroot *r, const struct backups *all, bool in_place, struct rows *rows);
/* 0 or -errno, of which the rows tell. */
int backups_make(const struct sysroot *r, struct backups *all, struct rows *rows) _must_check_;
/* Removes those that were made, once the images are on the disk. False: one is not, of which the rows tell. */
bool backups_drop(const struct sysroot *r, struct backups *all, struct rows *rows) _must_check_;
/* An image and its directory reach the disk. 0 or -errno. */
int backup_sync(const struct sysroot *r, const char *image) _must_check_;

/* 1: the image still is what its backup holds; 0: it is not, or is gone; -errno: the backup cannot be read. */
int backup_is_same(const struct sysroot *r, const char *image) _must_check_;
/* Puts the old image back; the backup stays where that fails. The rows tell which it was. */
void backup_restore(const struct sysroot *r, struct backup *b, struct rows *rows);

/*
 * Backups that a run left behind, because it was killed or the machine lost power: they may be all that can be booted.
 * Puts those back whose image is damaged, or gone and of a kernel that is here; removes those whose image is sound.
 * Without `mend` nothing is changed. The rows tell of it. False: one is needed, and stays.
 */
bool backups_settle(const struct sysroot *r, bool mend, struct rows *rows) _must_check_;

#endif
