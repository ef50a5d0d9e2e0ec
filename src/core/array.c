/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "array.h"

void *array_grow(void *array, size_t *count, size_t size)
{
	char *items;

	memcpy(&items, array, sizeof(items));
	if ((*count & (*count - 1)) == 0) { /* 0 or a power of two: the room is used up */
		size_t room = *count ? 2 * *count : 1;

		if (room > SIZE_MAX / size)
			return NULL;
		items = realloc(items, room * size);
		if (!items)
			return NULL;
		memcpy(array, &items, sizeof(items));
	}
	return memset(items + size * (*count)++, 0, size);
}

int array_add(void *array, size_t *count, const void *item, size_t size)
{
	void *to = array_grow(array, count, size);

	if (!to)
		return -ENOMEM;
	memcpy(to, item, size);
	return 0;
}
