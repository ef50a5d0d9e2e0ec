/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command.h"

#include <fcntl.h>
#include <sys/stat.h>

bool command_find(const struct sysroot *r, const char *name, char path[COMMAND_LEN])
{
	static const char *const dirs[] = { "usr/sbin", "usr/bin", "sbin", "bin" };

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		struct stat st;

		if ((size_t)snprintf(path, COMMAND_LEN, "%s/%s", dirs[i], name) >= COMMAND_LEN)
			continue;
		if (sysroot_stat(r, path, true, &st) == 0 && S_ISREG(st.st_mode) && st.st_mode & 0111)
			return true;
	}
	return false;
}
