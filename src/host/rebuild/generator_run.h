/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A generator, run for the images of a kernel. */
#ifndef EARLYBIND_GENERATOR_RUN_H
#define EARLYBIND_GENERATOR_RUN_H

#include "../kernels/generator.h"
#include "subprocess.h"

/*
 * Runs it for one kernel. Says what it runs. The result of subprocess_run(); -ENOENT: what
 * its arguments need (a preset, a kernel file) is not there, which is said.
 */
int generator_run(const struct sysroot *r, const struct generator *g, const char *release,
		  const struct image_files *images, struct signals *signals) _must_check_;
/* What has to follow a new image: copies on other file systems. 0, or what failed, which is said. */
int generator_after(const struct sysroot *r, struct signals *signals) _must_check_;

#endif
