/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "rule.h"

const char *const allow_words[] = { "display", "keyboard", "in-use", NULL };

void rule_free(struct rule *r)
{
	free(r->file);
	r->file = NULL;
}

bool rule_same(const struct rule *a, const struct rule *b)
{
	return selector_equal(&a->selector, &b->selector) && a->has_id == b->has_id &&
	       (!a->has_id || id_equal(&a->id, &b->id));
}

const struct rule *rule_find(const struct rule *rules, size_t n, const struct rule *like)
{
	for (size_t i = 0; i < n; i++)
		if (rule_same(&rules[i], like))
			return &rules[i];
	return NULL;
}

const char *rule_driver_next(const char *list, char driver[DRIVER_LEN])
{
	size_t len = strcspn(list, ",");

	if (!len)
		return NULL;
	snprintf(driver, DRIVER_LEN, "%.*s", (int)len, list);
	return list + len + (list[len] == ',');
}
