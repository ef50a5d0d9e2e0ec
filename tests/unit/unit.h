/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmocka with what it wants included first. */
#ifndef EARLYBIND_UNIT_H
#define EARLYBIND_UNIT_H

#include "compat.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#endif
