/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A unified kernel image: a PE program (Microsoft's PE/COFF specification) with an initrd in its section .initrd. */
#ifndef EARLYBIND_UKI_H
#define EARLYBIND_UKI_H

#include "../../core/compat.h"

/* Whether the data starts as a PE program does. */
bool uki_is_pe(const unsigned char *data, size_t len) _pure_;
/*
 * The place in the data of the next section of this name (up to 8 bytes) from number *at on, which is then behind it: a
 * UKI with profiles has several (systemd-stub(7)). 0; -ENODATA: there is none; -EBADMSG: the headers are damaged, or
 * the section ends behind the data.
 */
int uki_section_next(const unsigned char *data, size_t len, const char *name, unsigned *at, const unsigned char **start,
		     size_t *size) _must_check_;
/* Where that section is in the file, of which the data need have the headers alone. */
int uki_section_place(const unsigned char *data, size_t len, const char *name, unsigned *at, size_t *offset,
		      size_t *size) _must_check_;
/* The first of them. */
int uki_section(const unsigned char *data, size_t len, const char *name, const unsigned char **start,
		size_t *size) _must_check_;

#endif
