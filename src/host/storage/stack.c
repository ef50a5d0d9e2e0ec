/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <libmount/libmount.h>

#include "../../core/shorten.h"
#include "resolve.h"
#include "stack_run.h"

static const struct blockdev *block_of(const struct walk *w, int i)
{
	return &w->h->blocks.items[i];
}

static int walk_block(struct walk *w, int i, struct chain_end end, bool named);

/* Those of w->set, which the chains of its members use again. */
int chain_walk_set(struct walk *w, const struct chain_end *end, const char *kind)
{
	size_t n = w->h->blocks.n;
	bool *set = calloc(n + 1, sizeof(*set));
	int error = set ? 0 : -ENOMEM;

	if (set)
		memcpy(set, w->set, n * sizeof(*set));
	for (size_t i = 0; i < n && !error; i++) {
		struct chain_end other = *end;

		if (!set[i] || w->visited[i])
			continue;
		chain_extend(&other, ", %s%s%s", block_of(w, (int)i)->name, *kind ? " " : "", kind);
		error = walk_block(w, (int)i, other, true);
	}
	free(set);
	return error;
}

/* "LUKS", "LVM", "MD" */
static const char *layer_kind(const struct blockdev *d)
{
	static const struct {
		const char *start, *kind;
	} by_uuid[] = { { "CRYPT-PLAIN-", "dm-crypt" },
			{ "CRYPT-", "LUKS" },
			{ "LVM-", "LVM" },
			{ "mpath-", "multipath" },
			{ "part", "partition" } };

	for (size_t i = 0; d->dm_uuid && i < ARRAY_SIZE(by_uuid); i++)
		if (strncmp(d->dm_uuid, by_uuid[i].start, strlen(by_uuid[i].start)) == 0)
			return by_uuid[i].kind;
	return d->dm_name                           ? "dm"
	       : strncmp(d->name, "md", 2) == 0     ? "MD"
	       : strncmp(d->name, "bcache", 6) == 0 ? "bcache"
						    : "on";
}

