/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the readers of boot loaders' files say, as text. */
#ifndef EARLYBIND_ENTRIES_H
#define EARLYBIND_ENTRIES_H

#include "unit.h"

#include "host/loader/boot_entries.h"
#include "host/loader/boot_text.h"
#include "lines.h"

static inline void entries_print_file(struct text *t, const char *name, const struct boot_file *file)
{
	if (file->path)
		text_addf(t, "\t%s %s%s%s%s\n", name, file->volume, *file->volume ? " " : "", file->path,
			  file->unknown ? " (unknown)" : "");
}

static inline void entries_print_text(struct text *t, const char *name, const char *value)
{
	if (*value)
		text_addf(t, "\t%s %s\n", name, value);
}

/* "bls boot/loader/entries/a.conf", and what the entry says, a line each. */
static inline void entries_print_one(struct text *t, const struct boot_entry *e)
{
	static const char *const loaders[] = { "bls", "grub", "limine", "refind", "uki", "firmware" };

	text_addf(t, "%s %s", loaders[e->loader], e->source);
	text_addf(t, e->line ? ":%u\n" : "\n", e->line);
	entries_print_text(t, "id", e->id);
	entries_print_text(t, "menu", e->menu);
	entries_print_text(t, "title", e->title);
	entries_print_text(t, "version", e->version);
	entries_print_text(t, "machine", e->machine_id);
	entries_print_text(t, "for", e->architecture);
	entries_print_file(t, e->program ? "program" : "kernel", &e->kernel);
	for (size_t i = 0; i < e->n_initrds; i++)
		entries_print_file(t, "initrd", &e->initrds[i]);
	entries_print_text(t, "options", e->options);
}

static inline void entries_are(struct boot_entries *e, const char *expected)
{
	struct text t = { 0 };

	for (size_t i = 0; i < e->n; i++)
		entries_print_one(&t, &e->items[i]);
	for (size_t i = 0; i < e->n_unread; i++)
		text_addf(&t, "unread %s: %s\n", e->unread[i].path, strerror(-e->unread[i].error));
	assert_int_equal(t.error, 0);
	assert_string_equal(t.data ? t.data : "", expected);
	text_free(&t);
	boot_entries_free(e);
}

/* What a file with this text has. */
static inline void entries_of(boot_text_parse *parse, const char *base, const char *source, const char *data,
			      const char *expected)
{
	struct boot_text text = { .base = base, .source = source, .data = data, .len = strlen(data) };
	struct boot_entries e = { 0 };

	assert_int_equal(parse(&text, &e), 0);
	entries_are(&e, expected);
}

/* A file of tests/unit/data/loader. */
static inline char *entries_data(const char *name, const char *suffix)
{
	const char *folder = getenv("UNIT_DATA");
	struct sysroot r;
	char path[128], *data;
	size_t len;

	snprintf(path, sizeof(path), "loader/%s.%s", name, suffix);
	assert_int_equal(sysroot_open(&r, folder ? folder : "tests/unit/data"), 0);
	assert_int_equal(sysroot_read_all(&r, path, 1u << 20, &data, &len), 0);
	sysroot_close(&r);
	return data;
}

#endif
