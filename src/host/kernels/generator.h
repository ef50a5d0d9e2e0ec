/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The programs that make images, and which of them this root's kernel installations use. */
#ifndef EARLYBIND_GENERATOR_H
#define EARLYBIND_GENERATOR_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"
#include "images.h"

#define GENERATOR_ARGS 6
#define GENERATOR_WHY_LEN 1400

struct generator {
	const char *name;    /* of its package */
	const char *command; /* found by command_find() */
	const char *needs;   /* a file that a removed package does not leave; NULL: the command alone tells */
	const char *sign;    /* where this is, kernel installations use it; or NULL */
	const char *hook;    /* the same of a hook of pacman; or NULL */
	bool in_place;       /* some version of it writes over the old image */
	bool by_preset;      /* which images it makes, the preset says */
	/*
	 * Its arguments for one kernel: %k the release, %i "/" and the path of its image, %p its preset, %v its kernel
	 * file; with %i it is run for each image. For a kernel without an image; for an image that is a UKI, or a
	 * fallback for any machine. Empty: as for one.
	 */
	const char *one[GENERATOR_ARGS];
	const char *fresh[GENERATOR_ARGS];
	const char *uki[GENERATOR_ARGS];
	const char *fallback[GENERATOR_ARGS];
};

/*
 * The one to run for a kernel with these images: the one that made them, since another one would be set up for another
 * boot. *why: what was chosen from, if there was a choice, else "". NULL: *why says why it cannot be told; or there is
 * none, *why is "".
 */
const struct generator *generator_choose(const struct sysroot *r, const struct image_files *images,
					 char why[GENERATOR_WHY_LEN]);
/*
 * The one to run after it, NULL: none. Debian's systemd-boot has kernel-install copy to the ESP what another one made
 * in /boot: images of both are there.
 */
const struct generator *generator_second(const struct sysroot *r, const struct generator *g,
					 const struct image_files *images);
/* The names of all, for a person. */
void generator_names(char *text, size_t size);

#endif
