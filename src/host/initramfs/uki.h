/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A unified kernel image: a PE program (Microsoft's PE/COFF specification) with an initrd in its section .initrd. */
#ifndef EARLYBIND_UKI_H
#define EARLYBIND_UKI_H

#include "../../core/compat.h"

/* Whether the data starts as a PE program does. */
bool uki_is_pe(const unsigned char *data, size_t len) _pure_;
/*
 * The place of a section ("" .. 8 bytes of name) in the data. 0; -ENODATA: it has no such section; -EBADMSG: the
 * headers are damaged, or the section ends behind the data.
 */
int uki_section(const unsigned char *data, size_t len, const char *name, const unsigned char **start,
		size_t *size) _must_check_;

#endif
