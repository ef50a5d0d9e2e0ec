/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stand-alone archives of addon.h, found again: the boot loader loads one behind an image that is made elsewhere.
 */
#ifndef EARLYBIND_ADDONS_H
#define EARLYBIND_ADDONS_H

#include "../../core/compat.h"
#include "../../core/plan.h"
#include "../../sys/sysroot.h"

struct addon {
	char *path;              /* owned; below the root */
	char kernel[KERNEL_LEN]; /* that its plan is for */
};

struct addons {
	struct names folders; /* that were searched */
	struct addon *items;
	size_t n;
};

/* Whether an image has the shape of what addon_write() makes: nothing but what is ours. */
bool addon_is(const unsigned char *data, size_t len);
/* Adds those with a plan in a folder, which is read once however often it is named. 0 or -ENOMEM. */
int addons_find(const struct sysroot *r, const char *folder, struct addons *out) _must_check_;
void addons_free(struct addons *a);

#endif
