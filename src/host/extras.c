/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "extras.h"

#include <sys/stat.h>

#include "../core/plan.h"
#include "contents.h"
#include "extra.h"
#include "kernels.h"

#define EXTRA_BYTES_MAX (256u << 20)
#define EMPTY_LEN 124 /* what libarchive makes of no files: a trailer, and no padding */
#define PATH_BYTES 512

/* The first entry is the folder usr: that tells them from other files without reading more. */
static const char start[] = "070701";
#define NAME_AT 110 /* of newc's header, which starts so */

static void free_char(char **p)
{
	free(*p);
}

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

	if (!S_ISDIR(e->mode) && strncmp(e->name, STAGING_FOLDER "/", strlen(STAGING_FOLDER "/")) != 0 &&
	    (!end || strcmp(end, "/earlybind.service") != 0))
		*others = true;
	return 0;
}

static void trailer(void *self)
{
	(void)self;
}

bool extra_is(const unsigned char *data, size_t len)
{
	char why[SEGMENTS_WHY_LEN];
	bool others = false;
	const struct newc_visitor v = { .wants = wants_nothing, .visit = visit, .trailer = trailer, .self = &others };

	if (len > EMPTY_LEN && (len < NAME_AT + 4 || memcmp(data + NAME_AT, "usr", 4) != 0))
		return false;
	return len >= EMPTY_LEN && memcmp(data, start, strlen(start)) == 0 && segments_walk(data, len, &v, why) == 0 &&
	       !others;
}

static bool starts_like_one(const struct sysroot *r, const char *path)
{
	char head[NAME_AT + 4];
	struct stat st;

	return fstatat(r->fd, path, &st, 0) == 0 && S_ISREG(st.st_mode) &&
	       sysroot_pread(r, path, head, sizeof(head), 0) == (ssize_t)sizeof(head) &&
	       memcmp(head, start, strlen(start)) == 0 && memcmp(head + NAME_AT, "usr", 4) == 0;
}

/* 1: an archive of ours, for this kernel; 0: not; -ENOMEM. */
static int is_for(const struct sysroot *r, const char *path, const char *release)
{
	static const char *const patterns[] = { STAGING_FOLDER "/plan", NULL };
	_cleanup_(free_char) char *data = NULL;
	struct contents c = { 0 };
	const struct content *plan;
	char why[SEGMENTS_WHY_LEN], line[KERNEL_LEN + 16];
	size_t len;
	int ret = sysroot_read_all(r, path, EXTRA_BYTES_MAX, &data, &len);

	if (ret || !extra_is((unsigned char *)data, len))
		return ret == -ENOMEM ? ret : 0;
	ret = contents_read((unsigned char *)data, len, patterns, &c, why);
	if (ret)
		return ret == -ENOMEM ? ret : 0;
	snprintf(line, sizeof(line), "\nkernel %s\n", release);
	plan = contents_find(&c, STAGING_FOLDER "/plan");
	ret = plan && strstr(plan->data, line);
	contents_free(&c);
	return ret;
}

int extras_find(const struct sysroot *r, const char *folder, const char *release, struct names *out)
{
	struct names names;
	int ret = sysroot_list(r, folder, &names);

	if (ret)
		return ret == -ENOMEM ? ret : 0; /* what cannot be listed is not found */
	for (size_t i = 0; i < names.n && ret >= 0; i++) {
		char path[PATH_BYTES];

		if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, names.items[i]) >= sizeof(path) ||
		    !starts_like_one(r, path))
			continue;
		if (kernels_has(out, path))
			continue;
		ret = is_for(r, path, release);
		if (ret > 0)
			ret = names_add(out, path);
	}
	names_free(&names);
	return ret < 0 ? ret : 0;
}
