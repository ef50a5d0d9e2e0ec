/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the worker has in hand, and how it tells the watcher. */
#ifndef EARLYBIND_WORK_H
#define EARLYBIND_WORK_H

#include "../core/compat.h"
#include "../core/decide.h"
#include "../sys/sysroot.h"
#include "message.h"

struct work {
	const struct sysroot *root;
	int pipe_fd;
	bool dry; /* decide and tell, but change nothing */
	struct plan plan;
	struct machine machine;
	struct cmdline cmdline;
	struct decisions decisions;
	struct trial trial;         /* with this boot; attempts 0: this boot is not to be counted */
	bool mounted;               /* efivarfs, by this run */
	char text[REPORT_TEXT_LEN]; /* of the plan line: of trial and off */
};

void work_tell(const struct work *w, const struct message *m);
/* About to do something that may hang. */
void work_step(const struct work *w, const char *fmt, ...) _printf_(2, 3);
void work_tell_note(const struct work *w, const struct report_note *note);
void work_note(const struct work *w, enum reason reason, const char *fmt, ...) _printf_(3, 4);
/* The plan line: hash, timeout, this state. */
void work_plan(const struct work *w, enum plan_state state, const char *fmt, ...) _printf_(3, 4);

#endif
