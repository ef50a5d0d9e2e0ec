/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one lock of all commands that write configuration, lock, images or EFI variables: /run/earlybind/lock, which only
 * the user can open who runs them. Two at once would take each other's files for the old ones.
 */
#ifndef EARLYBIND_EXCLUSIVE_H
#define EARLYBIND_EXCLUSIVE_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"

#define EXCLUSIVE_FILE "run/earlybind/lock"
#define EXCLUSIVE_WHY_LEN 160
#define EXCLUSIVE_HOLDER_LEN 64

/*
 * Opens the file, which is made where it is missing: an fd, or -errno and *why. It is closed in programs that are run:
 * a child that has to go on holding the lock when we are gone clears FD_CLOEXEC before it becomes one.
 */
int exclusive_open(const struct sysroot *r, char why[EXCLUSIVE_WHY_LEN]) _must_check_;
/* 0: it is ours until we close it, or, where we are killed, until the last copy of the fd is closed, those of children;
 * -EWOULDBLOCK: another's; -errno. */
int exclusive_try(int fd) _must_check_;
/* Whoever has a copy of the fd has no lock then: a daemon that a generator started. */
void exclusive_close(int fd);
/* Who has it, as this machine knows processes: "PID NAME", or in words. NAME is what that process calls itself. */
const char *exclusive_holder(int fd, char buf[EXCLUSIVE_HOLDER_LEN]);

#endif
