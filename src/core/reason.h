/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The closed list of reasons: the words of reports, locks and plans, and what a person reads for them. */
#ifndef EARLYBIND_REASON_H
#define EARLYBIND_REASON_H

#include "compat.h"

enum reason {
	REASON_NONE, /* printed as "-" */
	/* guards, in their order */
	REASON_BRIDGE,
	REASON_OFF,
	REASON_SKIPPED,
	REASON_KDUMP,
	REASON_STOOD_DOWN,
	REASON_KEPT,
	REASON_CLAIM,
	REASON_ABSENT,
	REASON_OTHER_DEVICE,
	REASON_AMBIGUOUS,
	REASON_APPEARS_LATER,
	REASON_BOOT_DISK,
	REASON_IN_USE,
	REASON_DISPLAY,
	REASON_KEYBOARD,
	REASON_NO_IOMMU,
	REASON_BUSY,
	/* the others */
	REASON_TWIN,
	REASON_NOT_ACCEPTED,
	REASON_LOCK_BROKEN,
	REASON_NO_DRIVER,
	REASON_PROBE_FAILED,
	REASON_TIMEOUT,
	REASON_MOVED,
	REASON_BOUND_BY_KERNEL,
	REASON_IGNORED_IDS,
	REASON_PLAN_BROKEN,
	REASON_FRAMEBUFFER_HELD,
	REASON_BOOT_ENTRY_UNKNOWN,
	REASON_NOT_SUPPORTED_YET,
	REASON_COUNT
};

/* A bit a reason. */
typedef uint32_t reason_set;
_Static_assert(REASON_COUNT <= 32, "a reason_set has 32 bits");
#define REASON_BIT(reason) (1u << (reason))

/* "boot-disk"; "-" for REASON_NONE. */
const char *reason_word(enum reason r);
/* A sentence for a person: what it means. */
const char *reason_meaning(enum reason r);
/* What a person can do about it, or "". */
const char *reason_remedy(enum reason r);
/* The reason of a word of any length. -EINVAL: not in the list. */
int reason_parse(const char *word, enum reason *out) _must_check_;

#endif
