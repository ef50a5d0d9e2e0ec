/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stand-alone archive for hosts whose own initrd is fixed: the kernel unpacks it beside that. */
#ifndef EARLYBIND_ADDON_H
#define EARLYBIND_ADDON_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"
#include "destdir.h"

#define EXTRA_UNIT "usr/lib/systemd/system/earlybind.service"

/*
 * Makes `file` a cpio archive (newc, without times: the same files give the same bytes) of these files below
 * usr/lib/earlybind, and of the unit for systemd initrds if `root` has it; n 0: an archive of nothing. *unit: whether
 * the unit is in it. Written aside and renamed. 0 or -errno with *why.
 */
int addon_write(const char *file, const struct sysroot *root, const struct staged_file *files, size_t n, bool *unit,
		char why[DESTDIR_WHY_LEN]) _must_check_;

#endif
