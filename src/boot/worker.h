/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EARLYBIND_WORKER_H
#define EARLYBIND_WORKER_H

#include "../core/compat.h"
#include "../sys/sysroot.h"

/* Reads the plan, decides, loads modules, binds; tells each step to the pipe. With `dry` it decides and tells alone. */
void worker_run(const struct sysroot *r, int pipe_fd, bool dry);

#endif
