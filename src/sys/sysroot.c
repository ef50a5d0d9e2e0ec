/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sysroot.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../core/array.h"
#include "whole.h"

#define PATH_BYTES 512
#define LINE_PATH_BYTES 1200
#define WALK_BYTES 4096 /* include/uapi/linux/limits.h: PATH_MAX */
#define LINKS_MAX 40    /* include/linux/namei.h: MAXSYMLINKS */
#define DIRECTORY (O_PATH | O_DIRECTORY | O_CLOEXEC)
/* The boot program with klibc has no room for what it never uses. */
#ifdef EARLYBIND_SMALL
#define HAS_OPEN(r) false
#else
#define HAS_OPEN(r) ((r)->open != NULL)
#endif
#define AGAIN (-4096) /* no errno */

/* Where something is: its directory, and its name there. In a tree that is no link which is to be followed. */
struct spot {
	int dir;
	const char *name;
	unsigned links; /* were on the way */
	char path[WALK_BYTES], link[WALK_BYTES];
};

static void spot_close(const struct sysroot *r, const struct spot *s)
{
	if (s->dir != r->fd)
		close(s->dir);
}

/* Puts a text into the path, in the place of what is between two bytes of it. */
static int put_in(struct spot *s, char *from, const char *end, const char *text, size_t len)
{
	size_t rest = strlen(end) + 1;

	if ((size_t)(from - s->path) + len + rest > sizeof(s->path))
		return -ENAMETOOLONG;
	memmove(from + len, end, rest);
	memcpy(from, text, len);
	return AGAIN;
}

/* Goes into a directory that is no link. */
static int enter(const struct sysroot *r, struct spot *s, const char *name)
{
	int dir = openat(s->dir, name, DIRECTORY | O_NOFOLLOW);

	if (dir < 0)
		return -errno;
	spot_close(r, s);
	s->dir = dir;
	return 0;
}

/*
 * One name after the other, none of which the kernel follows: what a link says is put into the path in its place, and
 * `..` takes the name before it away; then the walk begins AGAIN.
 */
static int walk(const struct sysroot *r, struct spot *s, bool follow)
{
	char *before = s->path, *name = s->path;

	for (s->dir = r->fd;;) {
		char *end, slash;
		size_t len;
		ssize_t n = -1;
		int ret = 0;

		name += strspn(name, "/");
		len = strcspn(name, "/");
		end = name + len;
		if (len && len <= 2 && memcmp(name, "..", len) == 0)
			return put_in(s, len == 2 ? before : name, end, "", 0);
		slash = *end;
		*end = '\0';
		if (slash || follow)
			n = readlinkat(s->dir, name, s->link, sizeof(s->link));
		if (n < 0 && slash)
			ret = enter(r, s, name);
		*end = slash;
		if (n >= 0 && ++s->links > LINKS_MAX)
			return -ELOOP;
		if (n >= 0)
			return put_in(s, *s->link == '/' ? s->path : name, end, s->link, (size_t)n);
		s->name = *name ? name : ".";
		if (ret < 0 || !slash)
			return ret;
		before = name;
		name = end;
	}
}

/* The same by the root's own way to open the directory. */
static int spot_open(const struct sysroot *r, struct spot *s)
{
	char *slash = strrchr(s->path, '/');

	if (slash)
		*slash = '\0';
	s->name = slash ? slash + 1 : s->path;
	s->dir = slash ? r->open(r, s->path, DIRECTORY, 0) : r->fd;
	return s->dir < 0 ? s->dir : 0;
}

static int spot_find(const struct sysroot *r, const char *path, bool follow, struct spot *s)
{
	int ret;

	s->dir = r->fd;
	s->name = path;
	s->links = 0;
	if (r->live)
		return 0;
	if (strlen(path) >= sizeof(s->path))
		return -ENAMETOOLONG;
	strcpy(s->path, path);
	if (HAS_OPEN(r) && !follow)
		return spot_open(r, s);
	do {
		ret = walk(r, s, follow);
		if (ret < 0)
			spot_close(r, s);
	} while (ret == AGAIN);
	return ret;
}

/* Takes what was done there: a result, or -1 and errno. The result or -errno. */
static int spot_end(const struct sysroot *r, const struct spot *s, int result)
{
	if (result < 0)
		result = -errno;
	spot_close(r, s);
	return result;
}

