/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "orphans.h"

#include "images.h"
#include "kernels.h"
#include "releases.h"

bool orphans_is_known(const struct sysroot *root, const char *release, struct rows *rows)
{
	_cleanup_(images_free) struct image_files images = { 0 };

	if (kernel_is_there(root, release))
		return true;
	if (!kernel_has_folder(root, release))
		rows_tell(rows, LEVEL_ERROR, "there is no kernel %s: neither /usr/lib/modules/%s nor /lib/modules/%s",
			  release, release, release);
	else
		rows_tell(rows, LEVEL_ERROR,
			  "kernel %s has no modules.dep: it was removed, or `depmod %s` has to be run", release,
			  release);
	if (images_find(root, release, &images) == 0)
		for (size_t i = 0; i < images.n; i++)
			rows_tell(rows, LEVEL_ERROR, "its image /%s is left as it is: remove it if the kernel is gone",
				  images.items[i].path);
	return false;
}

/* A kernel of which the folder is left over, or nothing, with an image that can still be booted. */
static bool is_orphan(const struct sysroot *root, const char *release)
{
	_cleanup_(images_free) struct image_files images = { 0 };

	return !kernel_is_there(root, release) && images_find(root, release, &images) == 0 && images.n;
}

static bool find_removed(const struct sysroot *root, struct rows *rows)
{
	_cleanup_(names_free) struct names releases = { 0 };
	bool none = true;

	if (releases_find(root, &releases))
		return false;
	for (size_t i = 0; i < releases.n; i++)
		if (is_orphan(root, releases.items[i]) && !orphans_is_known(root, releases.items[i], rows))
			none = false;
	return none;
}

static bool is_claimed(const struct sysroot *root, const struct names *kernels, const char *preset)
{
	for (size_t i = 0; i < kernels->n; i++) {
		char name[KERNEL_LEN];

		if (preset_of(root, kernels->items[i], name, sizeof(name)) == 0 && strcmp(name, preset) == 0)
			return true;
	}
	return false;
}

static bool check_preset(const struct sysroot *root, const char *name, struct rows *rows)
{
	_cleanup_(preset_free) struct preset preset = { 0 };

	if (preset_read(root, name, &preset) || !preset.images.n)
		return true;
	rows_tell(rows, LEVEL_ERROR,
		  "no kernel here is that of /etc/mkinitcpio.d/%s.preset: none has '%s' in the file pkgbase in its "
		  "folder of modules; write it there, or remove the preset",
		  name, name);
	for (size_t i = 0; i < preset.images.n; i++)
		rows_tell(rows, LEVEL_ERROR, "its image /%s is left as it is", preset.images.items[i]);
	return false;
}

static bool find_presets(const struct sysroot *root, struct rows *rows)
{
	_cleanup_(names_free) struct names presets = { 0 }, kernels = { 0 };
	bool none = true;

	if (presets_list(root, &presets) || kernels_find(root, &kernels))
		return false;
	for (size_t i = 0; i < presets.n; i++)
		if (!is_claimed(root, &kernels, presets.items[i]) && !check_preset(root, presets.items[i], rows))
			none = false;
	return none;
}

bool orphans_none(const struct sysroot *root, struct rows *rows)
{
	bool none = find_removed(root, rows);

	return find_presets(root, rows) && none;
}
