/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any text is read as a definition of a virtual machine of either kind, and as Proxmox VE's mappings: every address
 * that is found is one.
 */
#include "compat.h"

#include "address.h"
#include "host/advice/vms.h"
#include "replay.h"

static void check(struct vms *v)
{
	for (size_t i = 0; i < v->n; i++) {
		char text[ADDRESS_LEN];
		struct address again;

		address_print(&v->items[i].address, text);
		if (address_parse(text, &again) < 0 || address_compare(&again, &v->items[i].address) != 0 ||
		    (v->items[i].whole && again.fn))
			abort();
	}
	for (size_t i = 0; i < v->n_nodes; i++)
		if (!*v->nodes[i].name)
			abort();
	free(v->items);
	free(v->nodes);
	memset(v, 0, sizeof(*v));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct vms v = { 0 };
	char *text = malloc(len + 1);

	if (!text)
		return 0;
	memcpy(text, data, len);
	text[len] = '\0';
	if (vm_read_libvirt("f", text, &v) < 0)
		abort();
	check(&v);
	if (vm_read_proxmox("f", text, text, "pve", &v) < 0 ||
	    vm_read_proxmox("f", "hostpci0: mapping=gpu\n", text, "", &v) < 0)
		abort();
	check(&v);
	if (vm_read_arguments("f", (const char *)data, len, &v) < 0 ||
	    vm_read_argument("f", (const char *)data, len, &v) < 0)
		abort();
	check(&v);
	if (vm_read_container("f", text, &v) < 0)
		abort();
	check(&v);
	free(text);
	return 0;
}
