/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Limine's CONFIG.md; the second form of each is that of before version 8:
 *
 *	file     = *(line LF)
 *	line     = entry / option / "#" comment
 *	entry    = 1*"/" ["+"] title / 1*":" ["+"] title        as many as its depth: one that has deeper ones is a menu
 *	option   = name ":" value / name "=" value              name in any case
 *	path     = resource "(" [argument] "):" path ["#" hash] / resource "://" [argument] "/" path ["#" hash]
 *	resource = "boot" / "uuid" / "guid" / "fslabel" / ...
 *
 * limine-entry-tool (Omarchy, CachyOS) writes machine-id and kernel version into comments. Macros, ${NAME}, are not
 * expanded.
 */
#include "limine.h"

#include <ctype.h>
#include <strings.h>

#include "boot_menu.h"

#define VOLUME_MAX 128
#define TITLE_MAX 1024
#define MACHINE_ID_MAX 64

struct limine {
	const struct boot_text *text;
	struct boot_entries *out;
	struct boot_menu menu;
	size_t depth; /* of the entry; 0: none yet */
	char title[TITLE_MAX];
	char machine_id[MACHINE_ID_MAX];
	size_t machine_depth; /* of the entry that has it */
	bool boots;           /* it is no menu */
	struct boot_entry entry;
};

static const struct limine_resource {
	const char *name, *volume;
} resources[] = {
	{ "boot", "" },
	{ "uuid", "UUID=" },
	{ "guid", "UUID=" },
	{ "fslabel", "LABEL=" },
};

/* "uuid(...):/vmlinuz#..." */
struct limine_path {
	const char *resource, *argument, *path;
	size_t resource_len, argument_len, path_len;
};

static const char *find_text(const char *in, size_t len, const char *what)
{
	return memmem(in, len, what, strlen(what));
}

static void split_path(const char *value, size_t len, struct limine_path *p)
{
	const char *end = memrchr(value, '#', len), *open, *close;
	bool old = false;

	end = end ? end : value + len;
	*p = (struct limine_path){ .path = value, .path_len = (size_t)(end - value) };
	open = memchr(value, '(', p->path_len);
	close = open ? find_text(open, (size_t)(end - open), "):") : NULL;
	if (!close) {
		open = find_text(value, p->path_len, "://");
		close = open ? memchr(open + 3, '/', (size_t)(end - open) - 3) : NULL;
		old = true;
	}
	if (!close)
		return;
	p->resource = value;
	p->resource_len = (size_t)(open - value);
	p->argument = open + (old ? 3 : 1);
	p->argument_len = (size_t)(close - p->argument);
	p->path = close + (old ? 0 : 2);
	p->path_len = (size_t)(end - p->path);
}

/* A volume of a disk's number, of a server, or of a partition's number on the same disk is unknown. */
static int set_file(struct boot_file *file, const char *value, size_t len)
{
	struct limine_path p;
	char volume[VOLUME_MAX] = "";
	bool unknown = true;
	int error;

	split_path(value, len, &p);
	for (size_t i = 0; i < ARRAY_SIZE(resources); i++) {
		const struct limine_resource *r = &resources[i];

		if (p.resource_len != strlen(r->name) || memcmp(p.resource, r->name, p.resource_len) != 0 ||
		    !*r->volume != !p.argument_len)
			continue;
		unknown = (size_t)snprintf(volume, sizeof(volume), "%s%.*s", r->volume, (int)p.argument_len,
					   p.argument) >= sizeof(volume);
	}
	error = boot_file_set(file, unknown ? "" : volume, p.path, p.path_len);
	if (!error)
		file->unknown |= unknown;
	return error;
}

typedef int limine_take(struct limine *l, const char *value, size_t len);

static int take_kernel(struct limine *l, const char *value, size_t len)
{
	return set_file(&l->entry.kernel, value, len);
}

static int take_program(struct limine *l, const char *value, size_t len)
{
	l->entry.program = true;
	return set_file(&l->entry.kernel, value, len);
}

static int take_module(struct limine *l, const char *value, size_t len)
{
	struct boot_file file = { 0 };
	int error = set_file(&file, value, len);

	return error ? error : boot_entry_add_initrd(&l->entry, &file);
}

static int take_options(struct limine *l, const char *value, size_t len)
{
	free(l->entry.options);
	l->entry.options = strndup(value, len);
	return l->entry.options ? 0 : -ENOMEM;
}

/* "efi", "efi_chainload", "uefi" */
static int take_protocol(struct limine *l, const char *value, size_t len)
{
	if ((len >= 3 && strncasecmp(value, "efi", 3) == 0) || (len >= 4 && strncasecmp(value, "uefi", 4) == 0))
		l->entry.program = true;
	l->boots = true;
	return 0;
}

