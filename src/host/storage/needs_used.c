/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is mounted, swapped on, held or routed now. */
#include "../../core/shorten.h"
#include "needs_run.h"
#include "nic.h"
#include "resolve.h"

/* "rpool/ROOT/debian" is of the pool rpool. */
static bool root_may_ask(const struct needs_run *run, const struct mount *m)
{
	char pool[256];

	snprintf(pool, sizeof(pool), "%.*s", (int)strcspn(m->source, "/"), m->source);
	return strcmp(m->type, "zfs") == 0 && pool_may_ask(run->host.root, pool);
}

/* These of what is mounted the boot needs, also where no line says so. */
static int add_mounted(struct needs_run *run)
{
	static const char *const targets[] = { "/", "/usr", "/boot", "/boot/efi", "/efi" };
	static const char *const memory[] = { "overlay", "tmpfs", "ramfs", "rootfs", "aufs" };
	char text[REPORT_TEXT_LEN];
	int error = 0;

	for (size_t i = 0; i < ARRAY_SIZE(targets) && !error; i++) {
		const struct mount *m = mounts_at(&run->host.mounts, targets[i]);
		bool known = m && !mount_is_program(m);

		for (size_t k = 0; k < ARRAY_SIZE(memory) && known; k++)
			known = strcmp(m->type, memory[k]) != 0;
		/* A root in memory needs nothing; what is laid over something else does. */
		run->root_known |=
			i == 0 && m && (known || strcmp(m->type, "tmpfs") == 0 || strcmp(m->type, "ramfs") == 0);
		if (!known)
			continue;
		run->of_root = i == 0;
		run->encrypted |= i == 0 && root_may_ask(run, m);
		shorten_print(text, sizeof(text), "mounted: %s is %s", targets[i], m->source);
		error = needs_add_mount(run, REASON_BOOT_DISK, m, text);
	}
	run->of_root = false;
	return error;
}

/* Swap of which fstab says that the boot does not wait for it. */
static void mark_optional(struct needs_run *run, bool *optional)
{
	for (size_t i = 0; i < run->wants.n; i++) {
		const struct want *w = &run->wants.items[i];

		if (!w->optional || w->kind != WANT_DEVICE || strcmp(w->what, "swap") != 0)
			continue;
		resolve_device(run->host.root, &run->host.blocks, w->name, run->set);
		for (size_t k = 0; k < run->host.blocks.n; k++)
			optional[k] |= run->set[k];
	}
}

static bool is_optional(struct needs_run *run, const char *name, const bool *optional)
{
	for (size_t i = 0; i < run->wants.n; i++)
		if (run->wants.items[i].optional && strcmp(run->wants.items[i].name, name) == 0)
			return true;
	resolve_device(run->host.root, &run->host.blocks, name, run->set);
	for (size_t i = 0; i < run->host.blocks.n; i++)
		if (run->set[i] && optional[i])
			return true;
	return false;
}

static int add_swap(struct needs_run *run, const char *name, const bool *optional)
{
	struct want w = { .kind = strncmp(name, "/dev/", 5) == 0 ? WANT_DEVICE : WANT_FILE,
			  .where = (char *)"/proc/swaps",
			  .what = (char *)"swap",
			  .name = (char *)name };
	const struct mount *m;
	char text[REPORT_TEXT_LEN];

	if (!is_optional(run, name, optional))
		return needs_of_want(run, &w);
	shorten_print(text, sizeof(text), "swap: %s", name);
	if (resolve_device(run->host.root, &run->host.blocks, name, run->set))
		return needs_add_blocks(run, REASON_IN_USE, text);
	m = mounts_of_file(&run->host.mounts, name);
	return m ? needs_add_mount(run, REASON_IN_USE, m, text) : 0;
}

static int add_swaps(struct needs_run *run)
{
	bool *optional = calloc(run->host.blocks.n + 1, sizeof(*optional));
	struct names swaps = { 0 };
	int error = optional ? swaps_read(run->host.root, &swaps) : -ENOMEM;

	if (!error)
		mark_optional(run, optional);
	for (size_t i = 0; i < swaps.n && !error; i++)
		error = add_swap(run, swaps.items[i], optional);
	names_free(&swaps);
	free(optional);
	return error;
}

