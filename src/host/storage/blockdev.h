/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The block devices of the machine, as /sys/class/block names them, and what is on each. */
#ifndef EARLYBIND_BLOCKDEV_H
#define EARLYBIND_BLOCKDEV_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"

#define BLOCK_NAME_LEN 64
#define TAG_LEN 128

enum tag { TAG_TYPE, TAG_UUID, TAG_LABEL, TAG_JOURNAL, TAG_PARTUUID, TAG_PARTLABEL, TAG_COUNT };

struct blockdev {
	char name[BLOCK_NAME_LEN]; /* "nvme0n1p3", of sysfs: '!' stands for '/' */
	char *folder;              /* "sys/devices/pci0000:00/.../nvme0n1/nvme0n1p3" */
	unsigned major, minor;
	int disk;              /* index of the whole disk of a partition; -1: it is none */
	unsigned partno;       /* 0: no partition */
	char *dm_name;         /* "vg-root"; NULL: no device of device-mapper */
	char *dm_uuid;         /* "LVM-...", "CRYPT-LUKS2-..." */
	bool random;           /* a mapping whose key nobody types; set by needs.c */
	char *tags[TAG_COUNT]; /* what libblkid or udev says is on it; NULL: nothing known */
};

struct blockdevs {
	struct blockdev *items; /* in the order of their names */
	size_t n;
};

/* A machine without block devices has an empty list. 0 or -ENOMEM. */
int blockdevs_read(const struct sysroot *r, struct blockdevs *out) _must_check_;
void blockdevs_free(struct blockdevs *b);
/* Index, or -1. The name may have '/' for '!'. */
int blockdev_by_name(const struct blockdevs *b, const char *name) _pure_;
int blockdev_by_number(const struct blockdevs *b, unsigned major, unsigned minor) _pure_;

/*
 * Fills the tags of all devices. libblkid reads the devices themselves where they can be opened; else what udev read of
 * them (/run/udev/data) counts: for users, and in containers without device nodes. 0 or -ENOMEM.
 */
int tags_read(const struct sysroot *r, struct blockdevs *b) _must_check_;

#endif
