/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session.h"

#include <unistd.h>

#include "../../core/find.h"
#include "../../core/guard.h"
#include "../advice/advice.h"
#include "../advice/choice.h"
#include "../advice/drift.h"
#include "../machine/pci_names.h"
#include "../state/files.h"
#include "../state/live_rule.h"
#include "../state/next_boot.h"
#include "../state/recall.h"

static int read_lock(struct session *s, bool whole)
{
	struct plan_error err;
	int ret = lock_load(&s->cli->root, &s->old, &err);

	s->had_lock = ret != -ENOENT;
	if (ret == 0 || ret == -ENOENT)
		return EXIT_DONE;
	if (ret != -EBADMSG && ret != -EPROTONOSUPPORT) {
		say_error("/%s: %s", LOCK_FILE, err.text);
		return EXIT_REFUSED;
	}
	s->damaged = true;
	say_warning("/%s is damaged (%s): its entries are not used", LOCK_FILE, err.text);
	if (!whole)
		return EXIT_DONE;
	say_error("what it held of other rules would be lost: nothing was written; `earlybind accept` without a "
		  "SELECTOR keeps a copy of it and locks anew");
	return EXIT_REFUSED;
}

int session_open(struct session *s, struct cli *cli, bool whole)
{
	int ret;

	memset(s, 0, sizeof(*s));
	s->cli = cli;
	if (cli->root.live && geteuid() != 0) {
		say_error("only root can change which cards are locked: try sudo");
		return EXIT_REFUSED;
	}
	ret = cli_exclusive(cli);
	if (ret != EXIT_DONE)
		return ret;
	if (config_load(&cli->root, &s->config) < 0) {
		say_error("no memory for the configuration");
		return EXIT_REFUSED;
	}
	say_problems(&s->config);
	if (s->config.unreadable) {
		say_error("the rules are not all known: nothing was written");
		return EXIT_REFUSED;
	}
	ret = read_lock(s, whole);
	if (ret != EXIT_DONE)
		return ret;
	if (cli_machine(cli, &s->machine) < 0)
		return EXIT_REFUSED;
	next_boot_forget_drivers(&s->machine);
	if (plan_index_make(&s->index, &s->old, &s->machine) == 0)
		return EXIT_DONE;
	say_error("no memory for the lock");
	return EXIT_REFUSED;
}

void session_close(struct session *s)
{
	plan_index_free(&s->will);
	plan_index_free(&s->index);
	config_free(&s->config);
	plan_free(&s->old);
	machine_free(&s->machine);
}

int session_accept(struct session *s, const bool *chosen, struct acceptance *out)
{
	int ret = accept_rules(&s->config, &s->machine, &s->old, chosen, out);

	if (ret == 0 && plan_index_make(&s->will, &out->lock, &s->machine) == 0)
		return EXIT_DONE;
	if (ret == 0)
		acceptance_free(out);
	say_error("no memory");
	return EXIT_REFUSED;
}

static void show_function(const struct device *d, struct pci_names *names, const char *mark)
{
	char address[ADDRESS_LEN], identity[IDENTITY_LEN], name[DEVICE_NAME_LEN];

	say("  %s %s [%.9s] %s", mark, address_print(&d->address, address), identity_print(&d->identity, identity),
	    pci_names_device(names, &d->identity, name));
}

/* Whether entry i of the old lock is this card: the same place and identity may be another's, see find_card(). */
static bool is_entry(const struct session *s, size_t i, const struct card *card)
{
	struct found found;

	find_card(&s->index, i, &found);
	return found.reason == REASON_NONE && found.card.main == card->main && found.card.single == card->single;
}

static bool was_locked(const struct session *s, const struct card *card)
{
	for (size_t i = 0; i < s->old.n_cards; i++)
		if (identity_equal(&s->old.cards[i].identity, &card_main(card)->identity) && is_entry(s, i, card))
			return true;
	return false;
}

