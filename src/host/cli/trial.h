/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What accept, add and remove put on trial. */
#ifndef EARLYBIND_HOST_TRIAL_H
#define EARLYBIND_HOST_TRIAL_H

#include "session.h"

/*
 * Puts the plan of this lock on trial, and says so: where the lock names other cards or options than before, where the
 * trial of this lock has stood down, and, where rules have no entry in it, if this boot did not use the plan.
 */
void trial_arm(const struct session *s, const struct config *config, const struct plan *lock);
/* The plan of what `remove` leaves goes on with the trial of the whole, where that was. */
void trial_carry(const struct session *s, const struct config *rest, const struct plan *lock);

#endif
