/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "open_card.h"

#include "../../core/find.h"
#include "../../core/need.h"
#include "../../core/note.h"

/* What the boot could need it for; NULL: nothing, or what the image build has asked. */
static const char *kind_of(const struct plan_card *open, const struct device *here, bool disks_asked)
{
	uint32_t class = here ? here->identity.class : open->identity.class;

	if (class_sub(class) == CLASS_USB)
		return "a USB controller, which keyboards and disks are behind";
	if (class_base(class) == CLASS_NETWORK)
		return "a network card";
	return class_is_storage(class) && !disks_asked ? "a storage controller" : NULL;
}

static bool is_refused(const struct plan *p, const struct machine *m, const struct found *found)
{
	for (size_t i = 0; i < p->n_guards; i++)
		if (guard_covers(&p->guards[i], m, found->card.main))
			return true;
	return false;
}

static int note_card(const struct config *config, struct composition *c, const struct plan_index *index, size_t card,
		     bool disks_asked)
{
	const struct plan_card *open = &c->plan.cards[card];
	const struct rule *rule = rule_find(config->rules, config->n_rules, plan_rule(&c->plan, open->rule));
	char selector[SELECTOR_LEN];
	struct found found;
	const char *kind;

	find_card(index, card, &found);
	kind = kind_of(open, found.reason == REASON_NONE ? card_main(&found.card) : NULL, disks_asked);
	if (!kind || !rule || (found.reason == REASON_NONE && is_refused(&c->plan, index->machine, &found)))
		return 0;
	return note_add_about(&c->notes, &c->n_notes, REASON_NOT_ACCEPTED, rule->number, NULL,
			      "bind %s: %s, and nothing has asked whether the boot needs it",
			      selector_print(&rule->selector, selector), kind);
}

int open_cards_note(struct next_boot *boot)
{
	struct composition *c = &boot->composition;
	struct plan_index index _cleanup_(plan_index_free) = { 0 };
	int error = plan_index_make(&index, &c->plan, &boot->machine);

	for (size_t i = 0; i < c->plan.n_cards && !error; i++)
		if (c->plan.cards[i].open)
			error = note_card(&boot->config, c, &index, i, boot->disks_asked);
	return error;
}
