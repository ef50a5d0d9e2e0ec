/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pci_names.h"

#include <fcntl.h>
#include <pci/pci.h>
#include <unistd.h>

struct pci_names {
	struct pci_access *access;
	int fd; /* of the names of a tree, which libpci would look for by their path on this machine */
	char file[32];
	int flags; /* of the look-ups */
};

/* pci_init() would set these, but also open the devices; without them a look-up that finds no pci.ids crashes. */
static _printf_(1, 2) void ignore(char *msg, ...)
{
	(void)msg;
}

struct pci_names *pci_names_open(const struct sysroot *root,
				 __attribute__((noreturn)) void (*failed)(char *msg, ...) _printf_(1, 2))
{
	struct pci_names *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->access = pci_alloc();
	n->access->debug = n->access->warning = ignore;
	n->access->error = failed;
	/* not the names that lspci -q once fetched into ~/.cache/pci-ids */
	n->access->id_lookup_mode = 0;
	n->flags = root->live ? 0 : PCI_LOOKUP_NO_HWDB;
	n->fd = -1;
	if (!root->live) {
		n->fd = sysroot_at(root, PCI_NAMES_FILE, O_RDONLY, 0);
		snprintf(n->file, sizeof(n->file), PCI_NAMES_FD "%d", n->fd);
		pci_set_name_list_path(n->access, n->file, 0);
	}
	return n;
}

void pci_names_close(struct pci_names *n)
{
	if (!n)
		return;
	pci_cleanup(n->access);
	if (n->fd >= 0)
		close(n->fd);
	free(n);
}

const char *pci_names_device(struct pci_names *n, const struct identity *i, char buf[DEVICE_NAME_LEN])
{
	if (!n)
		return "";
	return pci_lookup_name(n->access, buf, DEVICE_NAME_LEN, n->flags | PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE,
			       i->vendor, i->device);
}

const char *pci_names_class(struct pci_names *n, const struct identity *i, char buf[DEVICE_NAME_LEN])
{
	if (!n)
		return "";
	return pci_lookup_name(n->access, buf, DEVICE_NAME_LEN, n->flags | PCI_LOOKUP_CLASS, i->class >> 8);
}
