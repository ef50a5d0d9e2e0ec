/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What parses as a trial prints as the same bytes, of version 1 as what parses again: there is one spelling. */
#include "compat.h"

#include "replay.h"
#include "trial.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1), again[TRIAL_TEXT_LEN];
	struct trial t;

	if (!text)
		return 0;
	if (len)
		memcpy(text, data, len);
	text[len] = '\0';
	if (trial_parse(text, len, &t) == 0) {
		trial_print(&t, again);
		if (t.any_lock ? trial_parse(again, strlen(again), &t) != 0
			       : strlen(again) != len || memcmp(again, data, len) != 0)
			abort();
	}
	free(text);
	return 0;
}
