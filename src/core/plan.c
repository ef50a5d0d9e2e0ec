/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "array.h"
#include "plan.h"

void plan_free(struct plan *p)
{
	for (size_t i = 0; i < p->n_modules; i++)
		free(p->modules[i].params);
	for (size_t i = 0; i < p->n_guards; i++)
		free(p->guards[i].text);
	for (size_t i = 0; i < p->n_rules; i++)
		rule_free(&p->rules[i]);
	free(p->modules);
	free(p->keeps);
	free(p->guards);
	free(p->rules);
	free(p->cards);
	memset(p, 0, sizeof(*p));
}

int plan_add_module(struct plan *p, const struct plan_module *m)
{
	return array_add(&p->modules, &p->n_modules, m, sizeof(*m));
}

int plan_add_keep(struct plan *p, const struct selector *s)
{
	return array_add(&p->keeps, &p->n_keeps, s, sizeof(*s));
}

int plan_add_guard(struct plan *p, const struct plan_guard *g)
{
	return array_add(&p->guards, &p->n_guards, g, sizeof(*g));
}

int plan_copy_guard(struct plan *p, struct plan_guard guard, const char *text)
{
	guard.text = strdup(text);
	if (guard.text && plan_add_guard(p, &guard) == 0)
		return 0;
	free(guard.text);
	return -ENOMEM;
}

int plan_add_rule(struct plan *p, const struct rule *r)
{
	return array_add(&p->rules, &p->n_rules, r, sizeof(*r));
}

int plan_add_card(struct plan *p, const struct plan_card *c)
{
	return array_add(&p->cards, &p->n_cards, c, sizeof(*c));
}

const struct rule *plan_rule(const struct plan *p, unsigned number)
{
	/* They are numbered from 1 in their order, but for those that a test made. */
	if (number && number <= p->n_rules && p->rules[number - 1].number == number)
		return &p->rules[number - 1];
	for (size_t i = 0; i < p->n_rules; i++)
		if (p->rules[i].number == number)
			return &p->rules[i];
	return NULL;
}

bool rule_is_complete(const struct rule *r)
{
	return r->has_id && r->selector.kind == SELECTOR_PATH;
}

static uint16_t known(uint32_t part)
{
	return part == ID_ANY ? 0 : (uint16_t)part;
}

struct plan_card plan_open_card(const struct rule *r)
{
	const struct id *id = &r->id;

	return (struct plan_card){ .rule = r->number,
				   .root = { .domain = r->selector.address.domain, .bus = r->selector.address.bus },
				   .path = r->selector.path,
				   .open = true,
				   .id = *id,
				   .identity = { known(id->vendor), known(id->device), known(id->subvendor),
						 known(id->subdevice), id->class & id->mask } };
}

bool plan_card_means(const struct plan_card *c, const struct identity *i)
{
	return c->open ? id_matches(&c->id, i) : identity_equal(&c->identity, i);
}
