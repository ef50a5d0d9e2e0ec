/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UAPI group's Unified Kernel Image: sections .osrel (os-release), .cmdline, .uname; those of the first profile count
 * here, and the initrds are those of all (see uki.h). The texts stand before kernel and initrd, where every tool puts
 * them, so that no image is read whole for its name.
 */
#include "uki_entries.h"

#include "../initramfs/uki.h"
#include "bls.h"

#define SUFFIX ".efi"
#define START_BYTES (4u << 20)
#define PATH_BYTES 512

/* The text of a section without the line's end; "" where it has none. NULL: no memory. */
static char *section_text(const struct boot_text *text, const char *name)
{
	const unsigned char *start;
	size_t len = 0;

	if (uki_section((const unsigned char *)text->data, text->len, name, &start, &len))
		return strdup("");
	for (; len && (!start[len - 1] || start[len - 1] == '\n' || start[len - 1] == ' ');)
		len--;
	return strndup((const char *)start, len);
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
	entry.options = section_text(text, ".cmdline");
	if (!entry.title || !entry.version || !entry.options)
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

int uki_entries_read(const struct sysroot *r, const char *base, struct boot_entries *out)
{
	int error = read_directory(r, base, "EFI/Linux", "*" SUFFIX, uki_entries_parse, out);

	return error ? error : read_directory(r, base, "EFI/BOOT", "BOOT*" SUFFIX, parse_fallback, out);
}
