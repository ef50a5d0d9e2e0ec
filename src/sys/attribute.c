/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "attribute.h"

char *attribute_path(const struct address *a, const char *name, char buf[ATTRIBUTE_LEN])
{
	char address[ADDRESS_LEN];

	snprintf(buf, ATTRIBUTE_LEN, "sys/bus/pci/devices/%s%s", address_print(a, address), name);
	return buf;
}

bool attribute_exists(const struct sysroot *r, const struct address *a, const char *name)
{
	char path[ATTRIBUTE_LEN];

	return sysroot_exists(r, attribute_path(a, name, path));
}

bool attribute_line(const struct sysroot *r, const struct address *a, const char *name, char *text, size_t size)
{
	char path[ATTRIBUTE_LEN];
	bool read = sysroot_read(r, attribute_path(a, name, path), text, size) > 0;

	text[read ? strcspn(text, "\n") : 0] = '\0';
	return read;
}

bool attribute_link(const struct sysroot *r, const struct address *a, const char *name, char *text, size_t size)
{
	char path[ATTRIBUTE_LEN], link[256], *last = link;

	if (sysroot_readlink(r, attribute_path(a, name, path), link, sizeof(link)) <= 0)
		*link = '\0';
	if (strrchr(link, '/'))
		last = strrchr(link, '/') + 1;
	snprintf(text, size, "%s", last);
	return *link;
}
