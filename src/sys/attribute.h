/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The attributes of a PCI function in sysfs. They are named with a slash ("/driver"); "" is the function's folder. */
#ifndef EARLYBIND_ATTRIBUTE_H
#define EARLYBIND_ATTRIBUTE_H

#include "../core/address.h"
#include "../core/compat.h"
#include "sysroot.h"

#define ATTRIBUTE_LEN 80

/* Prints its path below the root and returns buf. */
char *attribute_path(const struct address *a, const char *name, char buf[ATTRIBUTE_LEN]);
bool attribute_exists(const struct sysroot *r, const struct address *a, const char *name);
/* Reads its text, without what stands behind an LF. Whether there is any; text is "" else. */
bool attribute_line(const struct sysroot *r, const struct address *a, const char *name, char *text, size_t size);
/* Reads the last part of the link that it is. Whether it is one; text is "" else. */
bool attribute_link(const struct sysroot *r, const struct address *a, const char *name, char *text, size_t size);

#endif
