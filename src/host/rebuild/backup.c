/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "backup.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "../../core/array.h"
#include "../../sys/whole.h"
#include "../image/verify.h"
#include "../kernels/kernels.h"
#include "target.h"

#define STATE_DIRECTORY "var/lib/earlybind"
#define DIRECTORY STATE_DIRECTORY "/images"
#define PATH_BYTES 600
#define BACKUP_NAME 256
#define CHUNK (1u << 18)
#define MARGIN (1u << 20)
#define NOT_WHOLE ".new" /* the end of the name of a backup that is being written */

/*
 * The name of an image's backup: "boot/initrd.img-6.1" -> "boot%initrd.img-6.1". What would be read as something else
 * is written as \xNN: % and \, and the dot of a last ".new". -ENAMETOOLONG.
 */
static int backup_name(const char *image, char name[BACKUP_NAME])
{
	const char *dot = strrchr(image, '.');
	size_t len = 0;

	for (const char *c = image; *c; c++) {
		bool escaped = *c == '%' || *c == '\\' || (c == dot && strcmp(c, NOT_WHOLE) == 0);

		if (len + 5 > BACKUP_NAME)
			return -ENAMETOOLONG;
		len += (size_t)sprintf(name + len, escaped ? "\\x%02x" : "%c", *c == '/' ? '%' : *c);
	}
	return 0;
}

/* And back, in its place. */
static void image_path(char *name)
{
	char *to = name;
	unsigned byte;

	for (; *name; name++) {
		if (*name == '\\' && sscanf(name, "\\x%2x", &byte) == 1 && byte) {
			*to++ = (char)byte;
			name += 3;
		} else {
			*to++ = *name == '%' ? '/' : *name;
		}
	}
	*to = '\0';
}

/* Its path for people. */
static const char *shown(const char *image, char path[PATH_BYTES])
{
	char name[BACKUP_NAME] = "?";

	if (backup_name(image, name))
		snprintf(name, sizeof(name), "?");
	snprintf(path, PATH_BYTES, "/" DIRECTORY "/%s", name);
	return path;
}

/* 0 or -errno: -EPERM: others may write there, and plant what root is to boot. */
static int open_backup(const struct sysroot *r, const char *image, struct target *t)
{
	struct stat st;
	int err = backup_name(image, t->name);

	t->dir = -1;
	if (err)
		return err;
	t->dir = sysroot_at(r, DIRECTORY, O_RDONLY | O_DIRECTORY, 0);
	if (t->dir < 0)
		return t->dir;
	if (fstat(t->dir, &st) < 0)
		return -errno;
	return st.st_mode & (S_IWGRP | S_IWOTH) || (st.st_uid && st.st_uid != geteuid()) ? -EPERM : 0;
}

static void drop(const struct sysroot *r, const char *image)
{
	_cleanup_(target_close) struct target t;

	if (open_backup(r, image, &t) == 0)
		unlinkat(t.dir, t.name, 0);
	sysroot_unlink(r, DIRECTORY, AT_REMOVEDIR); /* stays if another backup is in it */
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
		char path[PATH_BYTES], *name = found.items[i], *end = strrchr(name, '.');

		if (!end || strcmp(end, NOT_WHOLE) != 0) {
			image_path(name);
			err = names_add(images, name);
		} else if (clean) {
			snprintf(path, sizeof(path), DIRECTORY "/%s", name);
			sysroot_unlink(r, path, 0);
		}
	}
	names_free(&found);
	if (err)
		names_free(images);
	return err;
}

/* The directories that were made reach the disk, too. */
static int make_directory(const struct sysroot *r)
{
	static const char *const above[] = { STATE_DIRECTORY, "var/lib" };
	int err = sysroot_mkdirs(r, DIRECTORY, 0700);

	for (size_t i = 0; i < ARRAY_SIZE(above) && !err; i++) {
		_cleanup_(close_fd) int fd = sysroot_at(r, above[i], O_RDONLY | O_DIRECTORY, 0);

		err = fd < 0 ? fd : directory_sync(fd);
	}
	return err;
}

