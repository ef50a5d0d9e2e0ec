/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules, lock and machine against each other, without changing anything: what would a boot of an image made now do? */
#include "../../core/accept.h"
#include "../../core/need.h"
#include "../../core/note.h"
#include "../advice/advice.h"
#include "../image/status.h"
#include "../lib/json.h"
#include "../state/files.h"
#include "../state/live_rule.h"
#include "../state/next_boot.h"
#include "../state/waiting.h"
#include "cli.h"

struct checked {
	struct cli *cli;
	struct forecast f;
	struct look look;  /* what boots now may not be what is decided here */
	unsigned problems; /* what makes the exit status 1 */
	struct rows advices;
	bool to_accept;               /* accept would put something right */
	char to_explain[ADDRESS_LEN]; /* what a guard refuses first, "" for none */
	const struct rule *idle;      /* the first rule that accept has nothing for, or NULL */
};

/* Behind Thunderbolt or USB4: it is there so early only if the firmware has connected it. */
static bool is_external(const struct checked *c, const struct decision *d)
{
	return d->bind && c->f.machine.devices[d->device].external;
}

static void print_decisions(const struct checked *c)
{
	char address[ADDRESS_LEN], identity[IDENTITY_LEN];

	puts(c->f.decisions.n ? "A boot of an image made now, on this machine as it is:"
			      : "A boot of an image made now binds nothing.");
	for (size_t i = 0; i < c->f.decisions.n; i++) {
		const struct decision *d = &c->f.decisions.items[i];

		printf("  %s [%.9s] %s%s%s%s%s%s\n",
		       d->line.has_address ? address_print(&d->line.address, address) : "-",
		       identity_print(&d->line.identity, identity),
		       d->bind ? "bind to " : "refused: ", d->bind ? d->drivers : reason_word(d->reason),
		       is_external(c, d) ? " if present" : "", *d->line.text ? " (" : "", d->line.text,
		       *d->line.text ? ")" : "");
	}
}

/* No warning: what an optional rule means may be absent. */
static bool is_plain(const struct report_note *note)
{
	return note->reason == REASON_ABSENT;
}

static void print_notes(const struct checked *c)
{
	for (size_t i = 0; i < c->f.composition.n_notes; i++)
		if (is_plain(&c->f.composition.notes[i]))
			printf("note: %s: %s\n", reason_word(REASON_ABSENT), c->f.composition.notes[i].text);
	for (size_t i = 0; i < c->f.decisions.n_notes; i++)
		printf("note: %s: %s\n", reason_word(c->f.decisions.notes[i].reason), c->f.decisions.notes[i].text);
}

static void json_notes(struct json *j, const struct report_note *notes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		json_open(j, NULL, '{');
		json_string(j, "reason", notes[i].reason ? reason_word(notes[i].reason) : NULL);
		json_string(j, "text", notes[i].text);
		json_close(j, '}');
	}
}

