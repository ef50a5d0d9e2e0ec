/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host needs of its devices: the disks and network cards of the boot, and what is in use now. */
#ifndef EARLYBIND_NEED_H
#define EARLYBIND_NEED_H

#include "card.h"
#include "compat.h"
#include "reason.h"
#include "report.h"

#define CLASS_NETWORK 0x02 /* of class_base() */
#define CLASS_USB 0x0c03   /* of class_sub() */

/* Instead of a device: nobody can tell which one it is, so each that could be it is needed. */
#define NEED_SOME_STORAGE (-1)
#define NEED_SOME_NETWORK (-2)
#define NEED_SOME_USB (-3) /* what unlocks the root is not plugged in: the last USB controller stays */

/* Told whole in a report, and in a guard line. */
#define NEED_TEXT_LEN (REPORT_TEXT_LEN - 6)

/* Found by the host tool (src/host/storage/needs.c). Those of the boot come first, and of them the root's. */
struct need {
	enum reason reason; /* REASON_BOOT_DISK, REASON_IN_USE, or REASON_KEYBOARD: what else unlocks the root */
	int device;         /* index into the machine, or NEED_SOME_... */
	bool root;          /* / itself is on it */
	bool silent;        /* said only of a card that it refuses: not a line that a person could change */
	bool route;         /* a network card that has a route, no default one: whoever names just it may have it */
	char text[NEED_TEXT_LEN];
};

/* Whether a disk can be behind what has this class. */
bool class_is_storage(uint32_t class) _pure_;
/* The first need of this reason for a function of the card, or NULL. */
const struct need *need_of_card(const struct machine *m, const struct card *c, enum reason reason) _pure_;
/* Whether nobody knows what the need is for. */
bool need_is_unresolved(const struct need *n) _pure_;

#endif
