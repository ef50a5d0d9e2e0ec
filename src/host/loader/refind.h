/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The menu of rEFInd: stanzas of refind.conf, and refind_linux.conf beside the kernels that it finds by itself. */
#ifndef EARLYBIND_REFIND_H
#define EARLYBIND_REFIND_H

#include "boot_text.h"

/* Also where the text is damaged: the entries that could be read. 0 or -ENOMEM. */
int refind_parse(const struct boot_text *text, struct boot_entries *out) _must_check_;
/* refind_linux.conf: an entry a line. 0 or -ENOMEM. */
int refind_parse_linux(const struct boot_text *text, struct boot_entries *out) _must_check_;
/* Both below a base. 0 or -ENOMEM. */
int refind_read(const struct sysroot *r, const char *base, struct boot_entries *out) _must_check_;

#endif
