/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "images.h"

#include <fnmatch.h>
#include <sys/stat.h>

#include "../../core/array.h"
#include "../../core/plan.h"
#include "../loader/bls.h"
#include "kernels.h"
#include "mkinitcpio_preset.h"
#include "places.h"
#include "renewer.h"

#define BOOT "boot/"
#define PATH_BYTES 512

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

/* The same name in one folder, which may be reached by more than one way: /efi may be a link to /boot, or the same ESP.
 */
bool image_is_same(const struct sysroot *r, const char *a, const char *b)
{
	const char *x = strrchr(a, '/'), *y = strrchr(b, '/');
	char folder[PATH_BYTES];
	struct stat of_a, of_b;

	if (strcmp(a, b) == 0 || !x || !y || strcmp(x, y) != 0)
		return strcmp(a, b) == 0;
	snprintf(folder, sizeof(folder), "%.*s", (int)(x - a), a);
	if (sysroot_stat(r, folder, true, &of_a) < 0)
		return false;
	snprintf(folder, sizeof(folder), "%.*s", (int)(y - b), b);
	return sysroot_stat(r, folder, true, &of_b) == 0 && of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

static struct image_file *find(const struct sysroot *r, const struct image_files *f, const char *path)
{
	for (size_t i = 0; i < f->n; i++)
		if (image_is_same(r, f->items[i].path, path))
			return &f->items[i];
	return NULL;
}

static int add_image(const struct sysroot *r, struct image_files *out, const char *path, struct image_file file)
{
	struct image_file *same = find(r, out, path);

	if (same) {
		same->bare |= file.bare;
		return 0;
	}
	file.hashed = renewer_is_hash(path);
	file.path = strdup(path);
	if (!file.path || array_add(&out->items, &out->n, &file, sizeof(file))) {
		free(file.path);
		return -ENOMEM;
	}
	return 0;
}

/* What places_find() finds goes there. */
struct found {
	const struct sysroot *r;
	struct image_files *out;
};

static int add_place(void *self, const char *path, bool by_kernel_install)
{
	const struct found *found = self;

	return add_image(found->r, found->out, path, (struct image_file){ .by_kernel_install = by_kernel_install });
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

static int add_preset(const struct sysroot *r, const char *name, struct image_files *out)
{
	_cleanup_(preset_free) struct preset preset = { 0 };
	int err = preset_read(r, name, &preset);

	if (err)
		return err == -ENOMEM ? err : 0;
	snprintf(out->unclear, sizeof(out->unclear), "%s", preset.unclear);
	for (size_t i = 0; i < preset.images.n && !err; i++)
		err = add_image(r, out, preset.images.items[i], (struct image_file){ 0 });
	for (size_t i = 0; i < preset.bare.n && !err; i++)
		err = add_image(r, out, preset.bare.items[i], (struct image_file){ .bare = true });
	for (size_t i = 0; i < preset.left.n && !err; i++)
		if (!find(r, out, preset.left.items[i]))
			err = add_left(out, preset.left.items[i], "PRESETS in its preset does not name it");
	return err;
}

/* 1: another kernel has this pkgbase too. A folder is kept of a kernel that runs and was upgraded. 0 or -ENOMEM. */
static int is_shared(const struct sysroot *r, const char *release, const char *pkgbase)
{
	_cleanup_(names_free) struct names kernels = { 0 };
	char name[KERNEL_LEN];
	int err = kernels_find(r, &kernels), shared = 0;

	if (err)
		return err == -ENOMEM ? err : 0;
	for (size_t i = 0; i < kernels.n; i++)
		if (strcmp(kernels.items[i], release) != 0 &&
		    pkgbase_of(r, kernels.items[i], name, sizeof(name)) == 0 && strcmp(name, pkgbase) == 0)
			shared = 1;
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
	int err;

	snprintf(kernel, sizeof(kernel), BOOT "vmlinuz-%s", pkgbase);
	known = kernel_of_file(r, kernel, says);
	if (known && strcmp(says, release) != 0)
		return 0;
	err = places_find_pkgbase(r, pkgbase, add_place, &(struct found){ r, out });
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

static bool is_older(const struct sysroot *r, const char *a, const char *b)
{
	struct stat x, y;

	if (sysroot_stat(r, a, true, &x) < 0 || sysroot_stat(r, b, true, &y) < 0)
		return false;
	return x.st_mtim.tv_sec != y.st_mtim.tv_sec ? x.st_mtim.tv_sec < y.st_mtim.tv_sec
						    : x.st_mtim.tv_nsec < y.st_mtim.tv_nsec;
}

static bool is_superseded(const struct sysroot *r, const struct image_files *f, const struct image_file *image)
{
	size_t stem;

	if (!image->by_kernel_install || fnmatch("*.efi", image->path, 0) != 0)
		return false;
	stem = bls_stem(image->path, ".efi");
	for (size_t i = 0; i < f->n; i++) {
		const char *path = f->items[i].path;

		if (fnmatch("*.efi", path, 0) == 0 && bls_stem(path, ".efi") == stem &&
		    strncmp(path, image->path, stem) == 0 && is_older(r, image->path, path))
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
		out->left[out->n_left - 1].superseded = true;
		free(image->path);
		memmove(image, image + 1, (--out->n - i) * sizeof(*image));
	}
	return 0;
}

int images_find(const struct sysroot *r, const char *release, struct image_files *out)
{
	int err;

	memset(out, 0, sizeof(*out));
	err = places_find(r, release, add_place, &(struct found){ r, out });
	if (!err)
		err = add_named(r, release, out);
	if (!err)
		err = leave_superseded(r, out);
	if (err)
		images_free(out);
	return err;
}

/* What is behind the name that all kernels have; NULL: it is no kernel's, one with a release, or an old one's. */
static const char *kernel_suffix(const char *name)
{
	static const char *const stems[] = { "vmlinuz", "bzImage", "kernel", "linux" };

	for (size_t i = 0; i < ARRAY_SIZE(stems); i++) {
		const char *rest = name + strlen(stems[i]);

		if (strncmp(name, stems[i], strlen(stems[i])) == 0 && (!*rest || strchr("-.", *rest)) &&
		    !strpbrk(rest, "0123456789") && !strstr(rest, "old") && !strstr(rest, "bak"))
			return rest;
	}
	return NULL;
}

void image_pairs_free(struct image_pairs *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->items[i].path);
	free(p->items);
	memset(p, 0, sizeof(*p));
}

static int add_pair(struct image_pairs *out, const char *path, const char *kernel)
{
	struct image_pair pair = { .path = strdup(path) };

	snprintf(pair.kernel, sizeof(pair.kernel), "%s", kernel);
	if (pair.path && array_add(&out->items, &out->n, &pair, sizeof(pair)) == 0)
		return 0;
	free(pair.path);
	return -ENOMEM;
}

/* The images that may stand beside a kernel with this suffix. A link is to one that has a release. */
static int add_beside(const struct sysroot *r, const char *esp, const char *suffix, const char *kernel,
		      struct image_pairs *out)
{
	static const char *const names[] = { "initramfs%s", "initramfs%s.img", "initrd%s", "initrd%s.img",
					     "initrd.img%s" };
	size_t len = strlen(suffix), efi = strlen(".efi");
	int err = 0;

	len -= len >= efi && strcmp(suffix + len - efi, ".efi") == 0 ? efi : 0;
	for (size_t i = 0; i < ARRAY_SIZE(names) && !err; i++) {
		const char *mark = strstr(names[i], "%s");
		char path[PATH_BYTES], to[PATH_BYTES];

		snprintf(path, sizeof(path), "%s/%.*s%.*s%s", esp, (int)(mark - names[i]), names[i], (int)len, suffix,
			 mark + 2);
		if (sysroot_exists(r, path) && sysroot_readlink(r, path, to, sizeof(to)) < 0)
			err = add_pair(out, path, kernel);
	}
	return err;
}

static int find_pairs(const struct sysroot *r, const char *esp, struct image_pairs *out)
{
	_cleanup_(names_free) struct names found = { 0 };
	int err = sysroot_list_any(r, esp, &found);

	for (size_t i = 0; i < found.n && !err; i++) {
		const char *suffix = kernel_suffix(found.items[i]);
		char path[PATH_BYTES], kernel[KERNEL_LEN];

		if (suffix && (size_t)snprintf(path, sizeof(path), "%s/%s", esp, found.items[i]) < sizeof(path) &&
		    kernel_of_file(r, path, kernel))
			err = add_beside(r, esp, suffix, kernel, out);
	}
	return err;
}

int image_pairs_find(const struct sysroot *r, struct image_pairs *out)
{
	int err = 0;

	out->read = true;
	for (size_t i = 0; boot_targets[i] && !err; i++)
		err = find_pairs(r, boot_targets[i] + 1, out);
	return err;
}

bool images_by_kernel_install(const struct image_files *images)
{
	for (size_t i = 0; i < images->n; i++)
		if (!images->items[i].by_kernel_install)
			return false;
	return images->n > 0;
}
