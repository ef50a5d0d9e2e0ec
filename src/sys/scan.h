/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the PCI functions from /sys/bus/pci/devices: one `uevent` and one link each. Other attributes are read where a
 * rule or a guard needs them: for displays always, for others by scan_details().
 */
#ifndef EARLYBIND_SCAN_H
#define EARLYBIND_SCAN_H

#include "../core/compat.h"
#include "../core/device.h"
#include "sysroot.h"

/* 0; -ENOENT: no /sys/bus/pci; -ENOMEM. A device that cannot be read (removed meanwhile) is left out. */
int scan_machine(const struct sysroot *r, struct machine *out) _must_check_;

/* Adds IOMMU group, and whether it is a virtual function or has the header of a bridge, to device i; if `serial` also its Device Serial Number. */
void scan_details(const struct sysroot *r, struct machine *m, int i, bool serial);

/*
 * Adds the driver_override of what has one of vfio's drivers. Reading it waits for a probe or removal of the device that
 * hangs (drivers/pci/pci-sysfs.c: driver_override_show takes the device's lock), which the others do not.
 */
void scan_overrides(const struct sysroot *r, struct machine *m);

#endif
