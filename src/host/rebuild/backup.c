/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "backup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "../../core/array.h"
#include "../../sys/whole.h"
#include "../image/verify.h"
#include "../kernels/kernels.h"

#define DIRECTORY "var/lib/earlybind/images"
#define PATH_BYTES 600
#define CHUNK (1u << 18)
#define MARGIN (1u << 20)
#define NOT_WHOLE ".new" /* the end of the name of a backup that is being written */

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* "boot/initrd.img-6.1" -> "var/lib/earlybind/images/boot%initrd.img-6.1" */
static int backup_path(const char *image, char path[PATH_BYTES])
{
	if ((size_t)snprintf(path, PATH_BYTES, DIRECTORY "/%s", image) >= PATH_BYTES)
		return -ENAMETOOLONG;
	for (char *at = path + strlen(DIRECTORY) + 1; (at = strchr(at, '/'));)
		*at = '%';
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

static void drop(const struct sysroot *r, const char *image)
{
	char path[PATH_BYTES];

	if (backup_path(image, path))
		return;
	unlinkat(r->fd, path, 0);
	unlinkat(r->fd, DIRECTORY, AT_REMOVEDIR); /* stays if another backup is in it */
}

/*
 * The images that have a backup: none where there is no directory, or where it may not be read. `clean`: half ones are
 * removed. 0 or -ENOMEM.
 */
static int list(const struct sysroot *r, bool clean, struct names *images)
{
	struct names found;
	int err = sysroot_list_any(r, DIRECTORY, &found);

	memset(images, 0, sizeof(*images));
	for (size_t i = 0; i < found.n && !err; i++) {
		char *name = found.items[i], *end = strrchr(name, '.');

		if (end && strcmp(end, NOT_WHOLE) == 0) {
			if (clean)
				drop(r, name);
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

/* 0 or -errno: then there is no backup of this run, an earlier one is left. */
static int make(const struct sysroot *r, const char *image)
{
	char path[PATH_BYTES], aside[PATH_BYTES + 8];
	int err = backup_path(image, path);

	if (!err)
		err = sysroot_mkdirs(r, DIRECTORY, 0700);
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

int backup_is_same(const struct sysroot *r, const char *image)
{
	_cleanup_(close_fd) int kept = -1, is = -1;
	char path[PATH_BYTES];
	int err = backup_path(image, path);

	if (err)
		return err;
	kept = openat(r->fd, path, O_RDONLY | O_CLOEXEC);
	if (kept < 0)
		return -errno;
	is = openat(r->fd, image, O_RDONLY | O_CLOEXEC);
	return is < 0 ? 0 : compare_open(kept, is);
}

/* Puts the backup in the image's place; where the disk has no room for two, over it. */
static int restore(const struct sysroot *r, const char *image)
{
	char path[PATH_BYTES], aside[PATH_BYTES];
	const char *slash = strrchr(image, '/');
	int err = backup_path(image, path);
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

/* What can be written in the directory of this file, or in the nearest that exists above it. */
static int space_of(const struct sysroot *r, const char *path, struct space *out)
{
	_cleanup_(close_fd) int fd = -1;
	char dir[PATH_BYTES];
	struct statvfs vfs;
	struct stat st;

	if ((size_t)snprintf(dir, sizeof(dir), "%s", path) >= sizeof(dir))
		return -ENAMETOOLONG;
	while (fd < 0) {
		char *slash = strrchr(dir, '/');

		if (slash)
			*slash = '\0';
		fd = openat(r->fd, slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0 && (errno != ENOENT || !slash))
			return -errno;
	}
	if (fstatvfs(fd, &vfs) < 0 || fstat(fd, &st) < 0)
		return -errno;
	*out = (struct space){ (uint64_t)vfs.f_bavail * vfs.f_frsize, st.st_dev };
	return 0;
}

void backups_free(struct backups *all)
{
	for (size_t i = 0; i < all->n; i++)
		free(all->items[i].path);
	free(all->items);
	memset(all, 0, sizeof(*all));
}

struct backup *backup_find(const struct backups *all, const char *path)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->items[i].path, path) == 0)
			return &all->items[i];
	return NULL;
}

static uint64_t to_mib(uint64_t bytes)
{
	return (bytes + (1u << 20) - 1) >> 20;
}

/* The old size, what would be put into it, and a tenth. */
int backups_add(const struct sysroot *r, struct backups *all, const char *path, const struct image *expected)
{
	struct backup *b = array_grow(&all->items, &all->n, sizeof(*b));
	struct stat st;

	if (!b)
		return -ENOMEM;
	b->path = strdup(path);
	if (!b->path)
		return -ENOMEM;
	if (fstatat(r->fd, path, &st, 0) < 0)
		return -errno;
	b->size = (uint64_t)st.st_size;
	b->grows = b->size / 10 + MARGIN;
	for (size_t i = 0; i < expected->n_files; i++)
		b->grows += expected->files[i].len;
	return space_of(r, path, &b->space);
}

static uint64_t size_of(const struct backups *all)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < all->n; i++)
		sum += all->items[i].size;
	return sum;
}

/*
 * What the images on one file system need: a generator that writes aside needs all of the largest one beside the old.
 * The backups are often on the same.
 */
static uint64_t needed_on(const struct backups *all, dev_t device, dev_t backups_on, bool in_place)
{
	uint64_t sum = device == backups_on ? size_of(all) : 0, largest = 0;

	for (size_t i = 0; i < all->n; i++) {
		const struct backup *b = &all->items[i];

		if (b->space.device != device)
			continue;
		sum += b->grows;
		if (b->size > largest)
			largest = b->size;
	}
	return in_place ? sum : sum + largest;
}

static bool has_space_for_images(const struct backups *all, dev_t backups_on, bool in_place, struct rows *rows)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct backup *b = &all->items[i];
		uint64_t needed = needed_on(all, b->space.device, backups_on, in_place);

		if (b->space.bytes >= needed)
			continue;
		rows_tell(rows, LEVEL_ERROR,
			  "/%s: the file system has %llu MiB free, and %llu MiB may be needed: remove an old kernel, "
			  "or make room; nothing was changed",
			  b->path, (unsigned long long)(b->space.bytes >> 20), (unsigned long long)to_mib(needed));
		return false;
	}
	return true;
}

