/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "array.h"
#include "plan_lines.h"

/*
 * plan = header kernel lock hash *module [ set ] *keep *guard *group end
 * lock = header [ set ] *keep *guard *group end
 * group = rule *( card 0*16function )      at least one but for an open card, which has none
 *
 * The fields of each line are the tables of plan_lines.c. Only what the printer writes is a plan: plan_parse() prints
 * it again, and it must give the same bytes.
 */
struct parser {
	struct plan *plan;
	struct plan_error *err;
	unsigned version;
	int last; /* the plan_line_id of the line before; -1 */
};

/* Whether this line (LINE_COUNT: the end) may stand here, and all that must come before it is there. */
static int check_order(const struct parser *ps, int next)
{
	const struct plan *p = ps->plan;

	if (ps->last >= 0 && next < LINE_COUNT &&
	    (plan_lines[next].rank < plan_lines[ps->last].rank || (next == ps->last && plan_lines[next].once)))
		return line_complain(ps->err, "the line stands in the wrong place, or twice");
	for (int i = ps->last + 1; i < next; i++)
		if (p->kind == KIND_PLAN && plan_lines[i].plan_only && plan_lines[i].once)
			return line_complain(ps->err, "no kernel, lock or hash line before it");
	if (next != LINE_FUNCTION && p->n_cards && !p->cards[p->n_cards - 1].n_functions &&
	    !p->cards[p->n_cards - 1].open)
		return line_complain(ps->err, "the card before has no function line");
	return 0;
}

/* The line that starts with this word, or LINE_COUNT. */
static int find_line(const char *word, enum plan_kind kind)
{
	int i;

	for (i = 0; i < LINE_COUNT; i++)
		if (!strcmp(plan_lines[i].record.keyword, word) && (kind == KIND_PLAN || !plan_lines[i].plan_only))
			break;
	return i;
}

static int parse_line(struct parser *ps, char *line)
{
	struct plan_function scratch = { 0 };
	const struct plan_line *l;
	const char *word, *wrong;
	struct fields fields;
	char *item;
	int id, ret;

	fields_start(&fields, line);
	word = field_next(&fields);
	id = word ? find_line(word, ps->plan->kind) : LINE_COUNT;
	if (id == LINE_COUNT)
		return line_complain(ps->err, "unknown line");
	ret = check_order(ps, id);
	if (ret)
		return ret;
	l = &plan_lines[id];
	item = (char *)ps->plan;
	if (l->array)
		item = array_grow(item + l->array, (size_t *)(void *)(item + l->count), l->size);
	else if (l->size)
		item = (char *)&scratch;
	if (!item)
		return -ENOMEM;
	ret = record_parse(&l->record, ps->version, &fields, item, ps->err);
	if (ret)
		return ret;
	wrong = l->check ? l->check(ps->plan, item) : NULL;
	ps->last = id;
	return wrong ? line_complain(ps->err, wrong) : 0;
}

/* end = "end " CRC32, the last line; *len becomes the length of what stands before. */
static int check_end(const char *text, size_t *len, struct plan_error *err)
{
	size_t before = *len - PLAN_END_BYTES;
	char end[PLAN_END_BYTES + 1];

	if (*len <= PLAN_END_BYTES || memcmp(text + before, "end ", 4))
		return line_complain(err, "it is truncated: no end line");
	snprintf(end, sizeof(end), "end %08x\n", (unsigned)crc32_of(text, before));
	if (memcmp(text + before, end, PLAN_END_BYTES))
		return line_complain(err, "it is damaged or was changed by hand: the CRC at its end does not fit");
	*len = before;
	return 0;
}

/* Header, end, then the lines between. */
static int parse_lines(struct parser *ps, const char *text, size_t len)
{
	char line[LINE_MAX_BYTES];
	const char *cursor = text;
	size_t left = len;
	unsigned version;
	int ret;

	ps->err->line = 1;
	ret = line_take(&cursor, &left, line, ps->err);
	if (ret <= 0)
		return ret ? ret : line_complain(ps->err, "it is empty");
	ret = line_header(line, ps->plan->kind == KIND_PLAN ? "plan" : "lock", ps->version, ps->version, &version,
			  ps->err);
	if (ret)
		return ret;
	ps->err->line = 0;
	ret = check_end(text, &len, ps->err);
	if (ret)
		return ret;
	left = len - (size_t)(cursor - text);
	ps->err->line = 1;
	for (;;) {
		ps->err->line++;
		ret = line_take(&cursor, &left, line, ps->err);
		if (ret <= 0)
			return ret ? ret : check_order(ps, LINE_COUNT);
		ret = parse_line(ps, line);
		if (ret)
			return ret;
	}
}

static int check_hash(struct plan *p, struct plan_error *err)
{
	uint64_t hash;
	int ret = plan_hash(p, &hash);

	if (ret == -EEXIST)
		return line_complain(err, "two rules have the same selector and id");
	if (ret == -ENOMEM)
		return ret;
	if (ret || (p->kind == KIND_PLAN && p->hash != hash))
		return line_complain(err, "the hash does not fit the rules and cards");
	p->hash = hash;
	if (p->kind == KIND_LOCK)
		p->lock = hash;
	return 0;
}

/* The rules come after the guards. */
static int check_guards(const struct plan *p, struct plan_error *err)
{
	for (size_t i = 0; i < p->n_guards; i++)
		if (p->guards[i].rule > p->n_rules)
			return line_complain(err, "a guard is of a rule that is not there");
	return 0;
}

int plan_parse_version(enum plan_kind kind, unsigned version, const char *text, size_t len, struct plan *out,
		       struct plan_error *err)
{
	struct parser ps = { .plan = out, .err = err, .version = version, .last = -1 };
	int ret;

	memset(out, 0, sizeof(*out));
	memset(err, 0, sizeof(*err));
	out->kind = kind;
	out->version = version;
	ret = parse_lines(&ps, text, len);
	if (!ret) {
		err->line = 0;
		ret = check_guards(out, err);
	}
	if (!ret)
		ret = check_hash(out, err);
	if (ret)
		plan_free(out);
	return ret;
}

int plan_load(enum plan_kind kind, const char *text, size_t len, struct plan *out, struct plan_error *err)
{
	return plan_parse_version(kind, PLAN_VERSION, text, len, out, err);
}
