/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file systems that boot entries name, and where they are mounted here; and whether a command line's root is this
 * one. */
#ifndef EARLYBIND_VOLUMES_H
#define EARLYBIND_VOLUMES_H

#include "../../core/compat.h"
#include "mounts.h"
#include "needs.h"

#define VOLUME_PATH_LEN 512

enum volume_answer {
	VOLUME_HERE,
	VOLUME_ELSEWHERE, /* it is not mounted here: of another system, or a subvolume that is not used */
	/* Of a dataset that is mounted here; of a root: another subvolume of the file system of this one. */
	VOLUME_SNAPSHOT,
	VOLUME_UNMOUNTED, /* fstab has it as one that the boot needs, and it is not mounted */
	VOLUME_UNKNOWN    /* that cannot be told */
};

struct volumes {
	const struct sysroot *root;
	struct storage own; /* where nobody had read it */
	const struct storage *storage;
	struct mounts mounts;
	int *blocks;      /* the block device of each mount; -1: none */
	int root_block;   /* that of the mount at /, or of its line in fstab; -1: not known */
	bool *set;        /* of resolve_device() */
	char subvol[256]; /* that the root is mounted from, without a leading slash; "": not known */
};

/* known: what was read of the storage, which has to stay; or not. 0 or -ENOMEM. */
int volumes_read(const struct sysroot *r, const struct storage *known, struct volumes *out) _must_check_;
void volumes_free(struct volumes *v);

/*
 * Where a file of a boot entry is below the root. volume: as in struct boot_file; base: as in struct boot_entry; path:
 * from the root of its file system, without a leading slash. Paths of a btrfs that has /boot may begin with the
 * subvolume; those of a ZFS begin with the dataset, without its pool, and '@'. *out is set where it is here, whether or
 * not there is such a file.
 */
enum volume_answer volumes_place(struct volumes *v, const char *volume, const char *base, const char *path,
				 char out[VOLUME_PATH_LEN]);
/* Whether root= and rootflags= of a command line mean the root of this system. */
enum volume_answer volumes_root(struct volumes *v, const char *options);
/* The first of /boot, /efi and /boot/efi that fstab has and that is not mounted; NULL: none. */
const char *volumes_unmounted(const struct volumes *v);

#endif
