/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this system needs to boot, and what it uses now, as PCI functions of the machine. */
#ifndef EARLYBIND_NEEDS_H
#define EARLYBIND_NEEDS_H

#include "../../core/compat.h"
#include "../../core/device.h"
#include "../../core/plan.h"
#include "../../sys/sysroot.h"
#include "../loader/boot_entries.h"
#include "blockdev.h"
#include "boot_ref.h"

/* What both questions below ask of: the block devices, and what files say that the boot needs of them. */
struct storage {
	bool read;
	struct blockdevs blocks;
	struct boot_refs refs;
	bool has_entries;
	struct boot_entries entries; /* of needs_find() */
};

/* Reads it, if it was not yet. 0 or -errno. */
int storage_read(const struct sysroot *r, struct storage *s) _must_check_;
void storage_free(struct storage *s);

/*
 * Reads the boot entries, too. Fills needs, root_encrypted and has_disk of the machine: for accept, add, check and
 * list. A name that nobody carries becomes a need of which the device is not known. Once a storage: it adds what the
 * boot asked for. 0 or -ENOMEM.
 */
int needs_find(const struct sysroot *r, struct storage *s, struct machine *m) _must_check_;

/*
 * For an image: adds a `boot-disk` guard for each function that the target's fstab, crypttab, command line and ESP list
 * need and that no guard of the lock is of; but only if every line that they have is there on this machine, and one of
 * them by a UUID: another machine's disks prove nothing. What runs here now does not count, nor do serial numbers: the
 * machine is as scan_machine() has it, as for a build without privilege. *asked: whether that was so. 0 or -ENOMEM.
 */
int needs_guard_image(const struct sysroot *r, struct storage *s, const struct machine *m, struct plan *plan,
		      bool *asked) _must_check_;

#endif
