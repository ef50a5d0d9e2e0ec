/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arrays that grow by one, kept as a pointer and a count. */
#ifndef EARLYBIND_ARRAY_H
#define EARLYBIND_ARRAY_H

#include "compat.h"

/*
 * Appends one zeroed item of `size` bytes and returns it; NULL: no memory, nothing changed. `array` is the address of
 * the pointer to the first item ("&plan->cards"). An array must have grown by this function alone: its room follows
 * from its count.
 */
void *array_grow(void *array, size_t *count, size_t size);
/* The same with a copy of *item. -ENOMEM. */
int array_add(void *array, size_t *count, const void *item, size_t size) _must_check_;

#endif
