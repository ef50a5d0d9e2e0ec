/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "module.h"

#include <fcntl.h>
#include <unistd.h>

#ifdef __KLIBC__
extern int finit_module(int fd, const char *params, int flags); /* klibc has it without declaring it */
#else
#include <sys/syscall.h>
static int finit_module(int fd, const char *params, int flags)
{
	return (int)syscall(SYS_finit_module, fd, params, flags);
}
#endif

void module_name(const char *file, char *buf, size_t size)
{
	size_t len = strlen(file), i;

	if (len > 3 && strcmp(file + len - 3, ".ko") == 0)
		len -= 3;
	if (len >= size)
		len = size - 1;
	for (i = 0; i < len; i++)
		buf[i] = file[i] == '-' ? '_' : file[i];
	buf[i] = '\0';
}

int module_insert(const struct sysroot *r, const char *file, const char *params)
{
	char path[160], name[80];
	int fd, ret;

	module_name(file, name, sizeof(name));
	snprintf(path, sizeof(path), "sys/module/%s", name);
	if (sysroot_exists(r, path))
		return 0;
	if (!r->live)
		return -ENOENT;
	snprintf(path, sizeof(path), IMAGE_MODULES "/%s", file);
	fd = sysroot_at(r, path, O_RDONLY, 0);
	if (fd < 0)
		return fd;
	ret = finit_module(fd, params, 0) < 0 && errno != EEXIST ? -errno : 0;
	close(fd);
	return ret;
}

bool module_has_driver(const struct sysroot *r, const char *driver)
{
	char path[64];

	snprintf(path, sizeof(path), "sys/bus/pci/drivers/%s", driver);
	return sysroot_exists(r, path);
}
