/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Images made anew by the system's generator: the space before, a copy meanwhile, the verification after. */
#ifndef EARLYBIND_REBUILD_H
#define EARLYBIND_REBUILD_H

#include "../../sys/sysroot.h"
#include "../kernels/images.h"
#include "../lib/row.h"
#include "../state/next_boot.h"

/*
 * exclusive: the fd of the one lock, which the caller has (state/exclusive.h). Whether all images of these kernels are
 * current. asked: a person named the kernels, and those without an image get one. tell() says what there is to say, and
 * takes it away; it is called before each program that is run, too.
 */
bool rebuild(const struct sysroot *root, int exclusive, const struct next_boot *boot, const struct names *kernels,
	     bool asked, void (*tell)(struct rows *rows)) _must_check_;

#endif
