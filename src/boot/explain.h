/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EARLYBIND_EXPLAIN_H
#define EARLYBIND_EXPLAIN_H

#include "../core/compat.h"
#include "../sys/sysroot.h"

/* Decides as a run would now, and prints it; changes nothing. The exit code: 1 if there can be no decision, else 0. */
int explain(const struct sysroot *r);

#endif