/* One that is there could not be put back, and is better than the image. 0 or -errno. */
static int make(const struct sysroot *r, const char *image)
{
	_cleanup_(target_close) struct target from = { .dir = -1 }, to = { .dir = -1 };
	_cleanup_(close_fd) int in = -1;
	char aside[BACKUP_NAME + sizeof(NOT_WHOLE)];
	int err = open_backup(r, image, &to);

	if (err || faccessat(to.dir, to.name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return err;
	err = target_open(r, image, &from);
	if (err)
		return err;
	in = target_read(&from);
	if (in < 0)
		return in;
	snprintf(aside, sizeof(aside), "%s" NOT_WHOLE, to.name);
	return target_replace(&to, aside, in);
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

static int read_backup(const struct sysroot *r, const char *image)
{
	_cleanup_(target_close) struct target t;
	int err = open_backup(r, image, &t);

	return err ? err : target_read(&t);
}

int backup_is_same(const struct sysroot *r, const char *image)
{
	_cleanup_(close_fd) int kept = read_backup(r, image), is = -1;
	_cleanup_(target_close) struct target t = { .dir = -1 };

	if (kept < 0)
		return kept;
	if (target_open(r, image, &t) == 0)
		is = target_read(&t);
	return is < 0 ? 0 : compare_open(kept, is);
}

/* Puts the backup in the image's place; where the disk has no room for two, over it. */
static int restore(const struct sysroot *r, const char *image)
{
	_cleanup_(close_fd) int in = read_backup(r, image);
	_cleanup_(target_close) struct target t = { .dir = -1 };
	int err = in < 0 ? in : target_open(r, image, &t);

	if (err)
		return err;
	/* With a dot in front, so that no boot loader takes it for an image. */
	err = target_replace(&t, ".earlybind-old", in);
	return err == -ENOSPC || err == -EDQUOT ? target_overwrite(&t, in) : err;
}

int backup_sync(const struct sysroot *r, const char *image)
{
	_cleanup_(target_close) struct target t;
	int err = target_open(r, image, &t);

	return err ? err : target_sync(&t);
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
		fd = sysroot_at(r, slash ? dir : ".", O_RDONLY | O_DIRECTORY, 0);
		if (fd < 0 && (fd != -ENOENT || !slash))
			return fd;
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
	int err;

	if (!b)
		return -ENOMEM;
	b->path = strdup(path);
	if (!b->path)
		return -ENOMEM;
	err = sysroot_stat(r, path, true, &st);
	if (err)
		return err;
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
	int err = all->n ? make_directory(r) : 0;

	if (err)
		rows_tell(rows, LEVEL_ERROR, "/%s: %s; no image is made", DIRECTORY, strerror(-err));
	for (size_t i = 0; i < all->n && !err; i++) {
		struct backup *b = &all->items[i];

		err = make(r, b->path);
		b->kept = !err;
		if (err)
			rows_tell(rows, LEVEL_ERROR, "/%s: no copy can be kept: %s; no image is made", b->path,
				  strerror(-err));
	}
	return err;
}

bool backups_drop(const struct sysroot *r, struct backups *all, struct rows *rows)
{
	bool good = true;

	for (size_t i = 0; i < all->n; i++) {
		struct backup *b = &all->items[i];
		int err = b->kept ? backup_sync(r, b->path) : 0;

		if (err) {
			good = false;
			rows_tell(rows, LEVEL_ERROR, "/%s cannot be written to the disk: %s", b->path, strerror(-err));
			backup_restore(r, b, rows);
		}
		if (b->kept)
			drop(r, b->path);
	}
	return good;
}

void backup_restore(const struct sysroot *r, struct backup *b, struct rows *rows)
{
	bool untouched = backup_is_same(r, b->path) == 1;
	int err = untouched ? 0 : restore(r, b->path);
	char path[PATH_BYTES];

	if (!err)
		rows_tell(rows, LEVEL_LINE, "/%s: the old image %s", b->path,
			  untouched ? "is untouched" : "was put back");
	else
		rows_tell(rows, LEVEL_ERROR, "/%s: the old image cannot be put back: %s; its copy is %s", b->path,
			  strerror(-err), shown(b->path, path));
	b->kept = b->kept && !err;
}

/* What is wrong with the image; NULL: nothing that a backup would make good. */
static const char *wrong_with(const struct sysroot *r, const char *image)
{
	struct verified is;
	bool damaged;

	if (!sysroot_exists(r, image))
		return "gone";
	damaged = verify_image(r, image, NULL, &is) != 0 || is.state >= IMAGE_DAMAGED;
	findings_free(&is.findings);
	return damaged ? "damaged" : NULL;
}

/*
 * How images are named after the release, or on Arch after the package: whole, 6.12.1 is not the kernel of
 * initrd.img-6.12.10. Before %s a directory, a hyphen, after it what generators and boot counters add.
 */
static bool is_named(const char *image, const char *name)
{
	static const char *const patterns[] = {
		"%s/*",     "initrd.img-%s",     "initrd-%s",       "initramfs-%s.img", "initramfs-%s-fallback.img",
		"*-%s.efi", "*-%s-fallback.efi", "*-%s+[0-9]*.efi", "linux-%s-*.efi"
	};
	char pattern[PATH_BYTES];

	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		const char *mark = strstr(patterns[i], "%s");

		snprintf(pattern, sizeof(pattern), "*/%.*s%s%s", (int)(mark - patterns[i]), patterns[i], name,
			 mark + 2);
		if (fnmatch(pattern, image, 0) == 0)
			return true;
	}
	return false;
}

static bool is_of_kernel_here(const struct sysroot *r, const char *image)
{
	_cleanup_(names_free) struct names kernels = { 0 };
	char base[256];

	if (kernels_find(r, &kernels))
		return false;
	for (size_t i = 0; i < kernels.n; i++)
		if (is_named(image, kernels.items[i]) ||
		    (pkgbase_of(r, kernels.items[i], base, sizeof(base)) == 0 && is_named(image, base)))
			return true;
	return false;
}

static void warn(const char *image, const char *wrong, struct rows *rows)
{
	char path[PATH_BYTES];

	rows_tell(rows, LEVEL_WARNING, "/%s is %s; an interrupted run kept its copy %s", image, wrong,
		  shown(image, path));
}

/* False: it was, or its directory is not there, as of an ESP that is not mounted. */
static bool put_back(const struct sysroot *r, const char *image, const char *wrong, struct rows *rows)
{
	int err = restore(r, image);

	if (err) {
		warn(image, wrong, rows);
		if (err != -ENOENT)
			rows_tell(rows, LEVEL_ERROR, "/%s: the copy cannot be put back: %s", image, strerror(-err));
		return err != -ENOENT;
	}
	rows_tell(rows, LEVEL_WARNING, "/%s was %s: the copy that an interrupted run had kept was put back", image,
		  wrong);
	drop(r, image);
	return false;
}

/* Whether a backup stays that is needed here. */
static bool settle(const struct sysroot *r, const char *image, bool mend, struct rows *rows)
{
	const char *wrong = wrong_with(r, image);

	if (!wrong && mend)
		drop(r, image);
	if (!wrong)
		return false;
	if (!sysroot_exists(r, image) && !is_of_kernel_here(r, image)) {
		warn(image, wrong, rows);
		return false;
	}
	if (mend)
		return put_back(r, image, wrong, rows);
	warn(image, wrong, rows);
	return true;
}

bool backups_settle(const struct sysroot *r, bool mend, struct rows *rows)
{
	_cleanup_(names_free) struct names images = { 0 };
	bool settled = list(r, mend, &images) == 0;

	for (size_t i = 0; i < images.n; i++)
		if (settle(r, images.items[i], mend, rows))
			settled = false;
	return settled;
}
