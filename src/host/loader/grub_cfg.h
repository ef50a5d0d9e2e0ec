/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The menu of GRUB, as grub-mkconfig writes it. */
#ifndef EARLYBIND_GRUB_CFG_H
#define EARLYBIND_GRUB_CFG_H

#include "boot_text.h"

/* Also where the text is damaged: the entries that could be read. 0 or -ENOMEM. */
int grub_cfg_parse(const struct boot_text *text, struct boot_entries *out) _must_check_;
/* Those of grub.cfg and what it includes, below a base. 0 or -ENOMEM. */
int grub_cfg_read(const struct sysroot *r, const char *base, struct boot_entries *out) _must_check_;

#endif
