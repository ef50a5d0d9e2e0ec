/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What to write and to run against a guard, for one device and its rule: it must not bind more than that device's card.
 */
#ifndef EARLYBIND_REMEDY_H
#define EARLYBIND_REMEDY_H

#include "../../core/compat.h"
#include "../state/next_boot.h"

#define REMEDY_LEN 700

/*
 * A sentence without its full stop, in buf; "" if nothing helps. device: an index into the next boot's machine. rule:
 * that selects it, NULL or a live one: none does. 0 or -ENOMEM.
 */
int remedy(const struct next_boot *boot, const struct rule *rule, int device, enum reason r,
	   char buf[REMEDY_LEN]) _must_check_;
/* How a rule of its own for the card of this device, or for the function where that stands alone, would name it. */
struct selector remedy_selector(const struct machine *m, int device);

#endif
