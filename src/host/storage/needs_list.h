/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The needs that are found in one run: of the host as it is, or of what an image's target has in files. */
#ifndef EARLYBIND_NEEDS_LIST_H
#define EARLYBIND_NEEDS_LIST_H

#include "../../core/compat.h"
#include "../../core/need.h"
#include "boot_ref.h"
#include "stack.h"

struct needs_list {
	struct host host;
	struct boot_refs refs;
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
int needs_add(struct needs_list *list, enum reason reason, int device, const char *fmt, ...) _must_check_
	_printf_(4, 5);
/* What a mounted file system, or the devices marked in list->set, stand on. `text` says what they are. */
int needs_add_mount(struct needs_list *list, enum reason reason, const struct mount *m, const char *text) _must_check_;
int needs_add_blocks(struct needs_list *list, enum reason reason, const char *text) _must_check_;
/* What an interface stands on. How many, or -ENOMEM. */
int needs_add_interface(struct needs_list *list, enum reason reason, const char *interface,
			const char *text) _must_check_;
/* The same for one that is needed by its name: one of which nobody knows what it stands on is any network card. */
int needs_add_way(struct needs_list *list, enum reason reason, const char *interface, const char *text) _must_check_;
/* The same for several, of which some may be for other things: only where none leads to a card it is any. */
int needs_add_ways(struct needs_list *list, enum reason reason, const struct names *interfaces,
		   const char *text) _must_check_;
/* The interfaces by which a server is reached; "" is any server. */
int needs_add_server(struct needs_list *list, enum reason reason, const char *server, const char *text) _must_check_;

/* Calls the steps, until one fails. 0 or its error. */
int needs_each(struct needs_list *list, int (*const *steps)(struct needs_list *), size_t n) _must_check_;

#endif
