/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person reads of what became of a device: the reason alone does not say it all. */
#ifndef EARLYBIND_OUTCOME_H
#define EARLYBIND_OUTCOME_H

#include "../../core/report.h"

/* As reason_meaning(). */
const char *outcome_meaning(const struct report_device *d) _pure_;

#endif
