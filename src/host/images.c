/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "images.h"

#include <ctype.h>
#include <fnmatch.h>
#include <sys/stat.h>

#include "../core/array.h"
#include "../core/plan.h"
#include "kernels.h"
#include "presets.h"

#define BOOT "boot/"
#define PATH_BYTES 512

/*
 * Where images are: patterns of fnmatch, a part of a path each. %k: the release. Rescue and kdump images have other
 * names. The last files are the boot loader's: an entry token or machine-id comes first.
 */
static const struct {
	const char *pattern;
	bool by_kernel_install;
} places[] = {
	{ "boot/initrd.img-%k", false },               /* Debian: initramfs-tools and dracut */
	{ "boot/initramfs-%k.img", false },            /* dracut */
	{ "boot/initrd-%k", false },                   /* dracut of openSUSE */
	{ "usr/lib/modules/%k/initramfs.img", false }, /* ostree */
	{ "boot/*/%k/initrd*", true },
	{ "efi/*/%k/initrd*", true },
	{ "boot/efi/*/%k/initrd*", true },
	{ "boot/EFI/Linux/*-%k.efi", true },
	{ "efi/EFI/Linux/*-%k.efi", true },
	{ "boot/efi/EFI/Linux/*-%k.efi", true },
	/* kernel-install with boot counting */
	{ "boot/EFI/Linux/*-%k+*.efi", true },
	{ "efi/EFI/Linux/*-%k+*.efi", true },
	{ "boot/efi/EFI/Linux/*-%k+*.efi", true },
	/* dracut --uefi: linux-RELEASE-MACHINEID.efi */
	{ "boot/EFI/Linux/linux-%k-????????????????????????????????.efi", false },
	{ "efi/EFI/Linux/linux-%k-????????????????????????????????.efi", false },
	{ "boot/efi/EFI/Linux/linux-%k-????????????????????????????????.efi", false },
};

/* The same of dracut on Arch. %k: the pkgbase. mkinitcpio has a preset, which says where they are. */
static const char *const pkgbase_places[] = { "boot/initramfs-%k.img", "boot/initramfs-%k-fallback.img" };

/* "boot/initrd.img-%k": the name of an image in /boot, where the kernels are too. */
static bool is_flat(const char *pattern)
{
	return strncmp(pattern, BOOT, strlen(BOOT)) == 0 && !strpbrk(pattern, "*?");
}

/*
 * "boot/initrd.img-%k" and "initrd.img-5.5.5" -> "5.5.5", of a kernel that is there to boot: initrd.img-5.5.5.bak and
 * images for kdump have none. The rescue image ("0-rescue-...") is of whatever kernel it was made of.
 */
static bool take_release(const struct sysroot *r, const char *pattern, const char *name, char release[KERNEL_LEN])
{
	const char *file = pattern + strlen(BOOT), *end = strstr(file, "%k") + 2;
	size_t before = strlen(file) - strlen(end) - 2, len = strlen(name);
	char kernel[PATH_BYTES];

	if (len <= before + strlen(end) || strncmp(name, file, before) != 0 ||
	    strcmp(name + len - strlen(end), end) != 0)
		return false;
	snprintf(release, KERNEL_LEN, "%.*s", (int)(len - before - strlen(end)), name + before);
	snprintf(kernel, sizeof(kernel), BOOT "vmlinuz-%s", release);
	return isdigit((unsigned char)*release) && strncmp(release, "0-rescue", 8) != 0 && kernel_is_release(release) &&
	       sysroot_exists(r, kernel);
}

static int add_from_images(const struct sysroot *r, struct names *out)
{
	char release[KERNEL_LEN];
	struct names found;
	int err = sysroot_list(r, "boot", &found);

	if (err)
		return err == -ENOMEM ? err : 0; /* what cannot be listed cannot be judged */
	for (size_t i = 0; i < ARRAY_SIZE(places) && !err; i++)
		for (size_t k = 0; k < found.n && is_flat(places[i].pattern) && !err; k++)
			if (take_release(r, places[i].pattern, found.items[k], release) && !kernels_has(out, release))
				err = names_add(out, release);
	names_free(&found);
	return err;
}

int releases_find(const struct sysroot *r, struct names *out)
{
	int err = kernels_find_all(r, out);

	if (!err)
		err = add_from_images(r, out);
	if (err)
		names_free(out);
	return err;
}

void images_free(struct image_files *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->items[i].path);
	free(f->items);
	for (size_t i = 0; i < f->n_left; i++)
		free(f->left[i].path);
	free(f->left);
	memset(f, 0, sizeof(*f));
}

