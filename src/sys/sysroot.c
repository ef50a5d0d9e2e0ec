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

int sysroot_open(struct sysroot *r, const char *dir)
{
	r->live = dir == NULL;
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
	int fd = openat(r->fd, path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
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
	int fd = openat(r->fd, path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = lseek(fd, offset, SEEK_SET) < 0 ? -errno : read_whole(fd, buf, size);
	close(fd);
	return n;
}

int sysroot_read_all(const struct sysroot *r, const char *path, size_t limit, char **data, size_t *len)
{
	int fd = openat(r->fd, path, O_RDONLY | O_CLOEXEC);
	size_t size = 4096;
	char *buf = NULL;
	int ret = 0;

	if (fd < 0)
		return -errno;
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
	int fd = openat(r->fd, path, O_WRONLY | O_CLOEXEC | (append ? O_APPEND : O_TRUNC));
	size_t len = strlen(text);
	ssize_t n;
	int ret;

	if (fd < 0)
		return -errno;
	n = write(fd, text, len);
	ret = n < 0 ? -errno : (size_t)n == len ? 0 : -EIO;
	close(fd);
	return ret;
}

int sysroot_replace(const struct sysroot *r, const char *path, const void *data, size_t len, mode_t mode)
{
	char aside[PATH_BYTES];
	int fd, ret;

	if ((size_t)snprintf(aside, sizeof(aside), "%s.new", path) >= sizeof(aside))
		return -ENAMETOOLONG;
	unlinkat(r->fd, aside, 0);
	fd = openat(r->fd, aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return -errno;
	ret = write_whole(fd, data, len);
	if (ret == 0 && (fchmod(fd, mode) < 0 || fsync(fd) < 0))
		ret = -errno;
	if (close(fd) < 0 && ret == 0)
		ret = -errno;
	if (ret == 0 && renameat(r->fd, aside, r->fd, path) < 0)
		ret = -errno;
	if (ret < 0)
		unlinkat(r->fd, aside, 0);
	return ret;
}

int sysroot_mkdirs(const struct sysroot *r, const char *path, mode_t mode)
{
	char buf[PATH_BYTES];
	size_t len = strlen(path);

	if (len >= sizeof(buf))
		return -ENAMETOOLONG;
	memcpy(buf, path, len + 1);
	for (size_t i = 1; i <= len; i++) {
		if (buf[i] != '/' && buf[i] != '\0')
			continue;
		buf[i] = '\0';
		if (mkdirat(r->fd, buf, mode) < 0 && errno != EEXIST)
			return -errno;
		buf[i] = path[i];
	}
	return 0;
}

ssize_t sysroot_readlink(const struct sysroot *r, const char *path, char *buf, size_t size)
{
	ssize_t n = readlinkat(r->fd, path, buf, size);

	if (n < 0)
		return -errno;
	if ((size_t)n == size)
		return -ENAMETOOLONG;
	buf[n] = '\0';
	return n;
}

bool sysroot_exists(const struct sysroot *r, const char *path)
{
	return faccessat(r->fd, path, F_OK, 0) == 0;
}

int sysroot_each(const struct sysroot *r, const char *dir, int (*each)(void *arg, const char *name), void *arg)
{
	int fd = openat(r->fd, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret = 0;
	struct dirent *entry;
	DIR *d;

	if (fd < 0)
		return -errno;
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
