/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries of type 1 of the UAPI group's Boot Loader Specification, which systemd-boot and GRUB's blscfg read. */
#ifndef EARLYBIND_BLS_H
#define EARLYBIND_BLS_H

#include "boot_text.h"

/* One file of loader/entries: none or one entry. */
int bls_parse(const struct boot_text *text, struct boot_entries *out) _must_check_;
/* Those of loader/entries below a base. 0 or -ENOMEM. */
int bls_read(const struct sysroot *r, const char *base, struct boot_entries *out) _must_check_;
/*
 * How much of a name is left without the boot counter and the suffix: of "6.1+3-1.conf", 3 with ".conf" as the suffix.
 * A name that has another end is left whole.
 */
size_t bls_stem(const char *name, const char *suffix) _pure_;

#endif
