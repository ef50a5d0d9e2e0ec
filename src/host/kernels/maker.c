/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "maker.h"

#include "../initramfs/contents.h"
#include "../initramfs/uki.h"
#include "kernels.h"

#define IMAGE_BYTES_MAX (2u << 30)
#define PLAN "usr/lib/earlybind/plan"

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

static int find_marks(const unsigned char *data, size_t len, struct made *out)
{
	const char *patterns[ARRAY_SIZE(marks) + 2] = { PLAN };
	char why[SEGMENTS_WHY_LEN];
	_cleanup_(contents_free) struct contents c = { 0 };
	int err;

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		patterns[i + 1] = marks[i].mark;
	err = contents_read(data, len, patterns, &c, why);
	if (err)
		return err;
	out->has_plan = contents_find(&c, PLAN) != NULL;
	for (size_t i = 0; i < ARRAY_SIZE(marks) && !out->by; i++)
		if (contents_find(&c, marks[i].mark))
			out->by = marks[i].name;
	return 0;
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

int made_read(const struct sysroot *r, const char *path, struct made *out)
{
	_cleanup_(free_pointer) char *data = NULL;
	const unsigned char *initrd;
	size_t len;

	*out = (struct made){ 0 };
	return read_image(r, path, &data, &initrd, &len) ? find_marks(initrd, len, out) : -EINVAL;
}

const char *maker_of(const struct sysroot *r, const char *path)
{
	struct made made;

	return made_read(r, path, &made) ? NULL : made.by;
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
