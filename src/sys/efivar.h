/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our two EFI variables, as efivarfs shows them: a file each, four bytes of attributes before the text, and a flag that
 * keeps it from being changed by accident. In a tree plain files stand in for them.
 */
#ifndef EARLYBIND_EFIVAR_H
#define EARLYBIND_EFIVAR_H

#include "../core/compat.h"
#include "sysroot.h"

#define EFIVAR_FIRMWARE "sys/firmware/efi" /* is there where the firmware is EFI */
#define EFIVAR_FOLDER EFIVAR_FIRMWARE "/efivars"
#define EFIVAR_GLOBAL "8be4df61-93ca-11d2-aa0d-00e098032b8c" /* of the firmware's own: UEFI, 3.3 */
#define EFIVAR_ATTRIBUTES_LEN 4                              /* before what a variable holds (fs/efivarfs/file.c) */
#define EFIVAR_GUID "5fa8a63d-4d49-40dc-9763-ebe6c815e280"
#define EFIVAR_TEXT_LEN 64 /* the longest text that is read, NUL included */

enum efivar { EFIVAR_TRIAL, EFIVAR_OFF };

/* "EarlybindTrial": its name without the GUID. */
const char *efivar_name(enum efivar which);

/*
 * Mounts efivarfs where it is not mounted; `mounted` says so to efivar_unmount(). 0; -ENODEV: there are no EFI
 * variables here (other firmware, efi=noruntime, a kernel without efivarfs); -errno.
 */
int efivar_mount(const struct sysroot *r, bool *mounted) _must_check_;
void efivar_unmount(bool mounted);

/* Its text, with a NUL behind it. The length; -ENOENT: there is no such variable; -EFBIG; -errno. */
ssize_t efivar_read(const struct sysroot *r, enum efivar which, char text[EFIVAR_TEXT_LEN]) _must_check_;
/* Makes or replaces it, by one write. -EROFS, -ENOSPC, -EFBIG, -errno: then it is as it was before. */
int efivar_write(const struct sysroot *r, enum efivar which, const char *text) _must_check_;
/* 0, also if it is not there; -errno. */
int efivar_remove(const struct sysroot *r, enum efivar which) _must_check_;

#endif
