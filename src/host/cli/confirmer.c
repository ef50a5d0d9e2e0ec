/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "confirmer.h"

#define UNIT "earlybind-confirm.service"

/* Where systemd looks for units: systemd.unit(5). */
static const char *const folders[] = {
	"etc/systemd/system",     "run/systemd/system", "usr/local/lib/systemd/system",
	"usr/lib/systemd/system", "lib/systemd/system",
};

bool confirmer_is_person(const struct plan *p)
{
	for (size_t i = 0; i < p->n_rules; i++)
		if (rule_takes_display(&p->rules[i]))
			return true;
	return false;
}

static bool is_masked(const struct sysroot *r, const char *folder)
{
	char path[128], to[32];

	snprintf(path, sizeof(path), "%s/" UNIT, folder);
	return sysroot_readlink(r, path, to, sizeof(to)) > 0 && strcmp(to, "/dev/null") == 0;
}

/* "multi-user.target.wants/earlybind-confirm.service": wherever that leads, its name says which unit is wanted. */
static bool is_wanted(const struct sysroot *r, const char *folder)
{
	_cleanup_(names_free) struct names names = { 0 };
	char path[512], to[512];
	bool found = false;

	if (sysroot_list(r, folder, &names) < 0)
		return false;
	for (size_t i = 0; i < names.n && !found; i++) {
		const char *dot = strrchr(names.items[i], '.');

		snprintf(path, sizeof(path), "%s/%s/" UNIT, folder, names.items[i]);
		found = dot && strcmp(dot, ".wants") == 0 && sysroot_readlink(r, path, to, sizeof(to)) > 0;
	}
	return found;
}

/* On the running system only if it is systemd's: sd_booted(3). */
static bool is_enabled(const struct sysroot *r)
{
	bool wanted = false;

	if (r->live && !sysroot_exists(r, "run/systemd/system"))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		if (is_masked(r, folders[i]))
			return false;
		wanted |= is_wanted(r, folders[i]);
	}
	return wanted;
}

const char *confirmer_say(const struct sysroot *r, bool person)
{
	if (person)
		return "A black screen boots fully: run `earlybind confirm` yourself when you see that all is well.";
	if (is_enabled(r))
		return "A complete boot confirms it; so does `earlybind confirm`.";
	return UNIT " is not enabled, so no boot confirms it: run `earlybind confirm` yourself after a good one, or "
		    "enable that service.";
}
