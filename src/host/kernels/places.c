/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "places.h"

#include <fnmatch.h>
#include <sys/stat.h>

#include "../loader/bls.h"

#define BOOT "boot/"
#define PATH_BYTES 512
#define OS_RELEASE_MAX (1u << 16)
#define SPECIAL "*?[\\" /* what fnmatch takes for more than itself */
#define HEX8 "[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]"
#define MACHINE_ID HEX8 HEX8 HEX8 HEX8

/*
 * Patterns of fnmatch, a part of a path each. %k: the release; %e: each folder where the ESP or the boot
 * partition may be; %b: BUILD_ID of os-release. Of several that fit the first counts. Rescue and kdump images
 * have other names. What is kernel-install's has an entry token before the release, and in a UKI perhaps a boot
 * counter behind it.
 */
static const struct place {
	const char *pattern;
	bool by_kernel_install;
	const char *token; /* not with this entry token */
} places[] = {
	{ .pattern = "boot/initrd.img-%k" },               /* Debian: initramfs-tools and dracut */
	{ .pattern = "boot/initramfs-%k.img" },            /* dracut */
	{ .pattern = "boot/initrd-%k" },                   /* dracut of openSUSE */
	{ .pattern = "usr/lib/modules/%k/initramfs.img" }, /* ostree */
	{ .pattern = "usr/lib/modules/%k/initrd" },        /* dracut, where there is one already */
	{ .pattern = "lib/modules/%k/initrd" },
	{ .pattern = "%e/*/%k/initrd*", .by_kernel_install = true },
	/* dracut --uefi (dracut.sh: outfile), with machine_id=no and without */
	{ .pattern = "%e/EFI/Linux/linux-%k.efi", .token = "linux" },
	{ .pattern = "%e/EFI/Linux/linux-%k-%b.efi" },
	{ .pattern = "%e/EFI/Linux/linux-%k-" MACHINE_ID ".efi" },
	{ .pattern = "%e/EFI/Linux/linux-%k-" MACHINE_ID "-*.efi" },
	{ .pattern = "%e/EFI/Linux/linux-%k-Default.efi" },
	{ .pattern = "%e/EFI/Linux/linux-%k-Default-*.efi" },
	{ .pattern = "%e/EFI/Linux/*-%k.efi", .by_kernel_install = true },
};

/* Those of dracut on Arch. %k: the pkgbase. mkinitcpio has a preset, which says where they are. */
static const char *const pkgbase_places[] = { BOOT "initramfs-%k.img", BOOT "initramfs-%k-fallback.img" };

struct search {
	const struct sysroot *r;
	const char *name, *esp, *build_id;
	bool by_kernel_install;
	place_add *add;
	void *self;
};

/* "boot/initrd.img-%k": the name of an image in /boot, where the kernels are too. */
static bool is_flat(const char *pattern)
{
	return strncmp(pattern, BOOT, strlen(BOOT)) == 0 && !strpbrk(pattern, "*?");
}

bool places_release(const char *name, size_t *at, char *release, size_t size)
{
	while (*at < ARRAY_SIZE(places)) {
		const char *pattern = places[(*at)++].pattern, *file = pattern + strlen(BOOT), *end;
		size_t before, len = strlen(name);

		if (!is_flat(pattern))
			continue;
		end = strstr(file, "%k") + 2;
		before = strlen(file) - strlen(end) - 2;
		if (len <= before + strlen(end) || strncmp(name, file, before) != 0 ||
		    strcmp(name + len - strlen(end), end) != 0)
			continue;
		snprintf(release, size, "%.*s", (int)(len - before - strlen(end)), name + before);
		return true;
	}
	return false;
}

/* Replaces the marks by what they mean, of which nothing means more than itself. -ENAMETOOLONG. */
static int fill_in(const struct search *s, const char *pattern, char out[PATH_BYTES])
{
	size_t len = 0;

	for (const char *p = pattern; *p; p++) {
		const char *mark = p[0] != '%' ? NULL : p[1] == 'k' ? s->name : p[1] == 'e' ? s->esp : s->build_id;

		for (const char *k = mark ? mark : (char[2]){ *p }; *k; k++) {
			if (len + 3 > PATH_BYTES)
				return -ENAMETOOLONG;
			if (mark && strchr(SPECIAL, *k))
				out[len++] = '\\';
			out[len++] = *k;
		}
		p += mark != NULL;
	}
	out[len] = '\0';
	return 0;
}

/* What only a pattern matches may be a folder of another purpose (initrd.d). */
static bool is_other(const struct sysroot *r, const char *part, const char *path)
{
	struct stat st;

	return strpbrk(part, "*?") && sysroot_stat(r, path, true, &st) == 0 && !S_ISREG(st.st_mode);
}

