/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The folder usr/lib/earlybind of an image while a generator puts the image together. */
#ifndef EARLYBIND_DESTDIR_H
#define EARLYBIND_DESTDIR_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"

#define DESTDIR_FOLDER "usr/lib/earlybind"
#define DESTDIR_WHY_LEN 160

struct staged_file {
	char name[88]; /* below the folder: "plan", "modules/vfio-pci.ko" */
	char *data;    /* owned */
	size_t len;
	mode_t mode;
};

/*
 * Makes DESTDIR/usr/lib/earlybind hold these files and nothing that an earlier fill left there; n 0: takes it away. A
 * link inside DESTDIR means what it will mean in the image, and never leads out of it. 0 or -errno: then nothing of
 * ours is left in DESTDIR, and *why names file and error. -EINVAL: DESTDIR is `root` itself, nothing was touched.
 */
int destdir_fill(const char *destdir, const struct sysroot *root, const struct staged_file *files, size_t n,
		 char why[DESTDIR_WHY_LEN]) _must_check_;

#endif
