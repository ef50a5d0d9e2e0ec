/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person is told on stderr. */
#ifndef EARLYBIND_SAY_H
#define EARLYBIND_SAY_H

#include "../../core/compat.h"

/* "earlybind: " and a line. */
void say_error(const char *fmt, ...) _printf_(1, 2);
/* "earlybind: warning: " and a line. */
void say_warning(const char *fmt, ...) _printf_(1, 2);

#endif
