/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Locks of version 1, for the host tool: what boots is made by the program that reads it. */
#include "compat.h"

#include "plan_lines.h"

/* text = ( "lock" | "image" ) [ " " TEXT ] */
static bool guard_upgrade(struct plan_guard *g)
{
	size_t word = strcspn(g->text, " ");

	if (word == 5 && !strncmp(g->text, "image", 5))
		g->origin = GUARD_OF_IMAGE;
	else if (word != 4 || strncmp(g->text, "lock", 4) != 0)
		return false;
	word += g->text[word] == ' ';
	memmove(g->text, g->text + word, strlen(g->text + word) + 1);
	return true;
}

static int lock_upgrade(struct plan *p, struct plan_error *err)
{
	for (size_t i = 0; i < p->n_guards; i++) {
		if (guard_upgrade(&p->guards[i]))
			continue;
		err->line = 0;
		snprintf(err->text, sizeof(err->text), "TEXT of a guard does not start with lock or image");
		plan_free(p);
		return -EBADMSG;
	}
	return 0;
}

bool plan_is_old(const struct plan *p)
{
	return p->version && p->version < PLAN_VERSION;
}

int lock_parse(const char *text, size_t len, struct plan *out, struct plan_error *err)
{
	struct plan_error old;
	int ret = plan_parse(KIND_LOCK, text, len, out, err);

	if (ret != -EPROTONOSUPPORT)
		return ret;
	ret = plan_parse_version(KIND_LOCK, 1, text, len, out, &old);
	if (ret == -EPROTONOSUPPORT)
		return ret;
	*err = old;
	return ret ? ret : lock_upgrade(out, err);
}
