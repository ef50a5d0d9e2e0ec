/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether an image holds just what `earlybind image` would put into it now, where the boot runs it in time. */
#ifndef EARLYBIND_VERIFY_H
#define EARLYBIND_VERIFY_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"
#include "build.h"
#include "findings.h"

enum image_state {
	IMAGE_CURRENT,
	IMAGE_STALE,      /* readable, but not as it would be made now */
	IMAGE_UNKNOWN,    /* readable, but whether it is current cannot be told */
	IMAGE_DAMAGED,    /* truncated or damaged: it may not boot */
	IMAGE_FOREIGN,    /* no initramfs image, or a UKI without one */
	IMAGE_UNREADABLE, /* missing, no permission, an error of the disk */
	IMAGE_STATE_COUNT
};

extern const char *const image_state_words[IMAGE_STATE_COUNT];

struct verified {
	enum image_state state;
	bool bare;  /* an image without a plan */
	bool extra; /* it is an archive of `earlybind image --cpio`, which is loaded behind an image */
	bool base;  /* its plan has no cards: they are those of a lock that is added to it */
	struct findings findings;
};

/*
 * `path` is that of an initramfs image or a UKI below the root; `expected` what image_make() made for its kernel, or
 * NULL where there is nothing to bind. Of a UKI with several initrds, one a profile, the first that is not current
 * counts. Why it is not current stands in *out, to be freed by findings_free(). 0 or -ENOMEM.
 */
int verify_image(const struct sysroot *root, const char *path, const struct image *expected,
		 struct verified *out) _must_check_;
/* The same of n of them, which a boot loader loads one after the other: microcode, the image, an add-on initrd. */
int verify_images(const struct sysroot *root, const char *const *paths, size_t n, const struct image *expected,
		  struct verified *out) _must_check_;

#endif
