/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules, lock and machine against each other, without changing anything: what would a boot of an image made now do? */
#include "../../core/accept.h"
#include "../../core/need.h"
#include "../advice/advice.h"
#include "../advice/choice.h"
#include "../advice/drift.h"
#include "../advice/proposal.h"
#include "../image/status.h"
#include "../lib/json.h"
#include "../state/files.h"
#include "../state/live_rule.h"
#include "../state/next_boot.h"
#include "../state/outcome.h"
#include "../state/waiting.h"
#include "cli.h"

struct checked {
	struct cli *cli;
	struct next_boot boot;
	struct status images; /* what boots now may not be what is decided here */
	unsigned problems;    /* what makes the exit status 1 */
	struct rows notes;    /* of rules, lock and boot */
	struct rows advices;
	bool to_accept;               /* accept would put something right */
	char accept[400];             /* the words behind `accept` then */
	struct acceptance waiting;    /* what it says of the rules that wait for it */
	char to_explain[ADDRESS_LEN]; /* what a guard refuses first, "" for none */
	const struct rule *idle;      /* the first rule that accept has nothing for, or NULL */
};

/* Behind Thunderbolt or USB4: it is there so early only if the firmware has connected it. */
static bool is_external(const struct checked *c, const struct decision *d)
{
	return d->bind && c->boot.machine.devices[d->device].external;
}

static void print_decisions(const struct checked *c)
{
	char address[ADDRESS_LEN], identity[IDENTITY_LEN];

	puts(c->boot.decisions.n ? "A boot of an image made now, on this machine as it is:"
				 : "A boot of an image made now binds nothing.");
	for (size_t i = 0; i < c->boot.decisions.n; i++) {
		const struct decision *d = &c->boot.decisions.items[i];

		printf("  %s [%.9s] %s%s%s%s%s%s\n",
		       d->line.has_address ? address_print(&d->line.address, address) : "-",
		       identity_print(&d->line.identity, identity),
		       d->bind                          ? "bind to "
		       : outcome_is_wished(&c->boot, d) ? "stays with the host: "
							: "refused: ",
		       d->bind ? d->drivers : reason_word(d->reason), is_external(c, d) ? " if present" : "",
		       *d->line.text ? " (" : "", d->line.text, *d->line.text ? ")" : "");
	}
}

/* No warning: what the boot says is in its decisions, too, and what an optional rule means may be absent. */
static bool is_plain(const struct row *row)
{
	return row->kind == ROW_BOOT || row->kind == ROW_CHOICE ||
	       (row->kind == ROW_NOTE && row->reason == REASON_ABSENT);
}

static void print_notes(const struct checked *c)
{
	char line[ROW_LINE_LEN];

	for (size_t i = 0; i < c->notes.n; i++)
		if (is_plain(&c->notes.items[i]))
			printf("note: %s\n", row_line(&c->notes.items[i], line));
}

