/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live.h"

#include <pci/pci.h>

#include "../sys/scan.h"

#define CLASS_USB 0x0c03
#define FOLDER_LEN 64 /* of "sys/bus/pci/devices/dddddddd:bb:dd.f" */

/* A root hub is a folder usbN; what is plugged in stands below it as N-PORT. */
static bool usb_in_use(const struct sysroot *r, const struct address *a)
{
	char folder[FOLDER_LEN], address[ADDRESS_LEN];
	struct names hubs, below;
	bool found = false;

	snprintf(folder, sizeof(folder), "sys/bus/pci/devices/%s", address_print(a, address));
	if (sysroot_list(r, folder, &hubs) < 0)
		return false;
	for (size_t i = 0; i < hubs.n && !found; i++) {
		char path[FOLDER_LEN + 32];
		int len;

		if (strncmp(hubs.items[i], "usb", 3) != 0)
			continue;
		len = snprintf(path, sizeof(path), "%s/%s", folder, hubs.items[i]);
		if (len < 0 || (size_t)len >= sizeof(path) || sysroot_list(r, path, &below) < 0)
			continue;
		for (size_t k = 0; k < below.n; k++) {
			size_t n = strspn(below.items[k], "0123456789");

			found |= n > 0 && below.items[k][n] == '-' && !strchr(below.items[k], ':');
		}
		names_free(&below);
	}
	names_free(&hubs);
	return found;
}

int live_machine(const struct cli *cli, struct machine *out)
{
	int ret = scan_machine(&cli->root, out);

	if (ret < 0) {
		say_error("the PCI devices in %s%ssys/bus/pci cannot be read: %s", cli->root_dir,
			  cli->root_dir[strlen(cli->root_dir) - 1] == '/' ? "" : "/", strerror(-ret));
		return ret;
	}
	for (int i = 0; i < (int)out->n; i++) {
		struct device *d = &out->devices[i];

		scan_details(&cli->root, out, i, true);
		if (class_sub(d->identity.class) == CLASS_USB)
			d->usb_in_use = usb_in_use(&cli->root, &d->address);
	}
	return 0;
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
	exit(EXIT_REFUSED);
}

struct device_names *names_open(const struct cli *cli)
{
	struct device_names *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->access = pci_alloc();
	n->access->debug = n->access->warning = ignore;
	n->access->error = give_up;
	n->flags = cli->root.live ? 0 : PCI_LOOKUP_NO_HWDB;
	if (!cli->root.live && asprintf(&n->file, "%s/usr/share/misc/pci.ids", cli->root_dir) >= 0)
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
