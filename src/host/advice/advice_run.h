/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to advice*.c: one run of advise(). */
#ifndef EARLYBIND_ADVICE_RUN_H
#define EARLYBIND_ADVICE_RUN_H

#include "../../core/compat.h"
#include "advice.h"

struct adviser {
	const struct sysroot *root;
	const struct forecast *forecast;
	const struct plan *plan; /* these three are the forecast's */
	const struct machine *machine;
	const struct decisions *decisions;
	struct advices *out;
};

/* NULL: no memory, which advice_say() then returns. */
struct advice *advice_add(struct adviser *a, enum advice_kind kind, const struct address *address);
int advice_say(struct advice *item, const char *fmt, ...) _printf_(2, 3) _must_check_;
/* Of what moved, or is not found. */
int advise_drift(struct adviser *a) _must_check_;

#endif
