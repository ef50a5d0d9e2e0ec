/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to advice*.c: one run of advise(). */
#ifndef EARLYBIND_ADVICE_RUN_H
#define EARLYBIND_ADVICE_RUN_H

#include "../../core/compat.h"
#include "advice.h"
#include "vms.h"

struct adviser {
	const struct sysroot *root;
	const struct next_boot *boot;
	const struct plan *plan; /* these three are the next boot's */
	const struct machine *machine;
	const struct decisions *decisions;
	struct rows *out;
};

/* Of what moved, or is not found. */
int advise_drift(struct adviser *a) _must_check_;
/* Of reserved regions, and of what other tools do by address. */
int advise_regions(struct adviser *a) _must_check_;
int advise_overrides(struct adviser *a) _must_check_;
/* Of a missing IOMMU group. */
int advise_iommu(struct adviser *a) _must_check_;
/* Of what definitions of virtual machines name and no boot binds. */
int advise_vms(struct adviser *a) _must_check_;
/* A row of what the definition in this file says, about this address. */
struct row *vm_row(struct adviser *a, const char *file, const struct address *address, enum reason reason);
/* The decision on this device, NULL: there is none. */
const struct decision *decision_of(const struct decisions *all, int device) _pure_;
/* Of a device that one of them uses by its name, and that the plan gives away. */
int advise_node(struct adviser *a, const struct vm_node *node) _must_check_;

#endif
