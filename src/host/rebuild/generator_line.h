/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line that makes an image, filled in for its kernel. */
#ifndef EARLYBIND_GENERATOR_LINE_H
#define EARLYBIND_GENERATOR_LINE_H

#include "../kernels/generator.h"
#include "../lib/command.h"
#include "../lib/row.h"

#define GENERATOR_ARG_BYTES 600

struct generator_line {
	char command[COMMAND_LEN]; /* as command_find() found it */
	char args[GENERATOR_ARGS][GENERATOR_ARG_BYTES];
	size_t n;
};

/* path: of the image below the root, "": there is none yet. -ENODATA: what an argument needs (a preset, a kernel file)
 * is not there, of which the rows tell. */
int generator_line_make(const struct sysroot *r, const struct generator *g, const char *release, const char *path,
			struct generator_line *out, struct rows *rows) _must_check_;
/* The next that has to follow new images, from *at on, which is 0 at first. False: no other. */
bool generator_line_after(const struct sysroot *r, size_t *at, struct generator_line *out) _must_check_;

#endif
