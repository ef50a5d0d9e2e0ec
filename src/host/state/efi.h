/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The EFI variables of trial and `off --next-boot`, as the host tool looks at them, sets and removes them. */
#ifndef EARLYBIND_EFI_H
#define EARLYBIND_EFI_H

#include "../../core/compat.h"
#include "../../core/trial.h"
#include "../../sys/efivar.h"

struct efi {
	int error;          /* 0; -ENODEV: there are no EFI variables; -errno: they cannot be looked at */
	bool there;         /* there is a variable of a trial */
	int wrong;          /* 0; -EPROTONOSUPPORT: of another version; -EBADMSG: it is no trial; -errno: unreadable */
	struct trial trial; /* if it is there and not wrong */
	bool off;           /* the next boot is switched off */
};

void efi_look(const struct sysroot *r, struct efi *out);
/* 0; -ENODEV: there are no EFI variables; -errno. */
int efi_set(const struct sysroot *r, enum efivar which, const char *text) _must_check_;
int efi_remove(const struct sysroot *r, enum efivar which) _must_check_;
/* "is of another version of earlybind": what is wrong with the variable of the trial. */
const char *efi_wrong(const struct efi *e);

#endif
