/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this system needs to boot, and what it uses now, as PCI functions of the machine. */
#ifndef EARLYBIND_NEEDS_H
#define EARLYBIND_NEEDS_H

#include "../../core/compat.h"
#include "../../core/device.h"
#include "../../core/plan.h"
#include "../../sys/sysroot.h"

/*
 * Fills needs, root_encrypted and has_disk of the machine: for accept, add, check and list. A name that nobody carries
 * becomes a need of which the device is not known. 0 or -ENOMEM.
 */
int needs_find(const struct sysroot *r, struct machine *m) _must_check_;

/*
 * For an image: adds a `boot-disk` guard for each function that the target's fstab, crypttab, command line and ESP list
 * need and that no guard of the lock is of; but only if every line that they have is there on this machine, and one of
 * them by a UUID: another machine's disks prove nothing. What runs here now does not count. *asked (may be NULL):
 * whether that was so. 0 or -ENOMEM.
 */
int needs_guard_image(const struct sysroot *r, struct plan *plan, bool *asked) _must_check_;

#endif
