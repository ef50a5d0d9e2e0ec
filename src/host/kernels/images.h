/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the images of each kernel are. */
#ifndef EARLYBIND_IMAGES_H
#define EARLYBIND_IMAGES_H

#include "../../core/compat.h"
#include "../../core/plan.h"
#include "../../sys/sysroot.h"
#include "mkinitcpio_preset.h"

struct image_file {
	char *path; /* owned; below the root */
	bool by_kernel_install;
	bool bare;   /* made without our hook, on purpose: it has no plan */
	bool hashed; /* its name is the hash of what is in it: nobody may write over it */
};

/* One that is there, but that the generator does not make. */
struct image_left {
	char *path; /* owned; below the root */
	const char *why;
	bool superseded; /* another one stands for it: it is a fallback */
};

struct image_files {
	struct image_file *items;
	size_t n;
	struct image_left *left;
	size_t n_left;
	bool doubtful;                  /* of those left are some that may be this kernel's */
	char unclear[PRESET_VALUE_LEN]; /* how the preset names one whose path we cannot tell; "": none */
};

/* All images of a kernel that the generators are known to make. 0 or -errno. */
int images_find(const struct sysroot *r, const char *release, struct image_files *out) _must_check_;
/* An image without a release in its name, with that of the kernel beside it. */
struct image_pair {
	char *path; /* owned; below the root */
	char kernel[KERNEL_LEN];
};

struct image_pairs {
	bool read;
	struct image_pair *items;
	size_t n;
};

/* Those in the ESP and in /boot: initramfs.img beside vmlinuz.efi, initramfs-lts beside vmlinuz-lts. 0 or -ENOMEM. */
int image_pairs_find(const struct sysroot *r, struct image_pairs *out) _must_check_;
void image_pairs_free(struct image_pairs *p);
void images_free(struct image_files *f);
/* Whether two paths name one image: the ESP may be mounted, or linked to, under two names. */
bool image_is_same(const struct sysroot *r, const char *a, const char *b);
/* Whether kernel-install, and no generator by itself, made these. */
bool images_by_kernel_install(const struct image_files *images) _pure_;

#endif
