/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "addon.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNIT_MAX (1u << 16)
#define WANTS_FOLDER "usr/lib/systemd/system/initrd.target.wants"

CLEANUP(free_archive, struct archive *, archive_write_free);

/* A folder, a file or a link (data: where it leads). All are root's and have no time. */
static int add(struct archive *a, const char *name, mode_t mode, const char *data, size_t len)
{
	struct archive_entry *entry = archive_entry_new();
	bool good;

	if (!entry)
		return -ENOMEM;
	archive_entry_set_pathname(entry, name);
	archive_entry_set_mode(entry, mode);
	archive_entry_set_nlink(entry, S_ISDIR(mode) ? 2 : 1);
	if (S_ISLNK(mode))
		archive_entry_set_symlink(entry, data);
	archive_entry_set_size(entry, S_ISREG(mode) ? (la_int64_t)len : 0);
	good = archive_write_header(a, entry) == ARCHIVE_OK;
	archive_entry_free(entry);
	if (good && S_ISREG(mode) && len)
		good = archive_write_data(a, data, len) == (la_ssize_t)len;
	return good ? 0 : -EIO;
}

/* The kernel makes no folder by itself: those of the names come first. */
static int add_folders(struct archive *a, const char *const *names)
{
	int err = 0;

	for (; *names && !err; names++)
		err = add(a, *names, S_IFDIR | 0755, NULL, 0);
	return err;
}

static int add_files(struct archive *a, const struct staged_file *files, size_t n)
{
	static const char *const folders[] = { "usr", "usr/lib", DESTDIR_FOLDER, DESTDIR_FOLDER "/modules", NULL };
	int err = add_folders(a, folders);

	for (size_t i = 0; i < n && !err; i++) {
		char name[sizeof(files->name) + sizeof(DESTDIR_FOLDER)];

		snprintf(name, sizeof(name), "%s/%s", DESTDIR_FOLDER, files[i].name);
		err = add(a, name, S_IFREG | files[i].mode, files[i].data, files[i].len);
	}
	return err;
}

static int add_unit(struct archive *a, const struct sysroot *root, bool *there)
{
	static const char *const folders[] = { "usr/lib/systemd", "usr/lib/systemd/system", WANTS_FOLDER, NULL };
	_cleanup_(free_pointer) char *text = NULL;
	const char *link = "../earlybind.service";
	size_t len;
	int err = sysroot_read_all(root, EXTRA_UNIT, UNIT_MAX, &text, &len);

	*there = !err;
	if (err)
		return err == -ENOENT ? 0 : err;
	err = add_folders(a, folders);
	if (!err)
		err = add(a, EXTRA_UNIT, S_IFREG | 0644, text, len);
	return err ? err : add(a, WANTS_FOLDER "/earlybind.service", S_IFLNK | 0777, link, strlen(link));
}

static int write_archive(int fd, const struct sysroot *root, const struct staged_file *files, size_t n, bool *unit)
{
	_cleanup_(free_archive) struct archive *a = archive_write_new();
	int err = 0;

	if (!a)
		return -ENOMEM;
	archive_write_set_bytes_per_block(a, 0);
	if (archive_write_set_format_cpio_newc(a) != ARCHIVE_OK || archive_write_open_fd(a, fd) != ARCHIVE_OK)
		return -EIO;
	if (n)
		err = add_files(a, files, n);
	if (n && !err)
		err = add_unit(a, root, unit);
	if (!err && archive_write_close(a) != ARCHIVE_OK)
		err = -EIO;
	/* libarchive keeps the errno of write(2) as its own error number */
	return err == -EIO && archive_errno(a) > 0 ? -archive_errno(a) : err;
}

int addon_write(const char *file, const struct sysroot *root, const struct staged_file *files, size_t n, bool *unit,
		char why[DESTDIR_WHY_LEN])
{
	_cleanup_(free_pointer) char *aside = NULL;
	int fd, err = 0;

	*unit = false;
	*why = '\0';
	if (asprintf(&aside, "%s.new", file) < 0) {
		aside = NULL;
		return -ENOMEM;
	}
	unlink(aside);
	fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		err = -errno;
	if (!err)
		err = write_archive(fd, root, files, n, unit);
	if (!err && fsync(fd) < 0)
		err = -errno;
	if (fd >= 0 && close(fd) < 0 && !err)
		err = -errno;
	if (!err && rename(aside, file) < 0)
		err = -errno;
	if (err && fd >= 0)
		unlink(aside);
	if (err)
		snprintf(why, DESTDIR_WHY_LEN, "%s", strerror(-err));
	return err;
}
