/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kernels there are, and were: their images can still be booted. */
#ifndef EARLYBIND_RELEASES_H
#define EARLYBIND_RELEASES_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"

/*
 * All releases that have a folder of modules, with or without an index, or an image of this system that can be booted:
 * with its kernel beside it, or in it. Another system's on the same ESP are not meant. 0 or -errno.
 */
int releases_find(const struct sysroot *r, struct names *out) _must_check_;

#endif