static void print_json(const struct checked *c)
{
	struct json j = { .to = stdout };
	char text[IDENTITY_LEN];

	json_begin(&j);
	json_open(&j, "problems", '[');
	for (size_t i = 0; i < c->boot.config.n_problems; i++) {
		const struct config_problem *p = &c->boot.config.problems[i];

		json_open(&j, NULL, '{');
		json_string(&j, "severity", p->warning ? "warning" : "error");
		json_string(&j, "file", p->file);
		json_number(&j, "line", p->line);
		json_number(&j, "column", p->column);
		json_string(&j, "message", p->message);
		json_string(&j, "hint", p->hint);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	rows_json(&c->notes, "notes", &j);
	json_open(&j, "devices", '[');
	for (size_t i = 0; i < c->boot.decisions.n; i++) {
		const struct decision *d = &c->boot.decisions.items[i];

		json_open(&j, NULL, '{');
		json_string(&j, "address", d->line.has_address ? address_print(&d->line.address, text) : NULL);
		json_string(&j, "identity", identity_print(&d->line.identity, text));
		json_bool(&j, "bind", d->bind);
		json_bool(&j, "wished", outcome_is_wished(&c->boot, d));
		json_string(&j, "reason", d->reason ? reason_word(d->reason) : NULL);
		json_string(&j, "text", d->line.text);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	rows_json(&c->advices, "advice", &j);
	json_bool(&j, "lock_broken", c->boot.lock_broken);
	status_json(&c->images, &j);
	json_end(&j);
}

static void explain_first(struct checked *c, const struct address *address)
{
	if (!*c->to_explain)
		address_print(address, c->to_explain);
}

static int add_note(struct checked *c, enum row_kind kind, const struct report_note *note, const struct rule *rule)
{
	struct row *row = row_add(&c->notes, kind, NULL);

	if (!row)
		return -ENOMEM;
	row_set_note(row, note, rule);
	if (kind == ROW_NOTE && note->reason == REASON_NOT_ACCEPTED && rule)
		proposal_set_next(&c->waiting, rule, row);
	return 0;
}

static int add_refusal(struct checked *c, const struct rule *rule, const struct accept_line *line)
{
	const struct address *main = &card_main(&line->card)->address;
	struct row *row = row_add(&c->notes, ROW_RULE, main);
	char selector[SELECTOR_LEN];

	if (!row)
		return -ENOMEM;
	explain_first(c, main);
	row->reason = line->reason;
	row_set_rule(row, rule);
	row_set_next(row, "explain", row->address, NULL);
	return row_say(row, "bind %s: accept refuses %s: %s, %s", selector_print(&rule->selector, selector),
		       row->address, reason_word(line->reason),
		       *line->text ? line->text : reason_meaning(line->reason));
}

/* What is said of a rule that accept has nothing for has its removal as the next step, where `remove` can do that. */
static void set_removal(struct checked *c, const struct rule *rule)
{
	char words[RULE_WORDS_LEN], command[sizeof("remove ") + RULE_WORDS_LEN];

	snprintf(command, sizeof(command), "remove %s", drift_words(rule, words));
	for (size_t i = 0; i < c->notes.n && strcmp(rule->file, "/" CONFIG_FILE) == 0; i++)
		if (c->notes.items[i].rule == rule->number)
			row_set_command(&c->notes.items[i], command);
}

/* A rule that waits for accept, or that accept would refuse, too: then it says why. */
static int weigh_rule(struct checked *c, const struct rule *rule, const struct acceptance *a)
{
	bool locks = proposal_locks(a, rule->number), idle = !rule->optional || waiting_finds(&c->boot.machine, rule);

	for (size_t i = 0; i < a->n_lines; i++)
		idle &= a->lines[i].rule != rule->number;
	if (idle)
		set_removal(c, rule);
	if (idle && !c->idle)
		c->idle = rule;
	for (size_t i = 0; i < a->n_lines && !locks; i++)
		if (a->lines[i].rule == rule->number && add_refusal(c, rule, &a->lines[i]) < 0)
			return -ENOMEM;
	return 0;
}

/* Rules that decide nothing, slots that are no card: what accept would say of the rules today. */
static int note_rules(struct checked *c)
{
	const struct config *config = &c->boot.config;
	struct acceptance a;
	int ret = accept_rules(config, &c->boot.machine, &c->boot.lock, NULL, &a);

	if (ret < 0)
		return ret;
	ret = proposal_of_waiting(&c->boot, &c->waiting);
	if (ret == 0)
		c->to_accept = proposal_words(&c->boot, &c->waiting, c->accept, sizeof(c->accept));
	for (size_t i = 0; i < a.n_notes && ret == 0; i++)
		if (a.notes[i].reason != REASON_APPEARS_LATER) /* said of the decision: "if present" */
			ret = add_note(c, ROW_RULE, &a.notes[i], config_rule(config, a.notes[i].rule));
	for (size_t i = 0; i < config->n_rules && ret == 0; i++)
		if (c->boot.lock_broken || waiting_is(&c->boot.composition, &config->rules[i]))
			ret = weigh_rule(c, &config->rules[i], &c->waiting);
	if (ret == 0)
		ret = choice_find(config, &a, NULL, &c->notes);
	acceptance_free(&a);
	return ret;
}

/* Those of rules and lock, and those of the boot, which counts the rules of the plan. */
static int add_notes(struct checked *c)
{
	const struct config *config = &c->boot.config;
	const struct composition *made = &c->boot.composition;
	const struct decisions *d = &c->boot.decisions;
	int ret = 0;

	for (size_t i = 0; i < made->n_notes && ret == 0; i++) {
		c->problems += made->notes[i].reason == REASON_NOT_ACCEPTED;
		ret = add_note(c, ROW_NOTE, &made->notes[i], config_rule(config, made->notes[i].rule));
	}
	for (size_t i = 0; i < d->n_notes && ret == 0; i++) {
		const struct rule *rule = plan_rule(&made->plan, d->notes[i].rule);

		ret = add_note(c, ROW_BOOT, &d->notes[i],
			       rule ? rule_find(config->rules, config->n_rules, rule) : NULL);
	}
	return ret;
}

static bool is_bound(const struct checked *c, int device)
{
	for (size_t i = 0; i < c->boot.decisions.n; i++)
		if (c->boot.decisions.items[i].bind && c->boot.decisions.items[i].device == device)
			return true;
	return false;
}

/* What the host needs today, of what was accepted when it did not. */
static int note_needs(struct checked *c)
{
	for (size_t i = 0; i < c->boot.machine.n_needs; i++) {
		const struct need *need = &c->boot.machine.needs[i];
		struct row *row;

		if (need_is_unresolved(need) || !is_bound(c, need->device))
			continue;
		c->problems += need->reason == REASON_BOOT_DISK;
		row = row_add(&c->notes, ROW_NOTE, &c->boot.machine.devices[need->device].address);
		if (!row)
			return -ENOMEM;
		row->reason = need->reason;
		if (row_say(row, "%s was accepted, and the host needs it now: %s", row->address, need->text) < 0)
			return -ENOMEM;
	}
	return 0;
}

static void warn_notes(const struct checked *c)
{
	char line[ROW_LINE_LEN];

	for (size_t i = 0; i < c->notes.n; i++)
		if (!is_plain(&c->notes.items[i]))
			say_warning("%s", row_line(&c->notes.items[i], line));
}

static void count_refused(struct checked *c)
{
	for (size_t i = 0; i < c->boot.decisions.n; i++) {
		const struct decision *d = &c->boot.decisions.items[i];

		if (d->bind || outcome_is_wished(&c->boot, d))
			continue;
		c->problems++;
		if (d->device >= 0)
			explain_first(c, &c->boot.machine.devices[d->device].address);
	}
}

/* What was not found has its advice already. */
static void print_next(const struct checked *c)
{
	const struct rule *idle = c->idle;
	struct rows rows = { 0 };
	bool stale = status_tell_stale(&c->images, &rows);
	char words[RULE_WORDS_LEN];

	say_all(&rows);
	if (c->to_accept)
		printf("Now run `earlybind accept%s`, then `earlybind regenerate`.\n", c->accept);
	else if (*c->to_explain)
		printf("`earlybind explain %s` says what to do.\n", c->to_explain);
	else if (idle)
		printf("%s:%u can lock nothing: change it, or `earlybind remove %s` takes it out.\n", idle->file,
		       idle->line, drift_words(idle, words));
	if (stale && !c->to_accept)
		printf("%s run `earlybind regenerate`.\n", *c->to_explain || idle ? "Then" : "Now");
}

static int check(struct checked *c)
{
	c->problems += (unsigned)config_errors(&c->boot.config);
	if (note_rules(c) < 0 || live_rules_note(&c->boot.config, &c->boot.machine, &c->notes) < 0 ||
	    add_notes(c) < 0 || note_needs(c) < 0)
		return -ENOMEM;
	warn_notes(c);
	count_refused(c);
	if (advise(&c->cli->root, &c->boot, ADVICE_ALL, &c->advices) < 0)
		return -ENOMEM;
	if (status_of_all(&c->cli->root, &c->boot, &c->images) < 0)
		return -ENOMEM;
	say_rows(&c->advices);
	if (c->cli->json) {
		print_json(c);
	} else {
		print_decisions(c);
		print_notes(c);
		print_next(c);
	}
	return 0;
}

int cmd_check(struct cli *cli)
{
	struct checked c = { .cli = cli };
	int ret;

	if (cli->n_args) {
		say_error("check takes no arguments");
		return EXIT_USAGE;
	}
	ret = next_boot_make(&cli->root, &c.boot);
	c.problems += c.boot.lock_broken;
	if (ret == 0)
		ret = check(&c);
	if (ret == -ENOMEM)
		say_error("no memory");
	status_free(&c.images);
	acceptance_free(&c.waiting);
	rows_free(&c.advices);
	rows_free(&c.notes);
	next_boot_free(&c.boot);
	return ret < 0 || c.problems ? EXIT_REFUSED : EXIT_DONE;
}
