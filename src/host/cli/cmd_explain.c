/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a device will be bound, or will not, guard by guard; what the last boot did; and what to write to change it. */
#include "../../core/guard.h"
#include "../../sys/bind.h"
#include "../advice/remedy.h"
#include "../image/status.h"
#include "../lib/json.h"
#include "../machine/pci_names.h"
#include "../state/live_rule.h"
#include "../state/outcome.h"
#include "cli.h"
#include "explain_device.h"

/* The first and the last of the guards, in their order. */
#define FIRST_GUARD REASON_BRIDGE
#define LAST_GUARD REASON_BUSY

static reason_set asked(const struct explained *x)
{
	return x->decision ? UINT32_MAX : guards_of_accept();
}

static reason_set refusing(const struct explained *x)
{
	return x->decision ? x->decision->refusing : x->line ? x->line->refusing : 0;
}

static enum reason reason_of(const struct explained *x)
{
	return x->decision ? x->decision->reason : x->line ? x->line->reason : REASON_NONE;
}

static const char *text_of(const struct explained *x)
{
	return x->decision ? x->decision->line.text : x->line ? x->line->text : "";
}

/* What check and status say of a locked card that is not where it was accepted; NULL: it is there. */
static const char *drift_of(const struct explanation *e, const struct explained *x)
{
	const struct row *advice = x->decision ? advice_of_card(&e->drift, x->decision->card) : NULL;

	return advice ? advice->text : NULL;
}

static const char *iommu_remedy(const struct explanation *e, const struct explained *x, char buf[REMEDY_LEN])
{
	const struct machine *m = &e->boot.machine;
	struct iommu_finding found;

	iommu_find(e->root, m, &m->devices[x->device], &found);
	snprintf(buf, REMEDY_LEN, "%s (%s)", found.step, found.what);
	return buf;
}

/* What to do about a guard. Which command is right for a card that is not found depends on its rule. */
static const char *remedy_of(const struct explanation *e, const struct explained *x, enum reason r,
			     char buf[REMEDY_LEN])
{
	static const reason_set lost =
		REASON_BIT(REASON_ABSENT) | REASON_BIT(REASON_OTHER_DEVICE) | REASON_BIT(REASON_AMBIGUOUS);
	const char *drift = x->decision && x->decision->device < 0 ? drift_of(e, x) : NULL;

	if (drift && (lost & REASON_BIT(r)))
		return drift;
	if (r == REASON_NO_IOMMU && x->device >= 0)
		return iommu_remedy(e, x, buf);
	return remedy(&e->boot, x->rule, x->device, r, buf) < 0 ? reason_remedy(r) : buf;
}

/* "bridge, off, skipped": the guards that are asked and let it pass. */
static void print_passed(const struct explained *x, const char *title)
{
	_cleanup_(text_free) struct text line = { 0 };

	for (unsigned r = FIRST_GUARD; r <= LAST_GUARD; r++) {
		reason_set bit = REASON_BIT(r);

		if (!(asked(x) & bit) || (refusing(x) & bit))
			continue;
		text_addf(&line, "%s%s", line.len ? ", " : title, reason_word(r));
	}
	if (line.len)
		say("%s", line.data);
}

static void print_refusals(const struct explanation *e, const struct explained *x)
{
	for (unsigned r = FIRST_GUARD; r < REASON_COUNT; r++) {
		char buf[REMEDY_LEN], why[REPORT_TEXT_LEN];
		const char *what;

		if (!(refusing(x) & REASON_BIT(r)))
			continue;
		what = remedy_of(e, x, r, buf);
		explained_why(e, x, r, why);
		say("    %-14s refuses it: %s%s%s%s", reason_word(r), reason_meaning(r), *why ? " (" : "", why,
		    *why ? ")" : "");
		if (*what)
			say("    %-14s to change that: %s", "", what);
	}
}

static void print_rule(const struct explanation *e, const struct explained *x)
{
	char selector[SELECTOR_LEN];
	const char *why;

	if (!x->rule && x->live) {
		why = live_rule_leaves(&e->boot.machine, x->device);
		say("  rule: bind %s live (%s:%u) leaves it%s%s", selector_print(&x->live->selector, selector),
		    x->live->file, x->live->line, *why ? ": " : "", why);
	} else if (x->rule)
		say("  rule: bind %s (%s:%u)", selector_print(&x->rule->selector, selector), x->rule->file,
		    x->rule->line);
	else
		puts("  rule: none selects it");
}

