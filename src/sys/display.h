/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which device shows the firmware's or the console's picture. */
#ifndef EARLYBIND_DISPLAY_H
#define EARLYBIND_DISPLAY_H

#include "../core/compat.h"
#include "../core/device.h"
#include "sysroot.h"

#define FRAMEBUFFERS 4

/* Where the firmware's framebuffers lie in memory. */
struct framebuffers {
	uint64_t base[FRAMEBUFFERS]; /* physical address of the first byte */
	unsigned n;
};

void display_framebuffers(const struct sysroot *r, struct framebuffers *out);
/* enum boot_display, or-ed, of one display; folder: its folder in sysfs. */
unsigned display_boot(const struct sysroot *r, const char *folder, const struct framebuffers *fbs);
/* The platform device of a firmware framebuffer that is a child of the device in this folder; false: none. */
bool display_child(const struct sysroot *r, const char *folder, char *name, size_t size);

#endif
