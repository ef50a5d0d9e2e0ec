/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The root that all effects stand below: "/" of the running system, or a tree that stands in for it. Paths are given
 * without a leading slash ("sys/bus/pci/devices"). No other file opens anything by an absolute path.
 */
#ifndef EARLYBIND_SYSROOT_H
#define EARLYBIND_SYSROOT_H

#include "../core/compat.h"

#include <sys/stat.h>
#include <sys/types.h>

struct sysroot {
	int fd;          /* of the root directory */
	const char *dir; /* its name: "/" for the running system */
	bool live;       /* the running system: modules may be inserted, file systems mounted */
	/* What opens a path of a tree without leaving it, fd or -errno. NULL: sysroot.c, name by name. */
	int (*open)(const struct sysroot *r, const char *path, int flags, mode_t mode);
};

/* dir NULL: the running system. 0 or -errno. */
int sysroot_open(struct sysroot *r, const char *dir) _must_check_;
void sysroot_close(struct sysroot *r);

/*
 * Opens a path as openat(2) does, with O_CLOEXEC; all else here that takes a path resolves it the same way. On the
 * running system paths are as they are. In a tree no link leads out: an absolute one begins at the root, `..` of the
 * root is the root. With O_NOFOLLOW or O_EXCL the last name is not followed. A file descriptor or -errno.
 */
int sysroot_at(const struct sysroot *r, const char *path, int flags, mode_t mode) _must_check_;

/*
 * Reads a small file and NUL-terminates it, in one read: an attribute of sysfs gives all it has to that
 * (fs/kernfs/file.c: it is one record), and so do files. Bytes read, -EFBIG if it does not fit, or -errno.
 */
ssize_t sysroot_read(const struct sysroot *r, const char *path, char *buf, size_t size) _must_check_;
/*
 * Reads the first line of a small file, whose path is printed, without its LF. Whether there is such a file; buf is ""
 * else.
 */
bool sysroot_read_line(const struct sysroot *r, char *buf, size_t size, const char *fmt, ...) _printf_(4, 5);
/* Reads size bytes at offset, without NUL. Bytes read, or -errno. */
ssize_t sysroot_pread(const struct sysroot *r, const char *path, void *buf, size_t size, off_t offset) _must_check_;
/* Reads a file of any size up to limit into a new, NUL-terminated buffer. 0, -EFBIG, -errno. */
int sysroot_read_all(const struct sysroot *r, const char *path, size_t limit, char **data, size_t *len) _must_check_;
/* One write(2) of text to an attribute that exists. 0 or -errno. In a tree the texts of one file are appended if
 * `append`. */
int sysroot_write(const struct sysroot *r, const char *path, const char *text, bool append) _must_check_;
/* Replaces a whole file: written aside, synced, renamed. Its folder must exist. 0 or -errno. */
int sysroot_replace(const struct sysroot *r, const char *path, const void *data, size_t len, mode_t mode) _must_check_;
/* Makes a folder and those above it. 0 (also if it is there) or -errno. */
int sysroot_mkdirs(const struct sysroot *r, const char *path, mode_t mode) _must_check_;
/* A symbolic link's text, NUL-terminated. Its length or -errno. */
ssize_t sysroot_readlink(const struct sysroot *r, const char *path, char *buf, size_t size) _must_check_;
/* follow: of what a link names. 0 or -errno. */
int sysroot_stat(const struct sysroot *r, const char *path, bool follow, struct stat *out) _must_check_;
bool sysroot_exists(const struct sysroot *r, const char *path);
/* As unlinkat(2). 0 or -errno. */
int sysroot_unlink(const struct sysroot *r, const char *path, int flags);
/* Of what stands under the name itself, not what that links to. 0 or -errno. */
int sysroot_chown(const struct sysroot *r, const char *path, uid_t user, gid_t group) _must_check_;

/* Calls `each` with every name in a folder, without those that start with a dot, until it returns other than 0; that.
 */
int sysroot_each(const struct sysroot *r, const char *dir, int (*each)(void *arg, const char *name),
		 void *arg) _must_check_;

/* The names in a folder, without those that start with a dot, sorted. */
struct names {
	char **items;
	size_t n;
};
int sysroot_list(const struct sysroot *r, const char *dir, struct names *out) _must_check_;
/* The same; none where it cannot be listed. 0 or -ENOMEM. */
int sysroot_list_any(const struct sysroot *r, const char *dir, struct names *out) _must_check_;
/* Inserts a copy of the name at its place. 0 or -ENOMEM. */
int names_add(struct names *names, const char *name) _must_check_;
bool names_has(const struct names *names, const char *name) _pure_;
void names_free(struct names *n);

#endif
