/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hook_check.h"

#include <fnmatch.h>
#include <sys/stat.h>

#define SPACES " \t\r"

const char *const hook_check_patterns[] = {
	/* initramfs-tools */
	"scripts/functions",
	"scripts/init-top/ORDER",
	"scripts/init-top/earlybind",
	/* systemd */
	"usr/lib/systemd/systemd",
	"lib/systemd/systemd",
	"*/systemd/system/earlybind.service",
	"*/*/systemd/system/earlybind.service",
	"*/systemd/system/*.wants/earlybind.service",
	"*/*/systemd/system/*.wants/earlybind.service",
	"usr/lib/systemd/system/dracut-cmdline.service",
	"usr/lib/systemd/system/dracut-pre-udev.service",
	"lib/systemd/system/dracut-cmdline.service",
	"lib/systemd/system/dracut-pre-udev.service",
	/* dracut */
	"lib/dracut-lib.sh",
	"usr/lib/dracut-lib.sh",
	"lib/dracut/hooks/*/*earlybind*",
	"*/lib/dracut/hooks/*/*earlybind*",
	/* mkinitcpio */
	"config",
	"init_functions",
	"hooks/earlybind",
	NULL,
};

/* The first that is there, of a list that ends in NULL. */
static const struct content *first_of(const struct contents *c, const char *const *names)
{
	for (; *names; names++) {
		const struct content *item = contents_find(c, *names);

		if (item)
			return item;
	}
	return NULL;
}

/* Which one of the words (divided by spaces) a word is, from 1; 0: none. */
static unsigned word_at(const char *text, size_t len, const char *word)
{
	unsigned n = 0;

	for (size_t at = 0; at < len;) {
		size_t gap = strspn(text + at, SPACES), size;

		at += gap;
		if (at >= len)
			break;
		size = strcspn(text + at, SPACES);
		if (size > len - at)
			size = len - at;
		n++;
		if (size == strlen(word) && strncmp(text + at, word, size) == 0)
			return n;
		at += size;
	}
	return 0;
}

/* The byte at which a line starts with this word; -1: none does. */
static long line_of(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		if (strncmp(line, word, len) == 0 && strchr(" \t\n", line[len]))
			return line - text;
	return -1;
}

/* run_scripts of initramfs-tools runs what ORDER names, in its order (scripts/functions). */
static int check_initramfs_tools(const struct contents *c, struct findings *out)
{
	const struct content *order = contents_find(c, "scripts/init-top/ORDER");
	const struct content *script = contents_find(c, "scripts/init-top/earlybind");
	long ours, udev;

	if (!script || !S_ISREG(script->mode))
		return findings_add(out, "its boot does not run earlybind: there is no scripts/init-top/earlybind");
	if (!(script->mode & 0111) && findings_add(out, "scripts/init-top/earlybind is not executable"))
		return -ENOMEM;
	ours = order ? line_of(order->data, "/scripts/init-top/earlybind") : -1;
	udev = order ? line_of(order->data, "/scripts/init-top/udev") : -1;
	if (ours < 0)
		return findings_add(out, "its boot does not run earlybind: scripts/init-top/ORDER does not name it");
	if (udev >= 0 && udev < ours)
		return findings_add(out, "earlybind runs too late: after udev in scripts/init-top/ORDER");
	return 0;
}

/* Hooks of a folder run in the order of their names; rd.driver.pre= and force_drivers load in cmdline/01. */
static int check_dracut(const struct contents *c, struct findings *out)
{
	static const char *const hooks[] = { "lib/dracut/hooks/*/*earlybind*", "*/lib/dracut/hooks/*/*earlybind*" };
	const struct content *late = NULL, *item;

	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++)
		for (size_t at = 0; (item = contents_next(c, hooks[i], &at));) {
			const char *name = strstr(item->name, "/hooks/") + strlen("/hooks/");

			/* source_all takes *.sh only */
			if (fnmatch("cmdline/00-*earlybind*.sh", name, 0) == 0)
				return 0;
			late = item;
		}
	if (late)
		return findings_add(out, "earlybind runs too late: as /%s, where cmdline/00-earlybind.sh is needed",
				    late->name);
	return findings_add(out, "its boot does not run earlybind: no hook of it in dracut/hooks/cmdline");
}

static bool has_line(const char *text, const char *line)
{
	size_t len = strlen(line);

	for (const char *at = strstr(text, line); at; at = strstr(at + 1, line))
		if ((at == text || at[-1] == '\n') && strchr("\r\n", at[len]))
			return true;
	return false;
}

