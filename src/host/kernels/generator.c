/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generator.h"

#include <fnmatch.h>

#include "../../core/plan.h"
#include "../cli/cli.h"
#include "maker.h"

#define ARG_BYTES 600

/* kernel-install, which has others make the images, is the last. */
static const struct generator generators[] = {
	{
		.name = "initramfs-tools",
		.command = "update-initramfs",
		.needs = "usr/share/initramfs-tools/hook-functions",
		.sign = "etc/kernel/postinst.d/initramfs-tools",
		.one = { "-u", "-k", "%k" },
		.fresh = { "-c", "-k", "%k" },
	},
	{
		.name = "dracut",
		.command = "dracut",
		.needs = "usr/lib/dracut/dracut-functions.sh",
		.sign = "etc/kernel/postinst.d/dracut",
		.hook = "90-dracut-install.hook",
		.in_place = true,
		.one = { "--force", "%i", "%k" },
		.fresh = { "--force", "--kver", "%k" },
		.uki = { "--force", "--uefi", "%i", "%k" },
		.fallback = { "--force", "--no-hostonly", "%i", "%k" },
	},
	{
		.name = "mkinitcpio",
		.command = "mkinitcpio",
		.needs = "usr/lib/initcpio/functions",
		.hook = "90-mkinitcpio-install.hook",
		.in_place = true,
		.by_preset = true,
		.one = { "-p", "%p" },
	},
	{
		.name = "kernel-install",
		.command = "kernel-install",
		.one = { "add", "%k", "%v" },
	},
};

/* Programs that copy new images to where the firmware finds them. */
static const struct {
	const char *command, *sign, *args[GENERATOR_ARGS];
} after[] = {
	{ "proxmox-boot-tool", "etc/kernel/proxmox-boot-uuids", { "refresh" } },
};

void generator_names(char *text, size_t size)
{
	size_t len = 0;

	*text = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(generators) && len < size; i++)
		len += (size_t)snprintf(text + len, size - len, "%s%s", i ? ", " : "", generators[i].command);
}

static bool is_installed(const struct sysroot *r, const struct generator *g)
{
	char path[COMMAND_LEN];

	return command_find(r, g->command, path) && (!g->needs || sysroot_exists(r, g->needs));
}

/* Whether kernel-install, and no generator by itself, made these. */
static bool are_by_kernel_install(const struct image_files *images)
{
	for (size_t i = 0; i < images->n; i++)
		if (!images->items[i].by_kernel_install)
			return false;
	return images->n > 0;
}

const struct generator *generator_second(const struct sysroot *r, const struct generator *g,
					 const struct image_files *images)
{
	const struct generator *last = &generators[ARRAY_SIZE(generators) - 1];

	for (size_t i = 0; i < images->n && g != last; i++)
		if (images->items[i].by_kernel_install && is_installed(r, last))
			return last;
	return NULL;
}

/* A hook of pacman, which the administrator's of the same name hides: a link to /dev/null is none (alpm-hooks(5)). */
static bool has_hook(const struct sysroot *r, const char *hook)
{
	char path[ARG_BYTES], to[sizeof("/dev/null")];

	snprintf(path, sizeof(path), "etc/pacman.d/hooks/%s", hook);
	if (sysroot_readlink(r, path, to, sizeof(to)) > 0 && strcmp(to, "/dev/null") == 0)
		return false;
	if (sysroot_exists(r, path))
		return true;
	snprintf(path, sizeof(path), "usr/share/libalpm/hooks/%s", hook);
	return sysroot_exists(r, path);
}

static bool is_used(const struct sysroot *r, const struct generator *g)
{
	return (g->sign && sysroot_exists(r, g->sign)) || (g->hook && has_hook(r, g->hook));
}

/* Of those that make images themselves: what is installed, and what kernel installations use. */
struct choice {
	const struct generator *first, *used;
	size_t n, n_used;
	char names[64];
};

static void find_installed(const struct sysroot *r, struct choice *c)
{
	memset(c, 0, sizeof(*c));
	for (const struct generator *g = generators; g < &generators[ARRAY_SIZE(generators) - 1]; g++) {
		size_t len = strlen(c->names);

		if (!is_installed(r, g))
			continue;
		if (!c->n++)
			c->first = g;
		if (is_used(r, g) && !c->n_used++)
			c->used = g;
		snprintf(c->names + len, sizeof(c->names) - len, "%s%s", len ? " and " : "", g->name);
	}
}

static const struct generator *find_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(generators); i++)
		if (strcmp(generators[i].name, name) == 0)
			return &generators[i];
	return NULL;
}

/*
 * The one that made these images, but for those of kernel-install. NULL: it cannot be told, *doubt is one of them; or
 * there are several, or it is gone, which *why says.
 */
static const struct generator *find_maker(const struct sysroot *r, const struct image_files *images, const char **doubt,
					  char why[GENERATOR_WHY_LEN])
{
	const char *maker = NULL, *made = NULL;
	const struct generator *g;

	*doubt = NULL;
	for (size_t i = 0; i < images->n; i++) {
		const char *path = images->items[i].path;
		const char *name = images->items[i].by_kernel_install ? NULL : maker_of(r, path);

		if (!name) {
			*doubt = images->items[i].by_kernel_install ? *doubt : path;
		} else if (maker && strcmp(maker, name) != 0) {
			snprintf(why, GENERATOR_WHY_LEN,
				 "%s made /%s, and %s made /%s: nothing was changed; remove the one that is not booted",
				 maker, made, name, path);
			return NULL;
		} else {
			maker = name;
			made = path;
		}
	}
	g = maker ? find_named(maker) : NULL;
	if (!g || is_installed(r, g))
		return g;
	snprintf(why, GENERATOR_WHY_LEN,
		 "%s made /%s, and is not installed here: nothing was changed; make it once with the program that is "
		 "to make it from now on",
		 maker, made);
	return NULL;
}