static int take_comment(struct limine *l, const char *value, size_t len)
{
	static const char id[] = "machine-id=", version[] = "Kernel version: ";
	const char *at = find_text(value, len, id);
	size_t n = 0;

	if (at) {
		at += strlen(id);
		while (at + n < value + len && isxdigit((unsigned char)at[n]))
			n++;
		snprintf(l->machine_id, sizeof(l->machine_id), "%.*s", (int)n, at);
		l->machine_depth = l->depth;
		return 0;
	}
	if (len <= strlen(version) || strncmp(value, version, strlen(version)) != 0)
		return 0;
	free(l->entry.version);
	l->entry.version = strndup(value + strlen(version), len - strlen(version));
	return l->entry.version ? 0 : -ENOMEM;
}

static const struct limine_option {
	const char *name;
	limine_take *take;
} options[] = {
	{ "protocol", take_protocol },      { "path", take_kernel },        { "kernel_path", take_kernel },
	{ "image_path", take_program },     { "module_path", take_module }, { "cmdline", take_options },
	{ "kernel_cmdline", take_options }, { "comment", take_comment },
};

static int take_option(struct limine *l, const char *line, size_t len)
{
	size_t name = 0, value;

	while (name < len && (isalnum((unsigned char)line[name]) || line[name] == '_'))
		name++;
	for (value = name; value < len && (line[value] == ' ' || line[value] == '\t');)
		value++;
	if (value == len || (line[value] != ':' && line[value] != '='))
		return 0;
	for (value++; value < len && (line[value] == ' ' || line[value] == '\t');)
		value++;
	for (size_t i = 0; i < ARRAY_SIZE(options) && value < len; i++)
		if (strlen(options[i].name) == name && strncasecmp(options[i].name, line, name) == 0)
			return options[i].take(l, line + value, len - value);
	return 0;
}

static int finish_entry(struct limine *l)
{
	struct boot_entry *e = &l->entry;

	if (!l->depth || (!l->boots && !e->kernel.path && !e->n_initrds)) {
		boot_entry_free(e);
		return 0;
	}
	e->title = strdup(l->title);
	e->menu = strdup(l->menu.titles);
	e->machine_id = strdup(l->machine_id);
	return e->title && e->menu && e->machine_id ? boot_entries_add(l->out, e) : -ENOMEM;
}

static int open_entry(struct limine *l, const char *line, size_t len, unsigned number)
{
	size_t depth = 0;
	int error = finish_entry(l);

	while (depth < len && line[depth] == *line)
		depth++;
	if (depth > l->depth && l->depth)
		boot_menu_enter(&l->menu, l->title);
	for (; l->menu.depth >= depth;)
		boot_menu_leave(&l->menu);
	if (depth <= l->machine_depth)
		l->machine_id[0] = '\0';
	l->depth = depth;
	l->boots = false;
	for (line += depth, len -= depth; len && strchr("+ \t", *line) && *line; len--)
		line++;
	snprintf(l->title, sizeof(l->title), "%.*s", (int)len, line);
	return error ? error : boot_text_entry(l->text, LOADER_LIMINE, number, &l->entry);
}

static void limine_free(struct limine *l)
{
	boot_entry_free(&l->entry);
}

int limine_parse(const struct boot_text *text, struct boot_entries *out)
{
	_cleanup_(limine_free) struct limine l = { .text = text, .out = out };
	const char *line;
	size_t at = 0, len;
	unsigned number = 0;
	int error = 0;

	while (!error && boot_text_line(text, &at, &line, &len)) {
		number++;
		if (!len || *line == '#')
			continue;
		error = *line == '/' || *line == ':' ? open_entry(&l, line, len, number) : take_option(&l, line, len);
	}
	return error ? error : finish_entry(&l);
}

/* Which of them counts depends on Limine's version, and on where its program is. */
int limine_read(const struct sysroot *r, const char *base, struct boot_entries *out)
{
	static const char *const files[] = {
		"limine.conf",          "limine/limine.conf",     "boot/limine.conf",    "boot/limine/limine.conf",
		"EFI/BOOT/limine.conf", "EFI/limine/limine.conf", "limine.cfg",          "limine/limine.cfg",
		"boot/limine.cfg",      "boot/limine/limine.cfg", "EFI/BOOT/limine.cfg", "EFI/limine/limine.cfg"
	};
	int error = 0;

	for (size_t i = 0; i < ARRAY_SIZE(files) && !error; i++)
		error = boot_text_read(r, base, files[i], limine_parse, out);
	return error;
}
