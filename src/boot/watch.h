/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EARLYBIND_WATCH_H
#define EARLYBIND_WATCH_H

#include "../core/compat.h"
#include "../core/report.h"
#include "../sys/sysroot.h"

#define STEP_MS 5000       /* one step of the worker */
#define TIMEOUT_SECONDS 15 /* all of them, where the plan sets nothing */

/*
 * Starts the worker and follows it until it is done, a step takes longer than STEP_MS, or the whole takes longer than
 * the plan's timeout. With `dry` nothing is bound: `bound` in the report then is what would be. Touches no sysfs and
 * never waits for a child that hangs. Fills the report in any case.
 */
void watch(const struct sysroot *r, bool dry, struct report *report);

#endif
