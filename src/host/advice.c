/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "advice.h"

#include <stdarg.h>

#include "../core/array.h"
#include "../core/guard.h"
#include "drift.h"

static const char *const kind_words[ADVICE_COUNT] = {
	[ADVICE_IOMMU] = "iommu", [ADVICE_ACS] = "acs-override", [ADVICE_GROUP] = "group",
	[ADVICE_DRIFT] = "drift", [ADVICE_VM] = "vm-definition",
};

/* One run of advise(). */
struct adviser {
	const struct sysroot *root;
	const struct plan *plan;
	const struct machine *machine;
	const struct decisions *decisions;
	struct advices *out;
};

static struct advice *add(struct adviser *a, enum advice_kind kind, const struct address *address)
{
	struct advice *item = array_grow(&a->out->items, &a->out->n, sizeof(*item));

	if (!item)
		return NULL;
	item->kind = kind;
	item->card = -1;
	if (address)
		address_print(address, item->address);
	return item;
}

static _printf_(2, 3) int say(struct advice *item, const char *fmt, ...)
{
	va_list args;

	if (!item)
		return -ENOMEM;
	va_start(args, fmt);
	vsnprintf(item->text, sizeof(item->text), fmt, args);
	va_end(args);
	return 0;
}

static int advise_iommu(struct adviser *a)
{
	struct advice *item;

	for (size_t i = 0; i < a->machine->n; i++)
		if (a->machine->devices[i].iommu_group >= 0)
			return 0;
	item = add(a, ADVICE_IOMMU, NULL);
	if (!item)
		return -ENOMEM;
	iommu_explain(a->root, item->text, sizeof(item->text));
	return 0;
}

/* A patch that some kernels carry. */
static int advise_acs(struct adviser *a)
{
	static const char word[] = "pcie_acs_override=";
	char cmdline[4096];
	const char *at;

	if (sysroot_read(a->root, "proc/cmdline", cmdline, sizeof(cmdline)) < 0)
		return 0;
	at = strstr(cmdline, word);
	if (!at || (at != cmdline && at[-1] != ' '))
		return 0;
	return say(
		add(a, ADVICE_ACS, NULL),
		"%s on the kernel command line splits IOMMU groups that the hardware does not keep apart: devices of "
		"one real group can reach each other's memory, the host's and the virtual machine's",
		word);
}

static bool is_bound(const struct adviser *a, size_t device)
{
	for (size_t k = 0; k < a->decisions->n; k++)
		if (a->decisions->items[k].bind && a->decisions->items[k].device == (int)device)
			return true;
	return false;
}

/* The first bound function of its group, in the order of the plan. */
static bool is_first(const struct adviser *a, size_t decision)
{
	int group = a->machine->devices[a->decisions->items[decision].device].iommu_group;

	for (size_t k = 0; k < decision; k++) {
		const struct decision *d = &a->decisions->items[k];

		if (d->bind && a->machine->devices[d->device].iommu_group == group)
			return false;
	}
	return group >= 0;
}

/* Now. What a forecast has for its driver is that of the next boot. */
static bool has_driver(const struct adviser *a, const struct device *d)
{
	char path[64], address[ADDRESS_LEN];

	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/driver", address_print(&d->address, address));
	return sysroot_exists(a->root, path);
}

/* The endpoints of the group that stay with the host and have a driver: the first in *first, all in buf; their number.
 */
static unsigned others_of(const struct adviser *a, int group, const struct device **first, char *buf, size_t size)
{
	char address[ADDRESS_LEN];
	unsigned n = 0;

	*buf = '\0';
	for (size_t i = 0; i < a->machine->n; i++) {
		const struct device *d = &a->machine->devices[i];
		size_t len = strlen(buf);

		if (d->iommu_group != group || device_is_bridge(&d->identity) || is_bound(a, i) || !has_driver(a, d))
			continue;
		if (!n++)
			*first = d;
		snprintf(buf + len, size - len, "%s%s", len ? ", " : "", address_print(&d->address, address));
	}
	return n;
}

/* VFIO opens a group only when all its endpoints are with vfio or with no driver. */
static int advise_group(struct adviser *a, const struct device *bound)
{
	char address[ADDRESS_LEN], others[300];
	const struct device *first = NULL;
	unsigned n = others_of(a, bound->iommu_group, &first, others, sizeof(others));

	if (!n)
		return 0;
	return say(
		add(a, ADVICE_GROUP, &first->address),
		"%s shares IOMMU group %d with %s, which %s with the host: the VM cannot use it until %s bound too, or "
		"%s unloaded",
		address_print(&bound->address, address), bound->iommu_group, others, n == 1 ? "stays" : "stay",
		n == 1 ? "that one is" : "they are", n == 1 ? "its driver is" : "their drivers are");
}

static int advise_groups(struct adviser *a)
{
	for (size_t i = 0; i < a->decisions->n; i++) {
		const struct decision *d = &a->decisions->items[i];

		if (d->bind && is_first(a, i) && advise_group(a, &a->machine->devices[d->device]) < 0)
			return -ENOMEM;
	}
	return 0;
}

