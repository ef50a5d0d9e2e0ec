/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine as the host tool sees it. */
#ifndef EARLYBIND_MACHINE_H
#define EARLYBIND_MACHINE_H

#include "../../core/device.h"
#include "../../core/compat.h"
#include "../../sys/sysroot.h"
#include "../storage/needs.h"

/* As scan_machine(); an error was said: -ENOENT (no /sys/bus/pci), -ENOMEM. */
int machine_scan(const struct sysroot *root, struct machine *out) _must_check_;
/* All else that can be read of its functions. What was read of the storage is used up. 0 or -ENOMEM. */
int machine_details(const struct sysroot *root, struct storage *storage, struct machine *m) _must_check_;

#endif
