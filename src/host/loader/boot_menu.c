/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "boot_menu.h"

void boot_menu_enter(struct boot_menu *m, const char *title)
{
	size_t len = strlen(m->titles);

	if (m->depth < BOOT_MENU_DEPTH) {
		m->ends[m->depth] = len;
		snprintf(m->titles + len, sizeof(m->titles) - len, "%s%.*s", m->depth ? ">" : "", BOOT_MENU_TITLE,
			 title);
	}
	m->depth++;
}

void boot_menu_leave(struct boot_menu *m)
{
	if (m->depth && --m->depth < BOOT_MENU_DEPTH)
		m->titles[m->ends[m->depth]] = '\0';
}
