/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the firmware starts by itself: variables Boot#### of BootOrder and BootNext. */
#ifndef EARLYBIND_EFI_ENTRIES_H
#define EARLYBIND_EFI_ENTRIES_H

#include "boot_text.h"

/* A variable as efivarfs shows it, whose source is its file; an entry that is not active is none. 0 or -ENOMEM. */
int efi_entries_parse(const struct boot_text *variable, struct boot_entries *out) _must_check_;
/* In the order in which the firmware tries them. 0 or -ENOMEM. */
int efi_entries_read(const struct sysroot *r, struct boot_entries *out) _must_check_;
/*
 * The text, of ASCII, in a variable of systemd's boot loader or stub (LoaderEntrySelected), as far as it fits. False:
 * there is no such variable.
 */
bool efi_loader_text(const struct sysroot *r, const char *name, char *text, size_t size);

#endif