int sysroot_at(const struct sysroot *r, const char *path, int flags, mode_t mode)
{
	struct spot s;
	int ret;

	if (HAS_OPEN(r))
		return r->open(r, path, flags | O_CLOEXEC, mode);
	ret = spot_find(r, path, !(flags & (O_NOFOLLOW | O_EXCL)), &s);
	if (ret < 0)
		return ret;
	return spot_end(r, &s, openat(s.dir, s.name, flags | O_CLOEXEC | (r->live ? 0 : O_NOFOLLOW), mode));
}

int sysroot_open(struct sysroot *r, const char *dir)
{
	r->live = dir == NULL;
	r->open = NULL;
	r->dir = dir ? dir : "/";
	r->fd = open(r->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return r->fd < 0 ? -errno : 0;
}

void sysroot_close(struct sysroot *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}

ssize_t sysroot_read(const struct sysroot *r, const char *path, char *buf, size_t size)
{
	int fd = sysroot_at(r, path, O_RDONLY, 0);
	ssize_t n;

	if (fd < 0)
		return fd;
	do
		n = read(fd, buf, size);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n >= 0 && (size_t)n == size)
		return -EFBIG;
	if (n >= 0)
		buf[n] = '\0';
	return n;
}

bool sysroot_read_line(const struct sysroot *r, char *buf, size_t size, const char *fmt, ...)
{
	char path[LINE_PATH_BYTES];
	va_list args;
	bool read;
	int len;

	va_start(args, fmt);
	len = vsnprintf(path, sizeof(path), fmt, args);
	va_end(args);
	read = len >= 0 && (size_t)len < sizeof(path) && sysroot_read(r, path, buf, size) >= 0;
	buf[read ? strcspn(buf, "\n") : 0] = '\0';
	return read;
}

ssize_t sysroot_pread(const struct sysroot *r, const char *path, void *buf, size_t size, off_t offset)
{
	int fd = sysroot_at(r, path, O_RDONLY, 0);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = lseek(fd, offset, SEEK_SET) < 0 ? -errno : read_whole(fd, buf, size);
	close(fd);
	return n;
}

int sysroot_read_all(const struct sysroot *r, const char *path, size_t limit, char **data, size_t *len)
{
	int fd = sysroot_at(r, path, O_RDONLY, 0);
	size_t size = 4096;
	char *buf = NULL;
	int ret = 0;

	if (fd < 0)
		return fd;
	*len = 0;
	for (;;) {
		char *grown = realloc(buf, size + 1);
		ssize_t n;

		if (!grown) {
			ret = -ENOMEM;
			break;
		}
		buf = grown;
		n = read_whole(fd, buf + *len, size - *len);
		if (n < 0) {
			ret = (int)n;
			break;
		}
		*len += (size_t)n;
		if (*len < size)
			break;
		if (size >= limit) {
			ret = -EFBIG;
			break;
		}
		size = size * 2 < limit ? size * 2 : limit + 1;
	}
	close(fd);
	if (ret < 0) {
		free(buf);
		return ret;
	}
	buf[*len] = '\0';
	*data = buf;
	return 0;
}

int sysroot_write(const struct sysroot *r, const char *path, const char *text, bool append)
{
	/* sysfs takes both flags and ignores them; a tree keeps what was written last, or all of it. */
	int fd = sysroot_at(r, path, O_WRONLY | (append ? O_APPEND : O_TRUNC), 0);
	size_t len = strlen(text);
	ssize_t n;
	int ret;

	if (fd < 0)
		return fd;
	n = write(fd, text, len);
	ret = n < 0 ? -errno : (size_t)n == len ? 0 : -EIO;
	close(fd);
	return ret;
}

