/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keep.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "../../sys/whole.h"

#define LOCK_FOLDER "var/lib/earlybind"
#define PATH_BYTES 600
#define CHUNK (1u << 18)
#define NOT_WHOLE ".new" /* the end of the name of a copy that is being written */

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

int keep_lock(const struct sysroot *r)
{
	int fd, err = sysroot_mkdirs(r, LOCK_FOLDER, 0700);

	if (err)
		return err;
	fd = openat(r->fd, LOCK_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	err = -errno;
	close_fd(&fd);
	return err;
}

/* "boot/initrd.img-6.1" -> "var/lib/earlybind/images/boot%initrd.img-6.1" */
int keep_path(const char *image, char *path, size_t size)
{
	int start = snprintf(path, size, "%s/", KEEP_FOLDER);

	if (start < 0 || (size_t)start + strlen(image) >= size)
		return -ENAMETOOLONG;
	for (char *to = path + start; (*to = *image); to++, image++)
		if (*to == '/')
			*to = '%';
	return 0;
}

/* Also mode and time: what depends on the image's age must not see a new one. */
static int copy_open(int from, int to)
{
	_cleanup_(free_pointer) char *buf = malloc(CHUNK);
	struct stat st;
	ssize_t n;

	if (!buf)
		return -ENOMEM;
	while ((n = read_whole(from, buf, CHUNK)) > 0) {
		int err = write_whole(to, buf, (size_t)n);

		if (err)
			return err;
	}
	if (n < 0)
		return (int)n;
	if (fstat(from, &st) < 0 || fchmod(to, st.st_mode & 07777) < 0 ||
	    futimens(to, (struct timespec[2]){ st.st_atim, st.st_mtim }) < 0 || fsync(to) < 0)
		return -errno;
	return 0;
}

static int copy(const struct sysroot *r, const char *from, const char *to)
{
	_cleanup_(close_fd) int in = openat(r->fd, from, O_RDONLY | O_CLOEXEC), out = -1;

	if (in < 0)
		return -errno;
	out = openat(r->fd, to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	return out < 0 ? -errno : copy_open(in, out);
}

/* Never half of it under its name. */
static int copy_aside(const struct sysroot *r, const char *from, const char *aside, const char *to)
{
	int err = copy(r, from, aside);

	if (!err && renameat(r->fd, aside, r->fd, to) < 0)
		err = -errno;
	if (err)
		unlinkat(r->fd, aside, 0);
	return err;
}

static void drop_half(const struct sysroot *r, const char *name)
{
	char path[PATH_BYTES];

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", KEEP_FOLDER, name) < sizeof(path))
		unlinkat(r->fd, path, 0);
}

int keep_list(const struct sysroot *r, bool clean, struct names *images)
{
	struct names found;
	int err = sysroot_list(r, KEEP_FOLDER, &found);

	memset(images, 0, sizeof(*images));
	if (err)
		return err == -ENOMEM ? err : 0;
	for (size_t i = 0; i < found.n && !err; i++) {
		char *name = found.items[i], *end = strrchr(name, '.');

		if (end && strcmp(end, NOT_WHOLE) == 0) {
			if (clean)
				drop_half(r, name);
			continue;
		}
		for (char *at = name; (at = strchr(at, '%'));)
			*at = '/';
		err = names_add(images, name);
	}
	names_free(&found);
	if (err)
		names_free(images);
	return err;
}

int keep_copy(const struct sysroot *r, const char *image)
{
	char path[PATH_BYTES], aside[PATH_BYTES + 8];
	int err = keep_path(image, path, sizeof(path));

	if (!err)
		err = sysroot_mkdirs(r, KEEP_FOLDER, 0700);
	if (err)
		return err;
	snprintf(aside, sizeof(aside), "%s" NOT_WHOLE, path);
	return copy_aside(r, image, aside, path);
}

static int compare_open(int a, int b)
{
	_cleanup_(free_pointer) char *x = malloc(CHUNK), *y = malloc(CHUNK);
	ssize_t n, m;

	if (!x || !y)
		return -ENOMEM;
	do {
		n = read_whole(a, x, CHUNK);
		m = read_whole(b, y, CHUNK);
		if (n < 0)
			return (int)n;
		if (n != m || memcmp(x, y, (size_t)n) != 0)
			return 0;
	} while (n > 0);
	return 1;
}

int keep_is_same(const struct sysroot *r, const char *image)
{
	_cleanup_(close_fd) int kept = -1, is = -1;
	char path[PATH_BYTES];
	int err = keep_path(image, path, sizeof(path));

	if (err)
		return err;
	kept = openat(r->fd, path, O_RDONLY | O_CLOEXEC);
	if (kept < 0)
		return -errno;
	is = openat(r->fd, image, O_RDONLY | O_CLOEXEC);
	return is < 0 ? 0 : compare_open(kept, is);
}

int keep_restore(const struct sysroot *r, const char *image)
{
	char path[PATH_BYTES], aside[PATH_BYTES];
	const char *slash = strrchr(image, '/');
	int err = keep_path(image, path, sizeof(path));
	struct stat st;

	if (err)
		return err;
	/* With a dot in front, so that no boot loader takes it for an image. */
	snprintf(aside, sizeof(aside), "%.*s.earlybind-old", slash ? (int)(slash + 1 - image) : 0, image);
	/* The image that a link names is written, and the link stays. */
	if (fstatat(r->fd, image, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode))
		return copy(r, path, image);
	return copy_aside(r, path, aside, image) ? copy(r, path, image) : 0;
}

void keep_drop(const struct sysroot *r, const char *image)
{
	char path[PATH_BYTES];

	if (keep_path(image, path, sizeof(path)))
		return;
	unlinkat(r->fd, path, 0);
	unlinkat(r->fd, KEEP_FOLDER, AT_REMOVEDIR); /* stays if another copy is in it */
}

int space_of(const struct sysroot *r, const char *path, uint64_t *bytes, dev_t *device)
{
	_cleanup_(close_fd) int fd = -1;
	char folder[PATH_BYTES];
	struct statvfs vfs;
	struct stat st;

	if ((size_t)snprintf(folder, sizeof(folder), "%s", path) >= sizeof(folder))
		return -ENAMETOOLONG;
	while (fd < 0) {
		char *slash = strrchr(folder, '/');

		if (slash)
			*slash = '\0';
		fd = openat(r->fd, slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0 && (errno != ENOENT || !slash))
			return -errno;
	}
	if (fstatvfs(fd, &vfs) < 0 || fstat(fd, &st) < 0)
		return -errno;
	*bytes = (uint64_t)vfs.f_bavail * vfs.f_frsize;
	*device = st.st_dev;
	return 0;
}
