/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine as the host tool sees it. */
#ifndef EARLYBIND_MACHINE_H
#define EARLYBIND_MACHINE_H

#include "../../core/device.h"
#include "../../core/compat.h"
#include "../../sys/sysroot.h"
#include "../storage/needs.h"

/* What else can be read of the functions that scan_machine() found. What was read of the storage is used up. 0 or
 * -ENOMEM. */
int machine_details(const struct sysroot *root, struct storage *storage, struct machine *m) _must_check_;

#endif
