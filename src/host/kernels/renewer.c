/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "renewer.h"

#include <fnmatch.h>

#include "../lib/command.h"

#define HASH_PREFIX "initrd-"

bool renewer_is_hash(const char *path)
{
	const char *name = strrchr(path, '/');
	size_t len;

	name = name ? name + 1 : path;
	if (strncmp(name, HASH_PREFIX, strlen(HASH_PREFIX)) != 0)
		return false;
	name += strlen(HASH_PREFIX);
	len = strspn(name, "0123456789abcdef");
	return !name[len] && (len == 40 || len == 64);
}

/* The first that fits. %k: the release. */
static const struct {
	const char *path; /* a pattern of fnmatch, where * matches a slash too */
	bool always;      /* also where the program is not found */
	const char *program, *arguments;
} renewers[] = {
	{ "*EFI/Pop_OS-*", true, "kernelstub", "" },
	{ "*", false, "kernelstub", "" },
	{ "*", false, "limine-update", "" },
	{ "*", false, "limine-mkinitcpio", "" },
	{ "*", false, "sdbootutil", " mkinitrd" },
	{ "*", false, "kernel-install", " add %k /usr/lib/modules/%k/vmlinuz" },
	{ "*", false, "installkernel", "" },
};

static const char *fill_in(const char *program, const char *arguments, const char *release, char buf[RENEWER_LEN])
{
	size_t len = (size_t)snprintf(buf, RENEWER_LEN, "%s", program);

	for (const char *a = arguments; *a && len < RENEWER_LEN; a++) {
		bool mark = a[0] == '%' && a[1] == 'k';

		len += (size_t)snprintf(buf + len, RENEWER_LEN - len, "%.*s", mark ? (int)strlen(release) : 1,
					mark ? release : a);
		a += mark;
	}
	return buf;
}

const char *renewer_of(const struct sysroot *r, const char *path, const char *release, char buf[RENEWER_LEN])
{
	char at[COMMAND_LEN];

	if (renewer_is_hash(path))
		return fill_in("sdbootutil", " mkinitrd", release, buf);
	for (size_t i = 0; i < ARRAY_SIZE(renewers); i++)
		if (fnmatch(renewers[i].path, path, 0) == 0 &&
		    (renewers[i].always || command_find(r, renewers[i].program, at)))
			return fill_in(renewers[i].program, renewers[i].arguments, release, buf);
	*buf = '\0';
	return buf;
}
