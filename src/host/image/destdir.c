/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "destdir.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../sys/whole.h"

#define DIR_FLAGS (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

/* The way down: DESTDIR, usr, usr/lib, usr/lib/earlybind, and the modules folder in it. */
enum level { DEST, USR, LIB, OURS, MODULES, LEVELS };

static const char *const level_names[LEVELS] = { "", "usr", "lib", "earlybind", "modules" };

struct staging {
	int fd[LEVELS];    /* -1: not there */
	bool made[LEVELS]; /* by this run */
	char *why;
};

static void staging_close(struct staging *s)
{
	for (int l = 0; l < LEVELS; l++)
		if (s->fd[l] >= 0)
			close(s->fd[l]);
}

static int complain(struct staging *s, const char *what, int err)
{
	snprintf(s->why, DESTDIR_WHY_LEN, "%s: %s", what, strerror(-err));
	return err;
}

/* Opens usr or usr/lib; a link is followed as if DESTDIR were the root directory, which it will be. */
static int open_system_dir(const struct staging *s, enum level l)
{
	struct open_how how = { .flags = DIR_FLAGS, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	const char *path = l == USR ? "usr" : "usr/lib";
	int fd = (int)syscall(SYS_openat2, s->fd[DEST], path, &how, sizeof(how));

	/* An old kernel, or a sandbox that does not know the call: then no link at all. */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		fd = openat(s->fd[l - 1], level_names[l], DIR_FLAGS | O_NOFOLLOW);
	return fd < 0 ? -errno : fd;
}

static int open_level(struct staging *s, enum level l)
{
	int fd = -1;

	if (l == USR || l == LIB)
		return open_system_dir(s, l);
	/* The rest is ours alone: what is no folder there is a leftover too. */
	fd = openat(s->fd[l - 1], level_names[l], DIR_FLAGS | O_NOFOLLOW);
	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR) && unlinkat(s->fd[l - 1], level_names[l], 0) == 0)
		errno = ENOENT;
	return fd < 0 ? -errno : fd;
}

/* Opens the levels that are there. */
static int walk_down(struct staging *s)
{
	for (enum level l = USR; l < LEVELS; l++) {
		int fd = open_level(s, l);

		if (fd == -ENOENT)
			return 0;
		if (fd < 0)
			return complain(s, level_names[l], fd);
		s->fd[l] = fd;
	}
	return 0;
}

static int make_levels(struct staging *s)
{
	for (enum level l = USR; l < LEVELS; l++) {
		if (s->fd[l] >= 0)
			continue;
		if (mkdirat(s->fd[l - 1], level_names[l], 0755) < 0)
			return complain(s, level_names[l], -errno);
		s->made[l] = true;
		s->fd[l] = openat(s->fd[l - 1], level_names[l], DIR_FLAGS | O_NOFOLLOW);
		if (s->fd[l] < 0 || fchmod(s->fd[l], 0755) < 0)
			return complain(s, level_names[l], -errno);
	}
	return 0;
}

static int remove_file(struct staging *s, int dir, const char *name)
{
	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	return complain(s, name, -errno);
}

static int remove_modules(struct staging *s)
{
	int fd = openat(s->fd[MODULES], ".", DIR_FLAGS);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int err = 0;

	if (!d) {
		err = complain(s, level_names[MODULES], -errno);
		if (fd >= 0)
			close(fd);
		return err;
	}
	while (!err && (entry = readdir(d)))
		if (strstr(entry->d_name, ".ko"))
			err = remove_file(s, fd, entry->d_name);
	closedir(d);
	return err;
}

static void remove_level(struct staging *s, enum level l)
{
	if (s->fd[l] < 0)
		return;
	close(s->fd[l]);
	s->fd[l] = -1;
	s->made[l] = false;
	unlinkat(s->fd[l - 1], level_names[l], AT_REMOVEDIR); /* stays if it holds something that is not ours */
}

/* Takes away what is ours, and the folders above it that this run made. */
static int clear(struct staging *s)
{
	bool made_usr = s->made[USR], made_lib = s->made[LIB];
	int err = 0;

	if (s->fd[MODULES] >= 0)
		err = remove_modules(s);
	remove_level(s, MODULES);
	if (!err && s->fd[OURS] >= 0)
		err = remove_file(s, s->fd[OURS], "plan");
	if (!err && s->fd[OURS] >= 0)
		err = remove_file(s, s->fd[OURS], "earlybind-init");
	remove_level(s, OURS);
	if (made_lib)
		remove_level(s, LIB);
	if (made_usr)
		remove_level(s, USR);
	return err;
}

static int put_file(struct staging *s, const struct staged_file *f)
{
	bool module = strncmp(f->name, "modules/", 8) == 0;
	int dir = s->fd[module ? MODULES : OURS];
	int fd = openat(dir, f->name + (module ? 8 : 0), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int err;

	if (fd < 0)
		return complain(s, f->name, -errno);
	err = write_whole(fd, f->data, f->len);
	if (!err && fchmod(fd, f->mode) < 0) /* after umask, and without the write permission of its owner */
		err = -errno;
	if (close(fd) < 0 && !err)
		err = -errno;
	return err ? complain(s, f->name, err) : 0;
}

/* Whether the folder `fd` is this one. */
static bool same_dir(int fd, const struct stat *dir)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && st.st_dev == dir->st_dev && st.st_ino == dir->st_ino;
}

/* `--destdir /` would take the installed program away. */
static bool is_installed_one(const struct staging *s, const struct sysroot *root)
{
	struct stat st;

	return (stat("/", &st) == 0 && same_dir(s->fd[DEST], &st)) ||
	       (sysroot_stat(root, ".", true, &st) == 0 && same_dir(s->fd[DEST], &st)) ||
	       (sysroot_stat(root, DESTDIR_FOLDER, true, &st) == 0 && same_dir(s->fd[OURS], &st));
}

static int fill(struct staging *s, const struct sysroot *root, const struct staged_file *files, size_t n)
{
	int err = walk_down(s);

	if (err)
		return err;
	if (is_installed_one(s, root)) {
		snprintf(s->why, DESTDIR_WHY_LEN, "this is the system itself, not an image that is being built");
		return -EINVAL;
	}
	err = clear(s);
	if (err || !n)
		return err;
	err = make_levels(s);
	for (size_t i = 0; i < n && !err; i++)
		err = put_file(s, &files[i]);
	if (err) {
		char why[DESTDIR_WHY_LEN]; /* the first error is the one to tell */

		memcpy(why, s->why, sizeof(why));
		if (clear(s) == 0)
			memcpy(s->why, why, sizeof(why));
	}
	return err;
}

int destdir_fill(const char *destdir, const struct sysroot *root, const struct staged_file *files, size_t n,
		 char why[DESTDIR_WHY_LEN])
{
	struct staging s = { .fd = { -1, -1, -1, -1, -1 }, .why = why };
	int err;

	*why = '\0';
	s.fd[DEST] = open(destdir, DIR_FLAGS);
	if (s.fd[DEST] < 0)
		return complain(&s, "cannot be opened", -errno);
	err = fill(&s, root, files, n);
	staging_close(&s);
	return err;
}
