/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trial.h"

#include "lines.h"

#define TRIAL_VERSION 2

/* " " and 16 digits; *s moves behind them. */
static int take_digits(const char **s, uint64_t *out)
{
	uint32_t high, low;

	if (*(*s)++ != ' ' || hex_take(s, 8, &high) || hex_take(s, 8, &low))
		return -EBADMSG;
	*out = (uint64_t)high << 32 | low;
	return 0;
}

int trial_parse(const char *text, size_t len, struct trial *out)
{
	char word[TRIAL_TEXT_LEN];
	size_t first = strcspn(text, " ");
	const char *s = text + first;
	unsigned version;

	memset(out, 0, sizeof(*out));
	if (len >= sizeof(word) || strlen(text) != len)
		return -EBADMSG;
	memcpy(word, text, first);
	word[first] = '\0';
	if (decimal_parse(word, &version))
		return -EBADMSG;
	if (!version || version > TRIAL_VERSION)
		return -EPROTONOSUPPORT;
	out->any_lock = version == 1;
	if ((!out->any_lock && take_digits(&s, &out->lock)) || take_digits(&s, &out->hash) || *s++ != ' ')
		return -EBADMSG;
	return out->hash && !decimal_parse(s, &out->attempts) ? 0 : -EBADMSG;
}

char *trial_print(const struct trial *t, char buf[TRIAL_TEXT_LEN])
{
	snprintf(buf, TRIAL_TEXT_LEN, "%d %08x%08x %08x%08x %u", TRIAL_VERSION, (unsigned)(t->lock >> 32),
		 (unsigned)t->lock, (unsigned)(t->hash >> 32), (unsigned)t->hash, t->attempts);
	return buf;
}

enum trial_state trial_state(const struct trial *t, uint64_t lock, uint64_t hash)
{
	if (!t->any_lock && t->lock != lock)
		return TRIAL_NONE;
	/* The configuration was edited since. Without a lock nothing tells that from another image. */
	if (t->hash != hash)
		return lock ? TRIAL_ON : TRIAL_NONE;
	return t->attempts < TRIAL_BOOTS ? TRIAL_ON : TRIAL_FAILED;
}

void trial_count(struct trial *t, uint64_t lock, uint64_t hash)
{
	t->attempts = t->hash == hash ? t->attempts + 1 : 1;
	t->hash = hash;
	t->lock = lock;
	t->any_lock = false;
}
