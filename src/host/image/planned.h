/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What configuration and lock of this root would put into an image now. */
#ifndef EARLYBIND_PLANNED_H
#define EARLYBIND_PLANNED_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"
#include "../lib/row.h"
#include "../state/next_boot.h"
#include "build.h"

/* What is wrong with the lock, and what an image made now would not bind. 0 or -ENOMEM. */
int planned_warnings(const struct sysroot *root, struct next_boot *boot, struct rows *rows) _must_check_;
/*
 * *why: for what reason images made now would not bind what the rules ask for, though nobody took these away: they
 * cannot be read or are all wrong, or the lock that says which cards they mean is missing or damaged. "": none.
 */
void planned_lost(const struct next_boot *boot, char why[IMAGE_WHY_LEN]);
/* A row for each note, with the place of its rule in the configuration. */
void planned_notes(const struct config *config, const struct report_note *notes, size_t n, struct rows *rows);
/*
 * The files for an image of this kernel, without a word; none where there is nothing to bind. Errors as image_make;
 * -ENODATA: planned_lost().
 */
int planned_image(const struct sysroot *root, const struct next_boot *boot, const char *kernel, struct image *out,
		  char why[IMAGE_WHY_LEN]) _must_check_;

#endif
