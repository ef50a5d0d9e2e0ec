/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "chains.h"

int chains_make(struct chains *c, size_t n)
{
	size_t buckets = 1;

	while (buckets < n)
		buckets *= 2;
	c->first = malloc((buckets + n) * sizeof(*c->first));
	if (!c->first)
		return -ENOMEM;
	memset(c->first, 0xff, (buckets + n) * sizeof(*c->first));
	c->next = c->first + buckets;
	c->mask = (uint32_t)(buckets - 1);
	return 0;
}

void chains_free(struct chains *c)
{
	free(c->first);
	memset(c, 0, sizeof(*c));
}

static int *bucket(const struct chains *c, uint64_t hash)
{
	return &c->first[(uint32_t)(hash ^ hash >> 32) & c->mask];
}

void chains_add(struct chains *c, int item, uint64_t hash)
{
	int *first = bucket(c, hash);

	c->next[item] = *first;
	*first = item;
}

int chains_first(const struct chains *c, uint64_t hash)
{
	return c->first ? *bucket(c, hash) : -1;
}
