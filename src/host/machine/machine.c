/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "machine.h"

#include "../../sys/attribute.h"
#include "../../sys/scan.h"
#include "keyboard.h"

/*
 * drivers/pci/probe.c: pci_set_removable(): "removable" is what stands below a port that the firmware calls
 * external-facing. The tunnel to it is set up by the thunderbolt module, long after the initramfs has started.
 */
static bool is_external(const struct sysroot *r, const struct address *a)
{
	char text[16];

	return attribute_line(r, a, "/removable", text, sizeof(text)) && strncmp(text, "removable", 9) == 0;
}

int machine_details(const struct sysroot *root, struct storage *storage, struct machine *m)
{
	int ret;

	for (int i = 0; i < (int)m->n; i++) {
		scan_details(root, m, i, true);
		m->devices[i].external = is_external(root, &m->devices[i].address);
	}
	ret = keyboards_find(root, m);
	return ret < 0 ? ret : needs_find(root, storage, m);
}