static bool fits(const struct search *s, const char *part, const char *name)
{
	char plain[PATH_BYTES];
	size_t stem;

	if (fnmatch(part, name, 0) == 0)
		return true;
	if (!s->by_kernel_install || fnmatch("*.efi", name, 0) != 0)
		return false;
	stem = bls_stem(name, ".efi");
	return (size_t)snprintf(plain, sizeof(plain), "%.*s.efi", (int)stem, name) < sizeof(plain) &&
	       fnmatch(part, plain, 0) == 0;
}

/* The names in a folder that a part fits; what is no pattern is not looked for in a list. 0 or -ENOMEM. */
static int list(const struct search *s, const char *folder, const char *part, struct names *out)
{
	return strpbrk(part, SPECIAL) ? sysroot_list_any(s->r, *folder ? folder : ".", out) : names_add(out, part);
}

/* Goes down one part of the pattern; `folder` is what the parts before have matched. */
static int match(const struct search *s, const char *folder, const char *pattern)
{
	char part[PATH_BYTES], path[PATH_BYTES];
	const char *slash = strchr(pattern, '/');
	_cleanup_(names_free) struct names names = { 0 };
	struct stat st;
	int err;

	snprintf(part, sizeof(part), "%.*s", slash ? (int)(slash - pattern) : (int)strlen(pattern), pattern);
	err = list(s, folder, part, &names);
	for (size_t i = 0; i < names.n && !err; i++) {
		if (!fits(s, part, names.items[i]))
			continue;
		if ((size_t)snprintf(path, sizeof(path), "%s%s%s", folder, *folder ? "/" : "", names.items[i]) >=
		    sizeof(path))
			continue;
		if (sysroot_stat(s->r, path, slash, &st) < 0)
			continue;
		if (slash)
			err = S_ISDIR(st.st_mode) ? match(s, path, slash + 1) : 0;
		else if (!is_other(s->r, part, path))
			err = s->add(s->self, path, s->by_kernel_install);
	}
	return err;
}

static int find(const struct search *s, const char *pattern)
{
	char filled[PATH_BYTES];
	int err = fill_in(s, pattern, filled);

	return err ? err : match(s, "", filled);
}

/* BUILD_ID of os-release(5), of which dracut takes the first. "": it has none. */
static int read_build_id(const struct sysroot *r, char *id, size_t size)
{
	static const char *const files[] = { "etc/os-release", "usr/lib/os-release" };

	*id = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(files) && !*id; i++) {
		char *text, *rest, *line;
		size_t len;
		int err = sysroot_read_all(r, files[i], OS_RELEASE_MAX, &text, &len);

		if (err == -ENOMEM)
			return err;
		if (err)
			continue;
		for (rest = text; !*id && (line = strsep(&rest, "\n"));)
			if (strncmp(line, "BUILD_ID=", 9) == 0) {
				line += 9 + strspn(line + 9, "\"'");
				snprintf(id, size, "%.*s", (int)strcspn(line, "\"' \t\r"), line);
			}
		free(text);
	}
	return 0;
}

bool token_read(const struct sysroot *r, const char *path, char token[TOKEN_LEN])
{
	return sysroot_read_line(r, token, TOKEN_LEN, "%s", path) && *token && !strchr(token, '/');
}

static bool has_token(const struct sysroot *r, const char *token)
{
	char is[TOKEN_LEN];

	return token_read(r, ENTRY_TOKEN, is) && strcmp(is, token) == 0;
}

int places_find(const struct sysroot *r, const char *release, place_add *add, void *self)
{
	char id[128];
	struct search s = { .r = r, .name = release, .build_id = id, .add = add, .self = self };
	int err = read_build_id(r, id, sizeof(id));

	for (size_t i = 0; i < ARRAY_SIZE(places) && !err; i++) {
		const struct place *p = &places[i];
		bool each = strncmp(p->pattern, "%e", 2) == 0;

		if ((p->token && has_token(r, p->token)) || (!*id && strstr(p->pattern, "%b")))
			continue;
		s.by_kernel_install = p->by_kernel_install;
		for (size_t k = 0; (k == 0 || each) && boot_targets[k] && !err; k++) {
			s.esp = boot_targets[k] + 1;
			err = find(&s, p->pattern);
		}
	}
	return err;
}

int places_find_pkgbase(const struct sysroot *r, const char *pkgbase, place_add *add, void *self)
{
	struct search s = { .r = r, .name = pkgbase, .add = add, .self = self };
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(pkgbase_places) && !err; i++)
		err = find(&s, pkgbase_places[i]);
	return err;
}
