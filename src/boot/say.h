/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EARLYBIND_SAY_H
#define EARLYBIND_SAY_H

#include "../core/compat.h"

/* To a person at a shell: up to 511 bytes, without a buffer. */
void say(int fd, const char *fmt, ...) _printf_(2, 3);

#endif
