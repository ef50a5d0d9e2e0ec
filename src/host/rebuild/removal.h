/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the scripts of packages do about images once earlybind is gone: told beforehand, by who can look into them. */
#ifndef EARLYBIND_REMOVAL_H
#define EARLYBIND_REMOVAL_H

#include "../../sys/sysroot.h"
#include "../lib/row.h"

#define REMOVAL_FILE "run/earlybind/removal"

/*
 * Writes that file: "earlybind-removal 1", then a line for each image that holds a plan: RELEASE PATH COMMAND
 * [ARGUMENT...], the command being of the program that made the image; those of one command follow one another. Then
 * lines "- - COMMAND [ARGUMENT...]" of what has to follow. Fields are escaped as FILE of the plan. Where no image holds
 * a plan there is no such file afterwards. The rows warn of images that hold one and that nothing here rebuilds. 0 or
 * -errno.
 */
int removal_write(const struct sysroot *r, struct rows *rows) _must_check_;

#endif
