/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Images that can still be booted, of which we know no kernel: nobody can make them anew, or verify them. */
#ifndef EARLYBIND_ORPHANS_H
#define EARLYBIND_ORPHANS_H

#include "../cli/cli.h"

/* Whether a kernel has modules. If not, that is said, and which images of it are there. */
bool orphans_is_known(const struct cli *cli, const char *release);
/* Says all of them. EXIT_DONE: there is none. */
int orphans_complain(const struct cli *cli) _must_check_;

#endif
