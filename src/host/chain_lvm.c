/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Physical volumes that no active volume stands on: their group needs them too. */
#include "chain_run.h"
#include "resolve.h"

static bool is_idle(const struct walk *w, const struct blockdev *d)
{
	char path[PATH_BYTES];
	struct names holders = { 0 };
	bool idle;

	snprintf(path, sizeof(path), "%s/holders", d->folder);
	idle = sysroot_list(w->h->root, path, &holders) < 0 || !holders.n;
	names_free(&holders);
	return idle;
}

/* lvm2's pvscan: pvs_online/PVID has a line "vg:NAME". Without one nobody says whose it is: it may be this group's. */
static bool may_be_of(const struct walk *w, const struct blockdev *volume, const char *uuid)
{
	char path[PATH_BYTES] = "run/lvm/pvs_online/", text[512] = "", *vg;
	size_t len = strlen(path);

	for (; *uuid && len + 1 < sizeof(path); uuid++)
		if (*uuid != '-')
			path[len++] = *uuid;
	path[len] = '\0';
	if (sysroot_read(w->h->root, path, text, sizeof(text)) < 0)
		return true;
	vg = strstr(text, "\nvg:");
	vg = vg ? vg + 4 : strncmp(text, "vg:", 3) == 0 ? text + 3 : NULL;
	if (!vg)
		return true;
	vg[strcspn(vg, "\n")] = '\0';
	return volume_is_of(volume->dm_name, vg);
}

int chain_walk_idle(struct walk *w, const struct blockdev *volume, const struct chain_end *end)
{
	for (size_t i = 0; i < w->h->blocks.n; i++) {
		const struct blockdev *d = &w->h->blocks.items[i];

		w->set[i] = d->tags[TAG_TYPE] && strcmp(d->tags[TAG_TYPE], "LVM2_member") == 0 && is_idle(w, d) &&
			    (!d->tags[TAG_UUID] || may_be_of(w, volume, d->tags[TAG_UUID]));
	}
	return chain_walk_set(w, end, "(LVM)");
}
