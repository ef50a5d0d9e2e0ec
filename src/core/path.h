/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a device is plugged in, in terms that stay when buses are renumbered: a root bus, and the
 * chain of dev.fn below it ("03.1/00.0": function 0 of device 0 behind the port 03.1 of the root bus).
 * A card's path ends in a slot without function ("03.1/00").
 */
#ifndef EARLYBIND_PATH_H
#define EARLYBIND_PATH_H

#include "compat.h"

#define ROOT_ACPI_LEN 64 /* bytes of an ACPI path, NUL included; a longer one counts as none */
#define ROOT_LEN ROOT_ACPI_LEN
#define PATH_HOPS 24 /* deeper devices are left out of a scan, with a note */
#define PATH_LEN (PATH_HOPS * 5)

/* The domain of a root of which only the ACPI path is known (read from a lock): no present root has it. */
#define ROOT_DOMAIN_UNKNOWN UINT32_MAX

/* A root bus: its ACPI path without the leading backslash where it has one, else domain and bus. */
struct root {
	uint32_t domain; /* ROOT_DOMAIN_UNKNOWN, bus 0: root_parse read an ACPI path */
	uint8_t bus;
	char acpi[ROOT_ACPI_LEN]; /* "" = none */
};

struct path {
	uint8_t hops;           /* 1 to PATH_HOPS; 0: no path */
	bool slot;              /* the last hop names a slot; its function bits are 0 */
	uint8_t hop[PATH_HOPS]; /* dev << 3 | fn */
};

/* Reads "_SB_.PC06" (letters, digits, '_', '.') or "0000:c0". -EINVAL. */
int root_parse(const char *text, struct root *out) _must_check_;
/* Prints the ACPI path where there is one, else "dddd:bb"; returns buf. */
char *root_print(const struct root *r, char buf[ROOT_LEN]);
/* Whether the root bus named by `locked` is `present`: by ACPI path if `locked` has one, else by number. */
bool root_is(const struct root *locked, const struct root *present) _pure_;

/* Reads "dd.f/dd.f...[/dd[.f]]"; a last part without function makes a slot. -EINVAL. */
int path_parse(const char *text, struct path *out) _must_check_;
/* Prints what path_parse reads, "-" for no path; returns buf. */
char *path_print(const struct path *p, char buf[PATH_LEN]);
bool path_equal(const struct path *a, const struct path *b) _pure_;
/* Whether the function path f is p, or stands in the slot p. */
bool path_covers(const struct path *p, const struct path *f) _pure_;
/* The slot that the function path f stands in. */
struct path path_slot(const struct path *f) _pure_;
/* One for all functions of a slot, and that slot, below a root of this ACPI path (named) or of this number. */
uint64_t path_hash(const struct root *root, bool named, const struct path *p) _pure_;

#endif
