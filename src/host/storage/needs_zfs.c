/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether somebody types a passphrase for a ZFS pool. Its disks do not tell. */
#include "needs_run.h"

#define CACHE_MAX (4u << 20)
#define ENCRYPTION_ROOT 10 /* fields before it */

/* zfs-mount-generator(8): a dataset a line, its properties divided by tabs; that of the encryption root is "-"
 * without.
 */
static bool is_plain(const char *line)
{
	for (unsigned i = 0; i < ENCRYPTION_ROOT && line; i++) {
		line = strchr(line, '\t');
		line = line ? line + 1 : NULL;
	}
	return line && line[0] == '-' && strchr("\t\n", line[1]);
}

bool pool_may_ask(const struct sysroot *r, const char *pool)
{
	char path[512], *text;
	size_t len;
	bool plain;

	snprintf(path, sizeof(path), "etc/zfs/zfs-list.cache/%s", pool);
	if (!*pool || sysroot_read_all(r, path, CACHE_MAX, &text, &len) < 0)
		return true;
	plain = len > 0;
	for (const char *line = text; plain && *line; line += strcspn(line, "\n"), line += *line == '\n')
		plain = is_plain(line);
	free(text);
	return !plain;
}
