/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generator.h"

#include "../../core/plan.h"
#include "../lib/command.h"
#include "maker.h"

#define HOOK_BYTES 600

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
	char path[HOOK_BYTES], to[sizeof("/dev/null")];

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
	if (is_installed(r, last) && images_by_kernel_install(images))
		return last;
	find_installed(r, &choice);
	if (!choice.n)
		return is_installed(r, last) && images->n ? last : NULL;
	maker = find_maker(r, images, &doubt, why);
	return maker || *why ? maker : choose_used(&choice, doubt, why);
}
