/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Images that can still be booted, of which we know no kernel: nobody can make them anew, or verify them. */
#ifndef EARLYBIND_ORPHANS_H
#define EARLYBIND_ORPHANS_H

#include "../../sys/sysroot.h"
#include "../lib/row.h"

/* Whether a kernel has modules. If not, the rows tell, and which images of it are there. */
bool orphans_is_known(const struct sysroot *root, const char *release, struct rows *rows);
/* Whether there is none; the rows tell of each. */
bool orphans_none(const struct sysroot *root, struct rows *rows) _must_check_;

#endif
