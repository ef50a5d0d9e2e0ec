/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /etc/earlybind.conf as add and remove change it: whole or not at all; its mode and owner stay, and so does a link. */
#ifndef EARLYBIND_CONF_EDIT_H
#define EARLYBIND_CONF_EDIT_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"

/* The number that a line added at the end of the file will have. */
unsigned conf_edit_next_line(const struct sysroot *r);
/* Appends "bind WORDS". 0; -EINVAL: the file has a NUL, and is no text; -errno. */
int conf_edit_append(const struct sysroot *r, const char *words) _must_check_;
/* Takes line `number` out of the file; the rest stays as it is, byte for byte. 0 or -errno. */
int conf_edit_drop(const struct sysroot *r, unsigned number) _must_check_;

#endif
