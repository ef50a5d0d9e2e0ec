/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "boot_display.h"

#define CLASS_VGA 0x0300

static bool is_owner(const struct device *d)
{
	return d->boot_display & BOOT_DISPLAY_PROOF;
}

static bool is_vga(const struct device *d)
{
	return class_sub(d->identity.class) == CLASS_VGA;
}

bool boot_display_is_proven(const struct machine *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (is_owner(&m->devices[i]))
			return true;
	return false;
}

bool boot_display_is_split(const struct machine *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->devices[i].boot_display == BOOT_DISPLAY_VGA)
			return boot_display_is_proven(m);
	return false;
}

void boot_display_settle(struct machine *m, bool x86)
{
	if (!boot_display_is_proven(m))
		return;
	for (size_t i = 0; i < m->n; i++)
		if (x86 && is_owner(&m->devices[i]) && is_vga(&m->devices[i]))
			return;
	for (size_t i = 0; i < m->n; i++)
		if (!is_owner(&m->devices[i]))
			m->devices[i].boot_display = 0;
}

char *boot_display_words(unsigned signs, char buf[BOOT_DISPLAY_WORDS])
{
	static const char *const words[] = { "boot_vga", "firmware-framebuffer", "framebuffer-memory", "report" };
	size_t len = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < ARRAY_SIZE(words); i++)
		if (signs & 1u << i)
			len += (size_t)snprintf(buf + len, BOOT_DISPLAY_WORDS - len, " %s", words[i]);
	return buf;
}
