/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iomem.h"

#include "../core/lines.h"

/*
 * "  c0000000-c0ffffff : 0000:06:00.0", what is inside of it behind it. What has the range of the whole BAR stands
 * above it instead (kernel/resource.c: __insert_resource), as the windows of bridges do.
 */
bool iomem_holder(const struct sysroot *r, const char *address, const char *driver, char *holder, size_t size)
{
	uint64_t from = 1, to = 0, last_start = 0, last_end = 0;
	const char *last = "PCI Bus";
	char *text, *rest, *line;
	size_t len;

	*holder = '\0';
	if (sysroot_read_all(r, "proc/iomem", 1 << 20, &text, &len) < 0)
		return false;
	for (rest = text; !*holder && (line = strsep(&rest, "\n"));) {
		const char *s = line, *name = strchr(line, ':');
		uint64_t start = hex_number(&s), end = (s += *s == '-', hex_number(&s));

		if (!name || !*++name || !end)
			continue;
		if (strcmp(++name, address) == 0) {
			from = start;
			to = end;
			if (start == last_start && end == last_end && strncmp(last, "PCI Bus", 7) != 0)
				snprintf(holder, size, "%s", last);
		} else if (start >= from && end <= to && strcmp(name, driver) != 0) {
			snprintf(holder, size, "%s", name);
		}
		last = name;
		last_start = start;
		last_end = end;
	}
	free(text);
	return *holder;
}
