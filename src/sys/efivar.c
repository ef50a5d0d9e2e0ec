/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efivar.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* include/uapi/linux/fs.h, which not every libc here comes with: FS_IOC_GETFLAGS, FS_IOC_SETFLAGS, FS_IMMUTABLE_FL. */
#define GET_FLAGS _IOR('f', 1, long)
#define SET_FLAGS _IOW('f', 2, long)
#define IMMUTABLE 0x10

/* include/linux/efi.h: EFI_VARIABLE_NON_VOLATILE, _BOOTSERVICE_ACCESS, _RUNTIME_ACCESS. */
#define ATTRIBUTES 7

static const struct {
	char name[16];
	const char *path;
} variables[] = {
	[EFIVAR_TRIAL] = { "EarlybindTrial", EFIVAR_FOLDER "/EarlybindTrial-" EFIVAR_GUID },
	[EFIVAR_OFF] = { "EarlybindOff", EFIVAR_FOLDER "/EarlybindOff-" EFIVAR_GUID },
};

const char *efivar_name(enum efivar which)
{
	return variables[which].name;
}

int efivar_mount(const struct sysroot *r, bool *mounted)
{
	struct stat folder, above;

	*mounted = false;
	if (sysroot_stat(r, EFIVAR_FOLDER, true, &folder) < 0 || sysroot_stat(r, EFIVAR_FIRMWARE, true, &above) < 0)
		return -ENODEV;
	if (!r->live || folder.st_dev != above.st_dev)
		return 0;
	if (mount("efivarfs", "/" EFIVAR_FOLDER, "efivarfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return errno == EOPNOTSUPP ? -ENODEV : -errno;
	*mounted = true;
	return 0;
}

void efivar_unmount(bool mounted)
{
	if (mounted && umount2("/" EFIVAR_FOLDER, 0) < 0)
		return; /* it stays mounted, as systemd would have done */
}

/* 1: it was changed; 0: it was so already, or the file system has no such flag; -ENOENT; -errno. */
static int set_immutable(const struct sysroot *r, const char *path, bool on)
{
	int fd = sysroot_at(r, path, O_RDONLY, 0), ret = 0;
	unsigned long flags = 0; /* the kernel takes an int, for which this has room */

	if (fd < 0)
		return fd;
	if (ioctl(fd, GET_FLAGS, &flags) == 0 && ((flags & IMMUTABLE) != 0) != on) {
		flags ^= IMMUTABLE;
		ret = ioctl(fd, SET_FLAGS, &flags) < 0 ? -errno : 1;
	}
	close(fd);
	return ret;
}

ssize_t efivar_read(const struct sysroot *r, enum efivar which, char text[EFIVAR_TEXT_LEN])
{
	char data[EFIVAR_ATTRIBUTES_LEN + EFIVAR_TEXT_LEN];
	/* No lseek(2): these files have none (fs/efivarfs/file.c: no_llseek). */
	ssize_t n = sysroot_read(r, variables[which].path, data, sizeof(data));

	if (n < 0)
		return n;
	if (n < EFIVAR_ATTRIBUTES_LEN)
		return -ENOENT; /* what a failed write left behind in the mount: no variable of the firmware */
	n -= EFIVAR_ATTRIBUTES_LEN;
	memcpy(text, data + EFIVAR_ATTRIBUTES_LEN, (size_t)n);
	text[n] = '\0';
	return n;
}

/* One write(2): each is a whole variable (fs/efivarfs/file.c: efivarfs_file_write). */
static int write_once(const struct sysroot *r, const char *path, const char *data, size_t len)
{
	int fd = sysroot_at(r, path, O_WRONLY | O_CREAT, 0644), ret = 0;
	ssize_t n;

	if (fd < 0)
		return fd;
	n = write(fd, data, len);
	if (n < 0)
		ret = -errno;
	else if ((size_t)n != len)
		ret = -EIO;
	else if (!r->live && ftruncate(fd, (off_t)len) < 0) /* a plain file keeps what stands behind */
		ret = -errno;
	close(fd);
	return ret;
}

int efivar_write(const struct sysroot *r, enum efivar which, const char *text)
{
	const char *path = variables[which].path;
	char data[EFIVAR_ATTRIBUTES_LEN + EFIVAR_TEXT_LEN] = { ATTRIBUTES };
	size_t len = strlen(text);
	int was = set_immutable(r, path, false), ret;

	if (was < 0 && was != -ENOENT)
		return was;
	if (len >= EFIVAR_TEXT_LEN)
		return -EFBIG;
	memcpy(data + EFIVAR_ATTRIBUTES_LEN, text, len);
	ret = write_once(r, path, data, EFIVAR_ATTRIBUTES_LEN + len);
	/* A failed one that was new leaves an empty file, which is immutable too. */
	if (ret < 0 && was == -ENOENT && efivar_remove(r, which) < 0)
		return ret;
	if (was == 1 && set_immutable(r, path, true) < 0)
		return ret; /* the flag comes back with the next mount */
	return ret;
}

int efivar_remove(const struct sysroot *r, enum efivar which)
{
	const char *path = variables[which].path;
	int ret = set_immutable(r, path, false);

	if (ret >= 0)
		ret = sysroot_unlink(r, path, 0);
	return ret == -ENOENT ? 0 : ret;
}
