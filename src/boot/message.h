/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the worker tells the watcher through a pipe. The watcher builds the report from it, so that a worker that hangs
 * in the kernel costs only what it had not yet done.
 */
#ifndef EARLYBIND_MESSAGE_H
#define EARLYBIND_MESSAGE_H

#include <limits.h>

#include "../core/compat.h"
#include "../core/report.h"

enum message_kind {
	MESSAGE_STEP,   /* about to do something that may hang; text: what */
	MESSAGE_PLAN,   /* hash, state, timeout, text */
	MESSAGE_DEVICE, /* device: a decision (refused), or what will be bound (announced as not yet done) */
	MESSAGE_RESULT, /* index, device: what became of the index-th MESSAGE_DEVICE */
	MESSAGE_NOTE,   /* note */
	MESSAGE_DONE,
};

struct message {
	enum message_kind kind;
	unsigned index;
	uint64_t hash;
	enum plan_state state;
	unsigned timeout; /* seconds; 0: not set */
	bool pending;     /* MESSAGE_DEVICE: a result will follow */
	struct report_device device;
	struct report_note note;
	char text[REPORT_TEXT_LEN];
};

/* Within PIPE_BUF a write is whole or not at all. */
_Static_assert(sizeof(struct message) <= 4096, "a message fits a pipe's atomic write");

#endif
