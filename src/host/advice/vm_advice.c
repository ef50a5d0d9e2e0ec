/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What starting a virtual machine would take from the host: its definition names a function that no boot of this plan
 * binds. Whether the plan has it, whether accept would lock it and what a boot then binds is asked of core; nothing is
 * compared here but addresses, which is all that a definition has.
 */
#include "../../core/guard.h"
#include "advice_run.h"
#include "proposal.h"

/* One function that a definition names. */
struct named {
	struct adviser *a;
	const struct vm_address *vm;
	int device;
	struct card card;                /* the card that it is in, or itself */
	const struct decision *decision; /* the plan's of it, or NULL */
	const struct rule *rule;         /* else the first of the configuration that selects it, or NULL */
};

static bool names(const struct vm_address *vm, const struct address *a)
{
	return vm->whole ? address_same_slot(&vm->address, a) : address_compare(&vm->address, a) == 0;
}

static const char *print_vm(const struct vm_address *vm, char buf[ADDRESS_LEN])
{
	address_print(&vm->address, buf);
	if (vm->whole)
		buf[strlen(buf) - 2] = '\0'; /* its function */
	return buf;
}

const struct decision *decision_of(const struct decisions *all, int device)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->items[i].device == device)
			return &all->items[i];
	return NULL;
}

struct row *vm_row(struct adviser *a, const char *file, const struct address *address, enum reason reason)
{
	struct row *row = row_add(a->out, ROW_VM, address);

	if (!row)
		return NULL;
	row->reason = reason;
	snprintf(row->file, sizeof(row->file), "/%s", file);
	return row;
}

/* As a rule of its own would name it. */
static struct selector own_selector(const struct named *n)
{
	struct selector s = { .kind = SELECTOR_SLOT,
			      .address = card_main(&n->card)->address,
			      .whole = !n->card.single };

	if (s.whole)
		s.address.fn = 0;
	return s;
}

/* --- What the plan does with it */

/* Whether a function of the locked card had this address when it was locked. */
static bool was_at(const struct plan_card *card, const struct vm_address *vm)
{
	if (!card->has_address || (!card->path.slot && !names(vm, &card->address)))
		return false;
	if (!address_same_slot(&card->address, &vm->address) || vm->whole)
		return address_same_slot(&card->address, &vm->address);
	for (unsigned k = 0; k < card->n_functions; k++) {
		const struct path *path = &card->functions[k].path;

		if (path->hops && (path->hop[path->hops - 1] & 7) == vm->address.fn)
			return true;
	}
	return false;
}

/* The decision of the main function of the card that was locked at this address; NULL: none was. */
static const struct decision *locked_at(const struct adviser *a, const struct vm_address *vm)
{
	for (size_t i = 0; i < a->decisions->n; i++) {
		const struct decision *d = &a->decisions->items[i];

		if (d->main && d->card < a->plan->n_cards && was_at(&a->plan->cards[d->card], vm))
			return d;
	}
	return NULL;
}

/* It is found where it was not locked: the definition names another device now, or none. */
static int say_moved(struct adviser *a, const struct vm_address *vm, const struct address *now)
{
	char is[ADDRESS_LEN], to[ADDRESS_LEN];

	return row_say(vm_row(a, vm->file, &vm->address, REASON_MOVED),
		       "/%s names %s, and the card that was locked there is at %s now. Change the definition before "
		       "it is started",
		       vm->file, print_vm(vm, is), address_print(now, to));
}

/* Refused in a way that another finding tells of, or that is a person's wish for this boot: no VM does harm by it. */
static bool is_harmless(enum reason reason)
{
	static const reason_set set = REASON_BIT(REASON_OFF) | REASON_BIT(REASON_SKIPPED) | REASON_BIT(REASON_KDUMP) |
				      REASON_BIT(REASON_STOOD_DOWN) | REASON_BIT(REASON_CLAIM) |
				      REASON_BIT(REASON_NO_IOMMU);

	return set & REASON_BIT(reason);
}

/* Of the function and its rule, with `earlybind COMMAND SELECTOR` as the next step. */
static struct row *add_named(const struct named *n, enum reason reason, const char *command, const struct selector *s)
{
	struct row *row = vm_row(n->a, n->vm->file, &n->a->machine->devices[n->device].address, reason);
	char selector[SELECTOR_LEN];

	if (row && n->rule)
		row->rule = n->rule->number;
	row_set_next(row, "%s %s", command, selector_print(s, selector));
	return row;
}

