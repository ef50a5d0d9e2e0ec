/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trial.h"

#include "lines.h"

#define TRIAL_VERSION 1

int trial_parse(const char *text, size_t len, struct trial *out)
{
	char word[TRIAL_TEXT_LEN];
	size_t first = strcspn(text, " ");
	const char *s = text + first;
	uint32_t high, low;
	unsigned version;

	if (len >= sizeof(word) || strlen(text) != len)
		return -EBADMSG;
	memcpy(word, text, first);
	word[first] = '\0';
	if (decimal_parse(word, &version))
		return -EBADMSG;
	if (version != TRIAL_VERSION)
		return -EPROTONOSUPPORT;
	if (*s++ != ' ' || hex_take(&s, 8, &high) || hex_take(&s, 8, &low) || *s++ != ' ')
		return -EBADMSG;
	out->hash = (uint64_t)high << 32 | low;
	return out->hash && !decimal_parse(s, &out->attempts) ? 0 : -EBADMSG;
}

char *trial_print(const struct trial *t, char buf[TRIAL_TEXT_LEN])
{
	snprintf(buf, TRIAL_TEXT_LEN, "%d %08x%08x %u", TRIAL_VERSION, (unsigned)(t->hash >> 32), (unsigned)t->hash,
		 t->attempts);
	return buf;
}

enum trial_state trial_state(const struct trial *t, uint64_t hash)
{
	if (t->hash != hash)
		return TRIAL_NONE;
	return t->attempts < TRIAL_BOOTS ? TRIAL_ON : TRIAL_FAILED;
}