/* The rule for its place, which means a device of another id= there; NULL: none. */
static const struct rule *other_id(const struct explanation *e, const struct explained *x)
{
	const struct machine *m = &e->boot.machine;
	const struct config *c = &e->boot.config;
	struct card card;

	if (x->device < 0)
		return NULL;
	card = card_with(m, x->device);
	for (size_t i = 0; i < c->n_rules; i++)
		if (c->rules[i].has_id && selector_means(&c->rules[i].selector, m, x->device) &&
		    !id_matches(&c->rules[i].id, &card_main(&card)->identity))
			return &c->rules[i];
	return NULL;
}

static void print_not_chosen(const struct explanation *e, const struct explained *x, const char *target)
{
	const struct rule *other = other_id(e, x);
	char id[ID_LEN];

	if (refusing(x) || !x->line)
		puts("  with an image made now: it is not bound, and a rule for it would be refused");
	else if (other)
		say("  with an image made now: it is not bound; the rule for its place, %s:%u, means id=%s only",
		    other->file, other->line, id_print(&other->id, id));
	else
		say("  with an image made now: it is not bound; `earlybind add %s` would lock it", target);
}

static void print_next(const struct explanation *e, const struct explained *x, const char *target)
{
	const char *drift = drift_of(e, x);
	bool refused = refusing(x) != 0;

	switch (x->standing) {
	case STANDING_LOCKED:
		if (!refused)
			say("  with an image made now: it is bound to %s%s%s%s", x->decision->drivers,
			    *text_of(x) ? " (" : "", text_of(x), *text_of(x) ? ")" : "");
		else
			puts("  with an image made now: it is not bound");
		break;
	case STANDING_REFUSED:
		puts("  with an image made now: it is not bound; `earlybind accept` does not lock it");
		break;
	case STANDING_WAITING:
		puts("  with an image made now: it is not bound: nobody accepted it; run `earlybind accept`, then "
		     "`earlybind "
		     "regenerate`");
		break;
	case STANDING_NOT_CHOSEN:
		print_not_chosen(e, x, target);
		break;
	}
	if (drift && x->decision->device >= 0)
		say("    %s", drift);
	print_refusals(e, x);
	print_passed(x, "    let it pass: ");
}

static void print_last(const struct explanation *e, const struct explained *x)
{
	const struct report_device *d = x->last;

	if (!e->has_report) {
		puts("  last boot: its image had no plan");
	} else if (!d) {
		puts("  last boot: the report does not name it");
	} else {
		say("  last boot: %s%s%s%s%s%s%s%s%s%s", outcome_words[d->outcome], *d->driver ? ", driver " : "",
		    d->driver, d->reason ? "; " : "", d->reason ? reason_word(d->reason) : "", d->reason ? ": " : "",
		    d->reason ? outcome_meaning(d) : "", *d->text ? " (" : "", d->text, *d->text ? ")" : "");
	}
}

static void print_absent(const struct explanation *e, const struct explained *x)
{
	const struct plan_card *c = &e->boot.composition.plan.cards[x->decision->card];
	char address[ADDRESS_LEN], identity[IDENTITY_LEN], path[PATH_LEN], root[ROOT_LEN];

	say("%s [%s], locked at %s %s", c->has_address ? address_print(&c->address, address) : "-",
	    identity_print(&c->identity, identity), root_print(&c->root, root), path_print(&c->path, path));
}

static void print_present(const struct cli *cli, const struct device *d, struct pci_names *names)
{
	char address[ADDRESS_LEN], identity[IDENTITY_LEN], path[PATH_LEN], root[ROOT_LEN], driver[DRIVER_LEN];
	char name[DEVICE_NAME_LEN], group[16] = "none";

	say("%s [%s] %s", address_print(&d->address, address), identity_print(&d->identity, identity),
	    pci_names_device(names, &d->identity, name));
	bind_current(&cli->root, &d->address, driver);
	if (d->iommu_group >= 0)
		snprintf(group, sizeof(group), "%d", d->iommu_group);
	say("  place: %s %s, IOMMU group %s, driver %s", root_print(&d->root, root), path_print(&d->path, path), group,
	    *driver ? driver : "none");
}

/* What boots now may not be what is told. */
static void say_images(const struct status *images)
{
	struct rows rows = { 0 };
	bool stale = status_tell_stale(images, &rows);

	status_warn(images, &rows);
	say_all(&rows);
	if (stale)
		puts("Until `earlybind regenerate` is run a boot may do something else.");
}

