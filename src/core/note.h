/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A growing list of notes: what a person should know, each with its reason. */
#ifndef EARLYBIND_NOTE_H
#define EARLYBIND_NOTE_H

#include "compat.h"
#include "report.h"

/*
 * Appends one about a rule (its N; 0: none) or a device (NULL: none); a text that is too long is cut. `notes` must have
 * grown by array_grow() alone. 0, -ENOMEM.
 */
int note_add_about(struct report_note **notes, size_t *n, enum reason reason, unsigned rule,
		   const struct address *address, const char *fmt, ...) _must_check_ _printf_(6, 7);
/* About neither: note_add(notes, n, reason, fmt, ...). */
#define note_add(notes, n, reason, ...) note_add_about(notes, n, reason, 0, NULL, __VA_ARGS__)

#endif