int needs_of_running_boot(struct needs_run *run)
{
	int error = add_mounted(run);

	return error ? error : add_swaps(run);
}

static int add_mounts(struct needs_run *run)
{
	char text[REPORT_TEXT_LEN];
	int error = 0;

	for (size_t i = 0; i < run->host.mounts.n && !error; i++) {
		const struct mount *m = &run->host.mounts.items[i];

		shorten_print(text, sizeof(text), "mounted: %s is %s", m->target, m->source);
		error = needs_add_mount(run, REASON_IN_USE, m, text);
	}
	return error;
}

/* What an active LVM volume, MD array, bcache or LUKS mapping stands on has a holder. */
static int add_held(struct needs_run *run)
{
	int error = 0;

	for (size_t i = 0; i < run->host.blocks.n && !error; i++) {
		const struct blockdev *d = &run->host.blocks.items[i];
		char path[PATH_BYTES], text[REPORT_TEXT_LEN];
		struct names holders;

		snprintf(path, sizeof(path), "%s/holders", d->folder);
		error = sysroot_list(run->host.root, path, &holders);
		if (error) {
			error = error == -ENOMEM ? error : 0;
			continue;
		}
		if (holders.n) {
			memset(run->set, 0, run->host.blocks.n * sizeof(*run->set));
			run->set[i] = true;
			shorten_print(text, sizeof(text), "active: %s stands on /dev/%s", holders.items[0], d->name);
			error = needs_add_blocks(run, REASON_IN_USE, text);
		}
		names_free(&holders);
	}
	return error;
}

/* OpenZFS has a folder for each imported pool. */
static int add_pools(struct needs_run *run)
{
	char text[REPORT_TEXT_LEN];
	struct names pools;
	int error = sysroot_list(run->host.root, "proc/spl/kstat/zfs", &pools);

	if (error)
		return error == -ENOMEM ? error : 0;
	for (size_t i = 0; i < pools.n && !error; i++) {
		if (!resolve_pool(&run->host.blocks, pools.items[i], run->set))
			continue; /* a file of statistics, or a pool on files */
		shorten_print(text, sizeof(text), "active: the ZFS pool %s is imported", pools.items[i]);
		error = needs_add_blocks(run, REASON_IN_USE, text);
	}
	names_free(&pools);
	return error;
}

static int add_default_routes(struct needs_run *run)
{
	struct names interfaces;
	int error = nic_routes(&run->host, NULL, true, &interfaces);

	/* That of a VPN stands beside the one by which the VPN is reached. */
	if (!error)
		error = needs_add_ways(run, REASON_IN_USE, &interfaces, "the default route");
	names_free(&interfaces);
	return error;
}

/* net/core/dev.c: a member of a bridge, bond or team links to it as its master. */
static int add_members(struct needs_run *run)
{
	char path[PATH_BYTES], link[PATH_BYTES], text[REPORT_TEXT_LEN];
	struct names interfaces;
	int error = sysroot_list(run->host.root, "sys/class/net", &interfaces);

	if (error)
		return error == -ENOMEM ? error : 0;
	for (size_t i = 0; i < interfaces.n && error >= 0; i++) {
		const char *master;

		if (snprintf(path, sizeof(path), "sys/class/net/%s/master", interfaces.items[i]) >= (int)sizeof(path) ||
		    sysroot_readlink(run->host.root, path, link, sizeof(link)) < 0)
			continue;
		master = strrchr(link, '/');
		shorten_print(text, sizeof(text), "a member of %s", master ? master + 1 : link);
		error = needs_add_interface(run, REASON_IN_USE, interfaces.items[i], text);
	}
	names_free(&interfaces);
	return error < 0 ? error : 0;
}

int needs_of_use(struct needs_run *run)
{
	static int (*const sources[])(struct needs_run *) = { add_mounts, add_held, add_pools, add_default_routes,
							      add_members };
	int error = 0;

	for (size_t i = 0; i < ARRAY_SIZE(sources) && !error; i++)
		error = sources[i](run);
	return error;
}
