/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "blockdev.h"

#define CLASS_FOLDER "sys/class/block"
#define LINK_BYTES 1024
#define VALUE_LEN 256

/* An attribute without its LF; NULL: there is none. *error is set when there is no memory. */
static char *attribute(const struct sysroot *r, const char *folder, const char *name, int *error)
{
	char text[VALUE_LEN], *copy;

	if (!sysroot_read_line(r, text, sizeof(text), "%s/%s", folder, name))
		return NULL;
	copy = strdup(text);
	if (!copy)
		*error = -ENOMEM;
	return copy;
}

/* The folder below sys that the link of a class names. "../../devices/..." */
static char *device_folder(const struct sysroot *r, const char *name, int *error)
{
	char path[LINK_BYTES], link[LINK_BYTES], *folder = NULL;
	const char *at = link;

	snprintf(path, sizeof(path), CLASS_FOLDER "/%s", name);
	if (sysroot_readlink(r, path, link, sizeof(link)) < 0)
		return NULL;
	while (strncmp(at, "../", 3) == 0)
		at += 3;
	if (asprintf(&folder, "sys/%s", at) < 0) {
		*error = -ENOMEM;
		return NULL;
	}
	return folder;
}

static bool read_number(const struct sysroot *r, struct blockdev *d)
{
	char path[LINK_BYTES], text[32];

	if (snprintf(path, sizeof(path), "%s/dev", d->folder) >= (int)sizeof(path))
		return false;
	return sysroot_read(r, path, text, sizeof(text)) > 0 && sscanf(text, "%u:%u", &d->major, &d->minor) == 2;
}

/* 0: read; 1: left out; -ENOMEM. */
static int read_device(const struct sysroot *r, const char *name, struct blockdev *d)
{
	int error = 0;
	char *partno;

	if (strlen(name) >= sizeof(d->name))
		return 1;
	snprintf(d->name, sizeof(d->name), "%s", name);
	d->disk = -1;
	d->folder = device_folder(r, name, &error);
	if (!d->folder || !read_number(r, d))
		return error ? error : 1;
	partno = attribute(r, d->folder, "partition", &error);
	d->partno = partno ? (unsigned)strtoul(partno, NULL, 10) : 0;
	free(partno);
	d->dm_name = attribute(r, d->folder, "dm/name", &error);
	d->dm_uuid = attribute(r, d->folder, "dm/uuid", &error);
	return error;
}

static void device_free(struct blockdev *d)
{
	free(d->folder);
	free(d->dm_name);
	free(d->dm_uuid);
	for (size_t i = 0; i < TAG_COUNT; i++)
		free(d->tags[i]);
	memset(d, 0, sizeof(*d));
}

/* A partition's folder is in that of its disk. */
static void find_disk(const struct blockdevs *b, struct blockdev *d)
{
	size_t len = (size_t)(strrchr(d->folder, '/') - d->folder);

	for (size_t i = 0; i < b->n && d->partno; i++)
		if (strlen(b->items[i].folder) == len && strncmp(b->items[i].folder, d->folder, len) == 0)
			d->disk = (int)i;
}

int blockdevs_read(const struct sysroot *r, struct blockdevs *out)
{
	struct names names;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = sysroot_list_any(r, CLASS_FOLDER, &names);
	out->items = calloc(names.n + 1, sizeof(*out->items));
	if (!out->items)
		ret = -ENOMEM;
	for (size_t i = 0; i < names.n && ret >= 0; i++) {
		ret = read_device(r, names.items[i], &out->items[out->n]);
		if (ret == 0)
			out->n++;
		else
			device_free(&out->items[out->n]);
	}
	names_free(&names);
	if (ret < 0) {
		blockdevs_free(out);
		return ret;
	}
	for (size_t i = 0; i < out->n; i++)
		find_disk(out, &out->items[i]);
	return 0;
}

void blockdevs_free(struct blockdevs *b)
{
	for (size_t i = 0; i < b->n; i++)
		device_free(&b->items[i]);
	free(b->items);
	memset(b, 0, sizeof(*b));
}

static bool same_name(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if ((*a == '!' ? '/' : *a) != (*b == '!' ? '/' : *b))
			return false;
	return *a == *b;
}

int blockdev_by_name(const struct blockdevs *b, const char *name)
{
	for (size_t i = 0; i < b->n; i++)
		if (same_name(b->items[i].name, name))
			return (int)i;
	return -1;
}

int blockdev_by_number(const struct blockdevs *b, unsigned major, unsigned minor)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->items[i].major == major && b->items[i].minor == minor)
			return (int)i;
	return -1;
}
