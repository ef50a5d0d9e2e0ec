/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What made an image: each generator leaves files in it that no other one does, and our plugin a plan. */
#ifndef EARLYBIND_MAKER_H
#define EARLYBIND_MAKER_H

#include "../../core/compat.h"
#include "../../core/plan.h"
#include "../../sys/sysroot.h"

struct made {
	const char *by; /* as of maker_of() */
	bool has_plan;
};

/* Of an initramfs image or a UKI below the root. 0 or -errno: it cannot be read, or is no such image. */
int made_read(const struct sysroot *r, const char *path, struct made *out) _must_check_;
/*
 * The name of its package, of an initramfs image or a UKI below the root. NULL: none that we know, or it cannot be
 * read.
 */
const char *maker_of(const struct sysroot *r, const char *path);
/* The release of the kernel whose modules it holds. False: it cannot be read, or has none. */
bool maker_kernel(const struct sysroot *r, const char *path, char release[KERNEL_LEN]);

#endif
