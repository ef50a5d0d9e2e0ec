/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What people write to mean devices. IDs have four digits a part and slots two: never ambiguous.
 *
 *	selector = slot | path | id
 *	slot     = [dddd:]bb:dd[.f]                           as lspci prints it
 *	path     = [dddd:]bb:dd.f *( "/" dd.f ) "/" dd[.f]    as the kernel's pci= parameter reads it
 *	id       = vvvv:dddd[:ssss:ssss[:class[:mask]]]       as vfio-pci.ids= reads it; "*" or all f: any
 */
#ifndef EARLYBIND_SELECTOR_H
#define EARLYBIND_SELECTOR_H

#include "address.h"
#include "compat.h"
#include "identity.h"
#include "path.h"

#define SELECTOR_LEN (PATH_LEN + 20)

enum selector_kind { SELECTOR_SLOT, SELECTOR_PATH, SELECTOR_ID };

struct selector {
	enum selector_kind kind;
	bool whole;             /* slot or path without a function at its end */
	struct address address; /* slot: the address (fn 0 if whole); path: domain and bus of its root */
	struct path path;       /* path */
	struct id id;           /* id */
};

/* Where and why a text is not what it should be. Texts are constants or live in `buf`. */
struct syntax_error {
	unsigned offset;      /* bytes from the start of the text that was given */
	const char *expected; /* completes "expected ..." */
	const char *hint;     /* a whole sentence, or NULL */
	char buf[128];        /* storage for a hint made of the input */
};

/* Reads exactly len bytes of text. -EINVAL and *err otherwise. */
int selector_parse(const char *text, size_t len, struct selector *out, struct syntax_error *err) _must_check_;
/* The same without hints beyond the obvious ones: what the boot program reads. */
int selector_read(const char *text, size_t len, struct selector *out, struct syntax_error *err) _must_check_;
int id_read(const char *text, size_t len, struct id *out, struct syntax_error *err) _must_check_;
/* The id alone, for id=ID. */
int id_parse(const char *text, size_t len, struct id *out, struct syntax_error *err) _must_check_;
/*
 * Prints the canonical spelling: domain written out, lower case; returns buf. Two selectors that mean the same print
 * the same.
 */
char *selector_print(const struct selector *s, char buf[SELECTOR_LEN]);
bool selector_equal(const struct selector *a, const struct selector *b) _pure_;
/*
 * Whether the selector names this function by itself: slot (any function of it if whole) by address, path by
 * root bus number and path, id by identity. NULL: not known, so it does not match. That an id of a card's main
 * function means the card is card.h's.
 */
bool selector_names(const struct selector *s, const struct address *a, const struct root *root, const struct path *p,
		    const struct identity *i) _pure_;

#endif
