/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Under which names the generators write the image of a kernel. packaging/removal.sh knows the same. */
#ifndef EARLYBIND_PLACES_H
#define EARLYBIND_PLACES_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"

#define ENTRY_TOKEN "etc/kernel/entry-token"
#define TOKEN_LEN 256

/* The first line of a file: an entry token (kernel-install(8)) or a machine-id. False: there is none. */
bool token_read(const struct sysroot *r, const char *path, char token[TOKEN_LEN]);
/* Takes one image. 0 or -errno, which ends the search. */
typedef int place_add(void *self, const char *path, bool by_kernel_install);

/* Shows each file that is where an image of this kernel may be. 0, -ENAMETOOLONG, or what `add` returned. */
int places_find(const struct sysroot *r, const char *release, place_add *add, void *self) _must_check_;
/* The same of names that have the pkgbase of a kernel in them. */
int places_find_pkgbase(const struct sysroot *r, const char *pkgbase, place_add *add, void *self) _must_check_;
/* Of a name that may be that of an image in /boot, the release; the next place that fits, from *at on. */
bool places_release(const char *name, size_t *at, char *release, size_t size);

#endif