static struct advice *add_drift(struct adviser *a, const struct decision *d, const struct address *address)
{
	struct advice *item = add(a, ADVICE_DRIFT, address);

	if (item)
		item->card = (int)d->card;
	return item;
}

/* The same model with another subsystem: that is what firmware updates change. */
static bool is_updated(const struct adviser *a, const struct plan_card *card)
{
	struct card there;

	return card_at(a->machine, &card->root, &card->path, &there) == 0 &&
	       card_main(&there)->identity.vendor == card->identity.vendor &&
	       card_main(&there)->identity.device == card->identity.device;
}

/* What a slot or a path means now, NULL: nothing, or it is an ID. */
static const struct device *meant_now(const struct adviser *a, const struct selector *s)
{
	for (size_t i = 0; i < a->machine->n && s->kind != SELECTOR_ID; i++)
		if (selector_means(s, a->machine, (int)i))
			return &a->machine->devices[i];
	return NULL;
}

/*
 * What to do about a card that is not found. `accept` is right only where the rule means what stands in the card's
 * place: after a renumbering a slot can mean anything.
 */
static void lost_step(const struct adviser *a, const struct plan_card *card, char *buf, size_t size)
{
	const struct rule *rule = plan_rule(a->plan, card->rule);
	const struct device *now = meant_now(a, &rule->selector);
	char selector[SELECTOR_LEN], address[ADDRESS_LEN], identity[IDENTITY_LEN], id[ID_LEN];

	selector_print(&rule->selector, selector);
	if (rule->selector.kind == SELECTOR_ID ||
	    (now && root_is(&card->root, &now->root) && path_covers(&card->path, &now->path)))
		snprintf(buf, size, "If that is right, run `earlybind accept %s`, then `earlybind regenerate`",
			 selector);
	else
		snprintf(buf, size,
			 "%s%s%s%.9s%sIf the card is gone for good, run `earlybind remove %s%s%s`, then `earlybind "
			 "regenerate`; "
			 "if it is elsewhere now, write where in %s:%u and accept that",
			 now ? "The rule means another device now, " : "",
			 now ? address_print(&now->address, address) : "", now ? " [" : "",
			 now ? identity_print(&now->identity, identity) : "", now ? "]. " : "", selector,
			 rule->has_id ? " id=" : "", rule->has_id ? id_print(&rule->id, id) : "", rule->file,
			 rule->line);
}

static int advise_lost(struct adviser *a, const struct plan_card *card, const struct decision *d)
{
	char selector[SELECTOR_LEN], address[ADDRESS_LEN], step[400];

	lost_step(a, card, step, sizeof(step));
	return say(add_drift(a, d, &card->address), "the card of `bind %s`, locked at %s, is not found: %s (%s)%s. %s",
		   selector_print(&plan_rule(a->plan, card->rule)->selector, selector),
		   address_print(&card->address, address), reason_word(d->reason), d->line.text,
		   d->reason == REASON_OTHER_DEVICE && is_updated(a, card) ? "; a firmware update can change that" : "",
		   step);
}

/* What to do about a card that is somewhere else: a rule that means another place has to be written anew. */
static void place_step(const struct adviser *a, const struct rule *rule, const struct decision *d, char *buf,
		       size_t size)
{
	struct selector there = drift_selector(&rule->selector, &a->machine->devices[d->device]);
	char selector[SELECTOR_LEN];

	selector_print(&there, selector);
	if (selector_means(&rule->selector, a->machine, d->device))
		snprintf(buf, size, "Run `earlybind accept %s`, then `earlybind regenerate`", selector);
	else
		snprintf(buf, size,
			 "The rule does not mean it there: write `bind %s`%s in %s:%u, then run `earlybind accept %s` "
			 "and `earlybind regenerate`",
			 selector, drift_options(rule), rule->file, rule->line, selector);
}

static int advise_place(struct adviser *a, const struct plan_card *card, const struct decision *d)
{
	const struct device *now = &a->machine->devices[d->device];
	const struct rule *rule = plan_rule(a->plan, card->rule);
	char selector[SELECTOR_LEN], was[ADDRESS_LEN], is[ADDRESS_LEN], from[PATH_LEN], to[PATH_LEN], step[400];
	struct advice *item = add_drift(a, d, &now->address);

	selector_print(&rule->selector, selector);
	address_print(&card->address, was);
	address_print(&now->address, is);
	place_step(a, rule, d, step, sizeof(step));
	if (!d->moved)
		return say(item, "the card of `bind %s` is in its slot, whose address is %s now and was %s. %s",
			   selector, is, was, step);
	return say(item, "the card of `bind %s` was locked at %s (%s) and has moved to %s (%s). %s", selector, was,
		   path_print(&card->path, from), is, path_print(&now->path, to), step);
}

