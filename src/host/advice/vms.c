/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vms.h"

#define DEFINITION_MAX (4u << 20)
#define PVE_FOLDER "etc/pve/qemu-server"
#define PVE_MAPPINGS "etc/pve/mapping/pci.cfg"

void vms_free(struct vms *v)
{
	free(v->items);
	free(v->nodes);
	memset(v, 0, sizeof(*v));
}

/* What Proxmox VE keeps beside its definitions. */
struct proxmox {
	char *mappings;
	char node[65];
};

static int read_libvirt(const struct proxmox *p, const char *file, const char *text, struct vms *out)
{
	(void)p;
	return vm_read_libvirt(file, text, out);
}

static int read_proxmox(const struct proxmox *p, const char *file, const char *text, struct vms *out)
{
	return vm_read_proxmox(file, text, p->mappings ? p->mappings : "", p->node, out);
}

static int read_container(const struct proxmox *p, const char *file, const char *text, struct vms *out)
{
	(void)p;
	return vm_read_container(file, text, out);
}

static const struct place {
	const char *folder;
	const char *suffix;
	int (*read)(const struct proxmox *p, const char *file, const char *text, struct vms *out);
} places[] = {
	{ "etc/libvirt/qemu", ".xml", read_libvirt },  { "etc/libvirt/qemu/networks", ".xml", read_libvirt },
	{ "etc/libvirt/libxl", ".xml", read_libvirt }, { PVE_FOLDER, ".conf", read_proxmox },
	{ "etc/pve/lxc", ".conf", read_container },
};

static bool ends_in(const char *name, const char *suffix)
{
	size_t len = strlen(name), end = strlen(suffix);

	return len > end && strcmp(name + len - end, suffix) == 0;
}

static int read_place(const struct sysroot *r, const struct place *p, const struct proxmox *proxmox, struct vms *out)
{
	struct names names;
	int ret = sysroot_list(r, p->folder, &names);

	if (ret < 0) {
		out->hidden |= ret == -EACCES;
		return ret == -ENOMEM ? ret : 0;
	}
	for (size_t i = 0; i < names.n && ret >= 0; i++) {
		char file[VM_FILE_LEN], *text;
		size_t len;

		if (!ends_in(names.items[i], p->suffix))
			continue;
		snprintf(file, sizeof(file), "%s/%s", p->folder, names.items[i]);
		ret = sysroot_read_all(r, file, DEFINITION_MAX, &text, &len);
		if (ret == 0) {
			ret = p->read(proxmox, file, text, out);
			free(text);
		} else {
			out->hidden |= ret == -EACCES;
			ret = ret == -ENOMEM ? ret : 0;
		}
	}
	names_free(&names);
	return ret;
}

int vms_find(const struct sysroot *r, struct vms *out)
{
	struct proxmox proxmox = { 0 };
	size_t len;
	int ret = sysroot_read_all(r, PVE_MAPPINGS, DEFINITION_MAX, &proxmox.mappings, &len);

	memset(out, 0, sizeof(*out));
	if (ret < 0)
		proxmox.mappings = NULL;
	if (sysroot_read(r, "etc/hostname", proxmox.node, sizeof(proxmox.node)) < 0)
		proxmox.node[0] = '\0';
	proxmox.node[strcspn(proxmox.node, ".\n")] = '\0';
	ret = ret == -ENOMEM ? ret : 0;
	for (size_t i = 0; i < ARRAY_SIZE(places) && ret == 0; i++)
		ret = read_place(r, &places[i], &proxmox, out);
	free(proxmox.mappings);
	if (ret < 0)
		vms_free(out);
	return ret;
}
