/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Images of `earlybind image --base`, whose cards are those of a lock that the machine adds to the initramfs. */
#ifndef EARLYBIND_BASE_H
#define EARLYBIND_BASE_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"
#include "verify.h"

#define OSTREE_SIGN "run/ostree-booted"

/*
 * Verifies program and modules of such an image, and, where there is something to bind, that rpm-ostree adds the lock
 * as it is now. 0 or -ENOMEM.
 */
int base_verify(const struct sysroot *root, const char *kernel, const char *path, bool binds,
		struct verified *out) _must_check_;

#endif
