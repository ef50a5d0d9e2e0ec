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

#define KEYBOARD 8 /* beside PLUGGED_... */

/* HID specification 1.11, 4.2 and 4.3: the interface of a keyboard that firmware and boot loaders understand. */
static bool is_boot_keyboard(const struct sysroot *r, const char *name)
{
	return says(r, USB, name, "bInterfaceSubClass", "01") && says(r, USB, name, "bInterfaceProtocol", "01");
}

/*
 * drivers/input/input.c prints a bitmap as longs, the highest first. The keys 1 to 31 are Esc to S
 * (input-event-codes.h); udev too calls a device that has them all a keyboard (udev-builtin-input_id.c).
 */
static unsigned input_kinds(const struct sysroot *r, const char *name)
{
	char text[512];
	const char *last;

	if (strncmp(name, "input", 5) != 0)
		return 0;
	if (!sysroot_read_line(r, text, sizeof(text), INPUT "/%s/capabilities/key", name))
		return 0;
	last = strrchr(text, ' ');
	if (!last)
		last = text;
	return ((uint32_t)hex_number(&last) | 1) == UINT32_MAX ? KEYBOARD : 0;
}

/* Whether an item of a HID report descriptor (HID 1.11, 6.2.2) is the usage page of FIDO: 0xf1d0 (CTAP, 11.2.8). */
static bool has_fido_page(const unsigned char *descriptor, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t size = descriptor[i] & 3U;

		size += size == 3;
		if (descriptor[i] == 0xfe) /* a long item tells its size */
			size = i + 1 < len ? 2U + descriptor[i + 1] : len;
		else if ((descriptor[i] & 0xfc) == 0x04 && size == 2 && i + 2 < len && descriptor[i + 1] == 0xd0 &&
			 descriptor[i + 2] == 0xf1)
			return true;
		i += 1 + size;
	}
	return false;
}

/* The HID devices of an interface are "0003:1050:0407.0001" below it (drivers/hid/hid-core.c: hid_add_device). */
static bool is_fido(const struct sysroot *r, const char *name)
{
	char path[256];
	unsigned char descriptor[4096];
	_cleanup_(names_free) struct names names = { 0 };
	bool is = false;

	snprintf(path, sizeof(path), USB "/%s", name);
	if (sysroot_list_any(r, path, &names))
		return false;
	for (size_t i = 0; i < names.n && !is; i++) {
		ssize_t n;

		if (strncmp(names.items[i], "0003:", 5) != 0)
			continue;
		snprintf(path, sizeof(path), USB "/%s/%.60s/report_descriptor", name, names.items[i]);
		n = sysroot_pread(r, path, descriptor, sizeof(descriptor), 0);
		is = n > 0 && has_fido_page(descriptor, (size_t)n);
	}
	return is;
}

/* Of an interface. USB class 0b is a smart card's reader, or a token that looks like one (CCID). */
static unsigned usb_kinds(const struct sysroot *r, const char *name)
{
	if (!strchr(name, ':'))
		return 0;
	if (says(r, USB, name, "bInterfaceClass", "0b"))
		return PLUGGED_CARD;
	if (!says(r, USB, name, "bInterfaceClass", "03"))
		return 0;
	return (is_boot_keyboard(r, name) ? KEYBOARD : 0) | (is_fido(r, name) ? PLUGGED_FIDO2 : 0);
}

static int mark(const struct sysroot *r, const char *folder, unsigned (*kinds_of)(const struct sysroot *, const char *),
		struct machine *m)
{
	_cleanup_(names_free) struct names names = { 0 };
	int ret = sysroot_list_any(r, folder, &names);

	for (size_t i = 0; i < names.n; i++) {
		char path[256], link[LINK_BYTES];
		unsigned kinds = kinds_of(r, names.items[i]);
		int i_carrier;

		snprintf(path, sizeof(path), "%s/%s", folder, names.items[i]);
		if (!kinds || sysroot_readlink(r, path, link, sizeof(link)) < 0)
			continue;
		/* Those that programs make (uinput) type nothing before there is a program. */
		m->host.other_keyboard |= kinds & KEYBOARD && !strstr(link, "/pci") && !strstr(link, "/virtual/");
		i_carrier = carrier(m, link);
		if (i_carrier < 0)
			continue;
		m->devices[i_carrier].keyboard |= (kinds & KEYBOARD) != 0;
		m->devices[i_carrier].plugged |= kinds & ~(unsigned)KEYBOARD;
	}
	return ret;
}

int keyboards_find(const struct sysroot *r, struct machine *m)
{
	int ret = mark(r, USB, usb_kinds, m);

	return ret < 0 ? ret : mark(r, INPUT, input_kinds, m);
}
