/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UAPI group's Unified Kernel Image: sections .osrel (os-release), .cmdline, .uname; those of the first profile count
 * here, the command lines and the initrds are those of all (see uki.h). The texts are read at their places, and no
 * image whole for its name. Addons are programs with a .cmdline alone, which systemd-stub(7) puts behind that of the
 * UKI: EFI/Linux/NAME.efi.extra.d/x.addon.efi, and of all loader/addons.
 */
#include "uki_entries.h"

#include "../../core/lines.h"
#include "../initramfs/uki.h"
#include "bls.h"

#define SUFFIX ".efi"
#define UKIS "EFI/Linux"
#define ADDONS "*.addon" SUFFIX
#define START_BYTES 65536 /* the headers, which say where all else is */
#define TEXT_BYTES (4u << 20)
#define CMDLINE_BYTES 65536 /* far more than any kernel takes */
#define PATH_BYTES 512

/*
 * The text of the next section from *at on, without the line's end; "" where there is none, or it cannot be read. NULL:
 * no memory.
 */
static char *next_text(const struct boot_text *text, const char *name, unsigned *at)
{
	size_t offset, size, len = 0;
	char *copy;

	if (uki_section_place((const unsigned char *)text->data, text->len, name, at, &offset, &size) ||
	    size > TEXT_BYTES)
		return strdup("");
	copy = malloc(size + 1);
	if (!copy)
		return NULL;
	if (boot_text_pread(text, copy, size, offset))
		len = size;
	while (len && (!copy[len - 1] || copy[len - 1] == '\n' || copy[len - 1] == ' '))
		len--;
	copy[len] = '\0';
	return copy;
}

static char *section_text(const struct boot_text *text, const char *name)
{
	unsigned at = 0;

	return next_text(text, name, &at);
}

/* The command lines: of the first profile, and those of the others, which stand behind kernel and initrd. */
static int take_options(const struct boot_text *text, struct boot_entry *entry)
{
	struct text profiles = { 0 };
	unsigned at = 0, last;

	entry->options = next_text(text, ".cmdline", &at);
	do {
		_cleanup_(free_pointer) char *more = NULL;

		last = at;
		more = next_text(text, ".cmdline", &at);
		for (char *s = more; s && *s; s++)
			*s = *s == '\n' ? ' ' : *s;
		if (!more)
			profiles.error = -ENOMEM;
		else if (*more)
			text_addf(&profiles, "%s\n", more);
	} while (at > last && !profiles.error);
	entry->profiles = profiles.data;
	return entry->options ? profiles.error : -ENOMEM;
}

/* The value of PRETTY_NAME, without quotes. */
static char *pretty_name(const char *osrel)
{
	static const char name[] = "PRETTY_NAME=";
	const char *at = osrel;

	while (strncmp(at, name, strlen(name)) != 0) {
		at = strchr(at, '\n');
		if (!at)
			return strdup("");
		at++;
	}
	at += strlen(name);
	at += strspn(at, "\"'");
	return strndup(at, strcspn(at, "\"'\r\n"));
}

int uki_entries_parse(const struct boot_text *text, struct boot_entries *out)
{
	_cleanup_(boot_entry_free) struct boot_entry entry = { 0 };
	const char *slash = strrchr(text->source, '/'), *name = slash ? slash + 1 : text->source;
	_cleanup_(free_pointer) char *osrel = section_text(text, ".osrel");
	const char *path = text->source + strlen(text->base);
	int error = boot_text_entry(text, LOADER_UKI, 0, &entry);

	if (error)
		return error;
	if (asprintf(&entry.id, "%.*s" SUFFIX, (int)bls_stem(name, SUFFIX), name) < 0)
		return -ENOMEM;
	entry.title = osrel ? pretty_name(osrel) : NULL;
	entry.version = section_text(text, ".uname");
	error = take_options(text, &entry);
	if (!entry.title || !entry.version || error)
		return -ENOMEM;
	entry.program = true;
	error = boot_file_set(&entry.kernel, "", path, strlen(path));
	return error ? error : boot_entries_add(out, &entry);
}

/* What firmware starts that knows no entry, named as systemd-boot does: mostly a boot loader, which is no entry. */
static int parse_fallback(const struct boot_text *text, struct boot_entries *out)
{
	size_t first = out->n, len;
	const unsigned char *start;
	int error;

	if (uki_section((const unsigned char *)text->data, text->len, ".initrd", &start, &len) == -ENODATA)
		return 0;
	error = uki_entries_parse(text, out);
	if (error || out->n == first)
		return error;
	free(out->items[first].id);
	out->items[first].id = strdup("auto-efi-default");
	return out->items[first].id ? 0 : -ENOMEM;
}

static int read_directory(const struct sysroot *r, const char *base, const char *directory, const char *pattern,
			  boot_text_parse *parse, struct boot_entries *out)
{
	_cleanup_(names_free) struct names names = { 0 };
	char path[PATH_BYTES];
	int error = boot_text_list(r, base, directory, pattern, &names, out);

	for (size_t i = 0; i < names.n && !error; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, names.items[i]);
		error = boot_text_read_start(r, base, path, START_BYTES, parse, out);
	}
	return error;
}

static int append(char **options, const char *more)
{
	char *both;

	if (asprintf(&both, "%s%s", *options, more) < 0)
		return -ENOMEM;
	free(*options);
	*options = both;
	return 0;
}

/* Puts the command lines of the addons in a directory behind those of the entries from the index on. */
static int add_addons(const struct sysroot *r, const char *base, const char *directory, struct boot_entries *out,
		      size_t first)
{
	_cleanup_(boot_entries_free) struct boot_entries addons = { 0 };
	_cleanup_(text_free) struct text all = { 0 };
	int error = read_directory(r, base, directory, ADDONS, uki_entries_parse, &addons);

	for (size_t i = 0; i < addons.n && all.len < CMDLINE_BYTES; i++)
		text_addf(&all, " %.*s", CMDLINE_BYTES, addons.items[i].options);
	error = error ? error : all.error;
	for (size_t i = first; i < out->n && addons.n && !error; i++)
		error = append(&out->items[i].options, all.data);
	return error;
}

/* A boot counter is no part of the directory's name; older systemd takes it for one. */
static int add_own_addons(const struct sysroot *r, const char *base, struct boot_entries *out, size_t i)
{
	struct boot_entries one = { .items = &out->items[i], .n = 1 };
	const char *name = strrchr(one.items->kernel.path, '/') + 1, *id = one.items->id;
	char directory[PATH_BYTES];
	int error;

	snprintf(directory, sizeof(directory), UKIS "/%s.extra.d", id);
	error = add_addons(r, base, directory, &one, 0);
	if (error || strcmp(name, id) == 0)
		return error;
	snprintf(directory, sizeof(directory), UKIS "/%s.extra.d", name);
	return add_addons(r, base, directory, &one, 0);
}

int uki_entries_read(const struct sysroot *r, const char *base, struct boot_entries *out)
{
	size_t first = out->n;
	int error = read_directory(r, base, UKIS, "*" SUFFIX, uki_entries_parse, out);

	for (size_t i = first; i < out->n && !error; i++)
		error = add_own_addons(r, base, out, i);
	if (!error && out->n > first)
		error = add_addons(r, base, "loader/addons", out, first);
	return error ? error : read_directory(r, base, "EFI/BOOT", "BOOT*" SUFFIX, parse_fallback, out);
}
