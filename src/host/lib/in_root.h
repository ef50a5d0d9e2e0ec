/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths of a tree, resolved by the kernel: one system call instead of three for each name. */
#ifndef EARLYBIND_IN_ROOT_H
#define EARLYBIND_IN_ROOT_H

#include "../../sys/sysroot.h"

/* Has the paths of a tree opened so; where this kernel cannot, or a sandbox forbids it, they are walked. */
void in_root_use(struct sysroot *r);

#endif
