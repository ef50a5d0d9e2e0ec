/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The next boot on this machine as it is: what config and lock would make of it. Nothing is written. */
#ifndef EARLYBIND_NEXT_BOOT_H
#define EARLYBIND_NEXT_BOOT_H

#include "../../core/compat.h"
#include "../../core/compose.h"
#include "../../core/config.h"
#include "../../core/decide.h"
#include "../../sys/sysroot.h"

struct forecast {
	struct config config;
	struct plan lock; /* empty if there is none, or a broken one */
	bool has_lock;    /* and it could be read */
	bool lock_broken; /* which was said */
	bool lock_hidden; /* it may not be read, which was said: whether anything is accepted is not known */
	struct composition composition;
	struct machine machine; /* as a boot finds it: no driver has anything */
	struct decisions decisions;
};

/*
 * What is wrong with the configuration is said. 0; -ENOMEM, of which nothing was said; another error, which was. Where
 * only the decision is missing (-EPERM: it needs root), config, lock and composition are there; of a hidden lock only
 * the config.
 */
int forecast_make(const struct sysroot *root, struct forecast *out) _must_check_;
/* The machine as a boot finds it. */
void forecast_forget_drivers(struct machine *m);
void forecast_free(struct forecast *f);

#endif
