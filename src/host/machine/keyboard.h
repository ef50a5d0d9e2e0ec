/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which PCI functions have a keyboard, or a security token, plugged in. */
#ifndef EARLYBIND_KEYBOARD_H
#define EARLYBIND_KEYBOARD_H

#include "../../core/compat.h"
#include "../../core/device.h"
#include "../../sys/sysroot.h"

/*
 * Sets `keyboard` of the devices that carry one, and `other_keyboard` of the machine for those that no PCI function
 * carries. A keyboard is what says so of itself: a USB interface of the boot protocol (many mice have one too), or an
 * input device with the keys of one. Sets `plugged` too, but for disks. What cannot be read has none. 0, -ENOMEM.
 */
int keyboards_find(const struct sysroot *r, struct machine *m) _must_check_;

#endif