bool backups_have_space(const struct sysroot *r, const struct backups *all, bool in_place, struct rows *rows)
{
	uint64_t needed = size_of(all) + MARGIN;
	struct space space;
	int err = space_of(r, DIRECTORY "/", &space);

	if (err) {
		rows_tell(rows, LEVEL_ERROR, "/%s: %s", DIRECTORY, strerror(-err));
		return false;
	}
	if (!has_space_for_images(all, space.device, in_place, rows))
		return false;
	if (space.bytes < needed)
		rows_tell(rows, LEVEL_ERROR,
			  "/%s: the file system has %llu MiB free, and copies of the images need %llu MiB; nothing was "
			  "changed",
			  DIRECTORY, (unsigned long long)(space.bytes >> 20), (unsigned long long)to_mib(needed));
	return space.bytes >= needed;
}

int backups_make(const struct sysroot *r, struct backups *all, struct rows *rows)
{
	for (size_t i = 0; i < all->n; i++) {
		struct backup *b = &all->items[i];
		int err = make(r, b->path);

		if (err) {
			rows_tell(rows, LEVEL_ERROR, "/%s: no copy can be kept: %s; no image is made", b->path,
				  strerror(-err));
			return err;
		}
		b->kept = true;
	}
	return 0;
}

void backups_drop(const struct sysroot *r, const struct backups *all)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->items[i].kept)
			drop(r, all->items[i].path);
}

void backup_restore(const struct sysroot *r, struct backup *b, struct rows *rows)
{
	bool untouched = backup_is_same(r, b->path) == 1;
	int err = untouched ? 0 : restore(r, b->path);
	char path[PATH_BYTES] = "";

	if (!err)
		rows_tell(rows, LEVEL_LINE, "/%s: the old image %s", b->path,
			  untouched ? "is untouched" : "was put back");
	else if (backup_path(b->path, path) == 0)
		rows_tell(rows, LEVEL_ERROR, "/%s: the old image cannot be put back: %s; its copy is /%s", b->path,
			  strerror(-err), path);
	b->kept = b->kept && !err;
}

/* What is wrong with the image; NULL: nothing that a backup would make good. */
static const char *wrong_with(const struct sysroot *r, const char *image)
{
	struct verified is;
	bool damaged;

	if (!sysroot_exists(r, image))
		return "gone";
	damaged = verify_image(r, image, NULL, &is) == 0 && is.state >= IMAGE_DAMAGED;
	findings_free(&is.findings);
	return damaged ? "damaged" : NULL;
}

/* Images are named after the release, or on Arch after the package. */
static bool is_of_kernel_here(const struct sysroot *r, const char *image)
{
	_cleanup_(names_free) struct names kernels = { 0 };
	char base[256];

	if (kernels_find(r, &kernels))
		return false;
	for (size_t i = 0; i < kernels.n; i++)
		if (strstr(image, kernels.items[i]) ||
		    (pkgbase_of(r, kernels.items[i], base, sizeof(base)) == 0 && strstr(image, base)))
			return true;
	return false;
}

static void warn(const char *image, const char *wrong, struct rows *rows)
{
	char path[PATH_BYTES] = "";

	if (backup_path(image, path) == 0)
		rows_tell(rows, LEVEL_WARNING, "/%s is %s; an interrupted run kept its copy /%s", image, wrong, path);
}

static int put_back(const struct sysroot *r, const char *image, const char *wrong, struct rows *rows)
{
	int err = restore(r, image);

	if (err) {
		warn(image, wrong, rows);
		rows_tell(rows, LEVEL_ERROR, "/%s: the copy cannot be put back: %s; nothing was changed", image,
			  strerror(-err));
		return err;
	}
	rows_tell(rows, LEVEL_WARNING, "/%s was %s: the copy that an interrupted run had kept was put back", image,
		  wrong);
	drop(r, image);
	return 0;
}

/* 1: its backup is all that there is, and stays. */
static int settle(const struct sysroot *r, const char *image, bool mend, struct rows *rows)
{
	const char *wrong = wrong_with(r, image);

	if (!wrong && mend)
		drop(r, image);
	if (!wrong)
		return 0;
	if (mend && (sysroot_exists(r, image) || is_of_kernel_here(r, image)))
		return put_back(r, image, wrong, rows);
	warn(image, wrong, rows);
	return 1;
}

int backups_settle(const struct sysroot *r, bool mend, struct rows *rows)
{
	_cleanup_(names_free) struct names images = { 0 };
	int ret = list(r, mend, &images), left = 0;

	for (size_t i = 0; i < images.n && ret >= 0; i++) {
		ret = settle(r, images.items[i], mend, rows);
		left |= ret;
	}
	return ret < 0 ? ret : left;
}
