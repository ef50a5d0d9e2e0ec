/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes are read as the file of a boot loader: each entry has all its texts, and paths that start at no root. */
#ifndef EARLYBIND_FUZZ_ENTRIES_H
#define EARLYBIND_FUZZ_ENTRIES_H

#include "compat.h"

#include "host/loader/boot_text.h"

static void file_must_be_right(const struct boot_file *file)
{
	if (!file->path || !file->volume || file->path[0] == '/')
		abort();
}

static void entries_must_be_right(boot_text_parse *parse, const char *source, const uint8_t *data, size_t len)
{
	struct boot_text text = { .base = "boot", .source = source, .data = (const char *)data, .len = len };
	struct boot_entries e = { 0 };

	if (parse(&text, &e) || (e.n_unread && e.unread[0].error != -E2BIG))
		abort();
	for (size_t i = 0; i < e.n; i++) {
		const struct boot_entry *entry = &e.items[i];

		if (!entry->source || !entry->base || !entry->id || !entry->title || !entry->menu || !entry->version ||
		    !entry->machine_id || !entry->architecture || !entry->options)
			abort();
		if (entry->kernel.path)
			file_must_be_right(&entry->kernel);
		for (size_t k = 0; k < entry->n_initrds; k++)
			file_must_be_right(&entry->initrds[k]);
	}
	boot_entries_free(&e);
}

#endif
