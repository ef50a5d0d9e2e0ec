/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Images made anew by the system's generator: the space before, a copy meanwhile, the verification after. */
#ifndef EARLYBIND_REBUILD_H
#define EARLYBIND_REBUILD_H

#include "../cli/cli.h"
#include "../kernels/images.h"

/* EXIT_DONE: all images of these kernels are current; EXIT_REFUSED: what is wrong was said. */
int rebuild(const struct cli *cli, const struct names *kernels) _must_check_;

#endif
