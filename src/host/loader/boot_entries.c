/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "boot_entries.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "../../core/array.h"
#include "../../core/word.h"
#include "bls.h"
#include "efi_entries.h"
#include "grub_cfg.h"
#include "limine.h"
#include "refind.h"
#include "uki_entries.h"

#define ENTRIES_MAX 4096
#define INITRDS_MAX 256
#define PATH_LEN_MAX 4096 /* no system has longer ones */

#define TARGETS 3
const char *const boot_targets[TARGETS + 1] = { "/boot", "/efi", "/boot/efi", NULL };

static int (*const readers[])(const struct sysroot *r, const char *base, struct boot_entries *out) = {
	bls_read, grub_cfg_read, limine_read, refind_read, uki_entries_read,
};

static const size_t texts[] = {
	offsetof(struct boot_entry, source),     offsetof(struct boot_entry, base),
	offsetof(struct boot_entry, id),         offsetof(struct boot_entry, title),
	offsetof(struct boot_entry, menu),       offsetof(struct boot_entry, version),
	offsetof(struct boot_entry, machine_id), offsetof(struct boot_entry, architecture),
	offsetof(struct boot_entry, options),    offsetof(struct boot_entry, profiles),
};

static char **text_of(struct boot_entry *entry, size_t i)
{
	return (char **)((char *)entry + texts[i]);
}

void boot_file_free(struct boot_file *file)
{
	free(file->volume);
	free(file->path);
	memset(file, 0, sizeof(*file));
}

void boot_entry_free(struct boot_entry *entry)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		free(*text_of(entry, i));
	boot_file_free(&entry->kernel);
	for (size_t i = 0; i < entry->n_initrds; i++)
		boot_file_free(&entry->initrds[i]);
	free(entry->initrds);
	memset(entry, 0, sizeof(*entry));
}

void boot_entries_free(struct boot_entries *e)
{
	for (size_t i = 0; i < e->n; i++)
		boot_entry_free(&e->items[i]);
	free(e->items);
	for (size_t i = 0; i < e->n_unread; i++)
		free(e->unread[i].path);
	free(e->unread);
	memset(e, 0, sizeof(*e));
}

void boot_path_turn(char *path)
{
	for (; *path; path++)
		if (*path == '\\')
			*path = '/';
}

int boot_file_set(struct boot_file *file, const char *volume, const char *path, size_t len)
{
	struct boot_file new = { 0 };
	bool cut;

	for (; len && *path == '/'; len--)
		path++;
	cut = len > PATH_LEN_MAX;
	new.volume = strdup(volume);
	new.path = strndup(path, cut ? PATH_LEN_MAX : len);
	if (!new.volume || !new.path) {
		boot_file_free(&new);
		return -ENOMEM;
	}
	new.unknown = cut || strchr(new.path, '$') || strchr(new.volume, '$');
	boot_file_free(file);
	*file = new;
	return 0;
}

int boot_entry_add_initrd(struct boot_entry *entry, struct boot_file *file)
{
	int error = 0;

	if (entry->n_initrds < INITRDS_MAX) {
		error = array_add(&entry->initrds, &entry->n_initrds, file, sizeof(*file));
		if (!error)
			memset(file, 0, sizeof(*file));
	} else {
		entry->initrds[INITRDS_MAX - 1].unknown = true;
	}
	boot_file_free(file);
	return error;
}

int boot_entry_add_stub_initrds(struct boot_entry *entry, const char *volume)
{
	_cleanup_(free_pointer) char *copy = strdup(entry->options);
	char *cursor = copy, *word;
	int error = copy ? 0 : -ENOMEM;

	while (!error && (word = word_take(&cursor))) {
		struct boot_file file = { 0 };

		if (strncmp(word, "initrd=", 7) != 0)
			continue;
		word += 7;
		boot_path_turn(word);
		error = boot_file_set(&file, volume, word, strlen(word));
		if (!error)
			error = boot_entry_add_initrd(entry, &file);
	}
	return error;
}

/* The reader goes on, to no use: what is too much is told once. */
static int leave_out(struct boot_entries *e, struct boot_entry *entry)
{
	const struct boot_unread *last = e->n_unread ? &e->unread[e->n_unread - 1] : NULL;
	bool told = last && last->error == -E2BIG && strcmp(last->path, entry->source) == 0;
	int error = told ? 0 : boot_entries_add_unread(e, entry->source, -E2BIG);

	boot_entry_free(entry);
	return error;
}

int boot_entries_add(struct boot_entries *e, struct boot_entry *entry)
{
	int error = 0;

	if (e->n >= ENTRIES_MAX && entry->source)
		return leave_out(e, entry);

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		char **text = text_of(entry, i);

		if (!*text)
			*text = strdup("");
		if (!*text)
			error = -ENOMEM;
	}
	if (!error)
		error = array_add(&e->items, &e->n, entry, sizeof(*entry));
	if (error)
		boot_entry_free(entry);
	memset(entry, 0, sizeof(*entry));
	return error;
}

int boot_entries_add_unread(struct boot_entries *e, const char *path, int error)
{
	struct boot_unread unread = { .error = error };

	if (error == -ENOENT || error == -ENOTDIR || error == -ENOMEM)
		return error == -ENOMEM ? error : 0;
	unread.path = strdup(path);
	if (!unread.path || array_add(&e->unread, &e->n_unread, &unread, sizeof(unread))) {
		free(unread.path);
		return -ENOMEM;
	}
	return 0;
}

/* Two bases may be one directory: /efi a link to /boot, or the ESP mounted at both. */
static bool is_seen(const struct stat *seen, size_t n, const struct stat *st)
{
	for (size_t i = 0; i < n; i++)
		if (seen[i].st_dev == st->st_dev && seen[i].st_ino == st->st_ino)
			return true;
	return false;
}

/* What a directory of mode 0700 holds is unread as a whole. */
static int read_base(const struct sysroot *r, const char *base, struct boot_entries *out)
{
	struct names names;
	int error = sysroot_list(r, base, &names);

	if (error)
		return boot_entries_add_unread(out, base, error);
	names_free(&names);
	for (size_t i = 0; i < ARRAY_SIZE(readers) && !error; i++)
		error = readers[i](r, base, out);
	return error;
}

int boot_entries_read(const struct sysroot *r, struct boot_entries *out)
{
	struct stat seen[TARGETS];
	size_t n = 0;
	int error = 0;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < TARGETS && !error; i++) {
		const char *base = boot_targets[i] + 1;
		int missing = sysroot_stat(r, base, true, &seen[n]);

		if (missing)
			error = boot_entries_add_unread(out, base, missing);
		else if (!is_seen(seen, n, &seen[n]) && ++n)
			error = read_base(r, base, out);
	}
	return error ? error : efi_entries_read(r, out);
}
