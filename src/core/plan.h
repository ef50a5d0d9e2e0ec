/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lock and plan: one structure, one printer, one parser. A lock has no kernel, lock, hash and module lines.
 *
 *	earlybind-plan 2 | earlybind-lock 2
 *	kernel RELEASE
 *	lock HEX16
 *	hash HEX16
 *	module early|late FILE [PARAM...]
 *	set KEY VALUE
 *	keep SELECTOR
 *	guard REASON accept|image N|- ROOT PATH IDENTITY SERIAL TEXT
 *	rule N driver=D[,D] allow=A|- at=boot|claim id=ID|- optional=0|1 live=0|1 vf=A-B|- FILE:LINE SELECTOR
 *	card N ROOT PATH IDENTITY SERIAL ADDRESS
 *	function PATH IDENTITY
 *	end CRC32
 *
 * Version 1 had no lock line, guard lines without accept|image N and with "lock" or "image" as the first word of TEXT,
 * and rule lines without vf=.
 */
#ifndef EARLYBIND_PLAN_H
#define EARLYBIND_PLAN_H

#include "address.h"
#include "compat.h"
#include "identity.h"
#include "lines.h"
#include "path.h"
#include "reason.h"
#include "rule.h"

#define KERNEL_LEN 65
#define MODULE_FILE_LEN 72
#define CARD_FUNCTIONS 16 /* the most functions of one card */

enum plan_kind { KIND_PLAN, KIND_LOCK };

struct plan_module {
	bool early;
	char file[MODULE_FILE_LEN]; /* "vfio-pci.ko": a name in the image's modules folder, no '/' */
	char *params;               /* owned; "a=1 b=2", "" for none */
};

enum guard_origin { GUARD_OF_ACCEPT, GUARD_OF_IMAGE }; /* who added it */

struct plan_guard {
	enum reason reason;
	enum guard_origin origin;
	unsigned rule; /* the N of the rule that it was added for; 0: none */
	struct root root;
	struct path path;
	struct identity identity;
	uint64_t serial; /* 0: none */
	char *text;      /* owned; "" for none */
};

struct plan_function {
	struct path path;
	struct identity identity;
};

struct plan_card {
	unsigned rule; /* the N of its rule */
	struct root root;
	struct path path; /* a slot: a card; else a single function */
	/*
	 * Of a path rule with id= that nothing was accepted for: no machine was read, and whatever its id means in its
	 * place is the card. It has no serial, address or functions; `identity` has 0 for what the id leaves open.
	 */
	bool open;
	struct id id; /* if open: the rule's id */
	struct identity identity;
	uint64_t serial; /* 0: none */
	bool has_address;
	struct address address;
	unsigned n_functions;
	struct plan_function functions[CARD_FUNCTIONS];
};

struct plan {
	enum plan_kind kind;
	char kernel[KERNEL_LEN];
	unsigned version; /* of the format, as read; 0: made here */
	uint64_t lock;    /* the hash of the lock that the plan was made of; 0: of none */
	uint64_t hash;    /* as read; of a lock: what a plan with these rules has */
	unsigned timeout; /* seconds; 0: not set */
	struct plan_module *modules;
	size_t n_modules;
	struct selector *keeps;
	size_t n_keeps;
	struct plan_guard *guards;
	size_t n_guards;
	struct rule *rules;
	size_t n_rules;
	struct plan_card *cards;
	size_t n_cards;
};

void plan_free(struct plan *p);

/*
 * Reads a whole lock or plan; *out is empty after an error. Anything unknown, out of its place, repeated where it
 * must stand once, too long, truncated or with another CRC is an error: -EBADMSG (see *err), -EPROTONOSUPPORT
 * (another version), -ENOMEM. A lock has its own hash as `lock`, too.
 */
int plan_parse(enum plan_kind kind, const char *text, size_t len, struct plan *out,
	       struct plan_error *err) _must_check_;

/* The same for what boots: made by the host tool of its own version, and with its CRC and hash, it needs no more. */
int plan_load(enum plan_kind kind, const char *text, size_t len, struct plan *out, struct plan_error *err) _must_check_;

/* The same for a lock that may be of version 1: then its guards are of no rule. What boots reads its version alone. */
int lock_parse(const char *text, size_t len, struct plan *out, struct plan_error *err) _must_check_;

/* The kernel that a plan is for, of whatever version, and whatever is wrong behind its kernel line. False: no plan. */
bool plan_tells_kernel(const char *text, size_t len, char kernel[KERNEL_LEN]);

/* Whether it was read from a file of an earlier version. */
bool plan_is_old(const struct plan *p) _pure_;

/*
 * Prints it with its hash (a plan; computed here, p->hash is not read) and CRC. The same plan gives the same bytes.
 * Cards stand behind their rules, wherever they are in the array. Nothing is left out: -E2BIG, a line would be too
 * long; -EEXIST, two rules are the same; -EINVAL, rules are not numbered 1..n in their order, or a card has no rule or
 * no function, or a guard is of a rule that is not there; -ENOMEM. Names are not checked here, but plan_parse refuses
 * what no plan may hold.
 */
int plan_print(const struct plan *p, struct text *out) _must_check_;

/*
 * 64-bit FNV-1a over the rule lines in the order of their canonical selectors (then id=), without N and FILE:LINE, each
 * followed by its card and function lines (without N), spelled as in version 1. -E2BIG, -EEXIST and -ENOMEM as of
 * plan_print.
 */
int plan_hash(const struct plan *p, uint64_t *out) _must_check_;

/* Append; ownership of what the argument points to goes to the plan when they succeed. -ENOMEM. */
int plan_add_module(struct plan *p, const struct plan_module *m) _must_check_;
int plan_add_keep(struct plan *p, const struct selector *s) _must_check_;
int plan_add_guard(struct plan *p, const struct plan_guard *g) _must_check_;
/* The same of a guard with a copy of this text. */
int plan_copy_guard(struct plan *p, struct plan_guard guard, const char *text) _must_check_;
int plan_add_rule(struct plan *p, const struct rule *r) _must_check_;
int plan_add_card(struct plan *p, const struct plan_card *c) _must_check_;
/* Makes the card of a path rule with id= that has no entry in a lock. */
struct plan_card plan_open_card(const struct rule *r);
/* Whether the card is one of this identity. */
bool plan_card_means(const struct plan_card *c, const struct identity *i) _pure_;
/* Whether a card can be of this rule without having been accepted. */
bool rule_is_complete(const struct rule *r) _pure_;
/* NULL: no such rule. */
const struct rule *plan_rule(const struct plan *p, unsigned number) _pure_;

#endif
