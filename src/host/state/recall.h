/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine, and what the report of its boot knows of it that cannot be seen any more. */
#ifndef EARLYBIND_RECALL_H
#define EARLYBIND_RECALL_H

#include "../../core/device.h"
#include "../../sys/sysroot.h"
#include "../storage/needs.h"

/*
 * Adds to a machine as scan_machine() has it what else can be read of it, and the boot display that the boot program
 * saw where nothing else proves one. What was read of the storage is used up. 0 or -ENOMEM.
 */
int recall_details(const struct sysroot *root, struct storage *storage, struct machine *m) _must_check_;
/* The whole machine. 0, or -errno as of scan_machine(). */
int recall_machine(const struct sysroot *root, struct machine *out) _must_check_;

#endif
