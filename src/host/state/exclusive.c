/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exclusive.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define PROC_LOCKS_MAX (4u << 20)

/* Also below a umask that would hide the report of the boot, which lies in the same directory. */
static int make_directory(const struct sysroot *r)
{
	mode_t before = umask(022);
	int err = sysroot_mkdirs(r, "run/earlybind", 0755);

	umask(before);
	return err;
}

/* 0, or -EPERM: whoever can open the file can hold the lock. */
static int check(int fd, char why[EXCLUSIVE_WHY_LEN])
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		snprintf(why, EXCLUSIVE_WHY_LEN, "it is no regular file");
	else if (st.st_uid != geteuid())
		snprintf(why, EXCLUSIVE_WHY_LEN, "it belongs to user %u, not to user %u, who runs this; remove it",
			 (unsigned)st.st_uid, (unsigned)geteuid());
	else
		return (st.st_mode & 07777) == 0600 || fchmod(fd, 0600) == 0 ? 0 : -errno;
	return -EPERM;
}

int exclusive_open(const struct sysroot *r, char why[EXCLUSIVE_WHY_LEN])
{
	int fd = -1, err = make_directory(r);

	*why = '\0';
	if (!err)
		fd = sysroot_at(r, EXCLUSIVE_FILE, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (!err && fd < 0)
		err = fd;
	if (!err)
		err = check(fd, why);
	if (!err)
		return fd;
	if (fd >= 0)
		close(fd);
	if (!*why)
		snprintf(why, EXCLUSIVE_WHY_LEN, "%s",
			 err == -ELOOP ? "it is a symbolic link; remove it" : strerror(-err));
	return err;
}

int exclusive_try(int fd)
{
	return flock(fd, LOCK_EX | LOCK_NB) == 0 ? 0 : -errno;
}

void exclusive_close(int fd)
{
	flock(fd, LOCK_UN);
	close(fd);
}

/*
 * fs/locks.c: lock_get_status() prints "1: FLOCK  ADVISORY  WRITE 4711 00:19:1234 0 EOF"; who waits has "->" before
 * FLOCK. 0: none of these lines is of this file.
 */
static int find_holder(char *locks, const struct stat *st)
{
	char *line, *rest = locks;

	while ((line = strsep(&rest, "\n"))) {
		unsigned major, minor;
		unsigned long inode;
		int pid;

		if (sscanf(line, "%*u: FLOCK %*s %*s %d %x:%x:%lu", &pid, &major, &minor, &inode) == 4 &&
		    inode == st->st_ino && makedev(major, minor) == st->st_dev)
			return pid;
	}
	return 0;
}

const char *exclusive_holder(int fd, char buf[EXCLUSIVE_HOLDER_LEN])
{
	struct sysroot machine; /* whatever the root is: the processes are those of this one */
	char name[32], *locks;
	struct stat st;
	size_t len;
	int pid = 0;

	snprintf(buf, EXCLUSIVE_HOLDER_LEN, "another process");
	if (fstat(fd, &st) < 0 || sysroot_open(&machine, NULL) < 0)
		return buf;
	if (sysroot_read_all(&machine, "proc/locks", PROC_LOCKS_MAX, &locks, &len) == 0) {
		pid = find_holder(locks, &st);
		free(locks);
	}
	if (pid > 0 && sysroot_read_line(&machine, name, sizeof(name), "proc/%d/comm", pid))
		snprintf(buf, EXCLUSIVE_HOLDER_LEN, "%d %s", pid, name);
	else if (pid > 0)
		snprintf(buf, EXCLUSIVE_HOLDER_LEN, "what process %d left running", pid);
	sysroot_close(&machine);
	return buf;
}
