/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack.h"

#include <libmount/libmount.h>

#include "../../core/shorten.h"
#include "resolve.h"

#define FILE_MAX (1u << 20)

/* One walk. */
struct walk {
	const struct host *h;
	struct chain_ends *out;
	bool *visited; /* a flag a block device: no chain goes in a circle */
	bool *set;     /* for resolve_...() */
};

static int walk_block(struct walk *w, int i, struct chain_end end, bool named);

static const struct blockdev *block_of(const struct walk *w, int i)
{
	return &w->h->blocks.items[i];
}

static int add_unknown(struct walk *w, struct chain_end end, const char *why)
{
	end.device = -1;
	end.why = why;
	return chain_add(w->out, &end);
}

/* Goes on with those of w->set, which the chains of its members use again; `kind` says what they are: "(ZFS)". */
static int walk_set(struct walk *w, const struct chain_end *end, const char *kind)
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

/* One of the options of a mount, or of the address that drivers/nvme/host/fabrics.c prints. */
static void read_option(const char *options, const char *name, char *buf, size_t size)
{
	char *value;
	size_t len;

	if (!*buf && mnt_optstr_get_option(options, name, &value, &len) == 0 && value)
		snprintf(buf, size, "%.*s", (int)len, value);
}

/* drivers/nvme/host/fc.c: "nn-0x...:pn-0x...". The port of this name, in drivers/scsi/scsi_transport_fc.c's class. */
static int walk_fc(struct walk *w, const char *host_traddr, const struct chain_end *end)
{
	const char *port = strstr(host_traddr, "pn-");
	char path[PATH_BYTES], text[PATH_BYTES];
	_cleanup_(names_free) struct names hosts = { 0 };
	int found = port ? sysroot_list(w->h->root, "sys/class/fc_host", &hosts) : -ENOENT;

	if (found == -ENOMEM)
		return found;
	found = 0;
	for (size_t i = 0; i < hosts.n && !found; i++) {
		snprintf(path, sizeof(path), "sys/class/fc_host/%s", hosts.items[i]);
		if (sysroot_read_line(w->h->root, text, sizeof(text), "%s/port_name", path) &&
		    strcmp(text, port + 3) == 0 && sysroot_readlink(w->h->root, path, text, sizeof(text)) > 0)
			found = chain_of_directory(w->h, text, end, w->out);
	}
	return found > 0 ? 0 : found < 0 ? found : add_unknown(w, *end, "a Fibre Channel port that is not shown");
}

/* A controller of NVMe: a PCI function, or (fabrics) a server. */
static int walk_nvme(struct walk *w, const char *name, struct chain_end end)
{
	char path[PATH_BYTES], link[PATH_BYTES], text[512];
	int found;

	chain_extend(&end, ", %s", name);
	snprintf(path, sizeof(path), "sys/class/nvme/%s", name);
	if (sysroot_readlink(w->h->root, path, link, sizeof(link)) < 0)
		return add_unknown(w, end, "a controller that is not shown");
	found = chain_of_directory(w->h, link, &end, w->out);
	if (found)
		return found < 0 ? found : 0;
	sysroot_read_line(w->h->root, text, sizeof(text), "%s/address", path);
	read_option(text, "traddr", end.server, sizeof(end.server));
	read_option(text, "host_traddr", end.own, sizeof(end.own));
	read_option(text, "src_addr", end.own, sizeof(end.own));
	read_option(text, "host_iface", end.interface, sizeof(end.interface));
	end.device = -1;
	return strncmp(end.server, "nn-", 3) == 0 ? walk_fc(w, end.own, &end) : chain_add(w->out, &end);
}

/* drivers/nvme/host/multipath.c: the head is a child of its subsystem, which links to the controllers. */
static int walk_subsystem(struct walk *w, const struct blockdev *d, const struct chain_end *end)
{
	char folder[PATH_BYTES];
	_cleanup_(names_free) struct names names = { 0 };
	unsigned found = 0;
	int error;

	snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(d->folder, '/') - d->folder), d->folder);
	error = sysroot_list(w->h->root, folder, &names);
	if (error)
		return error == -ENOMEM ? error : add_unknown(w, *end, "a subsystem that is not shown");
	for (size_t i = 0; i < names.n && !error; i++) {
		const char *name = names.items[i];

		if (strncmp(name, "nvme", 4) != 0 || !name[4] || name[4 + strspn(name + 4, "0123456789")])
			continue;
		found++;
		error = walk_nvme(w, name, *end);
	}
	return error || found ? error : add_unknown(w, *end, "a subsystem without controllers");
}

/* drivers/nvme/host/core.c: without multipath the disk of a fabrics controller is a child of it. */
static int walk_fabrics(struct walk *w, const char *name, const struct chain_end *end)
{
	char controller[64];

	snprintf(controller, sizeof(controller), "%.*s", (int)strcspn(name, "/"), name);
	return walk_nvme(w, controller, *end);
}

