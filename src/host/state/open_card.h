/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cards of an image that no lock has: paths with id=. */
#ifndef EARLYBIND_OPEN_CARD_H
#define EARLYBIND_OPEN_CARD_H

#include "../../core/compat.h"
#include "next_boot.h"

/*
 * Notes each of which the boot could need, by its class here or in the rule's id=, where nobody asked: accept was not
 * run, and no guard refuses it. 0 or -ENOMEM.
 */
int open_cards_note(struct next_boot *boot) _must_check_;

#endif
