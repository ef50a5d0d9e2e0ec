/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the firmware starts by itself: variables Boot#### of BootOrder and BootNext. */
#ifndef EARLYBIND_EFI_ENTRIES_H
#define EARLYBIND_EFI_ENTRIES_H

#include "boot_text.h"

/* A variable as efivarfs shows it, whose source is its file; an entry that is not active is none. 0 or -ENOMEM. */
int efi_entries_parse(const struct boot_text *variable, struct boot_entries *out) _must_check_;
/* In the order in which the firmware tries them. 0 or -ENOMEM. */
int efi_entries_read(const struct sysroot *r, struct boot_entries *out) _must_check_;

#endif
