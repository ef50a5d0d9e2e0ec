/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cards of an image that no lock has: paths with id=. */
#ifndef EARLYBIND_OPEN_CARD_H
#define EARLYBIND_OPEN_CARD_H

#include "../../core/compose.h"
#include "../../sys/sysroot.h"

/*
 * Notes each of which the boot could need, by its class here or in the rule's id=, where nobody asked: accept was not
 * run, and no guard refuses it. disks_asked: the image build knew what the disks of this machine are needed for.
 * 0 or -ENOMEM.
 */
int open_cards_note(const struct sysroot *r, const struct config *config, struct composition *c,
		    bool disks_asked) _must_check_;

#endif
