/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the boot asks for: each want, to the devices that it is on. */
#include "../../core/shorten.h"
#include "needs_run.h"
#include "nic.h"
#include "resolve.h"

static int add_file(struct needs_run *run, const struct want *w, const char *text)
{
	const struct mount *m = mounts_of_file(&run->host.mounts, w->name);

	if (run->only_files)
		return 0; /* it is on one of the others */
	if (!m)
		return needs_add(run, REASON_BOOT_DISK, NEED_SOME_STORAGE, "%s, on an unknown file system", text);
	return needs_add_mount(run, REASON_BOOT_DISK, m, text);
}

/* The root's pool. Where the command line does not say which, what is mounted does. */
static void ask_of_root(struct needs_run *run, const char *pool)
{
	const struct mount *m = mounts_at(&run->host.mounts, "/");

	if (*pool || !m || strcmp(m->type, "zfs") != 0)
		run->encrypted |= pool_may_ask(run->host.root, pool);
}

static int add_pool(struct needs_run *run, const char *pool, const char *text)
{
	if (!resolve_pool(&run->host.blocks, pool, run->set))
		return needs_add(run, REASON_BOOT_DISK, NEED_SOME_STORAGE, "%s, and no disk here has it", text);
	return needs_add_blocks(run, REASON_BOOT_DISK, text);
}

/* A tag of virtio looks like the name of a device: what is mounted there tells. */
static const struct mount *virtio_of(const struct needs_run *run, const struct want *w)
{
	const struct mount *m = mounts_at(&run->host.mounts, w->what);

	return m && mount_is_virtio(m) && strcmp(m->source, w->name) == 0 ? m : NULL;
}

/* It may be a disk here, or one that a network card would bring. */
static int add_missing(struct needs_run *run, const struct want *w, const char *text)
{
	const struct mount *m = virtio_of(run, w);
	int error;

	if (m)
		return needs_add_mount(run, REASON_BOOT_DISK, m, text);
	error = needs_add(run, REASON_BOOT_DISK, NEED_SOME_STORAGE, "%s, and no disk here has it", text);

	if (error || !w->network)
		return error;
	return needs_add(run, REASON_BOOT_DISK, NEED_SOME_NETWORK, "%s, and no disk here has it (_netdev)", text);
}

static int add_device(struct needs_run *run, const struct want *w, const char *text)
{
	char pool[128];

	if (sscanf(w->name, "/dev/zvol/%127[^/]", pool) == 1)
		return add_pool(run, pool, text);
	if (!resolve_device(run->host.root, &run->host.blocks, w->name, run->set)) {
		if (strncmp(w->name, "/dev/zram", 9) == 0)
			return 0; /* memory, made later */
		return add_missing(run, w, text);
	}
	run->unique |= name_is_unique(w->name);
	return needs_add_blocks(run, REASON_BOOT_DISK, text);
}

static int add_nic(struct needs_run *run, const struct want *w, const char *text)
{
	char interface[64];

	if (run->only_files)
		return 0;
	if (!nic_find(&run->host, w->name, interface))
		return needs_add(run, REASON_BOOT_DISK, NEED_SOME_NETWORK, "%s, and no interface here is it", text);
	return needs_add_way(run, REASON_BOOT_DISK, interface, text);
}

/* A root that mountinfo shows on the network has its server's address there. */
static const char *server_of(const struct needs_run *run, const struct want *w)
{
	const struct mount *m = w->root ? mounts_at(&run->host.mounts, "/") : NULL;

	return m && strncmp(m->type, "nfs", 3) == 0 ? NULL : w->name;
}

int needs_of_want(struct needs_run *run, const struct want *w)
{
	char text[REPORT_TEXT_LEN];
	const char *server;

	run->root_known |= w->root;
	run->encrypted |= w->passphrase;
	shorten_print(text, sizeof(text), "%s: %s is %s%s", w->where, w->what, w->kind == WANT_POOL ? "ZFS " : "",
		      *w->name               ? w->name
		      : w->kind == WANT_POOL ? "of any pool"
					     : "on the network");
	switch (w->kind) {
	case WANT_DEVICE:
		return add_device(run, w, text);
	case WANT_FILE:
		return add_file(run, w, text);
	case WANT_POOL:
		if (w->root)
			ask_of_root(run, w->name);
		return add_pool(run, w->name, text);
	case WANT_SERVER:
		server = server_of(run, w);
		return server ? needs_add_server(run, REASON_BOOT_DISK, server, text) : 0; /* what is mounted tells */
	case WANT_INTERFACE:
		return add_nic(run, w, text);
	case WANT_MEMORY:
		return 0;
	case WANT_UNKNOWN:
		break;
	}
	return needs_add(run, REASON_BOOT_DISK, NEED_SOME_STORAGE, "%s cannot be read", w->where);
}

static int add_those(struct needs_run *run, bool root)
{
	int error = 0;

	run->of_root = root;
	for (size_t i = 0; i < run->wants.n && !error; i++)
		if (!run->wants.items[i].optional && run->wants.items[i].root == root)
			error = needs_of_want(run, &run->wants.items[i]);
	return error;
}

/* crypttab's random keys are of swap and such, which the chains then go through. */
static void mark_random(struct needs_run *run)
{
	for (size_t i = 0; i < run->wants.n; i++)
		for (size_t k = 0; run->wants.items[i].random && k < run->host.blocks.n; k++) {
			struct blockdev *d = &run->host.blocks.items[k];

			d->random |= d->dm_name && strcmp(d->dm_name, run->wants.items[i].what) == 0;
		}
}

int needs_of_wants(struct needs_run *run)
{
	int error;

	mark_random(run);
	error = add_those(run, true);
	return error ? error : add_those(run, false);
}