static struct image_file *find(const struct image_files *f, const char *path)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->items[i].path, path) == 0)
			return &f->items[i];
	return NULL;
}

static int add_image(struct image_files *out, const char *path, bool by_kernel_install)
{
	struct image_file file = { .path = strdup(path), .by_kernel_install = by_kernel_install };

	if (find(out, path)) {
		free(file.path);
		return 0;
	}
	if (!file.path || array_add(&out->items, &out->n, &file, sizeof(file))) {
		free(file.path);
		return -ENOMEM;
	}
	return 0;
}

static int add_left(struct image_files *out, const char *path, const char *why)
{
	struct image_left left = { .path = strdup(path), .why = why };

	if (!left.path || array_add(&out->left, &out->n_left, &left, sizeof(left))) {
		free(left.path);
		return -ENOMEM;
	}
	return 0;
}

/* Replaces %k by the release, of which nothing means more than itself. -ENAMETOOLONG. */
static int fill_in(const char *pattern, const char *release, char out[PATH_BYTES])
{
	size_t len = 0;

	for (const char *p = pattern; *p; p++) {
		bool kernel = p[0] == '%' && p[1] == 'k';

		for (const char *k = kernel ? release : (char[2]){ *p }; *k; k++) {
			if (len + 3 > PATH_BYTES)
				return -ENAMETOOLONG;
			if (kernel && strchr("*?[\\", *k))
				out[len++] = '\\';
			out[len++] = *k;
		}
		p += kernel;
	}
	out[len] = '\0';
	return 0;
}

/* What only a pattern matches may be a folder of another purpose (initrd.d). */
static bool is_other(const struct sysroot *r, const char *part, const char *path)
{
	struct stat st;

	return strpbrk(part, "*?") && fstatat(r->fd, path, &st, 0) == 0 && !S_ISREG(st.st_mode);
}

/* Goes down one part of the pattern; `folder` is what the parts before have matched. */
static int match(const struct sysroot *r, const char *folder, const char *pattern, bool flag, struct image_files *out)
{
	char part[PATH_BYTES], path[PATH_BYTES];
	const char *slash = strchr(pattern, '/');
	struct names names;
	int err;

	snprintf(part, sizeof(part), "%.*s", slash ? (int)(slash - pattern) : (int)strlen(pattern), pattern);
	err = sysroot_list(r, *folder ? folder : ".", &names);
	if (err)
		return err == -ENOMEM ? err : 0; /* what cannot be listed holds no image that could be read */
	for (size_t i = 0; i < names.n && !err; i++) {
		if (fnmatch(part, names.items[i], 0) != 0)
			continue;
		if ((size_t)snprintf(path, sizeof(path), "%s%s%s", folder, *folder ? "/" : "", names.items[i]) >=
		    sizeof(path))
			continue;
		if (slash)
			err = match(r, path, slash + 1, flag, out);
		else if (!is_other(r, part, path))
			err = add_image(out, path, flag);
	}
	names_free(&names);
	return err;
}

static int add_preset(const struct sysroot *r, const char *name, struct image_files *out)
{
	struct preset preset;
	int err = preset_read(r, name, &preset);

	if (err)
		return err == -ENOMEM ? err : 0;
	snprintf(out->unclear, sizeof(out->unclear), "%s", preset.unclear);
	for (size_t i = 0; i < preset.images.n && !err; i++)
		err = add_image(out, preset.images.items[i], false);
	for (size_t i = 0; i < preset.left.n && !err; i++)
		if (!find(out, preset.left.items[i]))
			err = add_left(out, preset.left.items[i], "PRESETS in its preset does not name it");
	preset_free(&preset);
	return err;
}

static int add_matches(const struct sysroot *r, const char *pattern, const char *name, bool flag,
		       struct image_files *out)
{
	char filled[PATH_BYTES];
	int err = fill_in(pattern, name, filled);

	return err ? err : match(r, "", filled, flag, out);
}

/* 1: another kernel has this pkgbase too. A folder is kept of a kernel that runs and was upgraded. 0 or -ENOMEM. */
static int is_shared(const struct sysroot *r, const char *release, const char *pkgbase)
{
	struct names kernels;
	char name[KERNEL_LEN];
	int err = kernels_find(r, &kernels), shared = 0;

	if (err)
		return err == -ENOMEM ? err : 0;
	for (size_t i = 0; i < kernels.n; i++)
		if (strcmp(kernels.items[i], release) != 0 &&
		    pkgbase_of(r, kernels.items[i], name, sizeof(name)) == 0 && strcmp(name, pkgbase) == 0)
			shared = 1;
	names_free(&kernels);
	return shared;
}

