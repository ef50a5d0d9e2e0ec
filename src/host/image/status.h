/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The images of kernels, each with what is wrong with it: what `regenerate` and `status` say. */
#ifndef EARLYBIND_STATUS_H
#define EARLYBIND_STATUS_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"
#include "../kernels/entries.h"
#include "../kernels/images.h"
#include "../kernels/renewer.h"
#include "../state/next_boot.h"
#include "../lib/row.h"
#include "addons.h"
#include "verify.h"

struct status_image {
	char *path;   /* owned; of the image, below the root */
	char *kernel; /* owned */
	struct verified is;
	const struct entry *entry; /* that boots it, of struct status; NULL: none that is known */
	bool others;               /* no generator that is known writes it */
	char renewer[RENEWER_LEN]; /* the command line that renews it then; "": nobody knows */
};

struct status {
	struct status_image *items;
	size_t n;
	struct addons addons; /* of all kernels, in the folders of the images */
	bool elsewhere;       /* no program that makes images is installed here */
	struct entries entries;
	struct image_pairs pairs;
	char unknown[ENTRIES_WHY_LEN]; /* of status_end(): why nothing tells which image boots; "": it is told */
};

/*
 * Verifies all images of one kernel, and the archives of `earlybind image --cpio` for it that stand in their folders or
 * in /boot: beside one an image that is made elsewhere needs no plan of its own. What they should hold may not be known
 * (a kernel with a broken index of modules): then they are IMAGE_UNKNOWN for that reason, or damaged. rows: gets what
 * is wrong with what they should hold; or NULL. 0 or -ENOMEM.
 */
int status_of_kernel(const struct sysroot *root, const struct next_boot *boot, const char *kernel, struct rows *rows,
		     struct status *out) _must_check_;
/* Verifies all images of all kernels of the root. 0 or -ENOMEM. */
int status_of_all(const struct sysroot *root, const struct next_boot *boot, struct status *out) _must_check_;
/*
 * After the kernels: what boot entries of this installation start of other kernels, whose modules are gone, and whether
 * it can be told which image boots. 0 or -ENOMEM.
 */
int status_end(const struct sysroot *root, const struct next_boot *boot, struct status *out) _must_check_;
void status_free(struct status *l);
/* Whether all of them are current. */
bool status_is_current(const struct status *l) _pure_;
/* A line for the image, and one for each thing that is wrong with it. */
void status_tell(const struct status_image *l, enum row_level level, struct rows *rows);
/* The next step for an archive of `earlybind image --cpio` that is stale. Whether this is one. */
bool status_next_extra(const struct status_image *l, struct rows *rows);
/* The next step where an image is not current, if there is one that helps. */
void status_next(const struct status *l, struct rows *rows);
/* Whether none has to be made anew as far as can be told, and of some that cannot be told. */
bool status_is_hidden(const struct status *l) _pure_;
/* The lines of those that are not current. Whether `earlybind regenerate` is a next step for one. */
bool status_tell_stale(const struct status *l, struct rows *rows);
/* Warnings of the images of a kernel that nobody makes any more. */
void status_tell_left(const struct image_files *files, struct rows *rows);
/* Whether boot entries, or the file system that has them, cannot be read. */
bool status_is_unread(const struct status *l) _pure_;
/* A warning where nothing tells which image boots. */
void status_warn(const struct status *l, struct rows *rows);
/* A line for each boot entry whose initrds were not looked at. */
void status_tell_entries(const struct status *l, struct rows *rows);
/*
 * Lists `images`, of which what is wrong with one is rows, with the next step; and where there are any
 * `entries` and `warnings`.
 */
void status_json(const struct status *l, struct json *j);

#endif
