/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mounts.h"

#include <ctype.h>

#include <libmount/libmount.h>
#include <sys/sysmacros.h>

#include "../../core/array.h"

#define MOUNTINFO "proc/self/mountinfo"
#define SWAPS "proc/swaps"
#define TABLE_MAX (16u << 20)

static char *copy(const char *s, int *error)
{
	char *c = strdup(s ? s : "");

	if (!c)
		*error = -ENOMEM;
	return c;
}

static int add(struct mounts *m, struct libmnt_fs *fs)
{
	struct mount *item = array_grow(&m->items, &m->n, sizeof(*item));
	dev_t number = mnt_fs_get_devno(fs);
	int error = 0;

	if (!item)
		return -ENOMEM;
	item->target = copy(mnt_fs_get_target(fs), &error);
	item->root = copy(mnt_fs_get_root(fs), &error);
	item->source = copy(mnt_fs_get_source(fs), &error);
	item->type = copy(mnt_fs_get_fstype(fs), &error);
	item->options = copy(mnt_fs_get_fs_options(fs), &error);
	item->major = major(number);
	item->minor = minor(number);
	return error;
}

static int ignore(struct libmnt_table *table, const char *name, int line)
{
	(void)table;
	(void)name;
	(void)line;
	return 1; /* a line that libmount cannot read costs only itself */
}

static int parse(FILE *f, struct mounts *out)
{
	struct libmnt_table *table = mnt_new_table();
	struct libmnt_iter *at = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *fs;
	int error = table && at ? 0 : -ENOMEM;

	if (!error) {
		mnt_table_set_parser_errcb(table, ignore);
		mnt_table_parse_stream(table, f, MOUNTINFO);
	}
	while (!error && mnt_table_next_fs(table, at, &fs) == 0)
		error = add(out, fs);
	mnt_free_iter(at);
	mnt_unref_table(table);
	return error;
}

int mounts_read(const struct sysroot *r, struct mounts *out)
{
	char *text;
	size_t len;
	FILE *f;
	int error;

	memset(out, 0, sizeof(*out));
	error = sysroot_read_all(r, MOUNTINFO, TABLE_MAX, &text, &len);
	if (error)
		return error == -ENOMEM ? error : 0;
	f = len ? fmemopen(text, len, "r") : NULL;
	if (f) {
		error = parse(f, out);
		fclose(f);
	} else if (len) {
		error = -ENOMEM;
	}
	free(text);
	if (error)
		mounts_free(out);
	return error;
}

/* "Filename Type Size Used Priority": a line each, the first says so. */
int swaps_read(const struct sysroot *r, struct names *out)
{
	char *text, *rest, *line;
	size_t len;
	int error;

	memset(out, 0, sizeof(*out));
	error = sysroot_read_all(r, SWAPS, TABLE_MAX, &text, &len);
	if (error)
		return error == -ENOMEM ? error : 0;
	for (rest = text; !error && (line = strsep(&rest, "\n"));) {
		char *name;

		line[strcspn(line, " \t")] = '\0';
		if (*line != '/')
			continue;
		name = mnt_unmangle(line);
		error = name ? names_add(out, name) : -ENOMEM;
		free(name);
	}
	free(text);
	if (error)
		names_free(out);
	return error;
}

void mounts_free(struct mounts *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->items[i].target);
		free(m->items[i].root);
		free(m->items[i].source);
		free(m->items[i].type);
		free(m->items[i].options);
	}
	free(m->items);
	memset(m, 0, sizeof(*m));
}

const struct mount *mounts_at(const struct mounts *m, const char *target)
{
	for (size_t i = m->n; i-- > 0;)
		if (strcmp(m->items[i].target, target) == 0)
			return &m->items[i];
	return NULL;
}

/* Whether `path` is `directory` or in it. */
static bool path_is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	if (strcmp(folder, "/") == 0)
		return *path == '/';
	return strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

void mount_pool(const struct mount *m, char pool[POOL_LEN])
{
	bool is = m && strcmp(m->type, "zfs") == 0;

	snprintf(pool, POOL_LEN, "%.*s", is ? (int)strcspn(m->source, "/") : 0, is ? m->source : "");
}

bool mount_is_program(const struct mount *m)
{
	return strcmp(m->type, "fuse") == 0 || strncmp(m->type, "fuse.", 5) == 0;
}

bool mount_is_virtio(const struct mount *m)
{
	char *value;
	size_t len;

	return strcmp(m->type, "virtiofs") == 0 ||
	       (strcmp(m->type, "9p") == 0 && mnt_optstr_get_option(m->options, "trans", &value, &len) == 0 && value &&
		len == strlen("virtio") && memcmp(value, "virtio", len) == 0);
}

const struct mount *mounts_of_file(const struct mounts *m, const char *path)
{
	const struct mount *best = NULL;

	for (size_t i = 0; i < m->n; i++)
		if (path_is_below(path, m->items[i].target) &&
		    (!best || strlen(m->items[i].target) >= strlen(best->target)))
			best = &m->items[i];
	return best;
}

bool name_is_memory(const char *name)
{
	return strncmp(name, "/dev/zram", 9) == 0 ||
	       (strncmp(name, "/dev/ram", 8) == 0 && isdigit((unsigned char)name[8]));
}

bool mount_is_memory(const struct mount *m)
{
	return strcmp(m->type, "tmpfs") == 0 || strcmp(m->type, "ramfs") == 0 || strcmp(m->type, "rootfs") == 0 ||
	       name_is_memory(m->source);
}
