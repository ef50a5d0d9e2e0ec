/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "findings.h"

#include <stdarg.h>

#include "../../core/array.h"

int findings_add(struct findings *f, const char *fmt, ...)
{
	char *text = array_grow(&f->items, &f->n, sizeof(*f->items));
	va_list args;

	if (!text)
		return -ENOMEM;
	va_start(args, fmt);
	vsnprintf(text, FINDING_LEN, fmt, args);
	va_end(args);
	return 0;
}

void findings_free(struct findings *f)
{
	free(f->items);
	memset(f, 0, sizeof(*f));
}
