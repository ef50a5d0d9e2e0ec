/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to needs*.c: one run, of the host as it is, or of what an image's target has in files. */
#ifndef EARLYBIND_NEEDS_RUN_H
#define EARLYBIND_NEEDS_RUN_H

#include "../../core/compat.h"
#include "../../core/need.h"
#include "boot_ref.h"
#include "stack.h"

struct needs_run {
	struct host host;
	struct wants wants;
	struct need *needs;
	size_t n_needs;
	bool *set;       /* a flag a block device, for resolve_...() */
	bool of_root;    /* what is found now is for / itself */
	bool only_files; /* what runs here now does not count */
	bool encrypted;
	bool root_known;
	bool unique; /* something was found by a UUID */
};

/* Adds one; of a device and reason the first stays. 0 or -ENOMEM. */
int needs_add(struct needs_run *run, enum reason reason, int device, const char *fmt, ...) _must_check_ _printf_(4, 5);
/* What a mounted file system, or the devices marked in run->set, stand on. `text` says what they are. */
int needs_add_mount(struct needs_run *run, enum reason reason, const struct mount *m, const char *text) _must_check_;
int needs_add_blocks(struct needs_run *run, enum reason reason, const char *text) _must_check_;
/* What an interface stands on. How many, or -ENOMEM. */
int needs_add_interface(struct needs_run *run, enum reason reason, const char *interface,
			const char *text) _must_check_;
/* The same for one that is needed by its name: one of which nobody knows what it stands on is any network card. */
int needs_add_way(struct needs_run *run, enum reason reason, const char *interface, const char *text) _must_check_;
/* The same for several, of which some may be for other things: only where none leads to a card it is any. */
int needs_add_ways(struct needs_run *run, enum reason reason, const struct names *interfaces,
		   const char *text) _must_check_;
/* The interfaces by which a server is reached; "" is any server. */
int needs_add_server(struct needs_run *run, enum reason reason, const char *server, const char *text) _must_check_;

/*
 * Whether a passphrase may have to be typed for a ZFS pool: a dataset of it is encrypted, or nobody says that none is.
 */
bool pool_may_ask(const struct sysroot *r, const char *pool);

/* What run->wants ask for, those of the root first. */
int needs_of_wants(struct needs_run *run) _must_check_;
/* One of them. */
int needs_of_want(struct needs_run *run, const struct want *w) _must_check_;
/* What is mounted, swapped on, held or routed now. First what the boot needs of it, then, by another call, the rest. */
int needs_of_running_boot(struct needs_run *run) _must_check_;
int needs_of_use(struct needs_run *run) _must_check_;

#endif
