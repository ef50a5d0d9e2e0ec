/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The firmware's boot entries, EFI_LOAD_OPTION: what they start, and from which partition. */
#ifndef EARLYBIND_BOOT_ENTRY_H
#define EARLYBIND_BOOT_ENTRY_H

#include "compat.h"

#define PARTUUID_LEN 37

struct boot_option {
	bool active;
	const uint8_t *title; /* UTF-16, without its end */
	size_t title_len;     /* in bytes, as all others */
	const uint8_t *path;  /* nodes */
	size_t path_len;
	const uint8_t *data; /* what the program gets: for a kernel its command line in UTF-16 */
	size_t data_len;
};

/* Its parts, in the data. -EBADMSG. */
int boot_entry_split(const uint8_t *data, size_t len, struct boot_option *out) _must_check_;
/*
 * The name of the program's file, in UTF-16, of the node at *path, which moves behind it. 1: of `name_len` bytes; 0:
 * the path ends; -ENOENT: the node is another one; -EBADMSG.
 */
int boot_entry_file(const uint8_t **path, size_t *len, const uint8_t **name, size_t *name_len) _must_check_;
/*
 * The PARTUUID, as Linux writes it ("6a1b4c2e-...", "1a2b3c4d-02"), in a variable Boot####: an EFI_LOAD_OPTION, without
 * the attributes that efivarfs puts before it. 0; -ENOENT: it names no partition; -EBADMSG: it is none.
 */
int boot_entry_partition(const uint8_t *data, size_t len, char uuid[PARTUUID_LEN]) _must_check_;

#endif
