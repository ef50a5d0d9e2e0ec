/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words alone: what a person reads for them is in reason_text.c, which the boot program does not need. */
#include "compat.h"

#include "reason.h"

static const char *const words[REASON_COUNT] = {
	[REASON_NONE] = "-",
	[REASON_BRIDGE] = "bridge",
	[REASON_OFF] = "off",
	[REASON_SKIPPED] = "skipped",
	[REASON_KDUMP] = "kdump",
	[REASON_STOOD_DOWN] = "stood-down",
	[REASON_KEPT] = "kept",
	[REASON_CLAIM] = "claim",
	[REASON_ABSENT] = "absent",
	[REASON_OTHER_DEVICE] = "other-device",
	[REASON_AMBIGUOUS] = "ambiguous",
	[REASON_APPEARS_LATER] = "appears-later",
	[REASON_BOOT_DISK] = "boot-disk",
	[REASON_IN_USE] = "in-use",
	[REASON_DISPLAY] = "display",
	[REASON_KEYBOARD] = "keyboard",
	[REASON_NO_IOMMU] = "no-iommu",
	[REASON_BUSY] = "busy",
	[REASON_TWIN] = "twin",
	[REASON_NOT_ACCEPTED] = "not-accepted",
	[REASON_LOCK_BROKEN] = "lock-broken",
	[REASON_NO_DRIVER] = "no-driver",
	[REASON_PROBE_FAILED] = "probe-failed",
	[REASON_TIMEOUT] = "timeout",
	[REASON_MOVED] = "moved",
	[REASON_BOUND_BY_KERNEL] = "bound-by-kernel",
	[REASON_IGNORED_IDS] = "ignored-ids",
	[REASON_PLAN_BROKEN] = "plan-broken",
	[REASON_FRAMEBUFFER_HELD] = "framebuffer-held",
	[REASON_BOOT_ENTRY_UNKNOWN] = "boot-entry-unknown",
	[REASON_NOT_SUPPORTED_YET] = "not-supported-yet",
};

const char *reason_word(enum reason r)
{
	return words[r];
}

int reason_parse(const char *word, enum reason *out)
{
	for (unsigned i = 0; i < REASON_COUNT; i++) {
		if (!strcmp(words[i], word)) {
			*out = (enum reason)i;
			return 0;
		}
	}
	return -EINVAL;
}