static void show_line(const struct session *s, const struct accept_line *line, struct pci_names *names)
{
	const struct device *main = card_main(&line->card);

	if (line->reason == REASON_NONE) {
		const char *mark = was_locked(s, &line->card) ? "=" : "+";

		for (unsigned k = 0; k < line->card.n; k++)
			show_function(&s->machine.devices[line->card.member[k]], names, mark);
		return;
	}
	show_function(main, names, "-");
	if (line->reason == REASON_TWIN)
		puts("      stays with the host; the same model as a locked card");
	else
		say("      %s: %s%s%s (%s)", line->rule ? "refused" : "stays with the host", reason_word(line->reason),
		    *line->text ? ", " : "", line->text, reason_meaning(line->reason));
}

/* Whether something else is locked now in the place of entry i, though it looks the same. */
static bool is_replaced(const struct session *s, const struct acceptance *a, size_t i)
{
	const struct plan_card *c = &s->old.cards[i];

	for (size_t k = 0; k < a->n_lines; k++) {
		const struct card *card = &a->lines[k].card;
		struct path path = card_path(card);

		if (!a->lines[k].reason && root_is(&c->root, &card_main(card)->root) && path_equal(&c->path, &path) &&
		    !is_entry(s, i, card))
			return true;
	}
	return false;
}

/* Entries of the old lock whose card is not in the new one. */
static void show_dropped(const struct session *s, const struct acceptance *a)
{
	char address[ADDRESS_LEN], path[PATH_LEN], root[ROOT_LEN], identity[IDENTITY_LEN];

	for (size_t i = 0; i < s->old.n_cards; i++) {
		const struct plan_card *c = &s->old.cards[i];

		if (!find_same(&s->index, i, &s->will) || is_replaced(s, a, i))
			say("  - %s [%.9s] at %s %s: was locked, no longer is",
			    c->has_address ? address_print(&c->address, address) : "-",
			    identity_print(&c->identity, identity), root_print(&c->root, root),
			    path_print(&c->path, path));
	}
}

static void show_notes(const struct session *s, const struct acceptance *a, const struct rule *fresh)
{
	char line[ROW_LINE_LEN];

	for (size_t i = 0; i < a->n_notes; i++) {
		const struct rule *rule = config_rule(&s->config, a->notes[i].rule);
		struct row row = { .kind = ROW_RULE };

		row_set_note(&row, &a->notes[i], rule == fresh ? NULL : rule);
		say("note: %s", row_line(&row, line));
	}
}

static void show_choices(const struct session *s, const struct acceptance *a, const struct rule *fresh)
{
	struct rows rows = { 0 };
	char line[ROW_LINE_LEN];

	if (choice_find(&s->config, a, fresh, &rows) < 0)
		say_error("no memory for the notes");
	for (size_t i = 0; i < rows.n; i++)
		say("note: %s", row_line(&rows.items[i], line));
	rows_free(&rows);
}

void session_show(const struct session *s, const struct acceptance *a, const struct rule *fresh)
{
	struct pci_names *names = cli_names(s->cli);
	char selector[SELECTOR_LEN];
	unsigned rule = UINT32_MAX;

	for (size_t i = 0; i < a->n_lines; i++) {
		if (a->lines[i].rule != rule && a->lines[i].rule) {
			const struct rule *r = &s->config.rules[a->lines[i].rule - 1];

			say("bind %s (%s:%u)", selector_print(&r->selector, selector), r->file, r->line);
		} else if (a->lines[i].rule != rule) {
			puts("not selected, and not to be mistaken for a locked one");
		}
		rule = a->lines[i].rule;
		show_line(s, &a->lines[i], names);
	}
	for (size_t i = 0; i < s->config.n_rules; i++) {
		const struct rule *r = &s->config.rules[i];

		if (!r->live)
			continue;
		say("bind %s live (%s:%u)", selector_print(&r->selector, selector), r->file, r->line);
		say("  decided at each boot: there is nothing to lock");
	}
	show_dropped(s, a);
	show_notes(s, a, fresh);
	show_choices(s, a, fresh);
	pci_names_close(names);
}

