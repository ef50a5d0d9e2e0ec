/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is mounted, held or routed now. */
#include "needs_used.h"

#include "../../core/shorten.h"
#include "nic.h"
#include "resolve.h"

static int add_mounts(struct needs_list *list)
{
	char text[REPORT_TEXT_LEN];
	int error = 0;

	for (size_t i = 0; i < list->host.mounts.n && !error; i++) {
		const struct mount *m = &list->host.mounts.items[i];

		if (mount_is_memory(m))
			continue;
		shorten_print(text, sizeof(text), "mounted: %s is %s", m->target, m->source);
		error = needs_add_mount(list, REASON_IN_USE, m, text);
	}
	return error;
}

/* What an active LVM volume, MD array, bcache or LUKS mapping stands on has a holder. */
static int add_held(struct needs_list *list)
{
	int error = 0;

	for (size_t i = 0; i < list->host.blocks.n && !error; i++) {
		const struct blockdev *d = &list->host.blocks.items[i];
		char path[PATH_BYTES], text[REPORT_TEXT_LEN];
		struct names holders;

		snprintf(path, sizeof(path), "%s/holders", d->folder);
		error = sysroot_list(list->host.root, path, &holders);
		if (error) {
			error = error == -ENOMEM ? error : 0;
			continue;
		}
		if (holders.n) {
			memset(list->set, 0, list->host.blocks.n * sizeof(*list->set));
			list->set[i] = true;
			shorten_print(text, sizeof(text), "active: %s stands on /dev/%s", holders.items[0], d->name);
			error = needs_add_blocks(list, REASON_IN_USE, text);
		}
		names_free(&holders);
	}
	return error;
}

/* OpenZFS has a folder for each imported pool. */
static int add_pools(struct needs_list *list)
{
	char text[REPORT_TEXT_LEN];
	_cleanup_(names_free) struct names pools = { 0 };
	int error = sysroot_list_any(list->host.root, "proc/spl/kstat/zfs", &pools);

	for (size_t i = 0; i < pools.n && !error; i++) {
		if (!resolve_pool(&list->host.blocks, pools.items[i], list->set))
			continue; /* a file of statistics, or a pool on files */
		shorten_print(text, sizeof(text), "active: the ZFS pool %s is imported", pools.items[i]);
		error = needs_add_blocks(list, REASON_IN_USE, text);
	}
	return error;
}

static int add_default_routes(struct needs_list *list)
{
	_cleanup_(names_free) struct names interfaces = { 0 };
	int error = nic_routes(&list->host, NULL, true, &interfaces);

	/* That of a VPN stands beside the one by which the VPN is reached. */
	if (!error)
		error = needs_add_ways(list, REASON_IN_USE, &interfaces, "the default route");
	return error;
}

static int add_members(struct needs_list *list)
{
	char upper[64], text[REPORT_TEXT_LEN];
	_cleanup_(names_free) struct names interfaces = { 0 };
	int error = sysroot_list_any(list->host.root, "sys/class/net", &interfaces);

	for (size_t i = 0; i < interfaces.n && error >= 0; i++) {
		bool member = nic_master(&list->host, interfaces.items[i], upper);

		if (!member && !nic_upper(&list->host, interfaces.items[i], upper))
			continue;
		shorten_print(text, sizeof(text), member ? "a member of %s" : "below %s", upper);
		error = needs_add_interface(list, REASON_IN_USE, interfaces.items[i], text);
	}
	return error < 0 ? error : 0;
}

/* Behind all else that is in use: whoever names just one of these may have it. */
static int add_networks(struct needs_list *list)
{
	char text[REPORT_TEXT_LEN];
	struct nic_networks networks;
	size_t first = list->n_needs;
	int error = nic_networks(&list->host, &networks);

	for (size_t i = 0; i < networks.n && error >= 0; i++) {
		shorten_print(text, sizeof(text), "a route to %s", networks.items[i].text);
		error = needs_add_interface(list, REASON_IN_USE, networks.items[i].interface, text);
	}
	for (size_t i = first; i < list->n_needs; i++)
		list->needs[i].route = true;
	free(networks.items);
	return error < 0 ? error : 0;
}

/* What the boot does not need. */
int needs_used_find(struct needs_list *list)
{
	static int (*const steps[])(struct needs_list *) = { add_mounts,         add_held,    add_pools,
							     add_default_routes, add_members, add_networks };

	return needs_each(list, steps, ARRAY_SIZE(steps));
}
