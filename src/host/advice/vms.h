/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What virtual machines and containers are defined with: libvirt's and Proxmox VE's definitions. PCI addresses, which
 * are handed through, and names of devices that the host drives.
 */
#ifndef EARLYBIND_VMS_H
#define EARLYBIND_VMS_H

#include "../../core/address.h"
#include "../../core/compat.h"
#include "../../sys/sysroot.h"

#define VM_FILE_LEN 256

/* One address in one definition. */
struct vm_address {
	char file[VM_FILE_LEN]; /* below the root: "etc/libvirt/qemu/win.xml" */
	struct address address; /* fn 0 if whole */
	bool whole;             /* the slot with all its functions */
};

/* A device of the host that one definition uses while the host's driver has it. */
struct vm_node {
	char file[VM_FILE_LEN];
	char name[VM_FILE_LEN]; /* "/dev/dri/renderD128", "/dev/disk/by-id/...", an interface "eno1" */
};

struct vms {
	struct vm_address *items;
	size_t n;
	struct vm_node *nodes;
	size_t n_nodes;
	bool hidden; /* there are definitions that may not be read: only root may */
};

/*
 * Reads /etc/libvirt/{qemu,libxl}/\*.xml, /etc/libvirt/qemu/networks/\*.xml, /etc/pve/qemu-server/\*.conf,
 * /etc/pve/lxc/\*.conf and /etc/pve/mapping/pci.cfg. A file that is none of its kind has no address. 0 or -ENOMEM.
 */
int vms_find(const struct sysroot *r, struct vms *out) _must_check_;
void vms_free(struct vms *v);

/* What a file's text names; `file` is its name in the list. 0 or -ENOMEM. */
int vm_read_libvirt(const char *file, const char *text, struct vms *out) _must_check_;
/* mappings: the text of pci.cfg, "" for none; node: the host's name, "" for not known: then any node's count. */
int vm_read_proxmox(const char *file, const char *text, const char *mappings, const char *node,
		    struct vms *out) _must_check_;
int vm_read_container(const char *file, const char *text, struct vms *out) _must_check_;
/* One argument of QEMU's command line, and a line of them. */
int vm_read_argument(const char *file, const char *s, size_t len, struct vms *out) _must_check_;
int vm_read_arguments(const char *file, const char *s, size_t len, struct vms *out) _must_check_;
/* Adds the address that is written like a slot of a rule; anything else is none. */
int vms_add_slot(const char *file, const char *s, size_t len, struct vms *out) _must_check_;
int vms_add_node(const char *file, const char *s, size_t len, struct vms *out) _must_check_;

#endif
