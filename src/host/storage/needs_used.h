/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host uses now, and the boot does not need. */
#ifndef EARLYBIND_NEEDS_USED_H
#define EARLYBIND_NEEDS_USED_H

#include "needs_list.h"

/* 0 or -ENOMEM. */
int needs_used_find(struct needs_list *list) _must_check_;

#endif
