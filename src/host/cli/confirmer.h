/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who ends the trial of a plan on this system: earlybind-confirm.service, or only a person. */
#ifndef EARLYBIND_CONFIRMER_H
#define EARLYBIND_CONFIRMER_H

#include "../../core/compat.h"
#include "../../core/plan.h"
#include "../../sys/sysroot.h"

/* Whether a rule has allow=display: then no boot says that all is well. */
bool confirmer_is_person(const struct plan *p) _pure_;
/* A sentence or two: what ends the trial of a plan that needs a person, or of another. */
const char *confirmer_say(const struct sysroot *r, bool person);

#endif
