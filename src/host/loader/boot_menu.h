/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The menus around an entry. */
#ifndef EARLYBIND_BOOT_MENU_H
#define EARLYBIND_BOOT_MENU_H

#include "../../core/compat.h"

#define BOOT_MENU_DEPTH 16 /* deeper menus have no names */
#define BOOT_MENU_TITLE 255

struct boot_menu {
	char titles[BOOT_MENU_DEPTH * (BOOT_MENU_TITLE + 1) + 1]; /* "Advanced options>Xen" */
	size_t ends[BOOT_MENU_DEPTH];                             /* how long `titles` was before each */
	size_t depth;
};

void boot_menu_enter(struct boot_menu *m, const char *title);
void boot_menu_leave(struct boot_menu *m);

#endif
