/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The menu of Limine: limine.conf, and limine.cfg of before version 8. */
#ifndef EARLYBIND_LIMINE_H
#define EARLYBIND_LIMINE_H

#include "boot_text.h"

/* Also where the text is damaged: the entries that could be read. 0 or -ENOMEM. */
int limine_parse(const struct boot_text *text, struct boot_entries *out) _must_check_;
/* Those of every place where Limine looks below a base. 0 or -ENOMEM. */
int limine_read(const struct sysroot *r, const char *base, struct boot_entries *out) _must_check_;

#endif
