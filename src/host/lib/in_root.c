/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "in_root.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TRIES 100

/* EAGAIN: something was renamed or mounted meanwhile, so that `..` may have led out (fs/namei.c: handle_dots). */
static int in_root_open(const struct sysroot *r, const char *path, int flags, mode_t mode)
{
	struct open_how how = { .flags = (unsigned)flags,
				.mode = flags & O_CREAT ? mode : 0,
				.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	struct sysroot walked = *r;

	for (int i = 0; i < TRIES; i++) {
		int fd = (int)syscall(SYS_openat2, r->fd, *path ? path : ".", &how, sizeof(how));

		if (fd >= 0)
			return fd;
		if (errno == ENOSYS || errno == EPERM)
			break;
		if (errno != EAGAIN)
			return -errno;
	}
	walked.open = NULL;
	return sysroot_at(&walked, path, flags, mode);
}

void in_root_use(struct sysroot *r)
{
	if (!r->live)
		r->open = in_root_open;
}
