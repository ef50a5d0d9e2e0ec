/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The next boot on this machine as it is: what config and lock would make of it. Nothing is written. */
#ifndef EARLYBIND_NEXT_BOOT_H
#define EARLYBIND_NEXT_BOOT_H

#include "../../core/compat.h"
#include "../../core/compose.h"
#include "../../core/config.h"
#include "../../core/decide.h"
#include "../../sys/sysroot.h"
#include "../lib/row.h"
#include "../storage/needs.h"
#include "efi.h"

/* All that a run has read: once, whatever the number of kernels. */
struct next_boot {
	struct config config;
	struct plan lock; /* empty if there is none, or a broken one */
	bool has_lock;    /* and it could be read */
	bool lock_broken;
	bool lock_hidden; /* it may not be read: whether anything is accepted is not known */
	int lock_error;   /* as of lock_load(), and what is wrong with it */
	struct plan_error lock_wrong;
	struct composition composition; /* what images made now get, but for modules; empty with a broken lock */
	bool disks_asked;               /* what this machine's disks are needed for is known, and guarded in it */
	bool scanned;
	struct storage storage; /* if something asked for it */
	/* Of next_boot_make(). */
	struct machine machine; /* as a boot finds it: no driver has anything */
	struct efi efi;
	struct decisions decisions;
};

/* What an image gets. 0 or -ENOMEM. */
int next_boot_read(const struct sysroot *root, struct next_boot *out) _must_check_;
/* What is wrong with the lock, if anything is: a warning of an image, or an error. 0 or -ENOMEM. */
int next_boot_note_lock(const struct next_boot *boot, enum row_level level, struct rows *rows) _must_check_;
/* Whether there is a machine, of which scan_machine() tells. */
bool next_boot_scan(const struct sysroot *root, struct next_boot *boot);
/* The machine and the decision, of what was read. 0, -ENOMEM, or as scan_machine(). */
int next_boot_finish(const struct sysroot *root, struct next_boot *boot) _must_check_;
/*
 * All of it. 0; -EPERM: the lock is hidden, or has serial numbers, which only root can read; -ENOMEM; as
 * scan_machine(). Where only the decision is missing (-EPERM), all else is there; of a hidden lock no composition.
 */
int next_boot_make(const struct sysroot *root, struct next_boot *out) _must_check_;
/*
 * The same of values, without a file: config, lock (or NULL) and machine, as a boot finds it, stay the caller's and
 * have to stay; next_boot_release() frees the rest. No guard of an image is in it. 0 or -ENOMEM.
 */
int next_boot_of(const struct config *config, const struct plan *lock, const struct machine *m,
		 struct next_boot *out) _must_check_;
void next_boot_release(struct next_boot *boot);
/* What is bound then: a flag a device, to be freed. NULL: no memory. */
bool *next_boot_bound(const struct next_boot *boot) _must_check_;
/* The machine as a boot finds it. */
void next_boot_forget_drivers(struct machine *m);
void next_boot_free(struct next_boot *boot);

#endif
