/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include <stdarg.h>

#include "array.h"
#include "note.h"
#include "shorten.h"

/* The middle of a long text gives way; the boot program with klibc has no room for that and cuts the end. */
#ifdef EARLYBIND_SMALL
#define NOTE_PRINT vsnprintf
#else
#define NOTE_PRINT shorten_vprint
#endif

int note_add_about(struct report_note **notes, size_t *n, enum reason reason, unsigned rule,
		   const struct address *address, const char *fmt, ...)
{
	struct report_note *note = array_grow(notes, n, sizeof(*note));
	va_list args;

	if (!note)
		return -ENOMEM;
	note->reason = reason;
	note->rule = rule;
	note->has_address = address != NULL;
	if (address)
		note->address = *address;
	va_start(args, fmt);
	NOTE_PRINT(note->text, sizeof(note->text), fmt, args);
	va_end(args);
	return 0;
}
