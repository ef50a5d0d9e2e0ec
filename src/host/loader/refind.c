/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rEFInd's manual, "Configuring the Boot Manager" and "Methods of Booting Linux":
 *
 *	file    = *(line LF)
 *	line    = "menuentry" title "{" / "submenuentry" title "{" / "}" / word *word / "#" comment
 *	word    = 1*char / """ *(char / """"") """          divided by blanks, "=" and ","
 *
 * refind_linux.conf has lines of a title and a command line. Which initrd such a kernel gets is told by "initrd=" in
 * it; else rEFInd takes the one beside it whose name has the same digits.
 */
#include "refind.h"

#include <strings.h>

#define VOLUME_MAX 128
#define OPTIONS_MAX 4096 /* more than a kernel takes */
#define INHERITED_MAX 16
#define GUID_LEN 36
#define LINUX_CONF "refind_linux.conf"

struct refind {
	const struct boot_text *text;
	struct boot_entries *out;
	unsigned line;
	char volume[VOLUME_MAX];
	size_t depth;               /* in a stanza; in a submenu of it; 0: outside */
	bool off;                   /* the stanza is disabled */
	struct boot_entry entry[2]; /* the stanza, and the submenu */
};

static bool divides(char c)
{
	return c == ' ' || c == '\t' || c == '=' || c == ',';
}

/* The next word of a line, cut out in place; a quote in quotes is written twice. NULL: there is none. */
static char *take_word(char **cursor)
{
	char *from = *cursor, *word, *to;
	bool quoted;

	while (divides(*from))
		from++;
	if (!*from || *from == '#')
		return NULL;
	quoted = *from == '"';
	from += quoted;
	for (word = to = from; *from && (quoted ? *from != '"' || from[1] == '"' : !divides(*from)); from++) {
		from += quoted && *from == '"';
		*to++ = *from;
	}
	*cursor = from + (*from != '\0');
	*to = '\0';
	return word;
}

static int set_file(struct boot_file *file, const char *volume, char *path)
{
	int error;

	boot_path_turn(path);
	error = boot_file_set(file, volume, path, strlen(path));
	if (!error)
		file->unknown |= strstr(path, "%v") != NULL;
	return error;
}

static int add_initrd(struct boot_entry *e, const char *volume, char *path)
{
	struct boot_file file = { 0 };
	int error = set_file(&file, volume, path);

	return error ? error : boot_entry_add_initrd(e, &file);
}

/* What rEFInd puts the version of the kernel into is told at boot. */
static int add_initrds_of_options(struct boot_entry *e, const char *volume)
{
	int error = boot_entry_add_stub_initrds(e, volume);

	for (size_t i = 0; i < e->n_initrds; i++)
		e->initrds[i].unknown |= strstr(e->initrds[i].path, "%v") != NULL;
	return error;
}

typedef int refind_take(struct refind *f, struct boot_entry *e, char *value);

/* A PARTUUID, or a label of the file system or the partition. */
static int take_volume(struct refind *f, struct boot_entry *e, char *value)
{
	bool guid = strlen(value) == GUID_LEN && strspn(value, "0123456789abcdefABCDEF-") == GUID_LEN;

	(void)e;
	snprintf(f->volume, sizeof(f->volume), "%s%s", guid ? "PARTUUID=" : "LABEL=", value);
	return 0;
}

static int take_loader(struct refind *f, struct boot_entry *e, char *value)
{
	size_t len = strlen(value);

	e->program = len > 4 && strcasecmp(value + len - 4, ".efi") == 0;
	return set_file(&e->kernel, f->volume, value);
}

static int take_initrd(struct refind *f, struct boot_entry *e, char *value)
{
	return add_initrd(e, f->volume, value);
}

static int take_options(struct refind *f, struct boot_entry *e, char *value)
{
	(void)f;
	free(e->options);
	e->options = strdup(value);
	return e->options ? 0 : -ENOMEM;
}

static int take_more_options(struct refind *f, struct boot_entry *e, char *value)
{
	const char *of_stanza = f->entry[0].options;
	char *all;

	if (f->depth != 2 || !of_stanza || strlen(of_stanza) > OPTIONS_MAX)
		return take_options(f, e, value);
	if (asprintf(&all, "%s %s", of_stanza, value) < 0)
		return -ENOMEM;
	free(e->options);
	e->options = all;
	return 0;
}

static int take_disabled(struct refind *f, struct boot_entry *e, char *value)
{
	(void)e;
	(void)value;
	f->off = true;
	return 0;
}

static const struct refind_word {
	const char *name;
	refind_take *take;
	bool alone; /* it has no value */
} words[] = {
	{ "volume", take_volume, false },
	{ "loader", take_loader, false },
	{ "initrd", take_initrd, false },
	{ "options", take_options, false },
	{ "add_options", take_more_options, false },
	{ "disabled", take_disabled, true },
};

/* A submenu has what its stanza has, where it says nothing else. */
static int inherit(struct boot_entry *e, const struct boot_entry *from)
{
	const struct boot_file *kernel = &from->kernel;
	size_t n = e->n_initrds ? 0 : from->n_initrds;
	int error = 0;

	if (!e->options && from->options && strlen(from->options) <= OPTIONS_MAX) {
		e->options = strdup(from->options);
		error = e->options ? 0 : -ENOMEM;
	}
	if (!error && !e->kernel.path && kernel->path) {
		e->program = from->program;
		error = boot_file_set(&e->kernel, kernel->volume, kernel->path, strlen(kernel->path));
	}
	for (size_t i = 0; !error && i < n && i < INHERITED_MAX; i++) {
		struct boot_file file = { 0 }, *same = &from->initrds[i];

		error = boot_file_set(&file, same->volume, same->path, strlen(same->path));
		file.unknown |= same->unknown || n > INHERITED_MAX;
		if (!error)
			error = boot_entry_add_initrd(e, &file);
	}
	return error;
}

static int close_stanza(struct refind *f)
{
	struct boot_entry *e = &f->entry[f->depth - 1];
	int error = 0;

	if (f->off) {
		boot_entry_free(e);
	} else {
		if (f->depth == 2)
			error = inherit(e, &f->entry[0]);
		if (!error && e->options)
			error = add_initrds_of_options(e, f->volume);
		if (!error)
			error = boot_entries_add(f->out, e);
	}
	if (--f->depth == 0)
		f->off = false;
	return error;
}

static int open_stanza(struct refind *f, const char *title)
{
	struct boot_entry *e = &f->entry[f->depth];
	int error = boot_text_entry(f->text, LOADER_REFIND, f->line, e);

	if (!f->depth++)
		f->volume[0] = '\0';
	e->title = strdup(title);
	e->menu = strdup(f->depth == 2 && f->entry[0].title ? f->entry[0].title : "");
	return error || !e->title || !e->menu ? -ENOMEM : 0;
}

static int take_line(struct refind *f, char *line)
{
	const char *word = take_word(&line);
	char *value;

	if (!word)
		return 0;
	if (strcmp(word, "}") == 0)
		return f->depth ? close_stanza(f) : 0;
	value = take_word(&line);
	if (strcmp(word, "menuentry") == 0 || strcmp(word, "submenuentry") == 0) {
		int error = 0;

		while (!error && f->depth > (*word == 's'))
			error = close_stanza(f);
		return error ? error : f->depth == (*word == 's') ? open_stanza(f, value ? value : "") : 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(words) && f->depth; i++)
		if (strcmp(word, words[i].name) == 0 && (value || words[i].alone))
			return words[i].take(f, &f->entry[f->depth - 1], value);
	return 0;
}

static void refind_free(struct refind *f)
{
	boot_entry_free(&f->entry[0]);
	boot_entry_free(&f->entry[1]);
}

int refind_parse(const struct boot_text *text, struct boot_entries *out)
{
	_cleanup_(refind_free) struct refind f = { .text = text, .out = out };
	const char *line;
	size_t at = 0, len;
	int error = 0;

	for (; !error && boot_text_line(text, &at, &line, &len);) {
		char *copy = strndup(line, len);

		f.line++;
		error = copy ? take_line(&f, copy) : -ENOMEM;
		free(copy);
	}
	while (!error && f.depth)
		error = close_stanza(&f);
	return error;
}

/* Without an initrd= it is one that is found at boot. */
static int add_linux(const struct boot_text *text, unsigned number, const char *title, const char *options,
		     struct boot_entries *out)
{
	_cleanup_(boot_entry_free) struct boot_entry e = { 0 };
	char found[] = "init%v";
	int error = boot_text_entry(text, LOADER_REFIND, number, &e);

	if (error)
		return error;
	e.title = strdup(title);
	e.options = strdup(options);
	error = e.title && e.options ? add_initrds_of_options(&e, "") : -ENOMEM;
	if (!error && !e.n_initrds)
		error = add_initrd(&e, "", found);
	return error ? error : boot_entries_add(out, &e);
}

int refind_parse_linux(const struct boot_text *text, struct boot_entries *out)
{
	const char *line;
	unsigned number = 0;
	size_t at = 0, len;
	int error = 0;

	while (!error && boot_text_line(text, &at, &line, &len)) {
		_cleanup_(free_pointer) char *copy = strndup(line, len);
		char *cursor = copy, *title, *options;

		if (!copy)
			return -ENOMEM;
		number++;
		title = take_word(&cursor);
		options = title ? take_word(&cursor) : NULL;
		if (options)
			error = add_linux(text, number, title, options, out);
	}
	return error;
}

int refind_read(const struct sysroot *r, const char *base, struct boot_entries *out)
{
	static const char *const files[] = { "EFI/refind/refind.conf", "EFI/BOOT/refind.conf" };
	int error = boot_text_read(r, base, LINUX_CONF, refind_parse_linux, out);

	for (size_t i = 0; i < ARRAY_SIZE(files) && !error; i++)
		error = boot_text_read(r, base, files[i], refind_parse, out);
	return error;
}
