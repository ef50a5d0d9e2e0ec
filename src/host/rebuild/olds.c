/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "olds.h"

#include <sys/stat.h>

#include "../../core/array.h"
#include "../lib/say.h"
#include "keep.h"

#define MARGIN (1u << 20)
#define PATH_BYTES 600

void olds_free(struct olds *o)
{
	for (size_t i = 0; i < o->n; i++)
		free(o->items[i].path);
	free(o->items);
	memset(o, 0, sizeof(*o));
}

struct old_image *olds_find(const struct olds *o, const char *path)
{
	for (size_t i = 0; i < o->n; i++)
		if (strcmp(o->items[i].path, path) == 0)
			return &o->items[i];
	return NULL;
}

static uint64_t to_mib(uint64_t bytes)
{
	return (bytes + (1u << 20) - 1) >> 20;
}

/* The old size, what would be put into it, and a tenth. */
int olds_add(const struct sysroot *r, struct olds *o, const char *path, const struct image *expected)
{
	struct old_image *old = array_grow(&o->items, &o->n, sizeof(*old));
	struct stat st;

	if (!old)
		return -ENOMEM;
	old->path = strdup(path);
	if (!old->path)
		return -ENOMEM;
	if (fstatat(r->fd, path, &st, 0) < 0)
		return -errno;
	old->size = (uint64_t)st.st_size;
	old->grows = old->size / 10 + MARGIN;
	for (size_t i = 0; i < expected->n_files; i++)
		old->grows += expected->files[i].len;
	return space_of(r, path, &old->space, &old->device);
}

/* Where the copies go. */
struct keeping {
	uint64_t size, space; /* of them all; what is free there */
	dev_t device;
};

/*
 * What the images on one file system need: a generator that writes aside needs all of the largest one beside the old.
 * The copies are often on the same.
 */
static uint64_t needed_on(const struct olds *o, const struct keeping *k, bool in_place, dev_t device)
{
	uint64_t sum = device == k->device ? k->size : 0, largest = 0;

	for (size_t i = 0; i < o->n; i++) {
		const struct old_image *old = &o->items[i];

		if (old->device != device)
			continue;
		sum += old->grows;
		if (old->size > largest)
			largest = old->size;
	}
	return in_place ? sum : sum + largest;
}

static bool has_space_for_images(const struct olds *o, const struct keeping *k, bool in_place)
{
	for (size_t i = 0; i < o->n; i++) {
		const struct old_image *old = &o->items[i];
		uint64_t needed = needed_on(o, k, in_place, old->device);

		if (old->space >= needed)
			continue;
		say_error(
			"/%s: the file system has %llu MiB free, and %llu MiB may be needed: remove an old kernel, or "
			"make room; nothing was changed",
			old->path, (unsigned long long)(old->space >> 20), (unsigned long long)to_mib(needed));
		return false;
	}
	return true;
}

static bool has_space_for_copies(const struct keeping *k)
{
	uint64_t needed = k->size + MARGIN;

	if (k->space < needed)
		say_error("/%s: the file system has %llu MiB free, and copies of the images need %llu MiB; nothing was "
			  "changed",
			  KEEP_FOLDER, (unsigned long long)(k->space >> 20), (unsigned long long)to_mib(needed));
	return k->space >= needed;
}

bool olds_have_space(const struct sysroot *r, const struct olds *o, bool in_place)
{
	struct keeping k = { 0 };
	int err = space_of(r, KEEP_FOLDER "/", &k.space, &k.device);

	if (err)
		say_error("/%s: %s", KEEP_FOLDER, strerror(-err));
	for (size_t i = 0; i < o->n; i++)
		k.size += o->items[i].size;
	return !err && has_space_for_images(o, &k, in_place) && has_space_for_copies(&k);
}

int olds_keep(const struct sysroot *r, struct olds *o)
{
	for (size_t i = 0; i < o->n; i++) {
		struct old_image *old = &o->items[i];
		int err = keep_copy(r, old->path);

		if (err) {
			say_error("/%s: no copy can be kept: %s; no image is made", old->path, strerror(-err));
			return err;
		}
		old->kept = true;
	}
	return 0;
}

void olds_drop(const struct sysroot *r, const struct olds *o)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->items[i].kept)
			keep_drop(r, o->items[i].path);
}

void old_restore(const struct sysroot *r, struct old_image *old)
{
	old->untouched = keep_is_same(r, old->path) == 1;
	old->lost = old->untouched ? 0 : keep_restore(r, old->path);
	if (old->lost)
		old->kept = false;
}

void old_say(const struct old_image *old)
{
	char path[PATH_BYTES] = "";

	if (old->untouched)
		printf("/%s: the old image is untouched\n", old->path);
	else if (!old->lost)
		printf("/%s: the old image was put back\n", old->path);
	else if (keep_path(old->path, path, sizeof(path)) == 0)
		say_error("/%s: the old image cannot be put back: %s; its copy is /%s", old->path, strerror(-old->lost),
			  path);
}
