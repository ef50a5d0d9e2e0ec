/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "maker.h"

#include "../initramfs/contents.h"
#include "../initramfs/uki.h"
#include "kernels.h"

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

/* Reads an image; *initrd is in *data, which is owned. False: it cannot be read, or is none. */
static bool read_image(const struct sysroot *r, const char *path, char **data, const unsigned char **initrd,
		       size_t *len)
{
	if (sysroot_read_all(r, path, IMAGE_BYTES_MAX, data, len))
		return false;
	*initrd = (unsigned char *)*data;
	return !uki_is_pe(*initrd, *len) || uki_section(*initrd, *len, ".initrd", initrd, len) == 0;
}

const char *maker_of(const struct sysroot *r, const char *path)
{
	_cleanup_(free_pointer) char *data = NULL;
	const unsigned char *initrd;
	size_t len;

	return read_image(r, path, &data, &initrd, &len) ? find_mark(initrd, len) : NULL;
}

bool maker_kernel(const struct sysroot *r, const char *path, char release[KERNEL_LEN])
{
	static const char *const patterns[] = { "usr/lib/modules/*/modules.*", "lib/modules/*/modules.*", NULL };
	_cleanup_(free_pointer) char *data = NULL;
	_cleanup_(contents_free) struct contents c = { 0 };
	const unsigned char *initrd;
	char why[SEGMENTS_WHY_LEN];
	const char *name;
	size_t len;

	if (!read_image(r, path, &data, &initrd, &len) || contents_read(initrd, len, patterns, &c, why) || !c.n)
		return false;
	name = strstr(c.items[0].name, "modules/") + strlen("modules/");
	snprintf(release, KERNEL_LEN, "%.*s", (int)strcspn(name, "/"), name);
	return kernel_is_release(release);
}
