/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "orphans.h"

#include "images.h"
#include "kernels.h"
#include "releases.h"

static void free_names(struct names *n)
{
	names_free(n);
}

static void free_preset(struct preset *p)
{
	preset_free(p);
}

bool orphans_is_known(const struct cli *cli, const char *release)
{
	struct image_files images = { 0 };

	if (kernel_is_there(&cli->root, release))
		return true;
	if (!kernel_has_folder(&cli->root, release))
		say_error("there is no kernel %s: neither /usr/lib/modules/%s nor /lib/modules/%s", release, release,
			  release);
	else
		say_error("kernel %s has no modules.dep: it was removed, or `depmod %s` has to be run", release,
			  release);
	if (images_find(&cli->root, release, &images) == 0)
		for (size_t i = 0; i < images.n; i++)
			say_error("its image /%s is left as it is: remove it if the kernel is gone",
				  images.items[i].path);
	images_free(&images);
	return false;
}

/* A kernel of which the folder is left over, or nothing, with an image that can still be booted. */
static bool is_orphan(const struct cli *cli, const char *release)
{
	struct image_files images = { 0 };
	bool orphan =
		!kernel_is_there(&cli->root, release) && images_find(&cli->root, release, &images) == 0 && images.n;

	images_free(&images);
	return orphan;
}

static int complain_of_removed(const struct cli *cli)
{
	_cleanup_(free_names) struct names releases = { 0 };
	int code = EXIT_DONE;

	if (releases_find(&cli->root, &releases))
		return EXIT_REFUSED;
	for (size_t i = 0; i < releases.n; i++)
		if (is_orphan(cli, releases.items[i]) && !orphans_is_known(cli, releases.items[i]))
			code = EXIT_REFUSED;
	return code;
}

static bool is_claimed(const struct cli *cli, const struct names *kernels, const char *preset)
{
	for (size_t i = 0; i < kernels->n; i++) {
		char name[KERNEL_LEN];

		if (preset_of(&cli->root, kernels->items[i], name, sizeof(name)) == 0 && strcmp(name, preset) == 0)
			return true;
	}
	return false;
}

static int complain_of_preset(const struct cli *cli, const char *name)
{
	_cleanup_(free_preset) struct preset preset = { 0 };

	if (preset_read(&cli->root, name, &preset) || !preset.images.n)
		return EXIT_DONE;
	say_error("no kernel here is that of /etc/mkinitcpio.d/%s.preset: none has '%s' in the file pkgbase in its "
		  "folder of modules; write it there, or remove the preset",
		  name, name);
	for (size_t i = 0; i < preset.images.n; i++)
		say_error("its image /%s is left as it is", preset.images.items[i]);
	return EXIT_REFUSED;
}

static int complain_of_presets(const struct cli *cli)
{
	_cleanup_(free_names) struct names presets = { 0 }, kernels = { 0 };
	int code = EXIT_DONE;

	if (presets_list(&cli->root, &presets) || kernels_find(&cli->root, &kernels))
		return EXIT_REFUSED;
	for (size_t i = 0; i < presets.n; i++)
		if (!is_claimed(cli, &kernels, presets.items[i]) &&
		    complain_of_preset(cli, presets.items[i]) != EXIT_DONE)
			code = EXIT_REFUSED;
	return code;
}

int orphans_complain(const struct cli *cli)
{
	int code = complain_of_removed(cli);

	return complain_of_presets(cli) == EXIT_DONE ? code : EXIT_REFUSED;
}
