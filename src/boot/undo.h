/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EARLYBIND_UNDO_H
#define EARLYBIND_UNDO_H

#include "../core/compat.h"
#include "../sys/sysroot.h"

/*
 * Gives back what the report of this boot says was bound, and says so: the function, or (NULL) all. What was given back
 * is `released` in the report from then on, so that a second undo does nothing. The exit code: 0 done, also where there
 * was nothing to do; 1 something could not be given back, or there is no report; 2 the selector is none. A child does it:
 * one that hangs is left after STEP_MS, and the functions behind that are given back by another.
 */
int undo(const struct sysroot *r, const char *selector);

#endif
