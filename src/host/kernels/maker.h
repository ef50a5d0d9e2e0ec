/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which generator made an image: each leaves files in it that no other one does. */
#ifndef EARLYBIND_MAKER_H
#define EARLYBIND_MAKER_H

#include "../../core/compat.h"
#include "../../core/plan.h"
#include "../../sys/sysroot.h"

/*
 * The name of its package, of an initramfs image or a UKI below the root. NULL: none that we know, or it cannot be
 * read.
 */
const char *maker_of(const struct sysroot *r, const char *path);
/* The release of the kernel whose modules it holds. False: it cannot be read, or has none. */
bool maker_kernel(const struct sysroot *r, const char *path, char release[KERNEL_LEN]);

#endif
