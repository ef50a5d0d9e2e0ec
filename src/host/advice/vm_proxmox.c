/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proxmox VE's definition of a machine, qemu-server/ID.conf, up to its first snapshot:
 *
 *	hostpci0: 0000:06:00,pcie=1,x-vga=1
 *	hostpci1: host=06:00.0;06:00.1
 *	hostpci2: mapping=gpu,pcie=1
 *	args: -device vfio-pci,host=06:00.0
 *	scsi1: /dev/disk/by-id/nvme-x,size=1T          a disk of the host; also ide, sata, virtio
 *	[snapshot]
 *
 * and what a mapping stands for, mapping/pci.cfg: a line with its name, then indented lines for each node:
 *
 *	gpu
 *		map id=10de:13c2,iommugroup=13,node=pve,path=0000:06:00.0;0000:06:00.1
 *
 * and of a container, lxc/ID.conf:
 *
 *	dev0: /dev/dri/renderD128,gid=104
 *	mp0: /dev/nvme0n1p1,mp=/data                   also rootfs
 *	lxc.mount.entry: /dev/dri dev/dri none bind,optional,create=dir
 */
#include <ctype.h>

#include "vms.h"

/* address = slot, as selectors have it; anything else is none. */
static int add_addresses(const char *file, const char *s, size_t len, struct vms *out)
{
	for (const char *end = s + len, *next; s < end; s = next) {
		const char *semicolon = memchr(s, ';', (size_t)(end - s));
		size_t part = (size_t)((semicolon ? semicolon : end) - s);

		next = s + part + (semicolon != NULL);
		if (vms_add_slot(file, s, part, out) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* The value of key= among words divided by commas, up to the end of the line; NULL: none. */
static const char *value_of(const char *s, const char *key, size_t *len)
{
	size_t n = strlen(key);

	for (; *s && *s != '\n'; s += strcspn(s, ",\n"), s += *s == ',') {
		s += strspn(s, " \t");
		if (strncmp(s, key, n) != 0 || s[n] != '=')
			continue;
		*len = strcspn(s + n + 1, ", \t\r\n");
		return s + n + 1;
	}
	return NULL;
}

static const char *next_line(const char *s)
{
	s += strcspn(s, "\n");
	return s + (*s == '\n');
}

static bool is_for_node(const char *map, const char *node)
{
	size_t len;
	const char *value = value_of(map, "node", &len);

	return !value || !*node || (len == strlen(node) && memcmp(value, node, len) == 0);
}

static int add_mapping(const char *file, const char *name, size_t len, const char *mappings, const char *node,
		       struct vms *out)
{
	bool mine = false;

	for (const char *line = mappings; *line; line = next_line(line)) {
		const char *map = line + strspn(line, " \t"), *path;
		size_t n;

		if (map == line) {
			mine = strcspn(line, " \t\r\n") == len && memcmp(line, name, len) == 0;
			continue;
		}
		if (!mine || strncmp(map, "map ", 4) != 0 || !is_for_node(map + 4, node))
			continue;
		path = value_of(map + 4, "path", &n);
		if (path && add_addresses(file, path, n, out) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* The value of a line hostpciN: */
static int add_hostpci(const char *file, const char *s, const char *mappings, const char *node, struct vms *out)
{
	const char *value;
	size_t len;

	value = value_of(s, "mapping", &len);
	if (value)
		return add_mapping(file, value, len, mappings, node, out);
	value = value_of(s, "host", &len);
	if (!value) { /* the first word needs no key */
		value = s;
		len = strcspn(s, ", \t\r\n");
	}
	return add_addresses(file, value, len, out);
}

/* Behind "scsi1:" or "dev0:", the digits being any; NULL: the line is not of this key. */
static const char *numbered(const char *line, const char *key)
{
	size_t len = strlen(key);
	const char *s = line + len;

	if (strncmp(line, key, len) != 0 || !isdigit((unsigned char)*s))
		return NULL;
	s += strspn(s, "0123456789");
	return *s == ':' ? s + 1 + strspn(s + 1, " \t") : NULL;
}

/* The value of the key, which its first word needs not, if it is a name in /dev. */
static int add_node(const char *file, const char *value, const char *key, struct vms *out)
{
	size_t len;
	const char *name = value_of(value, key, &len);

	name = name ? name : value;
	return strncmp(name, "/dev/", 5) == 0 ? vms_add_node(file, name, strcspn(name, ", \t\r\n"), out) : 0;
}

static int add_disk(const char *file, const char *line, struct vms *out)
{
	static const char *const keys[] = { "ide", "sata", "scsi", "virtio", "efidisk", "tpmstate" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *value = numbered(line, keys[i]);

		if (value)
			return add_node(file, value, "file", out);
	}
	return 0;
}

int vm_read_container(const char *file, const char *text, struct vms *out)
{
	static const char entry[] = "lxc.mount.entry";
	int ret = 0;

	for (const char *line = text; *line && *line != '[' && ret == 0; line = next_line(line)) {
		const char *device = numbered(line, "dev"), *volume = numbered(line, "mp");

		if (strncmp(line, "rootfs:", 7) == 0)
			volume = line + 7 + strspn(line + 7, " \t");
		if (strncmp(line, entry, strlen(entry)) == 0) {
			device = line + strlen(entry);
			device += strspn(device, " \t:=");
		}
		if (device)
			ret = add_node(file, device, "path", out);
		else if (volume)
			ret = add_node(file, volume, "volume", out);
	}
	return ret;
}

int vm_read_proxmox(const char *file, const char *text, const char *mappings, const char *node, struct vms *out)
{
	for (const char *line = text; *line && *line != '['; line = next_line(line)) {
		const char *value = numbered(line, "hostpci");
		int ret;

		if (value)
			ret = add_hostpci(file, value, mappings, node, out);
		else if (strncmp(line, "args:", 5) == 0)
			ret = vm_read_arguments(file, line + 5, strcspn(line + 5, "\n"), out);
		else
			ret = add_disk(file, line, out);
		if (ret < 0)
			return ret;
	}
	return 0;
}
