/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The variables that GRUB's blscfg puts into entries: those that grub.cfg sets, and before them those of grubenv. */
#ifndef EARLYBIND_GRUB_VARIABLES_H
#define EARLYBIND_GRUB_VARIABLES_H

#include "../../sys/sysroot.h"
#include "grub_script.h"

/* 0, -ENOENT: there is no grub.cfg below the base; -errno: it cannot be read, and nothing is known. */
int grub_variables_read(const struct sysroot *r, const char *base, struct grub_script *out) _must_check_;
/* A copy of the text with their values; what is not set is nothing. NULL: no memory. */
char *grub_variables_expand(const struct grub_script *variables, const char *text);

#endif
