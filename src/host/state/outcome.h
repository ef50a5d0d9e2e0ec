/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person reads of what became of a device: the reason alone does not say it all. */
#ifndef EARLYBIND_OUTCOME_H
#define EARLYBIND_OUTCOME_H

#include "../../core/report.h"
#include "next_boot.h"

/* As reason_meaning(). */
const char *outcome_meaning(const struct report_device *d) _pure_;
/*
 * Whether the next boot leaves the function to the host because somebody wrote so, and the rest of its card is bound: a
 * keep line that is there now. That is no failure. A card whose main function is kept is one: its rule gets nothing.
 */
bool outcome_is_wished(const struct next_boot *boot, const struct decision *d);
/* The same of what this boot has done: it is so still. */
bool outcome_was_wished(const struct next_boot *boot, const struct report_device *d);

#endif
