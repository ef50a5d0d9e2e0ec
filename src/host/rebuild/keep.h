/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copies of images, kept in /var/lib/earlybind/images until the new ones are verified. Real copies: dracut and
 * mkinitcpio write into the old file, and a hard link would be written too.
 */
#ifndef EARLYBIND_KEEP_H
#define EARLYBIND_KEEP_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"

#define KEEP_FOLDER "var/lib/earlybind/images"

/* An fd with the flock of who changes images: two would take each other's for the old ones. -EWOULDBLOCK, -errno. */
int keep_lock(const struct sysroot *r) _must_check_;

/* Where the copy of an image is, below the root. -ENAMETOOLONG. */
int keep_path(const char *image, char *path, size_t size) _must_check_;
/*
 * The images of which there is a copy. None where there is no folder, or where it may not be read. `clean`: half copies
 * are removed. 0 or -ENOMEM.
 */
int keep_list(const struct sysroot *r, bool clean, struct names *images) _must_check_;
/* Copies it. 0 or -errno: then there is no copy of this run, an earlier one is left. */
int keep_copy(const struct sysroot *r, const char *image) _must_check_;
/* 1: the image still is what was copied; 0: it is not, or is gone; -errno: the copy cannot be read. */
int keep_is_same(const struct sysroot *r, const char *image) _must_check_;
/* Puts the copy in the image's place; where the disk has no room for two, over it. 0 or -errno. */
int keep_restore(const struct sysroot *r, const char *image) _must_check_;
/* Removes the copy. */
void keep_drop(const struct sysroot *r, const char *image);

/* Bytes that can be written in the folder of this file, or in the nearest that exists above it. 0 or -errno. */
int space_of(const struct sysroot *r, const char *path, uint64_t *bytes, dev_t *device) _must_check_;

#endif
