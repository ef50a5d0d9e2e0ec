/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels.h"

#include "../../core/plan.h"

#define PATH_BYTES 512

static const char *const module_dirs[] = { "usr/lib/modules", "lib/modules" };

bool kernel_is_release(const char *s)
{
	size_t len = strlen(s);

	for (size_t i = 0; i < len; i++)
		if (s[i] <= ' ' || s[i] > '~' || s[i] == '/')
			return false;
	return len && len < KERNEL_LEN && *s != '.';
}

static bool has_in_modules(const struct sysroot *r, const char *release, const char *file)
{
	for (size_t i = 0; i < ARRAY_SIZE(module_dirs); i++) {
		char path[PATH_BYTES];

		snprintf(path, sizeof(path), "%s/%s%s", module_dirs[i], release, file);
		if (sysroot_exists(r, path))
			return true;
	}
	return false;
}

bool kernel_is_there(const struct sysroot *r, const char *release)
{
	return has_in_modules(r, release, "/modules.dep");
}

bool kernel_has_folder(const struct sysroot *r, const char *release)
{
	return has_in_modules(r, release, "");
}

static int by_version(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

static int add_kernels(const struct sysroot *r, const char *dir, bool without_index, struct names *out)
{
	_cleanup_(names_free) struct names found = { 0 };
	int err = sysroot_list(r, dir, &found);

	if (err)
		return err == -ENOENT ? 0 : err;
	for (size_t i = 0; i < found.n && !err; i++) {
		const char *name = found.items[i];

		if (!kernel_is_release(name) || names_has(out, name))
			continue;
		if (without_index || kernel_is_there(r, name))
			err = names_add(out, name);
	}
	return err;
}

static int list(const struct sysroot *r, bool without_index, struct names *out)
{
	int err = 0;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < ARRAY_SIZE(module_dirs) && !err; i++)
		err = add_kernels(r, module_dirs[i], without_index, out);
	return err;
}

int kernels_find(const struct sysroot *r, struct names *out)
{
	int err = list(r, false, out);

	if (err)
		names_free(out);
	else if (out->n)
		qsort(out->items, out->n, sizeof(*out->items), by_version);
	return err;
}

int kernels_find_all(const struct sysroot *r, struct names *out)
{
	int err = list(r, true, out);

	if (err)
		names_free(out);
	return err;
}

int pkgbase_of(const struct sysroot *r, const char *release, char *name, size_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(module_dirs); i++) {
		char path[PATH_BYTES];
		ssize_t n;

		snprintf(path, sizeof(path), "%s/%s/pkgbase", module_dirs[i], release);
		n = sysroot_read(r, path, name, size);
		if (n == -EFBIG)
			return -ENAMETOOLONG;
		if (n < 0)
			continue;
		name[strcspn(name, "\n")] = '\0';
		if (kernel_is_release(name))
			return 0;
	}
	return -ENOENT;
}

/* Documentation/arch/x86/boot.rst: kernel_version */
bool kernel_of_file(const struct sysroot *r, const char *path, char release[KERNEL_LEN])
{
	unsigned char header[14]; /* from 0x202 on */

	if (sysroot_pread(r, path, header, sizeof(header), 0x202) != sizeof(header) || memcmp(header, "HdrS", 4) != 0)
		return false;
	memset(release, 0, KERNEL_LEN);
	if (sysroot_pread(r, path, release, KERNEL_LEN - 1, 0x200 + (header[12] | header[13] << 8)) <= 0)
		return false;
	release[strcspn(release, " ")] = '\0';
	return kernel_is_release(release);
}
