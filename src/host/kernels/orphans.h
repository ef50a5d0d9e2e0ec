/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Images that can still be booted, of which we know no kernel: nobody can make them anew, or verify them. */
#ifndef EARLYBIND_ORPHANS_H
#define EARLYBIND_ORPHANS_H

#include "../../sys/sysroot.h"

/* Whether a kernel has modules. If not, that is said, and which images of it are there. */
bool orphans_is_known(const struct sysroot *root, const char *release);
/* Says all of them. Whether there is none. */
bool orphans_complain(const struct sysroot *root) _must_check_;

#endif
