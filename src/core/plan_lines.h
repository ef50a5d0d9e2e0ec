/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of lock and plan as tables; for plan*.c alone. */
#ifndef EARLYBIND_PLAN_LINES_H
#define EARLYBIND_PLAN_LINES_H

#include "compat.h"
#include "plan.h"
#include "record.h"

#define PLAN_VERSION RECORD_VERSION
#define PLAN_TIMEOUT_MAX 60
#define PLAN_END_BYTES 13 /* "end 89abcdef\n" */

enum plan_line_id {
	LINE_KERNEL,
	LINE_LOCK,
	LINE_HASH,
	LINE_MODULE,
	LINE_SET,
	LINE_KEEP,
	LINE_GUARD,
	LINE_RULE,
	LINE_CARD,
	LINE_FUNCTION,
	LINE_COUNT
};

/* The order of the table is the order of the lines; rule, card and function lines share a rank. */
struct plan_line {
	struct record record;
	uint8_t rank;
	bool plan_only; /* not in a lock */
	bool once;      /* stands once at most; those of a plan only: exactly */
	/* The array in struct plan that it adds to; array 0: none, the line fills the plan itself, or (size) a scratch.
	 */
	uint16_t array;
	uint16_t count;
	uint16_t size;
	/* What the fields alone do not show; what is wrong, or NULL. */
	const char *(*check)(struct plan *p, void *item);
};

_Static_assert(offsetof(struct plan, kind) == 0, "an array at offset 0 would be taken for none");

extern const struct plan_line plan_lines[LINE_COUNT];

/* plan_load() of that version. TEXT of a guard is as it stands there. */
int plan_parse_version(enum plan_kind kind, unsigned version, const char *text, size_t len, struct plan *out,
		       struct plan_error *err) _must_check_;
/* plan_print() in the spelling of that version. */
int plan_print_version(const struct plan *p, unsigned version, struct text *out) _must_check_;

static inline const char *plan_header(enum plan_kind kind)
{
	return kind == KIND_PLAN ? "earlybind-plan " : "earlybind-lock ";
}

#endif
