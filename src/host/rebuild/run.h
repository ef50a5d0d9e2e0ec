/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Other programs, run in the root: on the running system as they are, in a tree after chroot() into it. */
#ifndef EARLYBIND_RUN_H
#define EARLYBIND_RUN_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"
#include "hold.h"

/*
 * Runs it with our output and waits. argv[0] is what command_find() found, the list ends in NULL. What is held back
 * from us ends the command: it is a process group of its own. Its exit status, 128 + the signal that ended it, or
 * -errno: -EINTR if something had come before.
 */
int command_run(const struct sysroot *r, const char *const *argv, struct hold *hold) _must_check_;

#endif
