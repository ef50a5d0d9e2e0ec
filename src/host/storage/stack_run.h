/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to chain*.c: one walk. */
#ifndef EARLYBIND_STACK_RUN_H
#define EARLYBIND_STACK_RUN_H

#include "stack.h"

#define PATH_BYTES 1024

struct walk {
	const struct host *h;
	struct chain_ends *out;
	bool *visited; /* a flag a block device: no chain goes in a circle */
	bool *set;     /* for resolve_...() */
};

int chain_add(struct chain_ends *out, const struct chain_end *end) _must_check_;
/* Adds to its text, of which words in the middle give way where it gets too long. */
void chain_extend(struct chain_end *end, const char *fmt, ...) _printf_(2, 3);
int chain_add_unknown(struct walk *w, struct chain_end end, const char *why) _must_check_;
/* Goes on with the devices that are marked in w->set; `kind` says what they are: "(ZFS)". */
int chain_walk_set(struct walk *w, const struct chain_end *end, const char *kind) _must_check_;
/* Goes on with what may belong to the volume's group and is in no active volume. */
int chain_walk_idle(struct walk *w, const struct blockdev *volume, const struct chain_end *end) _must_check_;
/* A whole disk, or what has no slaves. */
int chain_walk_bottom(struct walk *w, const struct blockdev *d, struct chain_end end) _must_check_;

#endif
