/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the EFI variables say of this boot: that it is switched off, or that the plan is on trial. */
#ifndef EARLYBIND_VARIABLES_H
#define EARLYBIND_VARIABLES_H

#include "work.h"

/*
 * Sets the machine's `off` and `trial`, and the text of the plan line. The variable of `earlybind off --next-boot` is
 * removed by this. Without EFI variables nothing is set, and nothing is said. A run of this boot that already used this
 * plan has the last word: a second one finds what the first one found.
 */
void variables_read(struct work *w);
/*
 * Writes that this boot tries the plan, if it does. Before anything is bound, and after that nobody needs the
 * variables.
 */
void variables_count(struct work *w, bool tried);
/* Unmounts them, if that has not been done. */
void variables_done(struct work *w);

#endif
