/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What accept, add and remove share: the lock, shown before it is written, and asked for. */
#ifndef EARLYBIND_SESSION_H
#define EARLYBIND_SESSION_H

#include "../../core/accept.h"
#include "../../core/compat.h"
#include "../../core/plan_index.h"
#include "cli.h"

struct session {
	struct cli *cli;
	struct config config;
	struct plan old; /* empty if there is none, or a damaged one */
	bool had_lock, damaged;
	struct machine machine;  /* as a boot finds it */
	struct plan_index index; /* of `old` on the machine */
	struct plan_index will;  /* of the lock of session_accept() */
};

/*
 * Takes the one lock, reads config, lock and machine. Only root may, on the running system; what is wrong with
 * the config is said, and a file of it that cannot be read is an error: its rules would lose their entries. A damaged
 * lock is reported and counts as none; whole: it is an error, since entries of other rules are to stay. EXIT_DONE, or
 * the exit code of what was said.
 */
int session_open(struct session *s, struct cli *cli, bool whole) _must_check_;
void session_close(struct session *s);
/* What accept of these rules makes of the machine: as accept_rules(), once a session. EXIT_DONE or EXIT_REFUSED. */
int session_accept(struct session *s, const bool *chosen, struct acceptance *out) _must_check_;

/*
 * Prints what session_accept() would lock, refuse and drop, and the notes. fresh: a rule that stands in no file yet, or
 * NULL.
 */
void session_show(const struct session *s, const struct acceptance *a, const struct rule *fresh);
/*
 * Warns of what the machine does not fit together with the lock of session_accept(). chosen: as of accept_rules(). How
 * many cards of these rules the next boot would refuse, or -ENOMEM.
 */
int session_advise(const struct session *s, const bool *chosen) _must_check_;
/* What is locked for these rules, and the next step. */
void session_say_locked(const struct acceptance *a, const bool *chosen);
/*
 * --yes (of a damaged lock it does not do), or "yes" from a terminal, and the configuration and the lock are what was
 * read; else it is said that nothing was written.
 */
bool session_ask(const struct session *s, const char *question);
/* Writes the lock; a damaged one is kept under another name. EXIT_DONE or EXIT_REFUSED, which was said. */
int session_store(const struct session *s, const struct plan *lock) _must_check_;
/* Whether two locks say the same, wherever their rules stand. */
bool session_same(const struct plan *a, const struct plan *b);

#endif