/* Disks that are not in this machine. */
static bool is_remote(const struct walk *w, const struct blockdev *d, struct chain_end *end)
{
	static const char *const drivers[] = { "nbd", "rbd", "etherd!" };
	const char *session = strstr(d->folder, "/session");

	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
		if (strncmp(d->name, drivers[i], strlen(drivers[i])) == 0)
			return true;
	if (!session || !strchr("0123456789", session[8]))
		return false;
	/* drivers/scsi/scsi_transport_iscsi.c */
	sysroot_read_line(w->h->root, end->server, sizeof(end->server),
			  "sys/class/iscsi_connection/connection%.*s:0/address", (int)strspn(session + 8, "0123456789"),
			  session + 8);
	return true;
}

/* A file: the file system that it is on, which is mounted. */
static int walk_file(struct walk *w, const char *path, const struct chain_end *end)
{
	const struct mount *m = mounts_of_file(&w->h->mounts, path);

	if (!m)
		return add_unknown(w, *end, "a file on an unknown file system");
	return stack_of_mount(w->h, m, end->text, w->out);
}

static bool read_value(const struct walk *w, const struct blockdev *d, const char *name, char *buf, size_t size)
{
	return sysroot_read_line(w->h->root, buf, size, "%s/%s", d->folder, name) && *buf;
}

static int walk_zram(struct walk *w, const struct blockdev *d, struct chain_end *end)
{
	char backing[256];

	if (!read_value(w, d, "backing_dev", backing, sizeof(backing)) || strcmp(backing, "none") == 0)
		return 0;
	chain_extend(end, ", %s", backing);
	if (!resolve_device(w->h->root, &w->h->blocks, backing, w->set))
		return add_unknown(w, *end, "a backing device that is not there");
	return walk_set(w, end, "");
}

static int walk_zvol(struct walk *w, const struct chain_end *end)
{
	if (!resolve_pool(&w->h->blocks, "", w->set))
		return add_unknown(w, *end, "a ZFS pool that is not there");
	return walk_set(w, end, "(ZFS)");
}

/* A whole disk, or what has no slaves: the bottom. */
static int walk_bottom(struct walk *w, const struct blockdev *d, struct chain_end end)
{
	static const char fabrics[] = "/nvme-fabrics/ctl/";
	const char *controller = strstr(d->folder, fabrics);
	char backing[512];
	int found;

	chain_extend(&end, ", on %s", d->name);
	end.device = -1;
	if (strncmp(d->name, "loop", 4) == 0) {
		if (!read_value(w, d, "loop/backing_file", backing, sizeof(backing)))
			return add_unknown(w, end, "a file that is not known");
		chain_extend(&end, " (%s)", backing);
		return walk_file(w, backing, &end);
	}
	if (strncmp(d->name, "zram", 4) == 0)
		return walk_zram(w, d, &end);
	if (strncmp(d->name, "zd", 2) == 0)
		return walk_zvol(w, &end);
	if (strstr(d->folder, "/nvme-subsystem/"))
		return walk_subsystem(w, d, &end);
	if (controller)
		return walk_fabrics(w, controller + strlen(fabrics), &end);
	found = chain_of_directory(w->h, d->folder, &end, w->out);
	if (found)
		return found < 0 ? found : 0;
	if (is_remote(w, d, &end))
		return chain_add(w->out, &end);
	/* A device of the board (an SD card), or of a hypervisor, is no PCI function's; memory is none's. */
	if (!strstr(d->folder, "/virtual/") || strncmp(d->name, "ram", 3) == 0 || strncmp(d->name, "pmem", 4) == 0)
		return 0;
	return add_unknown(w, end, "something that is not known");
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
		if (slave < 0 ? add_unknown(w, next, "a device that is not shown") < 0
			      : walk_block(w, slave, next, true) < 0)
			return -ENOMEM;
	}
	return 0;
}

