/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kernels a root has. */
#ifndef EARLYBIND_KERNELS_H
#define EARLYBIND_KERNELS_H

#include "../../core/compat.h"
#include "../../core/plan.h"
#include "../../sys/sysroot.h"

/* The releases that have a modules.dep in usr/lib/modules or lib/modules, sorted. 0 or -errno. */
int kernels_find(const struct sysroot *r, struct names *out) _must_check_;
/* Those that have a folder of modules there, with or without an index. 0 or -errno. */
int kernels_find_all(const struct sysroot *r, struct names *out) _must_check_;
bool kernel_is_there(const struct sysroot *r, const char *release);
/* Whether there is at least a folder of modules, with or without an index. */
bool kernel_has_folder(const struct sysroot *r, const char *release);
/* A release is one folder name and one word. */
bool kernel_is_release(const char *text) _pure_;
/* What Arch calls the package of a kernel: images have its name. -ENOENT; -ENAMETOOLONG. */
int pkgbase_of(const struct sysroot *r, const char *release, char *name, size_t size) _must_check_;
/* The release that a kernel file says. False: it says none, as one that is not of x86. */
bool kernel_of_file(const struct sysroot *r, const char *path, char release[KERNEL_LEN]);

#endif
