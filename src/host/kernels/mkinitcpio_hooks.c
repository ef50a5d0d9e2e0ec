/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mkinitcpio_hooks.h"

#include <ctype.h>
#include <fnmatch.h>

#include "../../core/array.h"
#include "../lib/shell_file.h"
#include "mkinitcpio_preset.h"

#define INSTALLED "usr/lib/initcpio/functions"
#define CONFIG "etc/mkinitcpio.conf"
#define DROP_INS CONFIG ".d"
#define SUFFIX ".conf"
#define PRESETS "etc/mkinitcpio.d"
#define PATH_BYTES 512

/* HOOKS as the last assignment leaves them. */
struct hooks {
	char where[ROW_FILE_LEN];
	char *value;  /* NULL: nothing assigned them */
	bool unknown; /* a shell alone can tell */
};

static void hooks_free(struct hooks *h)
{
	free(h->value);
}

/* Which one of the words this is, from 1; 0: none. */
static unsigned position(const char *hooks, const char *name)
{
	size_t len = strlen(name);
	unsigned n = 1;

	for (const char *at = hooks; at && *at; n++) {
		at += strspn(at, " \t");
		if (strncmp(at, name, len) == 0 && strchr(" \t", at[len]))
			return n;
		at = strpbrk(at, " \t");
	}
	return 0;
}

/* What builds on the hooks before keeps ours: as our own drop-in does. */
static int note_hooks(const struct shell_assignment *a, void *arg)
{
	struct hooks *h = arg;
	bool open;
	char *copy;

	if (!a->name)
		h->unknown = true;
	if (!a->name || strcmp(a->name, "HOOKS") != 0)
		return 0;
	open = strchr(a->value, SHELL_UNKNOWN) != NULL;
	if (open && h->value && position(h->value, "earlybind"))
		return 0;
	copy = strdup(a->value);
	if (!copy)
		return -ENOMEM;
	free(h->value);
	h->value = copy;
	h->unknown = open;
	snprintf(h->where, sizeof(h->where), "%s", a->where);
	return 0;
}

/* How `sort -V` (gnulib: filevercmp.c) orders a character. */
static int rank(char c)
{
	return c == '~' ? -1 : !c || isdigit((unsigned char)c) ? 0 : isalpha((unsigned char)c) ? c : c + 256;
}

static int compare_versions(const char *a, const char *b)
{
	while (*a || *b) {
		size_t x, y;
		int order;

		for (; (*a && !isdigit((unsigned char)*a)) || (*b && !isdigit((unsigned char)*b)); a++, b++)
			if (rank(*a) != rank(*b))
				return rank(*a) - rank(*b);
		a += strspn(a, "0");
		b += strspn(b, "0");
		x = strspn(a, "0123456789");
		y = strspn(b, "0123456789");
		order = x != y ? (x < y ? -1 : 1) : memcmp(a, b, x);
		if (order)
			return order;
		a += x;
		b += y;
	}
	return 0;
}

/* The length without what is taken for a suffix: (\.[A-Za-z~][A-Za-z0-9~]*)*$ */
static int stem_len(const char *name)
{
	size_t len = strlen(name), end = len;

	while (end > 1 && (isalnum((unsigned char)name[end - 1]) || name[end - 1] == '~')) {
		end--;
		if (name[end - 1] == '.' && !isdigit((unsigned char)name[end]))
			len = --end;
	}
	return (int)len;
}

static int compare_drop_ins(const void *a, const void *b)
{
	char x[PATH_BYTES], y[PATH_BYTES];
	const char *p = *(char *const *)a, *q = *(char *const *)b;
	int order;

	snprintf(x, sizeof(x), "%.*s", stem_len(p), p);
	snprintf(y, sizeof(y), "%.*s", stem_len(q), q);
	order = compare_versions(x, y);
	return order ? order : strcmp(p, q);
}

/* mkinitcpio: LC_ALL=C.UTF-8 sort -zVu. */
static int list_drop_ins(const struct sysroot *r, struct names *out)
{
	_cleanup_(names_free) struct names all = { 0 };
	int err = sysroot_list_any(r, DROP_INS, &all);

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < all.n && !err; i++)
		if (fnmatch("*" SUFFIX, all.items[i], 0) == 0)
			err = names_add(out, all.items[i]);
	if (out->n)
		qsort(out->items, out->n, sizeof(*out->items), compare_drop_ins);
	return err;
}

