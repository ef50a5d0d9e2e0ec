/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words for QEMU itself, which libvirt's <qemu:arg> and Proxmox VE's args: hand through. An argument is of a device of
 * the host where it has the word vfio-pci; it names it in either of
 *
 *	vfio-pci,id=gpu,host=0000:06:00.0          sysfsdev=/sys/bus/pci/devices/0000:06:00.0
 *	{"driver":"vfio-pci","host":"06:00.0"}     in XML also with &quot;
 *
 * as `name`, then '=' or ':', between which quotes and blanks do not count, then what is up to no character of a path.
 */
#include <ctype.h>

#include "../../core/array.h"
#include "../../core/selector.h"
#include "vms.h"

static const char *const keys[] = { "host", "sysfsdev" };

int vms_add_slot(const char *file, const char *s, size_t len, struct vms *out)
{
	struct vm_address item = { 0 };
	struct syntax_error ignored;
	struct selector slot;

	if (selector_read(s, len, &slot, &ignored) < 0 || slot.kind != SELECTOR_SLOT)
		return 0;
	item.address = slot.address;
	item.whole = slot.whole;
	snprintf(item.file, sizeof(item.file), "%s", file);
	return array_add(&out->items, &out->n, &item, sizeof(item));
}

int vms_add_node(const char *file, const char *s, size_t len, struct vms *out)
{
	struct vm_node node;

	if (!len || len >= sizeof(node.name))
		return 0;
	snprintf(node.file, sizeof(node.file), "%s", file);
	snprintf(node.name, sizeof(node.name), "%.*s", (int)len, s);
	return array_add(&out->nodes, &out->n_nodes, &node, sizeof(node));
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_';
}

/* Where the word stands in s up to end, by itself; NULL: nowhere. */
static const char *find_word(const char *s, const char *end, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = s; (size_t)(end - at) >= len; at++)
		if (memcmp(at, word, len) == 0 && (at == s || !is_word(at[-1])) &&
		    (at + len == end || !is_word(at[len])))
			return at;
	return NULL;
}

static const char *skip_quotes(const char *s, const char *end)
{
	static const char *const marks[] = { "\"", "'", "&quot;", "&apos;", " ", "\t", "\\" };

	for (size_t i = 0; i < ARRAY_SIZE(marks);) {
		size_t len = strlen(marks[i]);
		bool here = (size_t)(end - s) >= len && memcmp(s, marks[i], len) == 0;

		s += here ? len : 0;
		i = here ? 0 : i + 1;
	}
	return s;
}

/* The address behind a name that ends at s: the last part of a path. */
static int add_value(const char *file, const char *s, const char *end, struct vms *out)
{
	const char *last;

	s = skip_quotes(s, end);
	if (s == end || (*s != '=' && *s != ':'))
		return 0;
	s = last = skip_quotes(s + 1, end);
	for (; s < end && (is_word(*s) || strchr(":./", *s)) && *s; s++)
		last = *s == '/' ? s + 1 : last;
	return vms_add_slot(file, last, (size_t)(s - last), out);
}

int vm_read_argument(const char *file, const char *s, size_t len, struct vms *out)
{
	const char *end = s + len;

	if (!find_word(s, end, "vfio-pci") && !find_word(s, end, "vfio-pci-nohotplug"))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		for (const char *at = s; (at = find_word(at, end, keys[i]));) {
			at += strlen(keys[i]);
			if (add_value(file, at, end, out) < 0)
				return -ENOMEM;
		}
	return 0;
}

/* As a shell divides words: blanks between quotes divide nothing. */
int vm_read_arguments(const char *file, const char *s, size_t len, struct vms *out)
{
	const char *end = s + len;

	while (s < end) {
		const char *start = s;
		char quote = 0;

		for (; s < end && (quote || !strchr(" \t\r", *s)); s++)
			if (quote)
				quote = *s == quote ? 0 : quote;
			else if (*s == '\'' || *s == '"')
				quote = *s;
		if (vm_read_argument(file, start, (size_t)(s - start), out) < 0)
			return -ENOMEM;
		s += s < end;
	}
	return 0;
}