/* Moves what was found last to those that are left. */
static int leave_doubtful(struct image_files *out, size_t first)
{
	int err = 0;

	while (out->n > first && !err) {
		err = add_left(
			out, out->items[out->n - 1].path,
			"the kernel beside it does not say which of those with this name in their pkgbase it is");
		if (!err)
			free(out->items[--out->n].path);
		out->doubtful = true;
	}
	return err;
}

/* They are those of the kernel that is beside them: boot/vmlinuz-PKGBASE. */
static int add_of_pkgbase(const struct sysroot *r, const char *release, const char *pkgbase, struct image_files *out)
{
	char kernel[PATH_BYTES], says[KERNEL_LEN];
	size_t before = out->n;
	bool known;
	int err = 0;

	snprintf(kernel, sizeof(kernel), BOOT "vmlinuz-%s", pkgbase);
	known = kernel_of_file(r, kernel, says);
	if (known && strcmp(says, release) != 0)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(pkgbase_places) && !err; i++)
		err = add_matches(r, pkgbase_places[i], pkgbase, false, out);
	if (err || known)
		return err;
	err = is_shared(r, release, pkgbase);
	return err > 0 ? leave_doubtful(out, before) : err;
}

/* Those that have no release in their names. */
static int add_named(const struct sysroot *r, const char *release, struct image_files *out)
{
	char name[KERNEL_LEN];

	if (preset_of(r, release, name, sizeof(name)) == 0)
		return add_preset(r, name, out);
	if (pkgbase_of(r, release, name, sizeof(name)))
		return 0;
	/* A preset that is not this kernel's: another one has the pkgbase by now, and the images. */
	return preset_exists(r, name) ? 0 : add_of_pkgbase(r, release, name, out);
}

/* "arch-6.1+3-0.efi" and "arch-6.1.efi" are one stem: where the boot counter is cut off, else where the suffix is. */
static size_t stem_of(const char *path)
{
	size_t len = strlen(path) - strlen(".efi"), at = len;

	while (at && strchr("0123456789-", path[at - 1]))
		at--;
	return at && at < len && path[at - 1] == '+' ? at - 1 : len;
}

static bool is_older(const struct sysroot *r, const char *a, const char *b)
{
	struct stat x, y;

	if (fstatat(r->fd, a, &x, 0) < 0 || fstatat(r->fd, b, &y, 0) < 0)
		return false;
	return x.st_mtim.tv_sec != y.st_mtim.tv_sec ? x.st_mtim.tv_sec < y.st_mtim.tv_sec
						    : x.st_mtim.tv_nsec < y.st_mtim.tv_nsec;
}

static bool is_superseded(const struct sysroot *r, const struct image_files *f, const struct image_file *image)
{
	size_t stem;

	if (!image->by_kernel_install || fnmatch("*.efi", image->path, 0) != 0)
		return false;
	stem = stem_of(image->path);
	for (size_t i = 0; i < f->n; i++) {
		const char *path = f->items[i].path;

		if (fnmatch("*.efi", path, 0) == 0 && stem_of(path) == stem && strncmp(path, image->path, stem) == 0 &&
		    is_older(r, image->path, path))
			return true;
	}
	return false;
}

/*
 * kernel-install writes a UKI with a boot counter (90-uki-copy.install), and leaves the one that has booted to fall
 * back on. When the new one has booted, it takes the other's name.
 */
static int leave_superseded(const struct sysroot *r, struct image_files *out)
{
	for (size_t i = 0; i < out->n;) {
		struct image_file *image = &out->items[i];
		int err;

		if (!is_superseded(r, out, image)) {
			i++;
			continue;
		}
		err = add_left(out, image->path, "a newer one with another boot counter stands beside it");
		if (err)
			return err;
		free(image->path);
		memmove(image, image + 1, (--out->n - i) * sizeof(*image));
	}
	return 0;
}

int images_find(const struct sysroot *r, const char *release, struct image_files *out)
{
	int err = 0;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < ARRAY_SIZE(places) && !err; i++)
		err = add_matches(r, places[i].pattern, release, places[i].by_kernel_install, out);
	if (!err)
		err = add_named(r, release, out);
	if (!err)
		err = leave_superseded(r, out);
	if (err)
		images_free(out);
	return err;
}
