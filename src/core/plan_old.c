/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the host tool alone does with what it reads: its spelling is looked at, and a lock may be of version 1, an
 * image's plan of any.
 */
#include "compat.h"

#include "plan_lines.h"

/* Whether it is written as the printer writes it. */
static int check_spelling(const struct plan *p, const char *text, size_t len, struct plan_error *err)
{
	struct text again _cleanup_(text_free) = { 0 };
	int ret = plan_print_version(p, p->version, &again);
	size_t same = 0;

	if (ret == -ENOMEM)
		return ret;
	if (!ret && again.len == len && !memcmp(again.data, text, len))
		return 0;
	for (err->line = 1; same < len && same < again.len && again.data[same] == text[same]; same++)
		err->line += text[same] == '\n';
	snprintf(err->text, sizeof(err->text), "the line is not spelled as earlybind spells it");
	return -EBADMSG;
}

static int parse_spelled(enum plan_kind kind, unsigned version, const char *text, size_t len, struct plan *out,
			 struct plan_error *err)
{
	int ret = plan_parse_version(kind, version, text, len, out, err);

	if (!ret)
		ret = check_spelling(out, text, len, err);
	if (ret)
		plan_free(out);
	return ret;
}

int plan_parse(enum plan_kind kind, const char *text, size_t len, struct plan *out, struct plan_error *err)
{
	return parse_spelled(kind, PLAN_VERSION, text, len, out, err);
}

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

bool plan_tells_kernel(const char *text, size_t len, char kernel[KERNEL_LEN])
{
	char line[LINE_MAX_BYTES];
	struct plan_error err;
	struct fields fields;
	const char *word;
	unsigned version;

	if (line_next(&text, &len, line) <= 0 || line_header(line, "plan", 1, UINT32_MAX, &version, &err) ||
	    line_next(&text, &len, line) <= 0)
		return false;
	fields_start(&fields, line);
	word = field_next(&fields);
	if (!word || strcmp(word, plan_lines[LINE_KERNEL].record.keyword) != 0)
		return false;
	word = field_next(&fields);
	return word && (size_t)snprintf(kernel, KERNEL_LEN, "%s", word) < KERNEL_LEN;
}

int lock_parse(const char *text, size_t len, struct plan *out, struct plan_error *err)
{
	struct plan_error old;
	int ret = plan_parse(KIND_LOCK, text, len, out, err);

	if (ret != -EPROTONOSUPPORT)
		return ret;
	ret = parse_spelled(KIND_LOCK, 1, text, len, out, &old);
	if (ret == -EPROTONOSUPPORT)
		return ret;
	*err = old;
	return ret ? ret : lock_upgrade(out, err);
}
