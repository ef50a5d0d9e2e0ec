/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which device shows the firmware's picture. Its owner is proven by the firmware's framebuffer. boot_vga is no proof:
 * where the kernel knows no framebuffer, or one on a card that is no VGA, it names some VGA (drivers/pci/vgaarb.c:
 * vga_is_boot_device).
 */
#ifndef EARLYBIND_BOOT_DISPLAY_H
#define EARLYBIND_BOOT_DISPLAY_H

#include "compat.h"
#include "device.h"

/* Signs of a device, or-ed in device.boot_display. */
enum boot_display {
	BOOT_DISPLAY_VGA = 1,         /* its boot_vga is 1 */
	BOOT_DISPLAY_FRAMEBUFFER = 2, /* a firmware framebuffer is its child */
	BOOT_DISPLAY_MEMORY = 4,      /* the firmware framebuffer's memory is inside one of its BARs */
	BOOT_DISPLAY_REPORT = 8,      /* this boot's report names it; for host commands */
};
#define BOOT_DISPLAY_PROOF (BOOT_DISPLAY_FRAMEBUFFER | BOOT_DISPLAY_MEMORY | BOOT_DISPLAY_REPORT)
#define BOOT_DISPLAY_WORDS 64

/* Whether an owner is proven. */
bool boot_display_is_proven(const struct machine *m) _pure_;
/* Whether it is, and boot_vga names another device. */
bool boot_display_is_split(const struct machine *m) _pure_;
/*
 * Takes away a boot_vga that does not count beside the proven owner. It does where the kernel made it of the
 * framebuffer: on x86, for a VGA. Then one of the two signs is out of date, and nobody knows which.
 */
void boot_display_settle(struct machine *m, bool x86);
/* " boot_vga firmware-framebuffer": its signs, a blank before each; returns buf. */
char *boot_display_words(unsigned signs, char buf[BOOT_DISPLAY_WORDS]);

#endif