/* Whether a line `KEY=` of the unit names the other unit. */
static bool unit_names(const char *unit, const char *key, const char *other)
{
	for (const char *at = strstr(unit, key); at; at = strstr(at + 1, key)) {
		const char *value = at + strlen(key);

		if ((at == unit || at[-1] == '\n') && word_at(value, strcspn(value, "\n"), other))
			return true;
	}
	return false;
}

/* Units that load drivers: ours goes before them. Of dracut's only those that are there. */
static int check_unit(const struct contents *c, const struct content *unit, struct findings *out)
{
	static const struct {
		const char *unit, *where[3];
	} before[] = {
		{ "systemd-modules-load.service", { NULL } },
		{ "systemd-udevd.service", { NULL } },
		{ "systemd-udev-trigger.service", { NULL } },
		{ "dracut-cmdline.service",
		  { "usr/lib/systemd/system/dracut-cmdline.service", "lib/systemd/system/dracut-cmdline.service" } },
		{ "dracut-pre-udev.service",
		  { "usr/lib/systemd/system/dracut-pre-udev.service", "lib/systemd/system/dracut-pre-udev.service" } },
	};

	if (!has_line(unit->data, "DefaultDependencies=no") &&
	    findings_add(out, "earlybind runs too late: /%s has no DefaultDependencies=no", unit->name))
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(before); i++) {
		if (before[i].where[0] && !first_of(c, before[i].where))
			continue;
		if (!unit_names(unit->data, "Before=", before[i].unit) &&
		    findings_add(out, "earlybind may run too late: /%s is not before %s", unit->name, before[i].unit))
			return -ENOMEM;
	}
	return 0;
}

int hook_check_unit(const struct contents *c, struct findings *out)
{
	/* systemd looks in this order */
	static const char *const units[] = { "etc/systemd/system/earlybind.service",
					     "usr/lib/systemd/system/earlybind.service",
					     "lib/systemd/system/earlybind.service", NULL };
	static const char *const wants[] = { "etc/systemd/system/initrd.target.wants/earlybind.service",
					     "usr/lib/systemd/system/initrd.target.wants/earlybind.service",
					     "lib/systemd/system/initrd.target.wants/earlybind.service", NULL };
	const struct content *unit = first_of(c, units);

	if (!unit)
		return findings_add(out, "its boot does not run earlybind: there is no earlybind.service");
	if (S_ISLNK(unit->mode) && strcmp(unit->data, "/dev/null") == 0)
		return findings_add(out, "its boot does not run earlybind: /%s is masked", unit->name);
	if (!first_of(c, wants) &&
	    findings_add(out, "its boot does not run earlybind: initrd.target.wants has no link to earlybind.service"))
		return -ENOMEM;
	return S_ISREG(unit->mode) ? check_unit(c, unit, out) : 0;
}

/* init runs EARLYHOOKS of /config in their order, and udev's starts udevd. */
static int check_mkinitcpio(const struct contents *c, struct findings *out)
{
	const char *text = contents_find(c, "config")->data, *value = strstr(text, "EARLYHOOKS=");
	size_t len;
	unsigned ours, udev;

	value = value ? value + strlen("EARLYHOOKS=") : "";
	value += strspn(value, "\"'");
	len = strcspn(value, "\"'\n");
	ours = word_at(value, len, "earlybind");
	udev = word_at(value, len, "udev");
	if (!ours)
		return findings_add(out, "its boot does not run earlybind: EARLYHOOKS in /config does not name it (is "
					 "it in HOOKS of mkinitcpio.conf?)");
	if (!contents_find(c, "hooks/earlybind") &&
	    findings_add(out, "its boot does not run earlybind: there is no /hooks/earlybind"))
		return -ENOMEM;
	if (udev && udev < ours)
		return findings_add(out, "earlybind runs too late: after udev in EARLYHOOKS of /config");
	return 0;
}

/* The first whose mark is in the image: dracut and mkinitcpio make images with systemd too. */
static const struct {
	const char *marks[3];
	int (*check)(const struct contents *c, struct findings *out);
} kinds[] = {
	{ { "usr/lib/systemd/systemd", "lib/systemd/systemd" }, hook_check_unit },
	{ { "usr/lib/dracut-lib.sh", "lib/dracut-lib.sh" }, check_dracut },
	{ { "scripts/functions" }, check_initramfs_tools },
	{ { "config", NULL }, check_mkinitcpio },
};

int hook_check(const struct contents *c, struct findings *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (first_of(c, kinds[i].marks))
			return kinds[i].check(c, out);
	return findings_add(out, "no known generator made it: whether its boot runs earlybind cannot be told");
}
