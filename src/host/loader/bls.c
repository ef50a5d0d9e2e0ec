/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * entry    = *(line LF)
 * line     = [key blanks value] / "#" comment         key: of those below, else passed over
 * name     = stem ["+" left ["-" done]] ".conf"       a boot counter; systemd-boot's identifier is without it
 *
 * GRUB's blscfg (Fedora's 10_linux) puts variables into what it reads, and takes several initrds of one line.
 */
#include "bls.h"

#include <strings.h>

#include "../../core/lines.h"
#include "grub_variables.h"

#define ENTRIES "loader/entries"
#define SUFFIX ".conf"
#define PATH_BYTES 512

size_t bls_stem(const char *name, const char *suffix)
{
	size_t len = strlen(name), at;

	if (len <= strlen(suffix) || strcasecmp(name + len - strlen(suffix), suffix) != 0)
		return len;
	len -= strlen(suffix);
	for (at = len; at && strchr("0123456789-", name[at - 1]);)
		at--;
	return at > 1 && at < len && name[at - 1] == '+' ? at - 1 : len;
}

/* An entry while it is read. */
struct bls {
	struct boot_entry entry;
	struct text options;
};

typedef int bls_take(struct bls *bls, size_t at, const char *value, size_t len);

static int take_text(struct bls *bls, size_t at, const char *value, size_t len)
{
	char **to = (char **)((char *)&bls->entry + at);

	free(*to);
	*to = strndup(value, len);
	return *to ? 0 : -ENOMEM;
}

/* Of several lines all count. */
static int take_options(struct bls *bls, size_t at, const char *value, size_t len)
{
	(void)at;
	text_addf(&bls->options, "%s%.*s", bls->options.len ? " " : "", (int)len, value);
	return bls->options.error;
}

static int take_kernel(struct bls *bls, size_t at, const char *value, size_t len)
{
	(void)at;
	bls->entry.program = false;
	return boot_file_set(&bls->entry.kernel, "", value, len);
}

static int take_program(struct bls *bls, size_t at, const char *value, size_t len)
{
	(void)at;
	bls->entry.program = true;
	return boot_file_set(&bls->entry.kernel, "", value, len);
}

static int take_initrds(struct bls *bls, size_t at, const char *value, size_t len)
{
	struct boot_file file = { 0 };
	const char *word;
	size_t word_len;
	int error = 0;

	(void)at;
	while (!error && boot_text_word(&value, &len, &word, &word_len)) {
		error = boot_file_set(&file, "", word, word_len);
		if (!error)
			error = boot_entry_add_initrd(&bls->entry, &file);
	}
	return error;
}

static const struct bls_key {
	const char *name;
	bls_take *take;
	size_t at;
} keys[] = {
	{ "title", take_text, offsetof(struct boot_entry, title) },
	{ "version", take_text, offsetof(struct boot_entry, version) },
	{ "machine-id", take_text, offsetof(struct boot_entry, machine_id) },
	{ "architecture", take_text, offsetof(struct boot_entry, architecture) },
	{ "options", take_options, 0 },
	{ "linux", take_kernel, 0 },
	{ "efi", take_program, 0 },
	{ "uki", take_program, 0 },
	{ "initrd", take_initrds, 0 },
};

static int take_line(struct bls *bls, const char *line, size_t len)
{
	const char *key;
	size_t key_len;

	if (!boot_text_word(&line, &len, &key, &key_len))
		return 0;
	for (; len && (*line == ' ' || *line == '\t'); len--)
		line++;
	if (len > 1 && *line == '"' && line[len - 1] == '"') {
		line++;
		len -= 2;
	}
	for (size_t i = 0; i < ARRAY_SIZE(keys) && len; i++)
		if (strlen(keys[i].name) == key_len && memcmp(keys[i].name, key, key_len) == 0)
			return keys[i].take(bls, keys[i].at, line, len);
	return 0;
}

static void bls_free(struct bls *bls)
{
	boot_entry_free(&bls->entry);
	text_free(&bls->options);
}

int bls_parse(const struct boot_text *text, struct boot_entries *out)
{
	_cleanup_(bls_free) struct bls bls = { 0 };
	const char *slash = strrchr(text->source, '/'), *name = slash ? slash + 1 : text->source, *line;
	size_t at = 0, len;
	int error = boot_text_entry(text, LOADER_BLS, 0, &bls.entry);

	while (!error && boot_text_line(text, &at, &line, &len))
		error = take_line(&bls, line, len);
	if (error || (!bls.entry.kernel.path && !bls.entry.n_initrds))
		return error;
	if (asprintf(&bls.entry.id, "%.*s" SUFFIX, (int)bls_stem(name, SUFFIX), name) < 0)
		return -ENOMEM;
	bls.entry.options = bls.options.data;
	bls.options.data = NULL;
	return boot_entries_add(out, &bls.entry);
}

static bool has_variable(const struct boot_entry *e)
{
	bool has = strchr(e->options, '$') != NULL;

	for (size_t i = 0; i < e->n_initrds && !has; i++)
		has = strchr(e->initrds[i].path, '$') != NULL;
	return has;
}

/* An initrd of which nothing is left is none. */
static int expand(const struct grub_script *variables, struct boot_entry *e)
{
	char *options = grub_variables_expand(variables, e->options);
	size_t n = e->n_initrds;
	int error = 0;

	if (!options)
		return -ENOMEM;
	free(e->options);
	e->options = options;
	e->n_initrds = 0;
	for (size_t i = 0; i < n; i++) {
		struct boot_file file = e->initrds[i];
		char *path = file.unknown ? grub_variables_expand(variables, file.path) : NULL;

		if (path && boot_file_set(&file, "", path, strlen(path)))
			error = -ENOMEM;
		if (*file.path)
			e->initrds[e->n_initrds++] = file;
		else
			boot_file_free(&file);
		free(path);
	}
	return error;
}

/* Where GRUB's files are not here, another loader reads the entries, and variables stay what they are. */
static int expand_all(const struct sysroot *r, const char *base, struct boot_entry *entries, size_t n)
{
	_cleanup_(grub_script_free) struct grub_script variables = { 0 };
	size_t i = 0;
	int error;

	while (i < n && !has_variable(&entries[i]))
		i++;
	if (i == n)
		return 0;
	error = grub_variables_read(r, base, &variables);
	if (error)
		return error == -ENOMEM ? error : 0;
	for (; i < n && !error; i++)
		if (has_variable(&entries[i]))
			error = expand(&variables, &entries[i]);
	return error;
}

int bls_read(const struct sysroot *r, const char *base, struct boot_entries *out)
{
	_cleanup_(names_free) struct names names = { 0 };
	char path[PATH_BYTES];
	size_t first = out->n;
	int error = boot_text_list(r, base, ENTRIES, "*" SUFFIX, &names, out);

	for (size_t i = 0; i < names.n && !error; i++) {
		snprintf(path, sizeof(path), ENTRIES "/%s", names.items[i]);
		error = boot_text_read(r, base, path, bls_parse, out);
	}
	return error || out->n == first ? error : expand_all(r, base, out->items + first, out->n - first);
}
