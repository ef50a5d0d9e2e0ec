/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keyboard.h"

#include "../../core/lines.h"

#define USB "sys/bus/usb/devices"
#define INPUT "sys/class/input"
#define LINK_BYTES 1024

/* The last PCI function on the way to where the link points, as an index; -1: none. */
static int carrier(const struct machine *m, char *link)
{
	int found = -1;

	for (char *part; (part = strsep(&link, "/"));) {
		struct address a;

		if (address_parse(part, &a) == 0 && machine_by_address(m, &a) >= 0)
			found = machine_by_address(m, &a);
	}
	return found;
}

static bool says(const struct sysroot *r, const char *folder, const char *name, const char *attribute,
		 const char *value)
{
	char text[16];

	return sysroot_read_line(r, text, sizeof(text), "%s/%s/%s", folder, name, attribute) &&
	       strncmp(text, value, strlen(value)) == 0;
}

/* HID specification 1.11, 4.2 and 4.3: the interface of a keyboard that firmware and boot loaders understand. */
static bool is_boot_keyboard(const struct sysroot *r, const char *name)
{
	return strchr(name, ':') && says(r, USB, name, "bInterfaceClass", "03") &&
	       says(r, USB, name, "bInterfaceSubClass", "01") && says(r, USB, name, "bInterfaceProtocol", "01");
}

/*
 * drivers/input/input.c prints a bitmap as longs, the highest first. The keys 1 to 31 are Esc to S
 * (input-event-codes.h); udev too calls a device that has them all a keyboard (udev-builtin-input_id.c).
 */
static bool has_keys(const struct sysroot *r, const char *name)
{
	char text[512];
	const char *last;

	if (strncmp(name, "input", 5) != 0)
		return false;
	if (!sysroot_read_line(r, text, sizeof(text), INPUT "/%s/capabilities/key", name))
		return false;
	last = strrchr(text, ' ');
	if (!last)
		last = text;
	return ((uint32_t)hex_number(&last) | 1) == UINT32_MAX;
}

static int mark(const struct sysroot *r, const char *folder, bool (*is)(const struct sysroot *, const char *),
		struct machine *m)
{
	_cleanup_(names_free) struct names names = { 0 };
	int ret = sysroot_list_any(r, folder, &names);

	for (size_t i = 0; i < names.n; i++) {
		char path[256], link[LINK_BYTES];
		int i_carrier;

		snprintf(path, sizeof(path), "%s/%s", folder, names.items[i]);
		if (!is(r, names.items[i]) || sysroot_readlink(r, path, link, sizeof(link)) < 0)
			continue;
		/* Those that programs make (uinput) type nothing before there is a program. */
		m->host.other_keyboard |= !strstr(link, "/pci") && !strstr(link, "/virtual/");
		i_carrier = carrier(m, link);
		if (i_carrier >= 0)
			m->devices[i_carrier].keyboard = true;
	}
	return ret;
}

int keyboards_find(const struct sysroot *r, struct machine *m)
{
	int ret = mark(r, USB, is_boot_keyboard, m);

	return ret < 0 ? ret : mark(r, INPUT, has_keys, m);
}