/* Without an image that tells it. */
static const struct generator *choose_used(const struct choice *c, const char *doubt, char why[GENERATOR_WHY_LEN])
{
	if (c->n == 1)
		return c->first;
	if (doubt)
		snprintf(why, GENERATOR_WHY_LEN,
			 "%s are installed, and which of them made /%s cannot be told: nothing was changed; make it "
			 "once with the right one",
			 c->names, doubt);
	else if (c->n_used == 1)
		snprintf(why, GENERATOR_WHY_LEN, "%s are installed: using %s, as kernel installations do", c->names,
			 c->used->name);
	else
		snprintf(why, GENERATOR_WHY_LEN,
			 "%s are installed, and kernel installations use %s of them: nothing was changed; make the "
			 "image once with the right one",
			 c->names, c->n_used ? "more than one" : "none");
	return !doubt && c->n_used == 1 ? c->used : NULL;
}

/* kernel-install, which every systemd brings along, counts only where its images are, or where nothing else is. */
const struct generator *generator_choose(const struct sysroot *r, const struct image_files *images,
					 char why[GENERATOR_WHY_LEN])
{
	const struct generator *last = &generators[ARRAY_SIZE(generators) - 1], *maker;
	struct choice choice;
	const char *doubt;

	*why = '\0';
	if (is_installed(r, last) && are_by_kernel_install(images))
		return last;
	find_installed(r, &choice);
	if (!choice.n)
		return is_installed(r, last) && images->n ? last : NULL;
	maker = find_maker(r, images, &doubt, why);
	return maker || *why ? maker : choose_used(&choice, doubt, why);
}

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

/* One argument of a generator's line. -ENOENT, which is said. */
static int fill_in(const struct sysroot *r, const char *arg, const char *release, const char *path, char out[ARG_BYTES])
{
	if (strcmp(arg, "%k") == 0) {
		snprintf(out, ARG_BYTES, "%s", release);
	} else if (strcmp(arg, "%i") == 0) {
		snprintf(out, ARG_BYTES, "/%s", path);
	} else if (strcmp(arg, "%p") == 0) {
		if (preset_of(r, release, out, ARG_BYTES) == 0)
			return 0;
		say_error("kernel %s has no preset of mkinitcpio: is there a pkgbase in its folder of modules, and "
			  "/etc/mkinitcpio.d/PKGBASE.preset?",
			  release);
		return -ENOENT;
	} else if (strcmp(arg, "%v") == 0) {
		if (find_kernel(r, release, out))
			return 0;
		say_error("kernel %s itself is neither in its folder of modules nor in /boot", release);
		return -ENOENT;
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

/* Says the command, and runs it. */
static int run(const struct sysroot *r, const char *command, char args[][ARG_BYTES], size_t n, struct hold *hold)
{
	const char *argv[GENERATOR_ARGS + 2] = { NULL };
	char path[COMMAND_LEN];

	if (!command_find(r, command, path))
		return -ENOENT;
	argv[0] = path;
	printf("running /%s", path);
	for (size_t i = 0; i < n; i++) {
		argv[i + 1] = args[i];
		printf(" %s", args[i]);
	}
	putchar('\n');
	return command_run(r, argv, hold);
}

static int run_for(const struct sysroot *r, const struct generator *g, const char *release, const char *path,
		   struct hold *hold)
{
	const char *const *pattern = choose_args(g, path);
	char args[GENERATOR_ARGS][ARG_BYTES];
	size_t n = 0;

	while (n < GENERATOR_ARGS && pattern[n]) {
		int err = fill_in(r, pattern[n], release, path, args[n]);

		if (err)
			return err;
		n++;
	}
	return run(r, g->command, args, n, hold);
}

static bool names_image(const struct generator *g)
{
	for (size_t i = 0; i < GENERATOR_ARGS && g->one[i]; i++)
		if (strcmp(g->one[i], "%i") == 0)
			return true;
	return false;
}

int generator_run(const struct sysroot *r, const struct generator *g, const char *release,
		  const struct image_files *images, struct hold *hold)
{
	bool all = are_by_kernel_install(images);
	int ret = 0;

	if (!images->n || !names_image(g))
		return run_for(r, g, release, images->n ? images->items[0].path : "", hold);
	for (size_t i = 0; i < images->n && !ret; i++)
		if (all || !images->items[i].by_kernel_install)
			ret = run_for(r, g, release, images->items[i].path, hold);
	return ret;
}

int generator_after(const struct sysroot *r, struct hold *hold)
{
	for (size_t i = 0; i < ARRAY_SIZE(after); i++) {
		char path[COMMAND_LEN], args[GENERATOR_ARGS][ARG_BYTES];
		size_t n = 0;
		int ret;

		if (!sysroot_exists(r, after[i].sign) || !command_find(r, after[i].command, path))
			continue;
		for (; n < GENERATOR_ARGS && after[i].args[n]; n++)
			snprintf(args[n], ARG_BYTES, "%s", after[i].args[n]);
		ret = run(r, after[i].command, args, n, hold);
		if (ret) {
			say_error("%s failed: what boots may still be the old images", after[i].command);
			return ret;
		}
	}
	return 0;
}
