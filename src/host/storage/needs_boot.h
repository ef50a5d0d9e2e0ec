/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the boot needs: by the words and lines of the refs, and by what is mounted that it cannot do without. */
#ifndef EARLYBIND_NEEDS_BOOT_H
#define EARLYBIND_NEEDS_BOOT_H

#include "needs_list.h"

/* All of it: adds the refs of the running command line, and of the firmware. 0 or -ENOMEM. */
int needs_boot_find(struct needs_list *list) _must_check_;
/* What the refs ask for, those of the root first. 0 or -ENOMEM. */
int needs_boot_files(struct needs_list *list) _must_check_;
/* What else unlocks an encrypted root: tokens, the network. After needs_boot_find(). 0 or -ENOMEM. */
int needs_boot_unlocking(struct needs_list *list) _must_check_;

#endif
