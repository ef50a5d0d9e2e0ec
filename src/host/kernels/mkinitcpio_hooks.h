/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether HOOKS of mkinitcpio, after all its configuration was read, has our hook. */
#ifndef EARLYBIND_MKINITCPIO_HOOKS_H
#define EARLYBIND_MKINITCPIO_HOOKS_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"
#include "../lib/row.h"

/*
 * Adds a row for each configuration whose HOOKS lack our hook or have it too late, with the line that assigns them: for
 * mkinitcpio.conf with its drop-ins, and for each file that a preset names instead. None where mkinitcpio is not
 * installed, or where only a shell can tell. 0 or -ENOMEM.
 */
int mkinitcpio_hooks_tell(const struct sysroot *r, enum row_level level, struct rows *rows) _must_check_;

#endif