static bool is_idle(const struct walk *w, const struct blockdev *d)
{
	char path[PATH_BYTES];
	_cleanup_(names_free) struct names holders = { 0 };

	snprintf(path, sizeof(path), "%s/holders", d->folder);
	return sysroot_list(w->h->root, path, &holders) < 0 || !holders.n;
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

/* Goes on with what may belong to the volume's group and is in no active volume: the group needs it too. */
static int walk_idle(struct walk *w, const struct blockdev *volume, const struct chain_end *end)
{
	for (size_t i = 0; i < w->h->blocks.n; i++) {
		const struct blockdev *d = &w->h->blocks.items[i];

		w->set[i] = d->tags[TAG_TYPE] && strcmp(d->tags[TAG_TYPE], "LVM2_member") == 0 && is_idle(w, d) &&
			    (!d->tags[TAG_UUID] || may_be_of(w, volume, d->tags[TAG_UUID]));
	}
	return walk_set(w, end, "(LVM)");
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
	return walk_idle(w, d, end);
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
		return walk_set(w, end, sets[k].kind);
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
	return walk_set(w, end, "(journal)");
}

/* fs/btrfs/sysfs.c: the devices of a mounted btrfs, also one whose superblock nobody could read. */
static int walk_btrfs(struct walk *w, const struct blockdev *d, const struct chain_end *end)
{
	char path[PATH_BYTES];
	_cleanup_(names_free) struct names names = { 0 };
	int error;

	if (!d->tags[TAG_TYPE] || !d->tags[TAG_UUID] || strcmp(d->tags[TAG_TYPE], "btrfs") != 0)
		return 0;
	snprintf(path, sizeof(path), "sys/fs/btrfs/%s/devices", d->tags[TAG_UUID]);
	error = sysroot_list_any(w->h->root, path, &names);
	for (size_t i = 0; i < names.n && !error; i++) {
		int k = blockdev_by_name(&w->h->blocks, names.items[i]);
		struct chain_end other = *end;

		if (k < 0 || w->visited[k])
			continue;
		chain_extend(&other, ", %s (btrfs)", names.items[i]);
		error = walk_block(w, k, other, true);
	}
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
		error = walk_bottom(w, d, end);
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

int stack_walk(const struct host *h, int block, const char *text, struct chain_ends *out)
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
			return add_unknown(w, *end, "a ZFS pool that is not there");
		return walk_set(w, end, "(ZFS)");
	}
	if (block >= 0)
		return walk_block(w, block, *end, false);
	/* btrfs, and others of several devices, have a number of their own: fs/super.c: get_anon_bdev */
	if (strncmp(m->source, "/dev/", 5) == 0 && resolve_device(w->h->root, &w->h->blocks, m->source, w->set))
		return walk_set(w, end, "");
	return m->major || (strncmp(m->source, "/dev/", 5) == 0 && !mount_is_program(m))
		       ? add_unknown(w, *end, "a device that is not shown")
		       : 0;
}

/* net/9p/trans_virtio.c, fs/fuse/virtio_fs.c: the function has the tag; of virtiofs older kernels do not show it. */
static int walk_virtio(struct walk *w, const struct mount *m, const struct chain_end *end)
{
	static const char folder[] = "sys/bus/virtio/drivers";
	const char *driver = strcmp(m->type, "9p") == 0 ? "9pnet_virtio" : "virtiofs";
	char path[PATH_BYTES], link[PATH_BYTES], tag[256];
	_cleanup_(names_free) struct names names = { 0 };
	int found = 0, error;

	snprintf(path, sizeof(path), "%s/%s", folder, driver);
	error = sysroot_list(w->h->root, path, &names);
	if (error)
		return error == -ENOMEM ? error : add_unknown(w, *end, "a virtio device that is not shown");
	for (size_t i = 0; i < names.n && error >= 0; i++) {
		struct chain_end next = *end;

		snprintf(path, sizeof(path), "%s/%s/%s", folder, driver, names.items[i]);
		if (sysroot_read_line(w->h->root, tag, sizeof(tag), "%s/mount_tag", path) && *tag &&
		    strcmp(tag, m->source) != 0)
			continue;
		if (sysroot_readlink(w->h->root, path, link, sizeof(link)) < 0)
			continue; /* bind, unbind, module */
		chain_extend(&next, ", on %s", names.items[i]);
		error = chain_of_directory(w->h, link, &next, w->out);
		found += error > 0;
	}
	return error < 0 ? error : found ? 0 : add_unknown(w, *end, "a virtio device that is not shown");
}

/* fs/nfs/super.c, fs/smb/client: they show the address that they found, and their own. */
static int walk_server(struct walk *w, const struct mount *m, struct chain_end end)
{
	read_option(m->options, "addr", end.server, sizeof(end.server));
	read_option(m->options, "clientaddr", end.own, sizeof(end.own));
	read_option(m->options, "srcaddr", end.own, sizeof(end.own));
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
	read_option(m->options, "trans", transport, sizeof(transport));
	return strcmp(m->type, "9p") == 0 && (strcmp(transport, "tcp") == 0 || strcmp(transport, "rdma") == 0);
}

/* fs/xfs/xfs_super.c: xfs_fs_show_options: the log and the real-time device of an XFS are on others. */
static int walk_options(struct walk *w, const struct mount *m, const struct chain_end *end)
{
	static const char *const names[] = { "logdev", "rtdev" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char source[256] = "";
		struct chain_end other = *end;

		read_option(m->options, names[i], source, sizeof(source));
		if (!*source)
			continue;
		chain_extend(&other, ", %s=%s", names[i], source);
		if (resolve_device(w->h->root, &w->h->blocks, source, w->set)
			    ? walk_set(w, &other, "") < 0
			    : add_unknown(w, other, "a device that is not shown") < 0)
			return -ENOMEM;
	}
	return 0;
}

int stack_of_mount(const struct host *h, const struct mount *m, const char *text, struct chain_ends *out)
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
