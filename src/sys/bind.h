/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gives one function to a driver through driver_override, and back. The only writer of PCI attributes. */
#ifndef EARLYBIND_BIND_H
#define EARLYBIND_BIND_H

#include "../core/address.h"
#include "../core/compat.h"
#include "../core/rule.h"
#include "sysroot.h"

/* The driver that the function has now: the last part of its `driver` link; "" for none. */
void bind_current(const struct sysroot *r, const struct address *a, char driver[DRIVER_LEN]);
/* Its driver_override, "" for none. */
void bind_override(const struct sysroot *r, const struct address *a, char override[DRIVER_LEN]);

/*
 * Override, unbind where another driver has it (`now`, of bind_current()), probe, read the link back. 0: the link names
 * the driver; a function that has it already is not written to. -ENODEV: the probe failed or took another driver;
 * -errno of a write.
 */
int bind_to(const struct sysroot *r, const struct address *a, const char *now, const char *driver) _must_check_;
/*
 * Takes the function from this driver, and from no other, and clears the override, whoever set it: with it no other
 * driver could have the function. It is not probed again.
 */
int bind_unbind(const struct sysroot *r, const struct address *a, const char *driver) _must_check_;

/* Clears the override and probes again, so that the host's driver gets the function back; unbinds it before. */
void bind_release(const struct sysroot *r, const struct address *a);
/* Has udev load the function's driver as if the function had just appeared. */
void bind_announce(const struct sysroot *r, const struct address *a);

/*
 * Unbinds a firmware framebuffer of this display that the kernel left after a bind: those that are its children, and
 * where `memory` says that the framebuffer's memory is its own also those that have no parent. Whether one was unbound.
 */
bool bind_drop_framebuffer(const struct sysroot *r, const struct address *a, bool memory);

#endif
