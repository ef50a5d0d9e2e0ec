/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Physical volumes that no active volume stands on: their group needs them too. */
#include "resolve.h"
#include "stack_run.h"

#define FILE_MAX (1u << 20)

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

/* lvm.conf, where also a comment says what the default is. */
static bool has_devices_file(const struct sysroot *r)
{
	static const char word[] = "use_devicesfile";
	bool used = true;
	char *text, *at;
	size_t len;

	if (sysroot_read_all(r, "etc/lvm/lvm.conf", FILE_MAX, &text, &len))
		return true;
	for (at = text; (at = strstr(at, word));) {
		at += strlen(word);
		at += strspn(at, " \t");
		if (*at++ == '=')
			used = at[strspn(at, " \t")] != '0';
	}
	free(text);
	return used;
}

/* lvmdevices(8): of what is not in its list LVM knows nothing, and so no group of the host needs it. */
static bool is_left_out(const struct sysroot *r, const char *pvid)
{
	char *text, word[80];
	size_t len;
	bool listed;

	if (sysroot_read_all(r, "etc/lvm/devices/system.devices", FILE_MAX, &text, &len))
		return false;
	snprintf(word, sizeof(word), "PVID=%s", pvid);
	listed = strstr(text, word) != NULL;
	free(text);
	return !listed && has_devices_file(r);
}

/* lvm2's pvscan: pvs_online/PVID has a line "vg:NAME". Without one nobody says whose it is: it may be this group's. */
static bool may_be_of(const struct walk *w, const struct blockdev *volume, const char *uuid)
{
	char path[PATH_BYTES], pvid[64], text[512] = "", *vg;
	size_t len = 0;

	for (; *uuid && len + 1 < sizeof(pvid); uuid++)
		if (*uuid != '-')
			pvid[len++] = *uuid;
	pvid[len] = '\0';
	snprintf(path, sizeof(path), "run/lvm/pvs_online/%s", pvid);
	if (sysroot_read(w->h->root, path, text, sizeof(text)) < 0)
		return !is_left_out(w->h->root, pvid);
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
