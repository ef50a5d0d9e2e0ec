/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers as file formats store them. */
#ifndef EARLYBIND_BYTES_H
#define EARLYBIND_BYTES_H

#include "../../core/compat.h"

/* A number of up to four bytes, the lowest first. */
static inline uint32_t little_endian(const unsigned char *p, unsigned bytes)
{
	uint32_t value = 0;

	while (bytes--)
		value = value << 8 | p[bytes];
	return value;
}

#endif