static bool is_chosen(const struct session *s, const bool *chosen, const struct rule *rule)
{
	const struct rule *own = rule_find(s->config.rules, s->config.n_rules, rule);

	return !chosen || (own && chosen[own - s->config.rules]);
}

/*
 * What accept locks and an earlier or a kept entry rules out together: each is right alone, and the boot asks for both.
 * How many cards of the chosen rules that costs.
 */
static int warn_refused(const struct session *s, const struct plan *plan, const struct decisions *d, const bool *chosen)
{
	char address[ADDRESS_LEN], selector[SELECTOR_LEN];
	int n = 0;

	for (size_t i = 0; i < d->n; i++) {
		const struct decision *one = &d->items[i];
		const struct rule *rule = plan_rule(plan, one->rule);
		const char *what = selector;

		if (one->bind || !one->main || one->reason == REASON_NO_IOMMU)
			continue;
		n += is_chosen(s, chosen, rule);
		selector_print(&rule->selector, selector);
		if (one->device >= 0)
			what = address_print(&one->line.address, address);
		else if (plan->cards[one->card].has_address)
			what = address_print(&plan->cards[one->card].address, address);
		say_warning(
			"the next boot would refuse %s of `bind %s`: %s (%s). `earlybind explain %s` says what to do",
			what, selector, reason_word(one->reason), one->line.text, what);
	}
	return n;
}

/* Only allow=display can do that; each rule may be meant, and what they do together be overlooked. */
static int warn_last_display(const struct next_boot *boot)
{
	const struct machine *m = &boot->machine;
	bool *taken = next_boot_bound(boot), display = false;

	if (!taken)
		return -ENOMEM;
	for (size_t i = 0; i < m->n; i++)
		display |= taken[i] && device_is_display(&m->devices[i].identity);
	if (display && !guard_display_left(m, taken, true))
		say_warning("the next boot would leave the host without any display: allow=display gives the last one "
			    "away");
	free(taken);
	return 0;
}

int session_advise(const struct session *s, const bool *chosen)
{
	struct rows advices = { 0 };
	struct next_boot boot = { 0 };
	int ret = drift_find(&(struct drift){ &s->config, &s->index }, &s->will, &advices), refused = 0;

	say_all(&advices);
	if (ret == 0)
		ret = next_boot_of(&s->config, s->will.plan, &s->machine, &boot);
	if (ret == 0)
		ret = warn_last_display(&boot);
	if (ret == 0)
		refused = warn_refused(s, &boot.composition.plan, &boot.decisions, chosen);
	if (ret == 0)
		ret = advise(&s->cli->root, &boot, ADVICE_ALL & ~(1u << ROW_DRIFT), &advices);
	if (ret == 0)
		ret = live_rules_note(&s->config, &s->machine, &advices);
	if (ret == 0)
		say_rows(&advices);
	rows_free(&advices);
	next_boot_release(&boot);
	return ret < 0 ? ret : refused;
}

void session_say_locked(const struct acceptance *a, const bool *chosen)
{
	size_t n = 0;
	char all[40] = "";

	for (size_t i = 0; i < a->n_lines; i++)
		n += a->lines[i].reason == REASON_NONE && (!chosen || chosen[a->lines[i].rule - 1]);
	if (n != a->lock.n_cards)
		snprintf(all, sizeof(all), " (%zu in all)", a->lock.n_cards);
	say("%zu card%s locked%s. Now run `earlybind regenerate`, and reboot.", n, n == 1 ? "" : "s", all);
}