static int say_stays(const struct named *n, enum reason reason, const char *why)
{
	const struct device *d = &n->a->machine->devices[n->device];
	char address[ADDRESS_LEN], identity[IDENTITY_LEN];
	struct selector s = own_selector(n);

	return row_say(add_named(n, reason, "explain", &s),
		       "/%s names %s [%.9s], which is no locked card: it stays with the host%s%s (%s). Starting the "
		       "machine takes it away",
		       n->vm->file, address_print(&d->address, address), identity_print(&d->identity, identity),
		       reason ? ", " : "", reason ? reason_word(reason) : "", *why ? why : reason_meaning(reason));
}

/* --- What a person can do about one that the plan does not have */

/* Whether the card is the plan's, whatever keeps one boot from binding it. */
static bool is_reserved(const struct decision *d)
{
	return d->bind || is_harmless(d->reason);
}

/* A flag a device. NULL: no memory. */
static bool *reserved(const struct machine *m, const struct decisions *all)
{
	bool *flags = calloc(m->n + 1, sizeof(*flags));

	for (size_t i = 0; flags && i < all->n; i++)
		if (all->items[i].device >= 0 && is_reserved(&all->items[i]))
			flags[all->items[i].device] = true;
	return flags;
}

/* Whether a boot with that lock binds this device, what was the plan's before, and else only the rest of its card. */
static bool binds_just_this(const struct named *n, const struct proposal *p)
{
	const struct machine *m = n->a->machine;
	const struct decision *own = decision_of(&p->boot.decisions, n->device);
	bool *was = reserved(m, n->a->decisions), *will = reserved(m, &p->boot.decisions);
	bool just = was && will && own && own->bind;

	for (int i = 0; i < (int)m->n && just; i++)
		just = was[i] == will[i] || (will[i] && card_has(&n->card, i));
	free(was);
	free(will);
	return just;
}

/* Why accept or the boot after it refuses the device. */
static void find_refusal(const struct named *n, const struct proposal *p, enum reason *reason,
			 char text[REPORT_TEXT_LEN])
{
	const struct decision *d = decision_of(&p->boot.decisions, n->device);

	*reason = d && !d->bind ? d->reason : REASON_NONE;
	snprintf(text, REPORT_TEXT_LEN, "%s", *reason ? d->line.text : "accept would change other cards with it");
	for (size_t i = 0; i < p->acceptance.n_lines; i++) {
		const struct accept_line *line = &p->acceptance.lines[i];

		if (!line->rule || !line->reason || line->reason == REASON_TWIN || !card_has(&line->card, n->device))
			continue;
		*reason = line->reason;
		snprintf(text, REPORT_TEXT_LEN, "%s", line->text);
	}
}

/* Accepting its rule, written already or not: the step, or why it is none. */
static int say_step(const struct named *n, const struct proposal *p, const char *command, const struct selector *s)
{
	const struct device *d = &n->a->machine->devices[n->device];
	char address[ADDRESS_LEN], identity[IDENTITY_LEN], selector[SELECTOR_LEN], why[REPORT_TEXT_LEN];
	enum reason reason;

	if (!binds_just_this(n, p)) {
		find_refusal(n, p, &reason, why);
		return is_harmless(reason) ? 0 : say_stays(n, reason, why);
	}
	return row_say(add_named(n, REASON_NOT_ACCEPTED, command, s),
		       "/%s names %s [%.9s], which is no locked card: if it is meant, `earlybind %s %s` locks it; if "
		       "not, change the definition",
		       n->vm->file, address_print(&d->address, address), identity_print(&d->identity, identity),
		       command, selector_print(s, selector));
}

/* 1 or 0, or -ENOMEM. A slot also means what is in it and in no card of the rule's. */
static int selects(const struct named *n, const struct rule *rule)
{
	struct cards cards;
	int mixed, ret = cards_select(n->a->machine, &rule->selector, &cards, &mixed);
	bool found = false;

	if (ret < 0)
		return ret == -ENOMEM ? ret : 0;
	for (size_t i = 0; i < cards.n; i++)
		found |= card_has(&cards.items[i], n->device);
	cards_free(&cards);
	return found;
}

/* The first rule that selects it, which decides, in *out; NULL: there is none. 0 or -ENOMEM. */
static int rule_of(const struct named *n, const struct rule **out)
{
	const struct config *c = &n->a->boot->config;

	*out = NULL;
	for (size_t i = 0; i < c->n_rules; i++) {
		int ret = c->rules[i].live ? 0 : selects(n, &c->rules[i]);

		if (ret < 0)
			return ret;
		if (!ret)
			continue;
		*out = &c->rules[i];
		break;
	}
	return 0;
}

