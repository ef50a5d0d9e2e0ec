/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A growing list of notes: what a person should know, each with its reason. */
#ifndef EARLYBIND_NOTE_H
#define EARLYBIND_NOTE_H

#include "compat.h"
#include "report.h"

/* Appends one; a text that is too long is cut. `notes` must have grown by array_grow() alone. 0, -ENOMEM. */
int note_add(struct report_note **notes, size_t *n, enum reason reason, const char *fmt, ...) _must_check_
	_printf_(4, 5);

#endif
