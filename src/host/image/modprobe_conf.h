/* SPDX-License-Identifier: GPL-2.0-or-later */
/* modprobe.d of the root, as one file that libkmod can open: by itself it would follow links out of a tree. */
#ifndef EARLYBIND_MODPROBE_CONF_H
#define EARLYBIND_MODPROBE_CONF_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"

/* A new file in memory with the lines of all files, in the order in which modprobe reads them; its fd, or -errno. */
int modprobe_conf_open(const struct sysroot *r) _must_check_;

#endif
