/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file that a path means, and its directory, which is held open. /boot may be an ESP that others can write: no link
 * that they plant at a name is followed, and nothing is written to where one leads.
 */
#ifndef EARLYBIND_TARGET_H
#define EARLYBIND_TARGET_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"

struct target {
	int dir; /* < 0: closed */
	char name[256];
};

/* A path below the root; links that belong to us, or to who has their directory, are followed. 0 or -errno. */
int target_open(const struct sysroot *r, const char *path, struct target *t) _must_check_;
void target_close(struct target *t);
/* An fd of the file; -ELOOP: a link of others; -EINVAL: no file; -errno. */
int target_read(const struct target *t) _must_check_;
/*
 * Has the bytes, the mode and the time of `from`, and is on the disk: written aside, at `aside` or near it, and
 * renamed. 0, or -errno: it is as it was.
 */
int target_replace(const struct target *t, const char *aside, int from) _must_check_;
/* The same, written over what is there: where there is no room for both. 0, or -errno: it may be torn. */
int target_overwrite(const struct target *t, int from) _must_check_;
/* File and directory reach the disk. 0 or -errno. */
int target_sync(const struct target *t) _must_check_;
/* 0 or -errno. */
int directory_sync(int fd) _must_check_;

#endif
