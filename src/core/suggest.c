/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "suggest.h"

#define WORD_MAX 24

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* How many letters to insert, leave out, change or exchange with their neighbour (optimal string alignment). */
static unsigned distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned d[WORD_MAX + 1][WORD_MAX + 1];

	for (size_t i = 0; i <= a_len; i++)
		d[i][0] = (unsigned)i;
	for (size_t j = 0; j <= b_len; j++)
		d[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a_len; i++) {
		for (size_t j = 1; j <= b_len; j++) {
			unsigned best = d[i - 1][j - 1] + (lower(a[i - 1]) != b[j - 1]);

			if (d[i - 1][j] + 1 < best)
				best = d[i - 1][j] + 1;
			if (d[i][j - 1] + 1 < best)
				best = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && lower(a[i - 1]) == b[j - 2] && lower(a[i - 2]) == b[j - 1] &&
			    d[i - 2][j - 2] + 1 < best)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	}
	return d[a_len][b_len];
}

char *suggest(const char *word, size_t len, const void *rows, size_t n, size_t stride, char buf[SUGGEST_LEN])
{
	const char *nearest = NULL;
	unsigned least = len > 4 ? 3 : 2; /* one slip in a short word, two in a longer one */

	if (len > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		const char *name;
		unsigned d;

		memcpy(&name, (const char *)rows + i * stride, sizeof(name));
		if (!name || strlen(name) > WORD_MAX)
			continue;
		d = distance(word, len, name, strlen(name));
		if (d < least && d < strlen(name) - 1) {
			least = d;
			nearest = name;
		}
	}
	if (!nearest)
		return NULL;
	snprintf(buf, SUGGEST_LEN, least ? "did you mean `%s`?" : "keywords are lower case: write `%s`", nearest);
	return buf;
}
