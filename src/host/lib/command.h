/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Other programs of the root. */
#ifndef EARLYBIND_COMMAND_H
#define EARLYBIND_COMMAND_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"

#define COMMAND_LEN 64

/* Where a command is below the root ("usr/sbin/dracut"); false: it is not there, or not executable. */
bool command_find(const struct sysroot *r, const char *name, char path[COMMAND_LEN]) _must_check_;

#endif
