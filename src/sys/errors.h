/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of errno values. Not strerror(): its table alone would be a tenth of the boot program. */
#ifndef EARLYBIND_ERRORS_H
#define EARLYBIND_ERRORS_H

#include "../core/compat.h"

/* "ENOENT" for 2 or -2; "an error" for one without a name here. */
const char *error_name(int error);

#endif
