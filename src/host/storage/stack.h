/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a block device down to the PCI functions that it stands on: partitions, device-mapper (LUKS, LVM, multipath),
 * MD, bcache, the other devices of a btrfs, bcachefs or ZFS, loop devices, NVMe multipath, zram's backing device.
 */
#ifndef EARLYBIND_STACK_H
#define EARLYBIND_STACK_H

#include "chain.h"

/*
 * Adds the ends of the chains from a device. `text` is how it was named. A device that stands on no PCI function (zram,
 * an SD card of the board) has none. 0 or -ENOMEM.
 */
int stack_walk(const struct host *h, int block, const char *text, struct chain_ends *out) _must_check_;
/* The same from a mounted file system, by its number, its source or its pool. */
int stack_of_mount(const struct host *h, const struct mount *m, const char *text, struct chain_ends *out) _must_check_;

#endif
