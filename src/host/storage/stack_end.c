/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where chains end: PCI functions, servers, and what nobody knows. */
#include <stdarg.h>

#include "../../core/array.h"
#include "../../core/shorten.h"
#include "resolve.h"
#include "stack_run.h"

void chain_ends_free(struct chain_ends *c)
{
	free(c->items);
	memset(c, 0, sizeof(*c));
}

int chain_add(struct chain_ends *out, const struct chain_end *end)
{
	return array_add(&out->items, &out->n, end, sizeof(*end));
}

void chain_extend(struct chain_end *end, const char *fmt, ...)
{
	char before[sizeof(end->text)], more[sizeof(end->text)];
	va_list args;

	memcpy(before, end->text, sizeof(before));
	va_start(args, fmt);
	shorten_vprint(more, sizeof(more), fmt, args);
	va_end(args);
	shorten_print(end->text, sizeof(end->text), "%s%s", before, more);
}

int chain_add_unknown(struct walk *w, struct chain_end end, const char *why)
{
	end.device = -1;
	end.why = why;
	return chain_add(w->out, &end);
}

/* drivers/pci/iov.c: a virtual function links to its physical one, without which it is nothing. */
static int add_physical(const struct host *h, const struct address *address, struct chain_end end,
			struct chain_ends *out)
{
	char path[PATH_BYTES], link[PATH_BYTES], text[ADDRESS_LEN];
	struct address physical;
	const char *slash;

	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/physfn", address_print(address, text));
	if (sysroot_readlink(h->root, path, link, sizeof(link)) < 0)
		return 0;
	slash = strrchr(link, '/');
	end.device =
		address_parse(slash ? slash + 1 : link, &physical) < 0 ? -1 : machine_by_address(h->machine, &physical);
	return end.device < 0 ? 0 : chain_add(out, &end);
}

int chain_of_folder(const struct host *h, const char *folder, const struct chain_end *like, struct chain_ends *out)
{
	char part[64];
	int found = 0;

	for (const char *s = folder; s; s = strchr(s, '/') ? strchr(s, '/') + 1 : NULL) {
		size_t len = strcspn(s, "/");
		struct chain_end end = *like;
		struct address address;

		if (len >= sizeof(part))
			continue;
		snprintf(part, sizeof(part), "%.*s", (int)len, s);
		if (address_parse(part, &address) < 0)
			continue;
		end.device = machine_by_address(h->machine, &address);
		if (end.device < 0)
			end.why = "a PCI device that this machine does not show";
		found++;
		if (end.device >= 0 && device_is_bridge(&h->machine->devices[end.device]))
			continue;
		if (chain_add(out, &end) < 0 || add_physical(h, &address, *like, out) < 0)
			return -ENOMEM;
	}
	return found;
}

/* A value of what drivers/nvme/host/fabrics.c: nvmf_get_address prints: "traddr=192.0.2.1,trsvcid=4420". */
static void read_transport(const char *text, const char *name, char *buf, size_t size)
{
	size_t len = strlen(name);

	for (const char *s = text; *s; s += strcspn(s, ","), s += *s == ',')
		if (strncmp(s, name, len) == 0 && s[len] == '=')
			snprintf(buf, size, "%.*s", (int)strcspn(s + len + 1, ",\n"), s + len + 1);
}

/* drivers/nvme/host/fc.c: "nn-0x...:pn-0x...". The port of this name, in drivers/scsi/scsi_transport_fc.c's class. */
static int walk_fc(struct walk *w, const char *host_traddr, const struct chain_end *end)
{
	const char *port = strstr(host_traddr, "pn-");
	char path[PATH_BYTES], text[PATH_BYTES];
	struct names hosts = { 0 };
	int found = port ? sysroot_list(w->h->root, "sys/class/fc_host", &hosts) : -ENOENT;

	if (found == -ENOMEM)
		return found;
	found = 0;
	for (size_t i = 0; i < hosts.n && !found; i++) {
		snprintf(path, sizeof(path), "sys/class/fc_host/%s", hosts.items[i]);
		if (sysroot_read_line(w->h->root, text, sizeof(text), "%s/port_name", path) &&
		    strcmp(text, port + 3) == 0 && sysroot_readlink(w->h->root, path, text, sizeof(text)) > 0)
			found = chain_of_folder(w->h, text, end, w->out);
	}
	names_free(&hosts);
	return found > 0 ? 0 : found < 0 ? found : chain_add_unknown(w, *end, "a Fibre Channel port that is not shown");
}

