/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "machine.h"

#include <pci/pci.h>

#include "../../sys/scan.h"
#include "../lib/say.h"
#include "../storage/needs.h"
#include "keyboard.h"

/*
 * drivers/pci/probe.c: pci_set_removable(): "removable" is what stands below a port that the firmware calls
 * external-facing. The tunnel to it is set up by the thunderbolt module, long after the initramfs has started.
 */
static bool is_external(const struct sysroot *r, const struct address *a)
{
	char path[64], text[16], address[ADDRESS_LEN];

	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/removable", address_print(a, address));
	return sysroot_read(r, path, text, sizeof(text)) > 0 && strncmp(text, "removable", 9) == 0;
}

int machine_read(const struct sysroot *root, struct machine *out)
{
	int ret = scan_machine(root, out);

	if (ret < 0) {
		say_error("the PCI devices in %s%ssys/bus/pci cannot be read: %s", root->dir,
			  root->dir[strlen(root->dir) - 1] == '/' ? "" : "/", strerror(-ret));
		return ret;
	}
	for (int i = 0; i < (int)out->n; i++) {
		scan_details(root, out, i, true);
		out->devices[i].external = is_external(root, &out->devices[i].address);
	}
	ret = keyboards_find(root, out);
	if (ret == 0)
		ret = needs_find(root, out);
	if (ret < 0) {
		say_error("no memory");
		machine_free(out);
	}
	return ret;
}

struct device_names {
	struct pci_access *access;
	char *file;
	int flags; /* of the look-ups */
};

/* pci_init() would set these, but also open the devices; without them a look-up that finds no pci.ids crashes. */
static _printf_(1, 2) void ignore(char *msg, ...)
{
	(void)msg;
}

static _printf_(1, 2) __attribute__((noreturn)) void give_up(char *msg, ...)
{
	say_error("the names of the devices: %s", msg);
	exit(EXIT_FAILURE); /* libpci goes on if this returns */
}

struct device_names *names_open(const struct sysroot *root)
{
	struct device_names *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->access = pci_alloc();
	n->access->debug = n->access->warning = ignore;
	n->access->error = give_up;
	/* not the names that lspci -q once fetched into ~/.cache/pci-ids */
	n->access->id_lookup_mode = 0;
	n->flags = root->live ? 0 : PCI_LOOKUP_NO_HWDB;
	if (!root->live && asprintf(&n->file, "%s/usr/share/misc/pci.ids", root->dir) >= 0)
		pci_set_name_list_path(n->access, n->file, 0);
	return n;
}

void names_close(struct device_names *n)
{
	if (!n)
		return;
	pci_cleanup(n->access);
	free(n->file);
	free(n);
}

const char *names_device(struct device_names *n, const struct identity *i, char buf[DEVICE_NAME_LEN])
{
	if (!n)
		return "";
	return pci_lookup_name(n->access, buf, DEVICE_NAME_LEN, n->flags | PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE,
			       i->vendor, i->device);
}

const char *names_class(struct device_names *n, const struct identity *i, char buf[DEVICE_NAME_LEN])
{
	if (!n)
		return "";
	return pci_lookup_name(n->access, buf, DEVICE_NAME_LEN, n->flags | PCI_LOOKUP_CLASS, i->class >> 8);
}
