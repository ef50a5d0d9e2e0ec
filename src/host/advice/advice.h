/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person should know of this machine, whatever the rules say: check, accept and status warn of the same. */
#ifndef EARLYBIND_ADVICE_H
#define EARLYBIND_ADVICE_H

#include "../../core/compat.h"
#include "../state/next_boot.h"
#include "../lib/row.h"

/* Of the plan of this next boot. kinds: a bit a kind; of drift lock and rules count, too. 0 or -ENOMEM. */
int advise(const struct sysroot *root, const struct next_boot *boot, unsigned kinds, struct rows *out) _must_check_;
#define ADVICE_ALL ((1u << ROW_VM) * 2 - 1)
/* What is said of the drift of this card, NULL: nothing. */
const struct row *advice_of_card(const struct rows *advices, size_t card) _pure_;

/* Each a sentence without its capital and its full stop. */
struct iommu_finding {
	char what[160];
	char step[320];
};

/* Why this device has no IOMMU group, or none of all has one (then d may be NULL), and what to do about it. */
void iommu_find(const struct sysroot *r, const struct machine *m, const struct device *d, struct iommu_finding *out);

#endif
