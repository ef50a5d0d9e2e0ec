/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random histories: EARLYBIND_HISTORIES of them, from the seed EARLYBIND_SEED on; a seed and 1 try one again. */
#ifndef EARLYBIND_HISTORIES_H
#define EARLYBIND_HISTORIES_H

#include "unit.h"

#define HISTORIES 10000

static unsigned long seed; /* of the history that is tried */

/* What the environment says, in decimal. */
static inline unsigned long number(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoul(text, NULL, 10) : otherwise;
}

/* How many histories; the sanitizers make each ten times as slow. */
static inline unsigned long histories(void)
{
	unsigned long n = number("EARLYBIND_HISTORIES", HISTORIES);

#ifdef __SANITIZE_ADDRESS__
	n = n > 10 ? n / 10 : n;
#endif
	return n;
}

/* How many tests failed, and how to try again what did. */
static inline int failed_at_seed(int failed)
{
	if (failed)
		print_error("failed at seed %lu: EARLYBIND_SEED=%lu EARLYBIND_HISTORIES=1 tries it alone\n", seed,
			    seed);
	return failed;
}

#endif
