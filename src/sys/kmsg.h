/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel log. */
#ifndef EARLYBIND_KMSG_H
#define EARLYBIND_KMSG_H

#include "../core/compat.h"
#include "sysroot.h"

enum kmsg_level { KMSG_ERROR = 3, KMSG_WARNING = 4, KMSG_INFO = 6 };

/* Logs "earlybind: " and the text as one record. A missing /dev/kmsg is no error: the report has the same. */
void kmsg(const struct sysroot *r, enum kmsg_level level, const char *fmt, ...) _printf_(3, 4);

#endif
