/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "plan_lines.h"

/* A rule line, then its card lines, each followed by its function lines. */
static void print_group(const struct plan *p, const struct rule *r, unsigned version, struct text *out)
{
	record_print(&plan_lines[LINE_RULE].record, r, version, out);
	for (size_t i = 0; i < p->n_cards; i++) {
		const struct plan_card *c = &p->cards[i];

		if (c->rule != r->number)
			continue;
		record_print(&plan_lines[LINE_CARD].record, c, version, out);
		for (unsigned f = 0; f < c->n_functions; f++)
			record_print(&plan_lines[LINE_FUNCTION].record, &c->functions[f], version, out);
	}
}

/* Where a rule stands in the order that the hash takes. */
struct place {
	char key[SELECTOR_LEN + 1 + ID_LEN];
	const struct rule *rule;
};

static int place_compare(const void *a, const void *b)
{
	return strcmp(((const struct place *)a)->key, ((const struct place *)b)->key);
}

static struct place *sorted_rules(const struct plan *p)
{
	struct place *places = calloc(p->n_rules + 1, sizeof(*places));

	for (size_t i = 0; places && i < p->n_rules; i++) {
		const struct rule *r = &p->rules[i];
		char selector[SELECTOR_LEN], id[ID_LEN] = "-";

		if (r->has_id)
			id_print(&r->id, id);
		snprintf(places[i].key, sizeof(places[i].key), "%s %s", selector_print(&r->selector, selector), id);
		places[i].rule = r;
	}
	if (places)
		qsort(places, p->n_rules, sizeof(*places), place_compare);
	return places;
}

int plan_hash(const struct plan *p, uint64_t *out)
{
	struct place *places = sorted_rules(p);
	struct text text = { 0 };
	int ret = places ? 0 : -ENOMEM;

	for (size_t i = 0; !ret && i < p->n_rules; i++) {
		if (i && !place_compare(&places[i - 1], &places[i]))
			ret = -EEXIST;
		print_group(p, places[i].rule, RECORD_OF_HASH, &text);
	}
	if (!ret)
		ret = text.error;
	if (!ret)
		*out = fnv1a64(FNV1A64_START, text.data, text.len);
	text_free(&text);
	free(places);
	return ret;
}

/* The lines that stand before the rules, in the order of their table. */
static void print_head(const struct plan *p, unsigned version, struct text *out)
{
	for (const struct plan_line *l = plan_lines; l < &plan_lines[LINE_RULE]; l++) {
		const char *items = (const char *)p;
		size_t count = 1;

		if (l->array) {
			memcpy(&items, items + l->array, sizeof(items));
			memcpy(&count, (const char *)p + l->count, sizeof(count));
		}
		if ((l->plan_only && p->kind != KIND_PLAN) || (l == &plan_lines[LINE_SET] && !p->timeout))
			continue;
		for (; count; count--, items += l->size)
			record_print(&l->record, items, version, out);
	}
}

/* Whether rules, cards and guards belong together as the parser will ask for it. */
static bool plan_in_order(const struct plan *p)
{
	for (size_t i = 0; i < p->n_rules; i++)
		if (p->rules[i].number != i + 1)
			return false;
	for (size_t i = 0; i < p->n_cards; i++) {
		const struct plan_card *c = &p->cards[i];

		if (!c->rule || c->rule > p->n_rules || !c->n_functions != c->open || c->n_functions > CARD_FUNCTIONS)
			return false;
	}
	for (size_t i = 0; i < p->n_guards; i++)
		if (p->guards[i].rule > p->n_rules)
			return false;
	return true;
}

int plan_print_version(const struct plan *p, unsigned version, struct text *out)
{
	struct plan head = *p;
	size_t start = out->len;
	int ret = plan_in_order(p) ? plan_hash(p, &head.hash) : -EINVAL;

	if (ret)
		return ret;
	text_addf(out, "%s%u\n", plan_header(p->kind), version);
	print_head(&head, version, out);
	for (size_t i = 0; i < p->n_rules; i++)
		print_group(p, &p->rules[i], version, out);
	if (!out->error)
		text_addf(out, "end %08x\n", (unsigned)crc32_of(out->data + start, out->len - start));
	return out->error;
}

int plan_print(const struct plan *p, struct text *out)
{
	return plan_print_version(p, PLAN_VERSION, out);
}