static void print_all(const struct cli *cli, const struct explanation *e)
{
	struct pci_names *names = cli_names(cli);
	char target[SELECTOR_LEN] = "";

	for (size_t i = 0; i < e->n; i++) {
		const struct explained *x = &e->items[i];

		if (x->device < 0)
			print_absent(e, x);
		else
			print_present(cli, &e->boot.machine.devices[x->device], names);
		print_rule(e, x);
		print_next(e, x, x->device < 0 ? "" : selector_print(&x->target, target));
		print_last(e, x);
	}
	pci_names_close(names);
}

static const char *const standing_words[] = {
	[STANDING_LOCKED] = "locked",
	[STANDING_REFUSED] = "refused",
	[STANDING_WAITING] = "waiting",
	[STANDING_NOT_CHOSEN] = "not-chosen",
};

static void json_guards(struct json *j, const struct explanation *e, const struct explained *x)
{
	json_open(j, "guards", '[');
	for (unsigned r = FIRST_GUARD; r < REASON_COUNT; r++) {
		bool refuses = refusing(x) & REASON_BIT(r);
		char buf[REMEDY_LEN], why[REPORT_TEXT_LEN] = "";

		if (r > LAST_GUARD ? !refuses : !(asked(x) & REASON_BIT(r)))
			continue;
		json_open(j, NULL, '{');
		json_string(j, "reason", reason_word(r));
		json_bool(j, "refuses", refuses);
		if (refuses)
			explained_why(e, x, r, why);
		json_string(j, "text", refuses ? why : NULL);
		json_string(j, "remedy", refuses ? remedy_of(e, x, r, buf) : NULL);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void json_item(struct json *j, const struct explanation *e, const struct explained *x)
{
	const struct device *d = x->device < 0 ? NULL : &e->boot.machine.devices[x->device];
	const struct plan_card *c = x->decision ? &e->boot.composition.plan.cards[x->decision->card] : NULL;
	const struct address *a = d ? &d->address : c->has_address ? &c->address : NULL;
	char text[SELECTOR_LEN];

	json_open(j, NULL, '{');
	json_string(j, "address", a ? address_print(a, text) : NULL);
	json_string(j, "identity", identity_print(d ? &d->identity : &c->identity, text));
	json_string(j, "root", root_print(d ? &d->root : &c->root, text));
	json_string(j, "path", path_print(d ? &d->path : &c->path, text));
	json_bool(j, "present", d);
	json_string(j, "rule", x->rule ? selector_print(&x->rule->selector, text) : NULL);
	json_string(j, "file", x->rule ? x->rule->file : NULL);
	json_number(j, "line", x->rule ? x->rule->line : 0);
	json_string(j, "standing", standing_words[x->standing]);
	json_bool(j, "bind", x->decision && x->decision->bind);
	json_string(j, "reason", reason_of(x) ? reason_word(reason_of(x)) : NULL);
	json_guards(j, e, x);
	json_string(j, "last_outcome", x->last ? outcome_words[x->last->outcome] : NULL);
	json_string(j, "last_reason", x->last && x->last->reason ? reason_word(x->last->reason) : NULL);
	json_close(j, '}');
}

static void json_all(const struct explanation *e, const struct status *images)
{
	struct json j = { .to = stdout };

	json_begin(&j);
	json_open(&j, "devices", '[');
	for (size_t i = 0; i < e->n; i++)
		json_item(&j, e, &e->items[i]);
	json_close(&j, ']');
	status_json(images, &j);
	json_end(&j);
}

int cmd_explain(struct cli *cli)
{
	struct explanation e;
	struct status images = { 0 };
	struct selector selector;
	int ret;

	if (cli->n_args != 1) {
		say_error("explain takes one SELECTOR: a slot (06:00), a path (0000:00:03.1/00) or an ID (10de:13c2)");
		return EXIT_USAGE;
	}
	if (cli_selector(cli->args[0], &selector) != EXIT_DONE)
		return EXIT_USAGE;
	ret = explain(cli, &selector, &e);
	if (ret == 0 && e.n)
		ret = status_of_all(&cli->root, &e.boot, &images);
	if (ret == -ENOMEM) {
		say_error("no memory");
	} else if (ret == 0 && !e.n) {
		say_error("nothing here is %s, and no locked card is", cli->args[0]);
	} else if (ret == 0 && cli->json) {
		json_all(&e, &images);
	} else if (ret == 0) {
		print_all(cli, &e);
		say_images(&images);
	}
	ret = ret < 0 || !e.n ? EXIT_REFUSED : EXIT_DONE;
	status_free(&images);
	explanation_free(&e);
	return ret;
}
