/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stand-alone archives of addon.h, found again: the boot loader loads one behind an image that is made elsewhere.
 */
#ifndef EARLYBIND_ADDONS_H
#define EARLYBIND_ADDONS_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"

/* Whether an image has the shape of what addon_write() makes: nothing but what is ours. */
bool addon_is(const unsigned char *data, size_t len);
/* Adds the paths of those in a folder whose plan is for this kernel. 0 or -ENOMEM. */
int addons_find(const struct sysroot *r, const char *folder, const char *release, struct names *out) _must_check_;

#endif
