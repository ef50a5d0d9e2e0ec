/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "work.h"

#include <stdarg.h>
#include <unistd.h>

void work_tell(const struct work *w, const struct message *m)
{
	/* The watcher is gone only if it was killed: then there is nobody to tell. */
	if (write(w->pipe_fd, m, sizeof(*m)) != sizeof(*m))
		_exit(0);
}

void work_step(const struct work *w, const char *fmt, ...)
{
	struct message m = { .kind = MESSAGE_STEP };
	va_list args;

	va_start(args, fmt);
	vsnprintf(m.text, sizeof(m.text), fmt, args);
	va_end(args);
	work_tell(w, &m);
}

void work_tell_note(const struct work *w, const struct report_note *note)
{
	struct message m = { .kind = MESSAGE_NOTE, .note = *note };

	work_tell(w, &m);
}

void work_note(const struct work *w, enum reason reason, const char *fmt, ...)
{
	struct report_note note = { .reason = reason };
	va_list args;

	va_start(args, fmt);
	vsnprintf(note.text, sizeof(note.text), fmt, args);
	va_end(args);
	work_tell_note(w, &note);
}

void work_plan(const struct work *w, enum plan_state state, const char *fmt, ...)
{
	struct message m = { .kind = MESSAGE_PLAN, .hash = w->plan.hash, .state = state, .timeout = w->plan.timeout };
	va_list args;

	va_start(args, fmt);
	vsnprintf(m.text, sizeof(m.text), fmt, args);
	va_end(args);
	work_tell(w, &m);
}
