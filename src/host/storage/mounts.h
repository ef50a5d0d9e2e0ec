/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is mounted now, from /proc/self/mountinfo, and which swap is on, from /proc/swaps. */
#ifndef EARLYBIND_MOUNTS_H
#define EARLYBIND_MOUNTS_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"

struct mount {
	char *target;  /* "/srv" */
	char *root;    /* what of the file system: "/", a subvolume "/@home", the directory of a bind mount */
	char *source;  /* "/dev/sda1", "rpool/data", "10.0.0.1:/export" */
	char *type;    /* "ext4" */
	char *options; /* of the file system */
	unsigned major, minor;
};

struct mounts {
	struct mount *items; /* in the order in which they were mounted */
	size_t n;
};

/* Without /proc an empty list. 0 or -ENOMEM. */
int mounts_read(const struct sysroot *r, struct mounts *out) _must_check_;
/* The devices and files that are swapped on, as /proc/swaps names them. 0 or -ENOMEM. */
int swaps_read(const struct sysroot *r, struct names *out) _must_check_;
void mounts_free(struct mounts *m);
/* What is mounted on this very folder, last; NULL: nothing. */
const struct mount *mounts_at(const struct mounts *m, const char *target) _pure_;
/* The file system that a file is on; NULL: not known. */
const struct mount *mounts_of_file(const struct mounts *m, const char *path) _pure_;
/* The pool of a ZFS, "rpool" of "rpool/ROOT/debian"; "": it is none, or there is no mount (NULL). */
#define POOL_LEN 256
void mount_pool(const struct mount *m, char pool[POOL_LEN]);
/* Whether a virtio device of a hypervisor shares it, by a tag: its source. */
bool mount_is_virtio(const struct mount *m);
/* fs/fuse/inode.c: a program's file system has no device, and names what it likes; fuseblk alone has a disk. */
bool mount_is_program(const struct mount *m) _pure_;
/* Whether a name is that of a disk in memory, which the kernel or a program makes anew in each boot. */
bool name_is_memory(const char *name) _pure_;
/* What has no disk: the root of a live system is laid over others, or all in memory. */
bool mount_is_memory(const struct mount *m) _pure_;

#endif
