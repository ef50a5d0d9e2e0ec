/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "maker.h"

#include "../initramfs/contents.h"
#include "../initramfs/uki.h"

#define IMAGE_BYTES_MAX (2u << 30)

static const struct {
	const char *mark, *name;
} marks[] = {
	{ "usr/lib/dracut/modules.txt", "dracut" },
	{ "lib/dracut/modules.txt", "dracut" },
	{ "usr/lib/dracut-lib.sh", "dracut" },
	{ "lib/dracut-lib.sh", "dracut" },
	{ "scripts/functions", "initramfs-tools" },
	/* The configuration it was made with, and that of init. */
	{ "buildconfig", "mkinitcpio" },
	{ "config", "mkinitcpio" },
};

static const char *find_mark(const unsigned char *data, size_t len)
{
	const char *patterns[ARRAY_SIZE(marks) + 1] = { NULL }, *name = NULL;
	char why[SEGMENTS_WHY_LEN];
	_cleanup_(contents_free) struct contents c = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		patterns[i] = marks[i].mark;
	if (contents_read(data, len, patterns, &c, why))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(marks) && !name; i++)
		if (contents_find(&c, marks[i].mark))
			name = marks[i].name;
	return name;
}

const char *maker_of(const struct sysroot *r, const char *path)
{
	const unsigned char *initrd;
	const char *name = NULL;
	char *data;
	size_t len;

	if (sysroot_read_all(r, path, IMAGE_BYTES_MAX, &data, &len))
		return NULL;
	initrd = (unsigned char *)data;
	if (!uki_is_pe(initrd, len) || uki_section(initrd, len, ".initrd", &initrd, &len) == 0)
		name = find_mark(initrd, len);
	free(data);
	return name;
}
