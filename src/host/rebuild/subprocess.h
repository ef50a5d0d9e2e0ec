/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Other programs, run in the root: on the running system as they are, in a tree after chroot() into it. */
#ifndef EARLYBIND_SUBPROCESS_H
#define EARLYBIND_SUBPROCESS_H

#include "../../core/compat.h"

#include <signal.h>

#include "../../sys/sysroot.h"

/*
 * Signals that would end us (SIGINT, SIGQUIT, SIGHUP, SIGTERM), held back while images are being changed: the program
 * that runs gets them, and we put back what it left. A reader of our output that is gone ends us as little.
 */
struct signals {
	sigset_t held, before;
	struct sigaction pipe, child; /* of SIGPIPE and SIGCHLD, before */
	int terminal;                 /* that of our session; < 0: none */
	int seen;                     /* the first that came; 0: none */
};

void subprocess_hold(struct signals *s);
/* All signals are as before subprocess_hold(), also in a child. */
void subprocess_release(const struct signals *s);
/* The first signal that came until now; 0: none. */
int subprocess_seen(struct signals *s);

/*
 * Runs a program with our output, of which nothing may wait to be written, and waits. argv[0] is what command_find()
 * found, the list ends in NULL. What is held back from us ends it: it is a process group of its own, and ended when the
 * last of the group is, or a minute later. Where we are killed it gets SIGTERM, and it and what it began hold the lock
 * of the fd `exclusive` on. Its exit status, 128 + the signal that ended it, or -errno: -EINTR if something had come
 * before.
 */
int subprocess_run(const struct sysroot *r, const char *const *argv, int exclusive, struct signals *s) _must_check_;

#endif
