/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signals that would end us (SIGINT, SIGQUIT, SIGHUP, SIGTERM), held back while images are being changed: the command
 * that runs gets them, and we put back what it left. A reader of our output that is gone ends us as little.
 */
#ifndef EARLYBIND_HOLD_H
#define EARLYBIND_HOLD_H

#include <signal.h>

#include "../../core/compat.h"

struct hold {
	sigset_t held, before;
	struct sigaction pipe, child; /* of SIGPIPE and SIGCHLD, before */
	int terminal;                 /* that of our session; < 0: none */
	int seen;                     /* the first that came; 0: none */
};

void hold_begin(struct hold *h);
/* All signals are as before hold_begin(), also in a child. */
void hold_end(const struct hold *h);
/* The first signal that came until now; 0: none. */
int hold_seen(struct hold *h);
/*
 * Waits for a child that leads a process group, and passes on to that what comes meanwhile; then none of the group is
 * left to go on writing. The child may ask for the terminal, if it is ours. 0 and its status of wait(), or -errno.
 */
int hold_wait(struct hold *h, pid_t child, int *status) _must_check_;

#endif
