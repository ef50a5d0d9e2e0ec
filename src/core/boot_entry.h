/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The firmware's boot entries: which partition one of them starts a loader from. */
#ifndef EARLYBIND_BOOT_ENTRY_H
#define EARLYBIND_BOOT_ENTRY_H

#include "compat.h"

#define PARTUUID_LEN 37

/*
 * The PARTUUID, as Linux writes it ("6a1b4c2e-...", "1a2b3c4d-02"), in a variable Boot####: an EFI_LOAD_OPTION, without
 * the attributes that efivarfs puts before it. 0; -ENOENT: it names no partition; -EBADMSG: it is none.
 */
int boot_entry_partition(const uint8_t *data, size_t len, char uuid[PARTUUID_LEN]) _must_check_;

#endif
