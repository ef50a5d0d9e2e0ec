/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generator_run.h"

#include <fnmatch.h>

#include "../../core/lines.h"
#include "../kernels/mkinitcpio_preset.h"
#include "../lib/command.h"

#define ARG_BYTES 600

/* Programs that copy new images to where the firmware finds them. */
static const struct {
	const char *command, *sign, *args[GENERATOR_ARGS];
} after[] = {
	{ "proxmox-boot-tool", "etc/kernel/proxmox-boot-uuids", { "refresh" } },
};

/* The kernel file that kernel-install copies. */
static bool find_kernel(const struct sysroot *r, const char *release, char out[ARG_BYTES])
{
	static const char *const places[] = { "/usr/lib/modules/%s/vmlinuz", "/lib/modules/%s/vmlinuz",
					      "/boot/vmlinuz-%s" };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		const char *mark = strstr(places[i], "%s");

		snprintf(out, ARG_BYTES, "%.*s%s%s", (int)(mark - places[i]), places[i], release, mark + 2);
		if (sysroot_exists(r, out + 1))
			return true;
	}
	return false;
}

void runner_line(struct runner *r, const char *text)
{
	rows_tell(&r->rows, LEVEL_LINE, "%s%s", r->progress, text);
	*r->progress = '\0';
}

/* One argument of a generator's line. -ENODATA, of which the rows tell. */
static int fill_in(struct runner *r, const char *arg, const char *release, const char *path, char out[ARG_BYTES])
{
	if (strcmp(arg, "%k") == 0) {
		snprintf(out, ARG_BYTES, "%s", release);
	} else if (strcmp(arg, "%i") == 0) {
		snprintf(out, ARG_BYTES, "/%s", path);
	} else if (strcmp(arg, "%p") == 0) {
		if (preset_of(r->root, release, out, ARG_BYTES) == 0)
			return 0;
		rows_tell(&r->rows, LEVEL_ERROR,
			  "kernel %s has no preset of mkinitcpio: is there a pkgbase in its folder of modules, and "
			  "/etc/mkinitcpio.d/PKGBASE.preset?",
			  release);
		return -ENODATA;
	} else if (strcmp(arg, "%v") == 0) {
		if (find_kernel(r->root, release, out))
			return 0;
		rows_tell(&r->rows, LEVEL_ERROR, "kernel %s itself is neither in its folder of modules nor in /boot",
			  release);
		return -ENODATA;
	} else {
		snprintf(out, ARG_BYTES, "%s", arg);
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

static void tell_command(struct runner *r, const char *const *argv)
{
	_cleanup_(text_free) struct text line = { 0 };

	text_addf(&line, "running /%s", argv[0]);
	for (size_t i = 1; argv[i]; i++)
		text_addf(&line, " %s", argv[i]);
	if (!line.error)
		runner_line(r, line.data);
}

static int run(struct runner *r, const char *command, char args[][ARG_BYTES], size_t n)
{
	const char *argv[GENERATOR_ARGS + 2] = { NULL };
	char path[COMMAND_LEN];

	if (!command_find(r->root, command, path))
		return -ENODATA;
	argv[0] = path;
	for (size_t i = 0; i < n; i++)
		argv[i + 1] = args[i];
	tell_command(r, argv);
	r->tell(&r->rows);
	return subprocess_run(r->root, argv, r->exclusive, &r->signals);
}

static int run_for(struct runner *r, const struct generator *g, const char *release, const char *path)
{
	const char *const *pattern = choose_args(g, path);
	char args[GENERATOR_ARGS][ARG_BYTES];
	size_t n = 0;

	for (; n < GENERATOR_ARGS && pattern[n]; n++) {
		int err = fill_in(r, pattern[n], release, path, args[n]);

		if (err)
			return err;
	}
	return run(r, g->command, args, n);
}

static bool names_image(const struct generator *g)
{
	for (size_t i = 0; i < GENERATOR_ARGS && g->one[i]; i++)
		if (strcmp(g->one[i], "%i") == 0)
			return true;
	return false;
}

int generator_run(struct runner *r, const struct generator *g, const char *release, const struct image_files *images)
{
	bool all = images_by_kernel_install(images);
	int ret = 0;

	if (!images->n || !names_image(g))
		return run_for(r, g, release, images->n ? images->items[0].path : "");
	for (size_t i = 0; i < images->n && !ret; i++)
		if (!images->items[i].hashed && (all || !images->items[i].by_kernel_install))
			ret = run_for(r, g, release, images->items[i].path);
	return ret;
}

int generator_after(struct runner *r)
{
	for (size_t i = 0; i < ARRAY_SIZE(after); i++) {
		char path[COMMAND_LEN], args[GENERATOR_ARGS][ARG_BYTES];
		size_t n = 0;
		int ret;

		if (!sysroot_exists(r->root, after[i].sign) || !command_find(r->root, after[i].command, path))
			continue;
		for (; n < GENERATOR_ARGS && after[i].args[n]; n++)
			snprintf(args[n], ARG_BYTES, "%s", after[i].args[n]);
		ret = run(r, after[i].command, args, n);
		if (ret) {
			rows_tell(&r->rows, LEVEL_ERROR, "%s failed: what boots may still be the old images",
				  after[i].command);
			return ret;
		}
	}
	return 0;
}
