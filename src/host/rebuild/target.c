/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../sys/whole.h"

#define PATH_BYTES 600
#define LINKS_MAX 8
#define ASIDE_TRIES 10
#define CHUNK (1u << 18)

void target_close(struct target *t)
{
	close_fd(&t->dir);
	t->dir = -1;
}

static int open_directory(const struct sysroot *r, const char *path, struct target *t)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char dir[PATH_BYTES];

	if ((size_t)snprintf(t->name, sizeof(t->name), "%s", name) >= sizeof(t->name))
		return -ENAMETOOLONG;
	snprintf(dir, sizeof(dir), "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
	t->dir = sysroot_at(r, dir, O_RDONLY | O_DIRECTORY, 0);
	return t->dir < 0 ? t->dir : 0;
}

/* As fs/namei.c has it for directories with the sticky bit: may_follow_link(). */
static bool is_our_link(const struct target *t)
{
	struct stat link, dir;

	return fstatat(t->dir, t->name, &link, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(link.st_mode) &&
	       fstat(t->dir, &dir) == 0 && (link.st_uid == geteuid() || link.st_uid == dir.st_uid);
}

/* 1: the path is now that which the link names; 0: it is no link to follow; -errno. */
static int follow(const struct target *t, char path[PATH_BYTES])
{
	char text[PATH_BYTES], *name = strrchr(path, '/');
	ssize_t n = is_our_link(t) ? readlinkat(t->dir, t->name, text, sizeof(text) - 1) : 0;
	size_t before, skip;

	if (n <= 0)
		return n < 0 ? -errno : 0;
	if ((size_t)n == sizeof(text) - 1) /* it may go on */
		return -ENAMETOOLONG;
	text[n] = '\0';
	skip = strspn(text, "/");
	before = skip || !name ? 0 : (size_t)(name + 1 - path);
	if ((size_t)snprintf(path + before, PATH_BYTES - before, "%s", text + skip) >= PATH_BYTES - before)
		return -ENAMETOOLONG;
	return 1;
}

int target_open(const struct sysroot *r, const char *path, struct target *t)
{
	char at[PATH_BYTES];
	int ret = 1;

	t->dir = -1;
	if ((size_t)snprintf(at, sizeof(at), "%s", path) >= sizeof(at))
		return -ENAMETOOLONG;
	for (int links = 0; ret > 0; links++) {
		target_close(t);
		if (links > LINKS_MAX)
			return -ELOOP;
		ret = open_directory(r, at, t);
		if (!ret)
			ret = follow(t, at);
	}
	return ret;
}

/* A pipe in its place keeps nobody waiting. */
static int open_file(const struct target *t, int flags)
{
	int fd = openat(t->dir, t->name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), err;
	struct stat st;

	if (fd < 0)
		return -errno;
	err = fstat(fd, &st) < 0 ? -errno : S_ISDIR(st.st_mode) ? -EISDIR : S_ISREG(st.st_mode) ? 0 : -EINVAL;
	/* Another name of it may be a file that is no image. */
	if (!err && flags != O_RDONLY && st.st_nlink > 1)
		err = -EMLINK;
	if (err)
		close(fd);
	return err ? err : fd;
}

int target_read(const struct target *t)
{
	return open_file(t, O_RDONLY);
}

/*
 * Also mode and time, where the file system has them: what depends on the image's age must not see a new one. A file
 * that another user made gets no right to run as who runs us.
 */
static int copy(int from, int to)
{
	_cleanup_(free_pointer) char *buf = malloc(CHUNK);
	struct stat st;
	ssize_t n;

	if (!buf)
		return -ENOMEM;
	if (lseek(from, 0, SEEK_SET) < 0)
		return -errno;
	while ((n = read_whole(from, buf, CHUNK)) > 0) {
		int err = write_whole(to, buf, (size_t)n);

		if (err)
			return err;
	}
	if (n < 0)
		return (int)n;
	if (fstat(from, &st) < 0)
		return -errno;
	if ((fchmod(to, st.st_mode & 0777) < 0 || futimens(to, (struct timespec[2]){ st.st_atim, st.st_mtim }) < 0) &&
	    errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS)
		return -errno;
	return fsync(to) < 0 ? -errno : 0;
}

/* What has another's directory or the like at a name cannot keep us from the next. */
static int open_aside(const struct target *t, const char *aside, char name[256])
{
	int fd = -1;

	for (int i = 0; i < ASIDE_TRIES && fd < 0; i++) {
		int len = snprintf(name, 256, i ? "%s.%d" : "%s", aside, i);

		if (len >= 256)
			return -ENAMETOOLONG;
		unlinkat(t->dir, name, 0);
		fd = openat(t->dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	return fd < 0 ? -errno : fd;
}

int target_replace(const struct target *t, const char *aside, int from)
{
	char name[256];
	_cleanup_(close_fd) int to = open_aside(t, aside, name);
	int err;

	if (to < 0)
		return to;
	err = copy(from, to);
	if (!err && renameat(t->dir, name, t->dir, t->name) < 0)
		err = -errno;
	if (err)
		unlinkat(t->dir, name, 0);
	return err ? err : directory_sync(t->dir);
}

int target_overwrite(const struct target *t, int from)
{
	_cleanup_(close_fd) int to = open_file(t, O_WRONLY);
	int err;

	if (to < 0)
		return to;
	err = ftruncate(to, 0) < 0 ? -errno : copy(from, to);
	return err ? err : directory_sync(t->dir);
}

/* Some file systems have nothing to do there, and say so. */
int directory_sync(int fd)
{
	return fsync(fd) < 0 && errno != EINVAL ? -errno : 0;
}

int target_sync(const struct target *t)
{
	_cleanup_(close_fd) int fd = target_read(t);

	if (fd < 0)
		return fd;
	return fsync(fd) < 0 ? -errno : directory_sync(t->dir);
}
