/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which device shows the firmware's or the console's picture. */
#ifndef EARLYBIND_DISPLAY_H
#define EARLYBIND_DISPLAY_H

#include "../core/compat.h"
#include "../core/device.h"
#include "sysroot.h"

#define DISPLAY_CHILD_LEN 64

/*
 * Reads the signs of all of class 03, and leaves those that count: see core/boot_display.h. Where a framebuffer has a
 * PCI parent, memory is not looked at.
 */
void display_find(const struct sysroot *r, struct machine *m);
/* The same once more, when signs have been added. */
void display_settle(const struct sysroot *r, struct machine *m);
/* The platform device of a firmware framebuffer that is a child of the device in this folder; false: none. */
bool display_child(const struct sysroot *r, const char *folder, char name[DISPLAY_CHILD_LEN]);

#endif
