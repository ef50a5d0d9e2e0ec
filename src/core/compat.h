/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every difference between klibc, musl and glibc, and the attributes that the whole tree uses.
 * Included first by every file of src/core, src/sys and src/boot.
 */
#ifndef EARLYBIND_COMPAT_H
#define EARLYBIND_COMPAT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define _must_check_ __attribute__((warn_unused_result))
#define _cleanup_(f) __attribute__((cleanup(f)))
#define _printf_(fmt, first) __attribute__((format(printf, fmt, first)))
#define _pure_ __attribute__((pure))

/* What was expected is for whoever writes a configuration: the boot program with klibc has no room for it. */
#ifdef EARLYBIND_SMALL
#define EXPECTED(text) ""
#else
#define EXPECTED(text) text
#endif

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* For _cleanup_, which gives the address of the variable: of what malloc() gave. */
static inline void free_pointer(void *variable)
{
	free(*(void **)variable);
}

/* The same with another function than free(), for pointers of this type. */
#define CLEANUP(name, type, end)                                                                                       \
	static inline void name(type *variable)                                                                        \
	{                                                                                                              \
		end(*variable);                                                                                        \
	}                                                                                                              \
	_Static_assert(true, "") /* so that a semicolon follows */

#endif
