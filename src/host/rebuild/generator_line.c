/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generator_line.h"

#include <fnmatch.h>

#include "../kernels/mkinitcpio_preset.h"

/* Programs that copy new images to where the firmware finds them. */
static const struct {
	const char *command, *sign, *args[GENERATOR_ARGS];
} after[] = {
	{ "proxmox-boot-tool", "etc/kernel/proxmox-boot-uuids", { "refresh" } },
};

/* The kernel file that kernel-install copies. */
static bool find_kernel(const struct sysroot *r, const char *release, char out[GENERATOR_ARG_BYTES])
{
	static const char *const places[] = { "/usr/lib/modules/%s/vmlinuz", "/lib/modules/%s/vmlinuz",
					      "/boot/vmlinuz-%s" };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		const char *mark = strstr(places[i], "%s");

		snprintf(out, GENERATOR_ARG_BYTES, "%.*s%s%s", (int)(mark - places[i]), places[i], release, mark + 2);
		if (sysroot_exists(r, out + 1))
			return true;
	}
	return false;
}

/* One argument of a generator's line. -ENODATA, of which the rows tell. */
static int fill_in(const struct sysroot *r, const char *arg, const char *release, const char *path,
		   char out[GENERATOR_ARG_BYTES], struct rows *rows)
{
	if (strcmp(arg, "%k") == 0) {
		snprintf(out, GENERATOR_ARG_BYTES, "%s", release);
	} else if (strcmp(arg, "%i") == 0) {
		snprintf(out, GENERATOR_ARG_BYTES, "/%s", path);
	} else if (strcmp(arg, "%p") == 0) {
		if (preset_of(r, release, out, GENERATOR_ARG_BYTES) == 0)
			return 0;
		rows_tell(rows, LEVEL_ERROR,
			  "kernel %s has no preset of mkinitcpio: is there a pkgbase in its folder of modules, and "
			  "/etc/mkinitcpio.d/PKGBASE.preset?",
			  release);
		return -ENODATA;
	} else if (strcmp(arg, "%v") == 0) {
		if (find_kernel(r, release, out))
			return 0;
		rows_tell(rows, LEVEL_ERROR, "kernel %s itself is neither in its folder of modules nor in /boot",
			  release);
		return -ENODATA;
	} else {
		snprintf(out, GENERATOR_ARG_BYTES, "%s", arg);
	}
	return 0;
}

/* path "": there is no image. */
static const char *const *choose_args(const struct generator *g, const char *path)
{
	if (!*path && g->fresh[0])
		return g->fresh;
	if (g->uki[0] && fnmatch("*.efi", path, 0) == 0)
		return g->uki;
	if (g->fallback[0] && fnmatch("*-fallback.img", path, 0) == 0)
		return g->fallback;
	return g->one;
}

int generator_line_make(const struct sysroot *r, const struct generator *g, const char *release, const char *path,
			struct generator_line *out, struct rows *rows)
{
	const char *const *pattern = choose_args(g, path);

	if (!command_find(r, g->command, out->command))
		return -ENODATA;
	for (out->n = 0; out->n < GENERATOR_ARGS && pattern[out->n]; out->n++) {
		int err = fill_in(r, pattern[out->n], release, path, out->args[out->n], rows);

		if (err)
			return err;
	}
	return 0;
}

bool generator_line_after(const struct sysroot *r, size_t *at, struct generator_line *out)
{
	for (; *at < ARRAY_SIZE(after); ++*at) {
		if (!sysroot_exists(r, after[*at].sign) || !command_find(r, after[*at].command, out->command))
			continue;
		for (out->n = 0; out->n < GENERATOR_ARGS && after[*at].args[out->n]; out->n++)
			snprintf(out->args[out->n], GENERATOR_ARG_BYTES, "%s", after[*at].args[out->n]);
		++*at;
		return true;
	}
	return false;
}