static int walk_slaves(struct walk *w, const struct blockdev *d, const struct names *slaves,
		       const struct chain_end *end)
{
	for (size_t i = 0; i < slaves->n; i++) {
		int slave = blockdev_by_name(&w->h->blocks, slaves->items[i]);
		struct chain_end next = *end;

		chain_extend(&next, ", %s (%s %s)", d->name, layer_kind(d), slaves->items[i]);
		w->out->encrypted |= d->dm_uuid && strncmp(d->dm_uuid, "CRYPT-", 6) == 0 && !d->random;
		if (slave < 0 ? chain_add_unknown(w, next, "a device that is not shown") < 0
			      : walk_block(w, slave, next, true) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* lvm2 activates a whole group, and only when it is complete: what else is of it is needed too. */
static int walk_group(struct walk *w, const struct blockdev *d, const struct chain_end *end)
{
	enum { GROUP = 4 + 32 }; /* "LVM-" and the group's UUID */

	if (!d->dm_uuid || strncmp(d->dm_uuid, "LVM-", 4) != 0)
		return 0;
	for (size_t i = 0; i < w->h->blocks.n; i++) {
		const struct blockdev *other = &w->h->blocks.items[i];

		if (other->dm_uuid && strlen(d->dm_uuid) >= GROUP && strncmp(other->dm_uuid, d->dm_uuid, GROUP) == 0 &&
		    !w->visited[i] && walk_block(w, (int)i, *end, false) < 0)
			return -ENOMEM;
	}
	return chain_walk_idle(w, d, end);
}

/* File systems and arrays of several devices: those that carry the same UUID. */
static int walk_members(struct walk *w, const struct blockdev *d, const struct chain_end *end)
{
	static const struct {
		const char *type, *kind;
	} sets[] = { { "btrfs", "(btrfs)" },
		     { "bcachefs", "(bcachefs)" },
		     { "zfs_member", "(ZFS)" },
		     { "linux_raid_member", "(MD)" } };

	for (size_t k = 0; d->tags[TAG_TYPE] && d->tags[TAG_UUID] && k < ARRAY_SIZE(sets); k++) {
		if (strcmp(d->tags[TAG_TYPE], sets[k].type) != 0)
			continue;
		for (size_t i = 0; i < w->h->blocks.n; i++) {
			const struct blockdev *o = &w->h->blocks.items[i];

			w->set[i] = o->tags[TAG_TYPE] && o->tags[TAG_UUID] &&
				    strcmp(o->tags[TAG_TYPE], d->tags[TAG_TYPE]) == 0 &&
				    strcmp(o->tags[TAG_UUID], d->tags[TAG_UUID]) == 0;
		}
		return chain_walk_set(w, end, sets[k].kind);
	}
	return 0;
}

/* fs/ext4/super.c: ext4_get_journal_blkdev: a superblock names the journal that is on another device. */
static int walk_journal(struct walk *w, const struct blockdev *d, const struct chain_end *end)
{
	if (!d->tags[TAG_JOURNAL])
		return 0;
	for (size_t i = 0; i < w->h->blocks.n; i++) {
		const struct blockdev *o = &w->h->blocks.items[i];

		w->set[i] = o->tags[TAG_TYPE] && o->tags[TAG_UUID] && strcmp(o->tags[TAG_TYPE], "jbd") == 0 &&
			    strcmp(o->tags[TAG_UUID], d->tags[TAG_JOURNAL]) == 0;
	}
	return chain_walk_set(w, end, "(journal)");
}

/* fs/btrfs/sysfs.c: the devices of a mounted btrfs, also one whose superblock nobody could read. */
static int walk_btrfs(struct walk *w, const struct blockdev *d, const struct chain_end *end)
{
	char path[PATH_BYTES];
	struct names names;
	int error;

	if (!d->tags[TAG_TYPE] || !d->tags[TAG_UUID] || strcmp(d->tags[TAG_TYPE], "btrfs") != 0)
		return 0;
	snprintf(path, sizeof(path), "sys/fs/btrfs/%s/devices", d->tags[TAG_UUID]);
	error = sysroot_list(w->h->root, path, &names);
	if (error)
		return error == -ENOMEM ? error : 0;
	for (size_t i = 0; i < names.n && !error; i++) {
		int k = blockdev_by_name(&w->h->blocks, names.items[i]);
		struct chain_end other = *end;

		if (k < 0 || w->visited[k])
			continue;
		chain_extend(&other, ", %s (btrfs)", names.items[i]);
		error = walk_block(w, k, other, true);
	}
	names_free(&names);
	return error;
}

/* "/dev/sda1" names sda1. */
static bool names_it(const char *text, const char *name)
{
	const char *slash = strrchr(text, '/');

	return slash && strcmp(slash + 1, name) == 0;
}

/* named: the text ends with this device. */
static int walk_block(struct walk *w, int i, struct chain_end end, bool named)
{
	const struct blockdev *d = block_of(w, i);
	const struct chain_end start = end;
	char path[PATH_BYTES];
	struct names slaves = { 0 };
	int error;

	if (w->visited[i])
		return 0;
	w->visited[i] = true;
	snprintf(path, sizeof(path), "%s/slaves", d->folder);
	error = sysroot_list(w->h->root, path, &slaves);
	if (error == -ENOMEM)
		return error;
	if (slaves.n) {
		error = walk_slaves(w, d, &slaves, &end);
	} else if (d->disk >= 0) {
		if (!named && !names_it(end.text, d->name))
			chain_extend(&end, ", %s", d->name);
		error = w->visited[d->disk] ? 0 : walk_block(w, d->disk, end, true);
	} else {
		error = chain_walk_bottom(w, d, end);
	}
	names_free(&slaves);
	if (!error)
		error = walk_group(w, d, &start);
	if (!error)
		error = walk_members(w, d, &start);
	if (!error)
		error = walk_journal(w, d, &start);
	return error ? error : walk_btrfs(w, d, &start);
}

static int walk_start(struct walk *w, const struct host *h, struct chain_ends *out)
{
	w->h = h;
	w->out = out;
	w->visited = calloc(h->blocks.n + 1, sizeof(*w->visited));
	w->set = calloc(h->blocks.n + 1, sizeof(*w->set));
	return w->visited && w->set ? 0 : -ENOMEM;
}

static void walk_end(struct walk *w)
{
	free(w->visited);
	free(w->set);
}

int chain_walk(const struct host *h, int block, const char *text, struct chain_ends *out)
{
	struct chain_end end = { .device = -1 };
	struct walk w;
	int error = walk_start(&w, h, out);

	shorten(text, end.text, sizeof(end.text));
	if (!error)
		error = walk_block(&w, block, end, false);
	walk_end(&w);
	return error;
}

static int walk_source(struct walk *w, const struct mount *m, const struct chain_end *end)
{
	int block = m->major ? blockdev_by_number(&w->h->blocks, m->major, m->minor) : -1;

	if (strcmp(m->type, "zfs") == 0) {
		char pool[256];

		snprintf(pool, sizeof(pool), "%.*s", (int)strcspn(m->source, "/"), m->source);
		if (!resolve_pool(&w->h->blocks, pool, w->set))
			return chain_add_unknown(w, *end, "a ZFS pool that is not there");
		return chain_walk_set(w, end, "(ZFS)");
	}
	if (block >= 0)
		return walk_block(w, block, *end, false);
	/* btrfs, and others of several devices, have a number of their own: fs/super.c: get_anon_bdev */
	if (strncmp(m->source, "/dev/", 5) == 0 && resolve_device(w->h->root, &w->h->blocks, m->source, w->set))
		return chain_walk_set(w, end, "");
	return m->major || (strncmp(m->source, "/dev/", 5) == 0 && !mount_is_program(m))
		       ? chain_add_unknown(w, *end, "a device that is not shown")
		       : 0;
}

/* net/9p/trans_virtio.c, fs/fuse/virtio_fs.c: the function has the tag; of virtiofs older kernels do not show it. */
static int walk_virtio(struct walk *w, const struct mount *m, const struct chain_end *end)
{
	static const char folder[] = "sys/bus/virtio/drivers";
	const char *driver = strcmp(m->type, "9p") == 0 ? "9pnet_virtio" : "virtiofs";
	char path[PATH_BYTES], link[PATH_BYTES], tag[256];
	struct names names;
	int found = 0, error;

	snprintf(path, sizeof(path), "%s/%s", folder, driver);
	error = sysroot_list(w->h->root, path, &names);
	if (error)
		return error == -ENOMEM ? error : chain_add_unknown(w, *end, "a virtio device that is not shown");
	for (size_t i = 0; i < names.n && error >= 0; i++) {
		struct chain_end next = *end;

		snprintf(path, sizeof(path), "%s/%s/%s", folder, driver, names.items[i]);
		if (sysroot_read_line(w->h->root, tag, sizeof(tag), "%s/mount_tag", path) && *tag &&
		    strcmp(tag, m->source) != 0)
			continue;
		if (sysroot_readlink(w->h->root, path, link, sizeof(link)) < 0)
			continue; /* bind, unbind, module */
		chain_extend(&next, ", on %s", names.items[i]);
		error = chain_of_folder(w->h, link, &next, w->out);
		found += error > 0;
	}
	names_free(&names);
	return error < 0 ? error : found ? 0 : chain_add_unknown(w, *end, "a virtio device that is not shown");
}

static void read_option(const struct mount *m, const char *name, char *buf, size_t size)
{
	char *value;
	size_t len;

	if (!*buf && mnt_optstr_get_option(m->options, name, &value, &len) == 0 && value)
		snprintf(buf, size, "%.*s", (int)len, value);
}

/* fs/nfs/super.c, fs/smb/client: they show the address that they found, and their own. */
static int walk_server(struct walk *w, const struct mount *m, struct chain_end end)
{
	read_option(m, "addr", end.server, sizeof(end.server));
	read_option(m, "clientaddr", end.own, sizeof(end.own));
	read_option(m, "srcaddr", end.own, sizeof(end.own));
	return chain_add(w->out, &end);
}

/* Those that show no address in their options are on any server. */
static bool is_on_network(const struct mount *m)
{
	static const char *const types[] = { "nfs", "nfs4", "cifs", "smb3", "ceph", "glusterfs", "fuse.glusterfs" };
	char transport[16] = "";

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (strcmp(m->type, types[i]) == 0)
			return true;
	/* net/9p: virtio, xen and fd lead to no network. */
	read_option(m, "trans", transport, sizeof(transport));
	return strcmp(m->type, "9p") == 0 && (strcmp(transport, "tcp") == 0 || strcmp(transport, "rdma") == 0);
}

/* fs/xfs/xfs_super.c: xfs_fs_show_options: the log and the real-time device of an XFS are on others. */
static int walk_options(struct walk *w, const struct mount *m, const struct chain_end *end)
{
	static const char *const names[] = { "logdev", "rtdev" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char source[256] = "";
		struct chain_end other = *end;

		read_option(m, names[i], source, sizeof(source));
		if (!*source)
			continue;
		chain_extend(&other, ", %s=%s", names[i], source);
		if (resolve_device(w->h->root, &w->h->blocks, source, w->set)
			    ? chain_walk_set(w, &other, "") < 0
			    : chain_add_unknown(w, other, "a device that is not shown") < 0)
			return -ENOMEM;
	}
	return 0;
}

int chain_of_mount(const struct host *h, const struct mount *m, const char *text, struct chain_ends *out)
{
	struct chain_end end = { .device = -1 };
	struct walk w;
	int error = walk_start(&w, h, out);

	shorten(text, end.text, sizeof(end.text));
	if (!error)
		error = is_on_network(m)     ? walk_server(&w, m, end)
			: mount_is_virtio(m) ? walk_virtio(&w, m, &end)
					     : walk_source(&w, m, &end);
	if (!error)
		error = walk_options(&w, m, &end);
	walk_end(&w);
	return error;
}
