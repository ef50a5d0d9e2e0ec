/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a block device down to the PCI functions that it stands on: partitions, device-mapper (LUKS, LVM, multipath),
 * MD, bcache, the other devices of a btrfs, bcachefs or ZFS, loop devices, NVMe multipath, zram's backing device.
 */
#ifndef EARLYBIND_STACK_H
#define EARLYBIND_STACK_H

#include "../../core/compat.h"
#include "../../core/device.h"
#include "../../core/report.h"
#include "../../sys/sysroot.h"
#include "blockdev.h"
#include "mounts.h"

/* All that is known of the host, for one run. */
struct host {
	const struct sysroot *root;
	const struct machine *machine;
	struct blockdevs blocks;
	struct mounts mounts; /* empty where only files count: for an image */
};

/* What a chain comes to. */
struct chain_end {
	int device;                 /* index into the machine; -1: it is on the network, or `why` */
	const char *why;            /* it leads to something unknown: what */
	char server[64];            /* on the network: the address, "" if it is not known */
	char own[64];               /* the address of this machine that it is reached from; "" if it is not known */
	char interface[64];         /* the one interface that it is reached by; "": that of the route */
	char text[REPORT_TEXT_LEN]; /* "UUID=..., dm-0 (LUKS nvme0n1p3), on nvme0n1" */
};

struct chain_ends {
	struct chain_end *items;
	size_t n;
	bool encrypted; /* dm-crypt is on the way and its key is not random, also where it ends on no PCI function */
};

/*
 * Adds the ends of the chains from a device. `text` is how it was named. A device that stands on no PCI function (zram,
 * an SD card of the board) has none. 0 or -ENOMEM.
 */
int chain_walk(const struct host *h, int block, const char *text, struct chain_ends *out) _must_check_;
/* The same from a mounted file system, by its number, its source or its pool. */
int chain_of_mount(const struct host *h, const struct mount *m, const char *text, struct chain_ends *out) _must_check_;
/* Adds each PCI function (bridges aside) on the way to this folder of sysfs. How many, or -ENOMEM. */
int chain_of_folder(const struct host *h, const char *folder, const struct chain_end *like,
		    struct chain_ends *out) _must_check_;
void chain_ends_free(struct chain_ends *c);

#endif
