/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A generator, run for the images of a kernel. */
#ifndef EARLYBIND_GENERATOR_RUN_H
#define EARLYBIND_GENERATOR_RUN_H

#include "../kernels/generator.h"
#include "../lib/row.h"
#include "subprocess.h"

/* Where programs are run, and who is told of it. */
struct runner {
	const struct sysroot *root;
	int exclusive; /* the fd of the one lock: a program that outlives us is to hold it on */
	struct signals signals;
	struct rows rows;                /* what there is to say until now */
	void (*tell)(struct rows *rows); /* says it, and takes it away: before a program, which has its own output */
	char progress[320];              /* what stands before the next line; "" after that */
};

/* A line after its progress. */
void runner_line(struct runner *r, const char *text);
/*
 * Runs the generator for one kernel. The result of subprocess_run(); -ENODATA: what its arguments need (a preset, a
 * kernel file) is not there, of which the rows tell.
 */
int generator_run(struct runner *r, const struct generator *g, const char *release,
		  const struct image_files *images) _must_check_;
/* What has to follow a new image: copies on other file systems. 0, or what failed, of which the rows tell. */
int generator_after(struct runner *r) _must_check_;

#endif
