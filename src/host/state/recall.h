/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine, and what the report of its boot knows of it that cannot be seen any more. */
#ifndef EARLYBIND_RECALL_H
#define EARLYBIND_RECALL_H

#include "../../core/device.h"
#include "../../sys/sysroot.h"

/* As machine_read(), with the boot display that the boot program saw where nothing else proves one. */
int recall_machine(const struct sysroot *root, struct machine *out) _must_check_;

#endif