static int write_aside(int dir, const char *aside, const void *data, size_t len, mode_t mode)
{
	int fd, ret;

	unlinkat(dir, aside, 0);
	fd = openat(dir, aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return -errno;
	ret = write_whole(fd, data, len);
	if (ret == 0 && (fchmod(fd, mode) < 0 || fsync(fd) < 0))
		ret = -errno;
	close(fd);
	return ret;
}

int sysroot_replace(const struct sysroot *r, const char *path, const void *data, size_t len, mode_t mode)
{
	char aside[PATH_BYTES];
	struct spot s;
	int ret = spot_find(r, path, false, &s);

	if (ret < 0)
		return ret;
	if ((size_t)snprintf(aside, sizeof(aside), "%s.new", s.name) < sizeof(aside))
		ret = write_aside(s.dir, aside, data, len, mode);
	else
		ret = -ENAMETOOLONG;
	if (ret == 0 && renameat(s.dir, aside, s.dir, s.name) < 0)
		ret = -errno;
	if (ret < 0)
		unlinkat(s.dir, aside, 0);
	spot_close(r, &s);
	return ret;
}

int sysroot_unlink(const struct sysroot *r, const char *path, int flags)
{
	struct spot s;
	int ret = spot_find(r, path, false, &s);

	if (ret < 0)
		return ret;
	return spot_end(r, &s, unlinkat(s.dir, s.name, flags));
}

int sysroot_chown(const struct sysroot *r, const char *path, uid_t user, gid_t group)
{
	struct spot s;
	int ret = spot_find(r, path, false, &s);

	if (ret < 0)
		return ret;
	return spot_end(r, &s, fchownat(s.dir, s.name, user, group, AT_SYMLINK_NOFOLLOW));
}

static int make_dir(const struct sysroot *r, const char *path, mode_t mode)
{
	struct spot s;
	int ret = spot_find(r, path, false, &s);

	if (ret < 0)
		return ret;
	ret = spot_end(r, &s, mkdirat(s.dir, s.name, mode));
	return ret == -EEXIST ? 0 : ret;
}

int sysroot_mkdirs(const struct sysroot *r, const char *path, mode_t mode)
{
	char buf[PATH_BYTES];
	size_t len = strlen(path);
	int ret = len < sizeof(buf) ? 0 : -ENAMETOOLONG;

	for (size_t i = 0; i < len && ret == 0;) {
		i += 1 + strcspn(path + i + 1, "/");
		snprintf(buf, sizeof(buf), "%.*s", (int)i, path);
		ret = make_dir(r, buf, mode);
	}
	return ret;
}

ssize_t sysroot_readlink(const struct sysroot *r, const char *path, char *buf, size_t size)
{
	struct spot s;
	ssize_t n = spot_find(r, path, false, &s);

	if (n < 0)
		return n;
	n = spot_end(r, &s, (int)readlinkat(s.dir, s.name, buf, size));
	if (n < 0)
		return n;
	if ((size_t)n == size)
		return -ENAMETOOLONG;
	buf[n] = '\0';
	return n;
}

int sysroot_stat(const struct sysroot *r, const char *path, bool follow, struct stat *out)
{
	int fd, ret;

	if (r->live)
		return fstatat(r->fd, path, out, follow ? 0 : AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
	fd = sysroot_at(r, path, follow ? O_PATH : O_PATH | O_NOFOLLOW, 0);
	if (fd < 0)
		return fd;
	ret = fstat(fd, out) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

bool sysroot_exists(const struct sysroot *r, const char *path)
{
	struct stat st;

	return sysroot_stat(r, path, true, &st) == 0;
}

int sysroot_each(const struct sysroot *r, const char *dir, int (*each)(void *arg, const char *name), void *arg)
{
	int fd = sysroot_at(r, dir, O_RDONLY | O_DIRECTORY, 0), ret = 0;
	struct dirent *entry;
	DIR *d;

	if (fd < 0)
		return fd;
	d = fdopendir(fd);
	if (!d) {
		ret = -errno;
		close(fd);
		return ret;
	}
	while (ret == 0 && (entry = readdir(d)))
		if (entry->d_name[0] != '.')
			ret = each(arg, entry->d_name);
	closedir(d);
	return ret;
}

static int names_append(void *names, const char *name)
{
	struct names *n = names;
	char *copy = strdup(name);
	int ret = copy ? array_add(&n->items, &n->n, &copy, sizeof(copy)) : -ENOMEM;

	if (ret < 0)
		free(copy);
	return ret;
}

int names_add(struct names *names, const char *name)
{
	int ret = names_append(names, name);
	char *last;

	if (ret < 0)
		return ret;
	last = names->items[names->n - 1];
	for (size_t at = names->n - 1; at > 0 && strcmp(names->items[at - 1], last) > 0; at--) {
		names->items[at] = names->items[at - 1];
		names->items[at - 1] = last;
	}
	return 0;
}

static int names_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int sysroot_list(const struct sysroot *r, const char *dir, struct names *out)
{
	int ret;

	memset(out, 0, sizeof(*out));
	ret = sysroot_each(r, dir, names_append, out);
	if (ret < 0)
		names_free(out);
	else if (out->n)
		qsort(out->items, out->n, sizeof(*out->items), names_compare);
	return ret;
}

int sysroot_list_any(const struct sysroot *r, const char *dir, struct names *out)
{
	return sysroot_list(r, dir, out) == -ENOMEM ? -ENOMEM : 0;
}

bool names_has(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->items[i], name) == 0)
			return true;
	return false;
}

void names_free(struct names *n)
{
	for (size_t i = 0; i < n->n; i++)
		free(n->items[i]);
	free(n->items);
	memset(n, 0, sizeof(*n));
}
