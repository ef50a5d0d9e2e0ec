/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine as the host tool sees it. */
#ifndef EARLYBIND_MACHINE_H
#define EARLYBIND_MACHINE_H

#include "../../core/device.h"
#include "../../core/compat.h"
#include "../../sys/sysroot.h"

/* All functions with all that can be read of them. 0, -ENOENT (no /sys/bus/pci), -ENOMEM; the error was said. */
int machine_read(const struct sysroot *root, struct machine *out) _must_check_;

#endif