static void print_json(const struct checked *c)
{
	struct json j = { .to = stdout };
	char text[IDENTITY_LEN];

	json_begin(&j);
	json_open(&j, "problems", '[');
	for (size_t i = 0; i < c->f.config.n_problems; i++) {
		const struct config_problem *p = &c->f.config.problems[i];

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
	json_open(&j, "notes", '[');
	json_notes(&j, c->f.composition.notes, c->f.composition.n_notes);
	json_notes(&j, c->f.decisions.notes, c->f.decisions.n_notes);
	json_close(&j, ']');
	json_open(&j, "devices", '[');
	for (size_t i = 0; i < c->f.decisions.n; i++) {
		const struct decision *d = &c->f.decisions.items[i];

		json_open(&j, NULL, '{');
		json_string(&j, "address", d->line.has_address ? address_print(&d->line.address, text) : NULL);
		json_string(&j, "identity", identity_print(&d->line.identity, text));
		json_bool(&j, "bind", d->bind);
		json_string(&j, "reason", d->reason ? reason_word(d->reason) : NULL);
		json_string(&j, "text", d->line.text);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	rows_json(&c->advices, "advice", &j);
	json_bool(&j, "lock_broken", c->f.lock_broken);
	look_json(&c->look, &j);
	json_end(&j);
}

static void explain_first(struct checked *c, const struct address *address)
{
	if (!*c->to_explain)
		address_print(address, c->to_explain);
}

/* A rule that waits for accept, or that accept would refuse, too: then it says why. */
static void weigh_rule(struct checked *c, const struct rule *rule, const struct acceptance *a)
{
	char selector[SELECTOR_LEN], address[ADDRESS_LEN];
	bool locks = false, idle = !rule->optional || waiting_finds(&c->f.machine, rule);

	for (size_t i = 0; i < a->n_lines; i++) {
		locks |= a->lines[i].rule == rule->number && a->lines[i].reason == REASON_NONE;
		idle &= a->lines[i].rule != rule->number;
	}
	c->to_accept |= locks;
	if (idle && !c->idle)
		c->idle = rule;
	for (size_t i = 0; i < a->n_lines && !locks; i++) {
		const struct accept_line *line = &a->lines[i];
		const struct address *main = &card_main(&line->card)->address;

		if (line->rule != rule->number)
			continue;
		explain_first(c, main);
		say_warning("%s:%u: bind %s: accept refuses %s: %s, %s", rule->file, rule->line,
			    selector_print(&rule->selector, selector), address_print(main, address),
			    reason_word(line->reason), *line->text ? line->text : reason_meaning(line->reason));
	}
}

/* Rules that decide nothing, slots that are no card: what accept would say of the rules today. */
static int warn_rules(struct checked *c)
{
	struct acceptance a;

	if (accept_rules(&c->f.config, &c->f.machine, &c->f.lock, NULL, &a) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < a.n_notes; i++)
		if (a.notes[i].reason != REASON_APPEARS_LATER) /* said of the decision: "if present" */
			say_warning("%s", a.notes[i].text);
	for (size_t i = 0; i < c->f.config.n_rules; i++)
		if (c->f.lock_broken || waiting_is(&c->f.composition, &c->f.config.rules[i]))
			weigh_rule(c, &c->f.config.rules[i], &a);
	acceptance_free(&a);
	return 0;
}

static bool is_bound(const struct checked *c, int device)
{
	for (size_t i = 0; i < c->f.decisions.n; i++)
		if (c->f.decisions.items[i].bind && c->f.decisions.items[i].device == device)
			return true;
	return false;
}

/* What the host needs today, of what was accepted when it did not. */
static int note_needs(struct checked *c)
{
	struct composition *made = &c->f.composition;
	char address[ADDRESS_LEN];

	for (size_t i = 0; i < c->f.machine.n_needs; i++) {
		const struct need *need = &c->f.machine.needs[i];

		if (need_is_unresolved(need) || !is_bound(c, need->device))
			continue;
		c->problems += need->reason == REASON_BOOT_DISK;
		if (note_add(&made->notes, &made->n_notes, need->reason,
			     "%s was accepted, and the host needs it now: %s",
			     address_print(&c->f.machine.devices[need->device].address, address), need->text) < 0)
			return -ENOMEM;
	}
	return 0;
}

static void warn_notes(struct checked *c)
{
	for (size_t i = 0; i < c->f.composition.n_notes; i++) {
		const struct report_note *note = &c->f.composition.notes[i];

		if (is_plain(note))
			continue;
		if (note->reason)
			say_warning("%s: %s", reason_word(note->reason), note->text);
		else
			say_warning("%s", note->text);
		c->problems += note->reason == REASON_NOT_ACCEPTED;
	}
}

static void count_refused(struct checked *c)
{
	for (size_t i = 0; i < c->f.decisions.n; i++) {
		const struct decision *d = &c->f.decisions.items[i];

		c->problems += !d->bind;
		if (!d->bind && d->device >= 0)
			explain_first(c, &c->f.machine.devices[d->device].address);
	}
}

/* What was not found has its advice already. */
static void print_next(const struct checked *c)
{
	const struct rule *idle = c->idle;
	bool stale = look_print_stale(&c->look);
	char selector[SELECTOR_LEN], id[ID_LEN];

	if (c->to_accept)
		puts("Now run `earlybind accept`, then `earlybind regenerate`.");
	else if (*c->to_explain)
		printf("`earlybind explain %s` says what to do.\n", c->to_explain);
	else if (idle)
		printf("%s:%u can lock nothing: change it, or `earlybind remove %s%s%s` takes it out.\n", idle->file,
		       idle->line, selector_print(&idle->selector, selector), idle->has_id ? " id=" : "",
		       idle->has_id ? id_print(&idle->id, id) : "");
	if (stale && !c->to_accept)
		printf("%s run `earlybind regenerate`.\n", *c->to_explain || idle ? "Then" : "Now");
}

static int check(struct checked *c)
{
	c->problems += (unsigned)config_errors(&c->f.config);
	if (warn_rules(c) < 0 || note_needs(c) < 0)
		return -ENOMEM;
	live_rules_warn(&c->f.config, &c->f.machine);
	warn_notes(c);
	count_refused(c);
	if (advise(&c->cli->root, &c->f, ADVICE_ALL, &c->advices) < 0)
		return -ENOMEM;
	if (look_at_all(&c->cli->root, &c->look) < 0)
		return -ENOMEM;
	rows_warn(&c->advices);
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
	ret = forecast_make(&cli->root, &c.f);
	c.problems += c.f.lock_broken;
	if (ret == 0)
		ret = check(&c);
	if (ret == -ENOMEM)
		say_error("no memory");
	look_free(&c.look);
	rows_free(&c.advices);
	forecast_free(&c.f);
	return ret < 0 || c.problems ? EXIT_REFUSED : EXIT_DONE;
}
