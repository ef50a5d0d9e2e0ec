/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the ways down from what the host uses come to: PCI functions, servers, and what nobody knows. */
#ifndef EARLYBIND_CHAIN_H
#define EARLYBIND_CHAIN_H

#include "../../core/compat.h"
#include "../../core/device.h"
#include "../../core/report.h"
#include "../../sys/sysroot.h"
#include "blockdev.h"
#include "mounts.h"

#define PATH_BYTES 1024

/* All that is known of the host, for one run. */
struct host {
	const struct sysroot *root;
	const struct machine *machine;
	struct blockdevs blocks;
	struct mounts mounts; /* empty where only files count: for an image */
	struct names ports;   /* the interfaces that are ports of Open vSwitch; as mounts */
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

void chain_ends_free(struct chain_ends *c);
int chain_add(struct chain_ends *out, const struct chain_end *end) _must_check_;
/* Adds to its text, of which words in the middle give way where it gets too long. */
void chain_extend(struct chain_end *end, const char *fmt, ...) _printf_(2, 3);
/* Adds each PCI function (bridges aside) on the way to this directory of sysfs. How many, or -ENOMEM. */
int chain_of_directory(const struct host *h, const char *directory, const struct chain_end *like,
		       struct chain_ends *out) _must_check_;

#endif
