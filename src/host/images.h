/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kernels a root has, and where the images of each are. */
#ifndef EARLYBIND_IMAGES_H
#define EARLYBIND_IMAGES_H

#include "../core/compat.h"
#include "../sys/sysroot.h"
#include "presets.h"

struct image_file {
	char *path; /* owned; below the root */
	bool by_kernel_install;
};

/* One that is there, but that the generator does not make. */
struct image_left {
	char *path; /* owned; below the root */
	const char *why;
};

struct image_files {
	struct image_file *items;
	size_t n;
	struct image_left *left;
	size_t n_left;
	char unclear[PRESET_VALUE_LEN]; /* how the preset names one whose path we cannot tell; "": none */
};

/* The releases that have a modules.dep in usr/lib/modules or lib/modules, sorted. 0 or -errno. */
int kernels_find(const struct sysroot *r, struct names *out) _must_check_;
bool kernel_is_there(const struct sysroot *r, const char *release);
/* Whether there is at least a folder of modules, with or without an index. */
bool kernel_has_folder(const struct sysroot *r, const char *release);
/* A release is one folder name and one word. */
bool kernel_is_release(const char *text) _pure_;

/* All images of a kernel that the generators are known to make. 0 or -errno. */
int images_find(const struct sysroot *r, const char *release, struct image_files *out) _must_check_;
/*
 * All releases that have a folder of modules, with or without an index, or an image in /boot with its kernel beside it.
 * 0 or -errno.
 */
int releases_find(const struct sysroot *r, struct names *out) _must_check_;
void images_free(struct image_files *f);
/* What Arch calls the package of a kernel: images have its name. -ENOENT; -ENAMETOOLONG. */
int pkgbase_of(const struct sysroot *r, const char *release, char *name, size_t size) _must_check_;

#endif
