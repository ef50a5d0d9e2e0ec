/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules that wait for accept: what compose() notes as `not-accepted`. */
#ifndef EARLYBIND_WAITING_H
#define EARLYBIND_WAITING_H

#include "../../core/compat.h"
#include "../../core/compose.h"
#include "../../core/device.h"

/* Whether the rule has no card of the lock, or was not accepted with all its options. */
bool waiting_is(const struct composition *c, const struct rule *rule) _pure_;
/* How many notes there are of such rules. */
unsigned waiting_count(const struct composition *c) _pure_;
/* Whether anything in the machine is what the rule asks for. */
bool waiting_finds(const struct machine *m, const struct rule *rule) _pure_;
/*
 * A rule whose card may be absent, and is, and that was never accepted (lock: or NULL), has nothing to wait for: the
 * note of it becomes one of `absent`.
 */
void waiting_forgive_absent(const struct config *config, const struct plan *lock, const struct machine *m,
			    struct composition *c);

#endif
