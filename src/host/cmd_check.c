/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules, lock and machine against each other, without changing anything: what would the next boot do? */
#include "../core/accept.h"
#include "../core/need.h"
#include "../core/note.h"
#include "advice.h"
#include "cli.h"
#include "files.h"
#include "forecast.h"
#include "json.h"

struct checked {
	struct cli *cli;
	struct forecast f;
	unsigned problems; /* what makes the exit status 1 */
	struct advices advices;
};

static void print_decisions(const struct checked *c)
{
	char address[ADDRESS_LEN], identity[IDENTITY_LEN];

	puts(c->f.decisions.n ? "The next boot, on this machine as it is:" : "The next boot binds nothing.");
	for (size_t i = 0; i < c->f.decisions.n; i++) {
		const struct decision *d = &c->f.decisions.items[i];

		printf("  %s [%.9s] %s%s%s%s%s\n", d->line.has_address ? address_print(&d->line.address, address) : "-",
		       identity_print(&d->line.identity, identity),
		       d->bind ? "bind to " : "refused: ", d->bind ? d->drivers : reason_word(d->reason),
		       *d->line.text ? " (" : "", d->line.text, *d->line.text ? ")" : "");
	}
}

static void print_notes(const struct checked *c)
{
	for (size_t i = 0; i < c->f.decisions.n_notes; i++)
		printf("note: %s: %s\n", reason_word(c->f.decisions.notes[i].reason), c->f.decisions.notes[i].text);
}

static void json_notes(struct json *j, const struct report_note *notes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		json_open(j, NULL, '{');
		json_string(j, "reason", reason_word(notes[i].reason));
		json_string(j, "text", notes[i].text);
		json_close(j, '}');
	}
}

static void print_json(const struct checked *c)
{
	struct json j = { .to = stdout };
	char text[IDENTITY_LEN];

	json_open(&j, NULL, '{');
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
	advices_json(&c->advices, &j);
	json_bool(&j, "lock_broken", c->f.lock_broken);
	json_close(&j, '}');
	putchar('\n');
}

/* Rules that decide nothing, slots that are no card: what accept would say of the rules today. */
static int warn_rules(struct checked *c)
{
	struct acceptance a;

	if (accept_rules(&c->f.config, &c->f.machine, &c->f.lock, NULL, &a) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < a.n_notes; i++)
		say_warning("%s", a.notes[i].text);
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

static int check(struct checked *c)
{
	c->problems += (unsigned)config_errors(&c->f.config);
	if (warn_rules(c) < 0 || note_needs(c) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < c->f.composition.n_notes; i++) {
		const struct report_note *note = &c->f.composition.notes[i];

		say_warning("%s: %s", reason_word(note->reason), note->text);
		c->problems += note->reason == REASON_NOT_ACCEPTED;
	}
	for (size_t i = 0; i < c->f.decisions.n; i++) {
		const struct decision *d = &c->f.decisions.items[i];

		c->problems += !d->bind;
	}
	if (advise(c->cli, &c->f.composition.plan, &c->f.machine, &c->f.decisions, ADVICE_ALL, &c->advices) < 0)
		return -ENOMEM;
	advices_warn(&c->advices);
	if (c->cli->json) {
		print_json(c);
	} else {
		print_decisions(c);
		print_notes(c);
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
	ret = forecast_make(cli, &c.f);
	c.problems += c.f.lock_broken;
	if (ret == 0)
		ret = check(&c);
	if (ret == -ENOMEM)
		say_error("no memory");
	advices_free(&c.advices);
	forecast_free(&c.f);
	return ret < 0 || c.problems ? EXIT_REFUSED : EXIT_DONE;
}
