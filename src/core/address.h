/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The address of a PCI function as the kernel prints it: "0000:06:00.0". Domains have 4 to 8
 * hexadecimal digits (VMD domains start at 10000). Addresses change when buses are renumbered.
 */
#ifndef EARLYBIND_ADDRESS_H
#define EARLYBIND_ADDRESS_H

#include "compat.h"

#define ADDRESS_LEN 20 /* bytes for the text of any address, NUL included */

struct address {
	uint32_t domain;
	uint8_t bus;
	uint8_t dev; /* 0 to 0x1f */
	uint8_t fn;  /* 0 to 7 */
};

/* Reads "dddd:bb:dd.f" and nothing behind it. -EINVAL: it is not that. */
int address_parse(const char *text, struct address *out) _must_check_;

/* Prints "dddd:bb:dd.f" in lower case and returns buf. */
char *address_print(const struct address *a, char buf[ADDRESS_LEN]);

/* <0, 0, >0: the order of domain, bus, device, function. */
int address_compare(const struct address *a, const struct address *b) _pure_;

/* The same domain, bus and device. */
bool address_same_slot(const struct address *a, const struct address *b) _pure_;

#endif
