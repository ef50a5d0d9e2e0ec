/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "boot_ref.h"

#include "../../core/array.h"
#include "../lib/text_file.h"

int boot_ref_add(struct boot_refs *w, enum boot_ref_kind kind, const char *where, const char *what, const char *name,
		 size_t len)
{
	struct boot_ref *item = array_grow(&w->items, &w->n, sizeof(*item));

	if (!item)
		return -ENOMEM;
	item->kind = kind;
	item->root = strcmp(what, "/") == 0;
	item->where = strdup(where);
	item->what = strdup(what);
	item->name = strndup(name, len);
	return item->where && item->what && item->name ? 0 : -ENOMEM;
}

bool boot_refs_say(const struct boot_refs *w, size_t first, const char *what)
{
	for (size_t i = first; i < w->n; i++)
		if (w->items[i].what && strcmp(w->items[i].what, what) == 0)
			return true;
	return false;
}

void boot_refs_free(struct boot_refs *w)
{
	for (size_t i = 0; i < w->n; i++) {
		free(w->items[i].where);
		free(w->items[i].what);
		free(w->items[i].name);
	}
	free(w->items);
	memset(w, 0, sizeof(*w));
}

/* proxmox-boot-tool: a UUID a line. */
static int read_esp(const struct text_file_line *line, void *arg)
{
	char name[128];
	int len;

	if (!line->text)
		return boot_ref_add(arg, BOOT_REF_UNKNOWN, line->where, "it", "", 0);
	len = snprintf(name, sizeof(name), "UUID=%s", line->text);
	if (line->text[0] == '#' || len < 0 || (size_t)len >= sizeof(name))
		return 0;
	return boot_ref_add(arg, BOOT_REF_DEVICE, line->where, "an ESP", name, (size_t)len);
}

int boot_refs_of_others(const struct sysroot *r, struct boot_refs *out)
{
	int error = text_file_lines(r, "etc/kernel/proxmox-boot-uuids", read_esp, out);

	if (!error)
		error = boot_refs_of_initramfs_tools(r, out);
	return error ? error : boot_refs_of_dracut(r, out);
}