static int say_undecided(struct named *n)
{
	struct selector s = own_selector(n);
	struct proposal p;
	int ret = rule_of(n, &n->rule);

	if (ret == 0)
		ret = n->rule ? proposal_of_rule(n->a->boot, n->rule, &p) : proposal_of_selector(n->a->boot, &s, &p);
	if (ret < 0)
		return ret;
	ret = say_step(n, &p, n->rule ? "accept" : "add", n->rule ? &n->rule->selector : &s);
	proposal_free(&p);
	return ret;
}

/* Its card; where the plan has other functions of that one already, the function alone. */
static struct card card_named(const struct adviser *a, int device)
{
	struct card card;

	if (card_of(a->machine, device, &card) < 0)
		return card_single(a->machine, device);
	for (unsigned k = 0; k < card.n; k++)
		if (decision_of(a->decisions, card.member[k]))
			return card_single(a->machine, device);
	return card;
}

/* A virtual function stays with the host by its nature: it is told of where its device is bound, and it will be gone.
 */
static bool is_plain_vf(const struct named *n)
{
	const struct machine *m = n->a->machine;

	if (!m->devices[n->device].virtual_function)
		return false;
	for (int i = machine_slot(m, n->device); machine_same_slot(m, n->device, i); i++) {
		const struct decision *d = i < (int)m->n ? decision_of(n->a->decisions, i) : NULL;

		if (d && d->bind)
			return false;
	}
	return true;
}

static int advise_function(struct adviser *a, const struct vm_address *vm, int device)
{
	struct named n = { .a = a, .vm = vm, .device = device, .decision = decision_of(a->decisions, device) };
	const struct decision *lost = locked_at(a, vm);

	n.card = card_named(a, device);
	if (n.decision && (n.decision->bind || is_harmless(n.decision->reason)))
		return 0;
	if (n.decision)
		return say_stays(&n, n.decision->reason, n.decision->line.text);
	/* What stands in the place of a locked card is not what was meant: no step may lock it for that. */
	if (lost && lost->device < 0)
		return say_stays(&n, lost->reason, lost->line.text);
	return is_plain_vf(&n) ? 0 : say_undecided(&n);
}

/* Whether what was said of an earlier function of this definition was of the same card. */
static bool is_told(const struct adviser *a, const struct vm_address *vm, int from, int device)
{
	struct card card;

	if (decision_of(a->decisions, device) || card_of(a->machine, device, &card) < 0)
		return false;
	for (int i = from; i < device; i++)
		if (names(vm, &a->machine->devices[i].address) && card_has(&card, i) && !decision_of(a->decisions, i))
			return true;
	return false;
}

static int advise_address(struct adviser *a, const struct vm_address *vm)
{
	const struct decision *locked = locked_at(a, vm);
	char address[ADDRESS_LEN];
	int first = -1, ret = 0;

	if (locked && locked->device >= 0) {
		const struct address *now = &a->machine->devices[locked->device].address;

		if (!address_same_slot(now, &a->plan->cards[locked->card].address))
			return say_moved(a, vm, now);
	}
	for (int i = 0; i < (int)a->machine->n && ret == 0; i++) {
		if (!names(vm, &a->machine->devices[i].address))
			continue;
		first = first < 0 ? i : first;
		if (!is_told(a, vm, first, i))
			ret = advise_function(a, vm, i);
	}
	if (first >= 0 || locked)
		return ret;
	return row_say(vm_row(a, vm->file, &vm->address, REASON_ABSENT), "/%s names %s, and nothing stands there",
		       vm->file, print_vm(vm, address));
}

int advise_vms(struct adviser *a)
{
	struct vms vms;
	int ret;

	if (!a->boot->config.n_rules || a->boot->lock_broken)
		return 0;
	ret = vms_find(a->root, &vms);
	for (size_t i = 0; i < vms.n && ret == 0; i++)
		ret = advise_address(a, &vms.items[i]);
	for (size_t i = 0; i < vms.n_nodes && ret == 0; i++)
		ret = advise_node(a, &vms.nodes[i]);
	if (ret == 0 && vms.hidden)
		ret = row_say(row_add(a->out, ROW_VM, NULL),
			      "definitions of virtual machines can be read by root only: not looked at");
	vms_free(&vms);
	return ret;
}
