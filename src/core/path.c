/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "lines.h"
#include "path.h"

#define LOWER_HEX "0123456789abcdef"
#define ACPI_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_."

/*
 * root   = acpi | domain ":" bus
 * acpi   = 1*63 ( letter | digit | "_" | "." )
 * domain = 4*8 hex, bus = 2 hex, lower case
 */
int root_parse(const char *text, struct root *out)
{
	struct root root = { .domain = ROOT_DOMAIN_UNKNOWN };
	size_t len = strlen(text);
	size_t digits = strspn(text, LOWER_HEX);
	uint32_t bus;

	if (len && len < ROOT_ACPI_LEN && strspn(text, ACPI_CHARS) == len) {
		memcpy(root.acpi, text, len);
		*out = root;
		return 0;
	}
	if (digits < 4 || digits > 8 || hex_take(&text, (unsigned)digits, &root.domain) < 0 || *text++ != ':')
		return -EINVAL;
	if (hex_take(&text, 2, &bus) < 0 || *text)
		return -EINVAL;
	root.bus = (uint8_t)bus;
	*out = root;
	return 0;
}

char *root_print(const struct root *r, char buf[ROOT_LEN])
{
	if (*r->acpi)
		snprintf(buf, ROOT_LEN, "%s", r->acpi);
	else
		snprintf(buf, ROOT_LEN, "%04x:%02x", (unsigned)r->domain, (unsigned)r->bus);
	return buf;
}

bool root_is(const struct root *locked, const struct root *present)
{
	if (*locked->acpi)
		return !strcmp(locked->acpi, present->acpi);
	return locked->domain == present->domain && locked->bus == present->bus;
}

/*
 * path = part *( "/" part )          1 to PATH_HOPS parts
 * part = dd "." f                    dd: 2 hex up to 1f; f: 0 to 7; lower case
 *      | dd                          the last part only: a slot
 */
int path_parse(const char *text, struct path *out)
{
	struct path path = { 0 };

	for (;;) {
		uint32_t dev, fn = 0;

		if (path.hops == PATH_HOPS || hex_take(&text, 2, &dev) < 0 || dev > 0x1f)
			return -EINVAL;
		if (*text != '.')
			path.slot = true;
		else if (text++, hex_take(&text, 1, &fn) < 0 || fn > 7)
			return -EINVAL;
		path.hop[path.hops++] = (uint8_t)(dev << 3 | fn);
		if (!*text)
			break;
		if (path.slot || *text++ != '/')
			return -EINVAL;
	}
	*out = path;
	return 0;
}

char *path_print(const struct path *p, char buf[PATH_LEN])
{
	char *end = buf;

	strcpy(buf, "-");
	for (unsigned i = 0; i < p->hops && i < PATH_HOPS; i++) {
		unsigned dev = p->hop[i] >> 3, fn = p->hop[i] & 7;
		size_t left = PATH_LEN - (size_t)(end - buf);

		if (i)
			*end++ = '/', left--;
		if (p->slot && i + 1 == p->hops)
			end += snprintf(end, left, "%02x", dev);
		else
			end += snprintf(end, left, "%02x.%x", dev, fn);
	}
	return buf;
}

bool path_equal(const struct path *a, const struct path *b)
{
	return a->hops == b->hops && a->slot == b->slot && !memcmp(a->hop, b->hop, a->hops);
}

bool path_covers(const struct path *p, const struct path *f)
{
	struct path slot;

	if (!p->hops || !f->hops)
		return false;
	if (!p->slot)
		return path_equal(p, f);
	slot = path_slot(f);
	return path_equal(p, &slot);
}

struct path path_slot(const struct path *f)
{
	struct path slot = *f;

	if (slot.hops) {
		slot.hop[slot.hops - 1] &= (uint8_t)~7u;
		slot.slot = true;
	}
	return slot;
}

uint64_t path_hash(const struct root *root, bool named, const struct path *p)
{
	uint64_t hash = named ? fnv1a64(FNV1A64_START, root->acpi, strlen(root->acpi))
			      : FNV1A64_START ^ ((uint64_t)root->domain << 8 | root->bus);
	uint8_t last = p->hops ? p->hop[p->hops - 1] >> 3 : 0;

	if (p->hops)
		hash = fnv1a64(hash, p->hop, p->hops - 1u);
	return fnv1a64(hash, &last, 1);
}
