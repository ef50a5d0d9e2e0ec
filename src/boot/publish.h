/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EARLYBIND_PUBLISH_H
#define EARLYBIND_PUBLISH_H

#include "../core/compat.h"
#include "../core/report.h"
#include "../sys/sysroot.h"

/* Writes /run/earlybind/report, and a line a device and one summary to the kernel log. */
void publish(const struct sysroot *r, const struct report *report);

#endif
