/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "addons.h"

#include <sys/stat.h>

#include "../../core/array.h"
#include "../initramfs/contents.h"
#include "addon.h"

#define EXTRA_BYTES_MAX (256u << 20)
#define EMPTY_LEN 124 /* what libarchive makes of no files: a trailer, and no padding */
#define PATH_BYTES 512

static const char magic[] = "070701";
#define NAME_AT 110 /* of newc's header, which starts so */
#define HEAD_LEN (NAME_AT + 4)

static bool wants_nothing(void *self, const struct newc_entry *e)
{
	(void)self;
	(void)e;
	return false;
}

/* Ours are folders, what is in our own, the unit and the link to it. */
static int visit(void *self, struct newc_entry *e)
{
	const char *end = strrchr(e->name, '/');
	bool *others = self;

	if (!S_ISDIR(e->mode) && strncmp(e->name, DESTDIR_FOLDER "/", strlen(DESTDIR_FOLDER "/")) != 0 &&
	    (!end || strcmp(end, "/earlybind.service") != 0))
		*others = true;
	return 0;
}

static void trailer(void *self)
{
	(void)self;
}

/* The first entry is the folder usr: that tells them from other files without reading more. */
static bool starts_like_one(const void *head, size_t len)
{
	return len >= HEAD_LEN && memcmp(head, magic, strlen(magic)) == 0 &&
	       memcmp((const char *)head + NAME_AT, "usr", 4) == 0;
}

bool addon_is(const unsigned char *data, size_t len)
{
	char why[SEGMENTS_WHY_LEN];
	bool others = false;
	const struct newc_visitor v = { .wants = wants_nothing, .visit = visit, .trailer = trailer, .self = &others };

	if (len == EMPTY_LEN ? memcmp(data, magic, strlen(magic)) != 0 : len < EMPTY_LEN || !starts_like_one(data, len))
		return false;
	return segments_walk(data, len, &v, why) == 0 && !others;
}

static bool could_be_one(const struct sysroot *r, const char *path)
{
	char head[HEAD_LEN];
	struct stat st;

	return sysroot_stat(r, path, true, &st) == 0 && S_ISREG(st.st_mode) &&
	       sysroot_pread(r, path, head, sizeof(head), 0) == (ssize_t)sizeof(head) &&
	       starts_like_one(head, sizeof(head));
}

/* Adds it if it is an archive of ours with a plan. 0 or -ENOMEM. */
static int add(const struct sysroot *r, const char *path, struct addons *out)
{
	static const char *const patterns[] = { DESTDIR_FOLDER "/plan", NULL };
	_cleanup_(free_pointer) char *data = NULL;
	_cleanup_(contents_free) struct contents c = { 0 };
	struct addon item = { 0 };
	const struct content *plan;
	char why[SEGMENTS_WHY_LEN];
	size_t len;
	int err = sysroot_read_all(r, path, EXTRA_BYTES_MAX, &data, &len);

	if (err || !addon_is((unsigned char *)data, len))
		return err == -ENOMEM ? err : 0;
	err = contents_read((unsigned char *)data, len, patterns, &c, why);
	plan = err ? NULL : contents_find(&c, DESTDIR_FOLDER "/plan");
	if (!plan || !plan_tells_kernel(plan->data, plan->len, item.kernel))
		return err == -ENOMEM ? err : 0;
	item.path = strdup(path);
	if (item.path && array_add(&out->items, &out->n, &item, sizeof(item)) == 0)
		return 0;
	free(item.path);
	return -ENOMEM;
}

int addons_find(const struct sysroot *r, const char *folder, struct addons *out)
{
	_cleanup_(names_free) struct names names = { 0 };
	int err;

	if (names_has(&out->folders, folder))
		return 0;
	err = names_add(&out->folders, folder);
	if (!err)
		err = sysroot_list_any(r, folder, &names);
	for (size_t i = 0; i < names.n && !err; i++) {
		char path[PATH_BYTES];

		if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, names.items[i]) < sizeof(path) &&
		    could_be_one(r, path))
			err = add(r, path, out);
	}
	return err;
}

void addons_free(struct addons *a)
{
	names_free(&a->folders);
	for (size_t i = 0; i < a->n; i++)
		free(a->items[i].path);
	free(a->items);
	memset(a, 0, sizeof(*a));
}
