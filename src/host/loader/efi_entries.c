/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * variable  = attributes (4) value              fs/efivarfs/file.c
 * BootOrder = *number (2, little-endian)        UEFI 2.10, 3.3; BootNext: one
 *
 * A kernel with an EFI stub gets a command line of UTF-16, with its initrds as "initrd=\path" on the same partition
 * (drivers/firmware/efi/libstub/file.c).
 */
#include "efi_entries.h"

#include "../../core/boot_entry.h"
#include "../../core/lines.h"
#include "../../sys/efivar.h"

#define ORDER_MAX 512

/* As UTF-8; half of a pair is no character. */
static void add_utf16(struct text *t, const uint8_t *from, size_t len)
{
	for (size_t i = 0; i + 2 <= len; i += 2) {
		unsigned c = from[i] | (unsigned)from[i + 1] << 8;

		if (c >= 0xd800 && c < 0xe000)
			c = '?';
		if (c < 0x80)
			text_addf(t, "%c", (int)c);
		else if (c < 0x800)
			text_addf(t, "%c%c", (int)(0xc0 | c >> 6), (int)(0x80 | (c & 0x3f)));
		else
			text_addf(t, "%c%c%c", (int)(0xe0 | c >> 12), (int)(0x80 | (c >> 6 & 0x3f)),
				  (int)(0x80 | (c & 0x3f)));
	}
}

/* The caller's; NULL: no memory. */
static char *utf8_of(const uint8_t *from, size_t len)
{
	struct text t = { 0 };

	text_add(&t, "");
	add_utf16(&t, from, len);
	if (!t.error)
		return t.data;
	text_free(&t);
	return NULL;
}

/* Whether it is a text, and not what another program keeps there. */
static bool is_text(const uint8_t *data, size_t len)
{
	if (len < 4 || len % 2)
		return false;
	for (size_t i = 0; i < len; i += 2)
		if (!data[i + 1] && data[i] < ' ' && (data[i] || i + 2 < len))
			return false;
	return true;
}

/* The names of all nodes make the path; of the short form there is only that. */
static int take_path(struct boot_entry *e, const struct boot_option *option, const char *volume)
{
	const uint8_t *path = option->path, *name;
	size_t len = option->path_len, name_len;
	struct text t = { 0 };
	int ret;

	while ((ret = boot_entry_file(&path, &len, &name, &name_len)) && ret != -EBADMSG) {
		if (ret < 0)
			continue;
		text_add(&t, t.len ? "\\" : "");
		add_utf16(&t, name, name_len);
	}
	ret = t.error ? -ENOMEM : 0;
	if (!ret && t.len) {
		boot_path_turn(t.data);
		ret = boot_file_set(&e->kernel, volume, t.data, strlen(t.data));
		e->kernel.unknown |= !*volume;
	}
	e->program = true;
	text_free(&t);
	return ret;
}

static int take_options(struct boot_entry *e, const struct boot_option *option, const char *volume)
{
	int error;

	if (!is_text(option->data, option->data_len))
		return 0;
	e->options = utf8_of(option->data, option->data_len);
	error = e->options ? boot_entry_add_stub_initrds(e, volume) : -ENOMEM;
	for (size_t i = 0; i < e->n_initrds; i++)
		e->initrds[i].unknown |= !*volume;
	e->program = !e->n_initrds;
	return error;
}

int efi_entries_parse(const struct boot_text *variable, struct boot_entries *out)
{
	_cleanup_(boot_entry_free) struct boot_entry entry = { 0 };
	const char *slash = strrchr(variable->source, '/'), *name = slash ? slash + 1 : variable->source;
	const uint8_t *data = (const uint8_t *)variable->data + EFIVAR_ATTRIBUTES_LEN;
	char volume[sizeof("PARTUUID=") + PARTUUID_LEN] = "PARTUUID=";
	struct boot_option option;
	size_t len;
	int error;

	if (variable->len < EFIVAR_ATTRIBUTES_LEN)
		return 0;
	len = variable->len - EFIVAR_ATTRIBUTES_LEN;
	if (boot_entry_split(data, len, &option) || !option.active)
		return 0;
	if (boot_entry_partition(data, len, volume + strlen("PARTUUID=")))
		*volume = '\0';
	error = boot_text_entry(variable, LOADER_FIRMWARE, 0, &entry);
	if (error)
		return error;
	entry.id = strndup(name, strcspn(name, "-"));
	entry.title = utf8_of(option.title, option.title_len);
	if (!entry.id || !entry.title)
		return -ENOMEM;
	error = take_path(&entry, &option, volume);
	if (!error)
		error = take_options(&entry, &option, volume);
	return error ? error : boot_entries_add(out, &entry);
}

/* The numbers of a variable; none where there is no variable. */
static size_t read_numbers(const struct sysroot *r, const char *path, unsigned numbers[ORDER_MAX])
{
	uint8_t data[EFIVAR_ATTRIBUTES_LEN + 2 * ORDER_MAX + 1];
	ssize_t len = sysroot_read(r, path, (char *)data, sizeof(data));
	size_t n = len < EFIVAR_ATTRIBUTES_LEN ? 0 : (size_t)(len - EFIVAR_ATTRIBUTES_LEN) / 2;

	for (size_t i = 0; i < n; i++)
		numbers[i] = data[EFIVAR_ATTRIBUTES_LEN + 2 * i] | (unsigned)data[EFIVAR_ATTRIBUTES_LEN + 2 * i + 1]
									   << 8;
	return n;
}

int efi_entries_read(const struct sysroot *r, struct boot_entries *out)
{
	static const char *const variables[] = { EFIVAR_FOLDER "/BootNext-" EFIVAR_GLOBAL,
						 EFIVAR_FOLDER "/BootOrder-" EFIVAR_GLOBAL };
	unsigned numbers[ORDER_MAX];
	_cleanup_(names_free) struct names done = { 0 };
	char name[64];
	int error = 0;

	for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
		size_t n = read_numbers(r, variables[i], numbers);

		for (size_t k = 0; k < n && !error; k++) {
			snprintf(name, sizeof(name), "Boot%04X-" EFIVAR_GLOBAL, numbers[k]);
			if (names_has(&done, name))
				continue;
			error = names_add(&done, name);
			if (!error)
				error = boot_text_read(r, EFIVAR_FOLDER, name, efi_entries_parse, out);
		}
	}
	return error;
}

bool efi_loader_text(const struct sysroot *r, const char *name, char *text, size_t size)
{
	char path[160], data[2048];
	size_t len = 0;
	ssize_t n;

	snprintf(path, sizeof(path), EFIVAR_FOLDER "/%s-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f", name);
	n = sysroot_read(r, path, data, sizeof(data));
	for (ssize_t i = EFIVAR_ATTRIBUTES_LEN; i + 1 < n && data[i] && len + 1 < size; i += 2)
		text[len++] = data[i];
	text[len] = '\0';
	return n > EFIVAR_ATTRIBUTES_LEN;
}