static int advise_drift(struct adviser *a)
{
	for (size_t i = 0; i < a->decisions->n; i++) {
		const struct decision *d = &a->decisions->items[i];
		const struct plan_card *card = d->card < a->plan->n_cards ? &a->plan->cards[d->card] : NULL;
		int ret = 0;

		if (!card || !d->main || !card->has_address)
			continue;
		if (d->device < 0)
			ret = advise_lost(a, card, d);
		else if (d->moved || address_compare(&a->machine->devices[d->device].address, &card->address) != 0)
			ret = advise_place(a, card, d);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/* Whether the address is one of a card that the plan means. */
static bool is_meant(const struct adviser *a, const struct vm_address *vm)
{
	for (size_t i = 0; i < a->decisions->n; i++) {
		const struct decision *d = &a->decisions->items[i];

		if (d->device < 0 || d->reason == REASON_OTHER_DEVICE)
			continue;
		if (vm->whole ? address_same_slot(&d->line.address, &vm->address)
			      : address_compare(&d->line.address, &vm->address) == 0)
			return true;
	}
	return false;
}

/* Where the card went that was locked at this address, in words; "" if none was, or it is lost. */
static void went(const struct adviser *a, const struct vm_address *vm, char *buf, size_t size)
{
	char address[ADDRESS_LEN];

	*buf = '\0';
	for (size_t i = 0; i < a->decisions->n; i++) {
		const struct decision *d = &a->decisions->items[i];
		const struct plan_card *card = d->card < a->plan->n_cards ? &a->plan->cards[d->card] : NULL;

		if (card && d->main && d->device >= 0 && card->has_address &&
		    address_same_slot(&card->address, &vm->address))
			snprintf(buf, size, "; the card that was locked there is at %s now",
				 address_print(&a->machine->devices[d->device].address, address));
	}
}

static int advise_vm(struct adviser *a, const struct vm_address *vm)
{
	char address[ADDRESS_LEN], identity[IDENTITY_LEN] = "", now[96];
	struct advice *item = add(a, ADVICE_VM, &vm->address);

	if (!item)
		return -ENOMEM;
	snprintf(item->file, sizeof(item->file), "/%s", vm->file);
	address_print(&vm->address, address);
	for (size_t i = 0; i < a->machine->n && !*identity; i++) {
		const struct device *d = &a->machine->devices[i];

		if (vm->whole ? address_same_slot(&d->address, &vm->address)
			      : address_compare(&d->address, &vm->address) == 0)
			identity_print(&d->identity, identity);
	}
	went(a, vm, now, sizeof(now));
	return say(item, "/%s names %.*s, which is no locked card: %s%.9s%s%s", vm->file,
		   vm->whole ? (int)strlen(address) - 2 : (int)strlen(address), address,
		   *identity ? "there stands " : "nothing stands there", identity, *now ? now : "",
		   *now ? ". Change the definition before it is started" : "");
}

static int advise_vms(struct adviser *a)
{
	struct vms vms;
	int ret;

	if (!a->plan->n_cards)
		return 0;
	ret = vms_find(a->root, &vms);
	for (size_t i = 0; i < vms.n && ret == 0; i++)
		if (!is_meant(a, &vms.items[i]))
			ret = advise_vm(a, &vms.items[i]);
	if (ret == 0 && vms.hidden)
		ret = say(add(a, ADVICE_VM, NULL),
			  "definitions of virtual machines can be read by root only: not looked at");
	vms_free(&vms);
	return ret;
}

static int (*const advisers[ADVICE_COUNT])(struct adviser *a) = {
	[ADVICE_IOMMU] = advise_iommu, [ADVICE_ACS] = advise_acs, [ADVICE_GROUP] = advise_groups,
	[ADVICE_DRIFT] = advise_drift, [ADVICE_VM] = advise_vms,
};

int advise(const struct cli *cli, const struct plan *plan, const struct machine *m, const struct decisions *d,
	   unsigned kinds, struct advices *out)
{
	struct adviser a = { &cli->root, plan, m, d, out };
	int ret = 0;

	memset(out, 0, sizeof(*out));
	for (unsigned i = 0; i < ADVICE_COUNT && ret == 0; i++)
		if (kinds & 1u << i)
			ret = advisers[i](&a);
	if (ret < 0)
		advices_free(out);
	return ret;
}

void advices_free(struct advices *a)
{
	free(a->items);
	memset(a, 0, sizeof(*a));
}

const struct advice *advices_of_card(const struct advices *a, size_t card)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->items[i].kind == ADVICE_DRIFT && a->items[i].card == (int)card)
			return &a->items[i];
	return NULL;
}

void advices_warn(const struct advices *a)
{
	for (size_t i = 0; i < a->n; i++)
		say_warning("%s", a->items[i].text);
}

void advices_json(const struct advices *a, struct json *j)
{
	json_open(j, "advice", '[');
	for (size_t i = 0; i < a->n; i++) {
		json_open(j, NULL, '{');
		json_string(j, "kind", kind_words[a->items[i].kind]);
		json_string(j, "file", a->items[i].file);
		json_string(j, "address", a->items[i].address);
		json_string(j, "text", a->items[i].text);
		json_close(j, '}');
	}
	json_close(j, ']');
}
