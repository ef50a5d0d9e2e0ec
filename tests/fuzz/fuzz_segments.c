/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An image is read whole or refused with words and without contents; what is found was asked for, each name once, and
 * is the same when the image is read behind zeros. A section of a PE file lies inside it.
 */
#include "compat.h"

#include <fnmatch.h>

#include "../../src/host/initramfs/contents.h"
#include "../../src/host/initramfs/uki.h"
#include "replay.h"

static const char *const patterns[] = { "usr/lib/*", "same", "*/*/*/*/*", "", NULL };

static void check(bool good)
{
	if (!good)
		abort();
}

static void check_contents(const struct contents *c)
{
	for (size_t i = 0; i < c->n; i++) {
		size_t at = 0, seen = 0;

		for (const char *const *p = patterns; *p; p++)
			seen += fnmatch(*p, c->items[i].name, FNM_PATHNAME) == 0;
		check(seen && c->items[i].data && c->items[i].data[c->items[i].len] == '\0');
		check(contents_find(c, c->items[i].name) == &c->items[i]);
		while (contents_next(c, "*", &at))
			check(at <= c->n);
	}
}

static void check_again(const unsigned char *data, size_t len, int expected, const struct contents *c)
{
	unsigned char *behind = calloc(1, len + 512);
	char why[SEGMENTS_WHY_LEN];
	struct contents again;

	memcpy(behind + 512, data, len);
	check(contents_read(behind, len + 512, patterns, &again, why) == expected && again.n == c->n);
	for (size_t i = 0; i < c->n; i++)
		check(!strcmp(again.items[i].name, c->items[i].name) && again.items[i].len == c->items[i].len &&
		      !memcmp(again.items[i].data, c->items[i].data, c->items[i].len));
	contents_free(&again);
	free(behind);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const unsigned char *start;
	char why[SEGMENTS_WHY_LEN];
	struct contents c;
	size_t size;
	int ret = contents_read(data, len, patterns, &c, why);

	check(ret == 0 || (*why && c.n == 0));
	check_contents(&c);
	check_again(data, len, ret, &c);
	contents_free(&c);
	if (uki_section(data, len, ".initrd", &start, &size) == 0)
		check(start >= data && size <= len && start <= data + len - size);
	return 0;
}
