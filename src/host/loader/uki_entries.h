/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unified kernel images, which systemd-boot and GRUB find by themselves: EFI/Linux (BLS type 2). */
#ifndef EARLYBIND_UKI_ENTRIES_H
#define EARLYBIND_UKI_ENTRIES_H

#include "boot_text.h"

/* The first bytes of a file, or all: one entry, with what its sections there tell. 0 or -ENOMEM. */
int uki_entries_parse(const struct boot_text *text, struct boot_entries *out) _must_check_;
/* Those of EFI/Linux below a base, and one in EFI/BOOT, where the firmware looks by itself. 0 or -ENOMEM. */
int uki_entries_read(const struct sysroot *r, const char *base, struct boot_entries *out) _must_check_;

#endif
