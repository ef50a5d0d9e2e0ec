/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies of images that a run left behind: it was killed, or the machine lost power. They may be all that can be
 * booted. */
#ifndef EARLYBIND_LEFTOVERS_H
#define EARLYBIND_LEFTOVERS_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"

/*
 * Puts those back whose image is damaged, or gone and of a kernel that is here; removes those whose image is sound.
 * Says what it does. 0 or -errno: then one could not be put back, and nothing may be written over it.
 */
int leftovers_settle(const struct sysroot *r) _must_check_;
/* Names those whose image is damaged or gone. Whether there is one. */
bool leftovers_warn(const struct sysroot *r);

#endif