/* A controller of NVMe: a PCI function, or (fabrics) a server. */
static int walk_nvme(struct walk *w, const char *name, struct chain_end end)
{
	char path[PATH_BYTES], link[PATH_BYTES], text[512];
	int found;

	chain_extend(&end, ", %s", name);
	snprintf(path, sizeof(path), "sys/class/nvme/%s", name);
	if (sysroot_readlink(w->h->root, path, link, sizeof(link)) < 0)
		return chain_add_unknown(w, end, "a controller that is not shown");
	found = chain_of_folder(w->h, link, &end, w->out);
	if (found)
		return found < 0 ? found : 0;
	sysroot_read_line(w->h->root, text, sizeof(text), "%s/address", path);
	read_transport(text, "traddr", end.server, sizeof(end.server));
	read_transport(text, "src_addr", end.own, sizeof(end.own));
	read_transport(text, "host_traddr", end.own, sizeof(end.own));
	read_transport(text, "host_iface", end.interface, sizeof(end.interface));
	end.device = -1;
	return strncmp(end.server, "nn-", 3) == 0 ? walk_fc(w, end.own, &end) : chain_add(w->out, &end);
}

/* drivers/nvme/host/multipath.c: the head is a child of its subsystem, which links to the controllers. */
static int walk_subsystem(struct walk *w, const struct blockdev *d, const struct chain_end *end)
{
	char folder[PATH_BYTES];
	struct names names;
	unsigned found = 0;
	int error;

	snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(d->folder, '/') - d->folder), d->folder);
	error = sysroot_list(w->h->root, folder, &names);
	if (error)
		return error == -ENOMEM ? error : chain_add_unknown(w, *end, "a subsystem that is not shown");
	for (size_t i = 0; i < names.n && !error; i++) {
		const char *name = names.items[i];

		if (strncmp(name, "nvme", 4) != 0 || !name[4] || name[4 + strspn(name + 4, "0123456789")])
			continue;
		found++;
		error = walk_nvme(w, name, *end);
	}
	names_free(&names);
	return error || found ? error : chain_add_unknown(w, *end, "a subsystem without controllers");
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
		return chain_add_unknown(w, *end, "a file on an unknown file system");
	return chain_of_mount(w->h, m, end->text, w->out);
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
		return chain_add_unknown(w, *end, "a backing device that is not there");
	return chain_walk_set(w, end, "");
}

static int walk_zvol(struct walk *w, const struct chain_end *end)
{
	if (!resolve_pool(&w->h->blocks, "", w->set))
		return chain_add_unknown(w, *end, "a ZFS pool that is not there");
	return chain_walk_set(w, end, "(ZFS)");
}

/* A whole disk, or what has no slaves: the bottom. */
int chain_walk_bottom(struct walk *w, const struct blockdev *d, struct chain_end end)
{
	static const char fabrics[] = "/nvme-fabrics/ctl/";
	const char *controller = strstr(d->folder, fabrics);
	char backing[512];
	int found;

	chain_extend(&end, ", on %s", d->name);
	end.device = -1;
	if (strncmp(d->name, "loop", 4) == 0) {
		if (!read_value(w, d, "loop/backing_file", backing, sizeof(backing)))
			return chain_add_unknown(w, end, "a file that is not known");
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
	found = chain_of_folder(w->h, d->folder, &end, w->out);
	if (found)
		return found < 0 ? found : 0;
	if (is_remote(w, d, &end))
		return chain_add(w->out, &end);
	/* A device of the board (an SD card), or of a hypervisor, is no PCI function's; memory is none's. */
	if (!strstr(d->folder, "/virtual/") || strncmp(d->name, "ram", 3) == 0 || strncmp(d->name, "pmem", 4) == 0)
		return 0;
	return chain_add_unknown(w, end, "something that is not known");
}