/* What was weighed, and where lines stand, is of the files as they were read: an editor may have saved them since. */
static bool is_unchanged(const struct session *s)
{
	struct plan_error err;
	struct plan lock;
	struct config config;
	bool same = (lock_load(&s->cli->root, &lock, &err) != -ENOENT) == s->had_lock && session_same(&s->old, &lock);

	plan_free(&lock);
	if (config_load(&s->cli->root, &config) < 0) {
		say_error("no memory for the configuration");
		return false;
	}
	same = same && config.hash == s->config.hash && !config.unreadable;
	config_free(&config);
	if (!same)
		say_error("the configuration or the lock was changed meanwhile: nothing was written; run it again");
	return same;
}

static bool is_answered(const struct session *s, const char *question)
{
	char answer[16];

	if (s->cli->yes && !s->damaged)
		return true;
	if (!isatty(STDIN_FILENO)) {
		say_error(s->damaged ? "not confirmed: the guards of the damaged lock would be lost, which --yes does "
				       "not confirm, and there is no terminal to ask; nothing was written"
				     : "not confirmed: there is no terminal to ask; --yes confirms");
		return false;
	}
	fputs(question, stdout);
	fputs(" [y/N] ", stdout);
	fflush(stdout);
	if (fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y'))
		return true;
	puts("Nothing was written.");
	return false;
}

bool session_ask(const struct session *s, const char *question)
{
	return is_answered(s, question) && is_unchanged(s);
}

static int keep_damaged(const struct session *s)
{
	char kept[FILE_PATH_LEN];
	int ret = lock_keep(&s->cli->root, kept);

	if (ret < 0) {
		say_error("no copy of the damaged lock can be kept: %s; nothing was written", strerror(-ret));
		return EXIT_REFUSED;
	}
	say("The damaged lock is kept as /%s.", kept);
	return EXIT_DONE;
}

int session_store(const struct session *s, const struct plan *lock)
{
	int ret;

	if (s->damaged && keep_damaged(s) != EXIT_DONE)
		return EXIT_REFUSED;
	ret = lock_store(&s->cli->root, lock);
	if (ret < 0) {
		say_error("/%s cannot be written: %s", LOCK_FILE, strerror(-ret));
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

static int by_place(const void *a, const void *b)
{
	const struct plan_guard *x = a, *y = b;
	int order = strcmp(x->root.acpi, y->root.acpi);

	if (order == 0)
		order = memcmp(x->path.hop, y->path.hop, sizeof(x->path.hop));
	if (order == 0)
		order = (int)x->path.slot - (int)y->path.slot;
	if (order == 0)
		order = (int)x->reason - (int)y->reason;
	return order ? order : strcmp(x->text, y->text);
}

/*
 * The lock without where its rules stand: a comment above a rule moves it and changes nothing. Nor does it matter in
 * which order its guards came to it.
 */
static int print_placeless(const struct plan *p, struct text *out)
{
	struct rule *rules = calloc(p->n_rules + 1, sizeof(*rules));
	struct plan_guard *guards = calloc(p->n_guards + 1, sizeof(*guards));
	struct plan copy = *p;
	int ret;

	if (!rules || !guards) {
		free(guards);
		free(rules);
		return -ENOMEM;
	}
	if (p->n_guards)
		memcpy(guards, p->guards, p->n_guards * sizeof(*guards));
	qsort(guards, p->n_guards, sizeof(*guards), by_place);
	copy.guards = guards;
	for (size_t i = 0; i < p->n_rules; i++) {
		rules[i] = p->rules[i];
		rules[i].file = NULL;
		rules[i].line = 1;
	}
	copy.rules = rules;
	ret = plan_print(&copy, out);
	free(guards);
	free(rules);
	return ret;
}

bool session_same(const struct plan *a, const struct plan *b)
{
	struct text x = { 0 }, y = { 0 };
	bool same = print_placeless(a, &x) == 0 && print_placeless(b, &y) == 0 && x.len == y.len &&
		    memcmp(x.data, y.data, x.len) == 0;

	text_free(&x);
	text_free(&y);
	return same;
}
