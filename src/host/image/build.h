/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes into an image: the program, the plan, and the modules that the plan needs. Reads, but writes nothing. */
#ifndef EARLYBIND_BUILD_H
#define EARLYBIND_BUILD_H

#include "../../core/compat.h"
#include "../../core/plan.h"
#include "../../core/report.h"
#include "../../sys/sysroot.h"
#include "destdir.h"

#define IMAGE_WHY_LEN 320

struct image {
	struct staged_file *files;
	size_t n_files;
	uint64_t hash;             /* of the plan */
	struct report_note *notes; /* warnings: no-driver, ignored-ids, ... */
	size_t n_notes;
};

void image_free(struct image *i);
/*
 * Completes the plan (kernel, hash, modules) and collects the files; the same input gives the same bytes. 0 or -errno
 * with a whole sentence in *why. A driver that the kernel does not have is a note. A plan without rules is one for
 * `--base`: it gets the modules of all drivers.
 */
int image_make(const struct sysroot *root, const char *kernel, struct plan *plan, struct image *out,
	       char why[IMAGE_WHY_LEN]) _must_check_;

#endif
