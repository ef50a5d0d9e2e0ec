/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "machine.h"

#include <pci/pci.h>

#include "../../core/boot_display.h"
#include "../../sys/display.h"
#include "../../sys/scan.h"
#include "../state/files.h"
#include "keyboard.h"
#include "../storage/needs.h"

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

/*
 * A driver that took the boot display has removed the firmware's framebuffer, and where nothing else proves it, what
 * the boot program saw before counts. A report that cannot be read says nothing here: `status` tells why.
 */
static int recall_boot_display(const struct sysroot *r, struct machine *m)
{
	struct plan_error err;
	struct report report;
	int ret = boot_display_is_proven(m) ? -ENOENT : report_read(r, &report, &err);

	if (ret < 0)
		return ret == -ENOMEM ? ret : 0;
	for (size_t i = 0; i < report.n_notes; i++) {
		int k = report_note_is_boot_display(&report.notes[i]) ? machine_by_address(m, &report.notes[i].address)
								      : -1;

		if (k >= 0 && !m->devices[k].boot_display && class_base(m->devices[k].identity.class) == CLASS_DISPLAY)
			m->devices[k].boot_display = BOOT_DISPLAY_REPORT;
	}
	report_free(&report);
	display_settle(r, m);
	return 0;
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
		scan_details(&cli->root, out, i, true);
		out->devices[i].external = is_external(&cli->root, &out->devices[i].address);
	}
	ret = recall_boot_display(&cli->root, out);
	if (ret == 0)
		ret = keyboards_find(&cli->root, out);
	if (ret == 0)
		ret = needs_find(&cli->root, out);
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
	/* not the names that lspci -q once fetched into ~/.cache/pci-ids */
	n->access->id_lookup_mode = 0;
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
