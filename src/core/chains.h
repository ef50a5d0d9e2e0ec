/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds items of an array by a hash: those in one bucket are a chain, in ascending order. What a chain has need not
 * have the hash: who walks it compares.
 */
#ifndef EARLYBIND_CHAINS_H
#define EARLYBIND_CHAINS_H

#include "compat.h"

struct chains {
	int *first; /* of each bucket; -1: none */
	int *next;  /* of each item */
	uint32_t mask;
};

/* For items 0 to n - 1. -ENOMEM. */
int chains_make(struct chains *c, size_t n) _must_check_;
void chains_free(struct chains *c);
/* Items are added from the last to the first. */
void chains_add(struct chains *c, int item, uint64_t hash);
/* The first item of the chain, -1: none. Chains that were never made are empty. */
int chains_first(const struct chains *c, uint64_t hash) _pure_;

#endif
