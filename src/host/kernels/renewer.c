/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "renewer.h"

#include <fnmatch.h>

#include "../lib/command.h"

#define HASH_PREFIX "initrd-"
#define PATTERN_LEN 512

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

#define HEX4 "[0-9a-f][0-9a-f][0-9a-f][0-9a-f]"
#define MACHINE_ID HEX4 HEX4 HEX4 HEX4 HEX4 HEX4 HEX4 HEX4
#define UUID HEX4 HEX4 "-" HEX4 "-" HEX4 "-" HEX4 "-" HEX4 HEX4 HEX4

/* The first that fits. %k: the release. */
static const struct {
	const char *path; /* a pattern of fnmatch, where * matches a slash too: what is elsewhere it would not renew */
	bool always;      /* also where the program is not found */
	const char *program, *arguments;
} renewers[] = {
	{ "*EFI/Pop_OS-*", true, "kernelstub", "" },
	{ "*EFI/*-" UUID "/*", false, "kernelstub", "" },
	{ "*" MACHINE_ID "*", false, "limine-update", "" },
	{ "*" MACHINE_ID "*", false, "limine-mkinitcpio", "" },
	{ "*", false, "sdbootutil", " mkinitrd" },
	{ "*/%k/*", false, "kernel-install", " add %k /usr/lib/modules/%k/vmlinuz" },
	{ "*EFI/Linux/*-%k*.efi", false, "kernel-install", " add %k /usr/lib/modules/%k/vmlinuz" },
};

static void fill_in(char *buf, size_t size, const char *text, const char *release)
{
	size_t len = 0;

	*buf = '\0';
	for (const char *t = text; *t && len < size; t++) {
		bool mark = t[0] == '%' && t[1] == 'k';

		len += (size_t)snprintf(buf + len, size - len, "%.*s", mark ? (int)strlen(release) : 1,
					mark ? release : t);
		t += mark;
	}
}

static bool fits(const char *path, const char *pattern, const char *release)
{
	char filled[PATTERN_LEN];

	fill_in(filled, sizeof(filled), pattern, release);
	return fnmatch(filled, path, 0) == 0;
}

const char *renewer_of(const struct sysroot *r, const char *path, const char *release, char buf[RENEWER_LEN])
{
	char at[COMMAND_LEN];

	*buf = '\0';
	if (renewer_is_hash(path)) {
		snprintf(buf, RENEWER_LEN, "sdbootutil mkinitrd");
		return buf;
	}
	for (size_t i = 0; i < ARRAY_SIZE(renewers); i++) {
		const char *program = renewers[i].program;

		if (!fits(path, renewers[i].path, release) || (!renewers[i].always && !command_find(r, program, at)))
			continue;
		snprintf(buf, RENEWER_LEN, "%s", program);
		fill_in(buf + strlen(program), RENEWER_LEN - strlen(program), renewers[i].arguments, release);
		break;
	}
	return buf;
}