/* What starts udevd before ours; NULL: nothing does. */
static const char *find_earlier(const char *hooks)
{
	static const char *const starters[] = { "udev", "systemd" };
	unsigned ours = position(hooks, "earlybind");

	for (size_t i = 0; i < ARRAY_SIZE(starters); i++) {
		unsigned at = position(hooks, starters[i]);

		if (at && at < ours)
			return starters[i];
	}
	return NULL;
}

static int tell(const struct hooks *h, enum row_level level, struct rows *rows)
{
	const char *earlier = h->value ? find_earlier(h->value) : NULL, *line = strrchr(h->where, ':');
	struct row *row;

	if (!h->value || h->unknown || (!earlier && position(h->value, "earlybind")))
		return 0;
	row = row_add(rows, ROW_IMAGE, NULL);
	if (!row)
		return -ENOMEM;
	row->level = level;
	row->line = (unsigned)strtoul(line + 1, NULL, 10);
	snprintf(row->file, sizeof(row->file), "%.*s", (int)(line - h->where), h->where);
	if (earlier)
		return row_say(row, "%s: HOOKS has earlybind after %s, which starts what loads drivers: move it before",
			       h->where, earlier);
	return row_say(row,
		       "%s: HOOKS is assigned without earlybind: images of mkinitcpio bind nothing; add earlybind "
		       "after base there",
		       h->where);
}

static struct shell shell_of(struct hooks *h)
{
	return (struct shell){ .each = note_hooks, .arg = h };
}

/* mkinitcpio.conf and its drop-ins. */
static int tell_default(const struct sysroot *r, enum row_level level, struct rows *rows)
{
	_cleanup_(hooks_free) struct hooks h = { 0 };
	_cleanup_(shell_file_free) struct shell sh = shell_of(&h);
	_cleanup_(names_free) struct names drop_ins = { 0 };
	int err = list_drop_ins(r, &drop_ins);

	if (!err)
		err = shell_file_read(&sh, r, CONFIG);
	for (size_t i = 0; i < drop_ins.n && !err; i++) {
		char path[PATH_BYTES];

		snprintf(path, sizeof(path), DROP_INS "/%s", drop_ins.items[i]);
		err = shell_file_read(&sh, r, path);
	}
	return err ? err : tell(&h, level, rows);
}

/* `ALL_config` and `default_config` of a preset: mkinitcpio -c, which reads no drop-ins. */
static int note_config(const struct shell_assignment *a, void *arg)
{
	struct names *out = arg;

	if (!a->name || fnmatch("*_config", a->name, 0) != 0 || *a->value != '/' || strchr(a->value, SHELL_UNKNOWN) ||
	    names_has(out, a->value))
		return 0;
	return names_add(out, a->value);
}

static int find_configs(const struct sysroot *r, struct names *out)
{
	_cleanup_(names_free) struct names presets = { 0 };
	int err = presets_list(r, &presets);

	for (size_t i = 0; i < presets.n && !err; i++) {
		_cleanup_(shell_file_free) struct shell sh = { .each = note_config, .arg = out };
		char path[PATH_BYTES];

		snprintf(path, sizeof(path), PRESETS "/%s.preset", presets.items[i]);
		err = shell_file_read(&sh, r, path);
	}
	return err;
}

static int tell_config(const struct sysroot *r, const char *file, enum row_level level, struct rows *rows)
{
	_cleanup_(hooks_free) struct hooks h = { 0 };
	_cleanup_(shell_file_free) struct shell sh = shell_of(&h);
	int err = shell_file_read(&sh, r, file + strspn(file, "/"));

	return err ? err : tell(&h, level, rows);
}

int mkinitcpio_hooks_tell(const struct sysroot *r, enum row_level level, struct rows *rows)
{
	_cleanup_(names_free) struct names configs = { 0 };
	int err;

	if (!sysroot_exists(r, INSTALLED))
		return 0;
	err = tell_default(r, level, rows);
	if (!err)
		err = find_configs(r, &configs);
	for (size_t i = 0; i < configs.n && !err; i++)
		err = tell_config(r, configs.items[i], level, rows);
	return err;
}
