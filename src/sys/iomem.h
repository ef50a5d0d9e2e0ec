/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EARLYBIND_IOMEM_H
#define EARLYBIND_IOMEM_H

#include "../core/compat.h"
#include "sysroot.h"

/*
 * Whether something else than its driver holds memory of a device, by /proc/iomem; the name of the first goes to
 * `holder`. A range that no privilege lets read is none.
 */
bool iomem_holder(const struct sysroot *r, const char *address, const char *driver, char *holder, size_t size);

#endif
