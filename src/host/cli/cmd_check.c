/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules, lock and machine against each other, without changing anything: what would a boot of an image made now do? */
#include "../advice/advice.h"
#include "../advice/drift.h"
#include "../advice/verdict.h"
#include "../image/status.h"
#include "../kernels/mkinitcpio_hooks.h"
#include "../lib/json.h"
#include "../state/next_boot.h"
#include "../state/outcome.h"
#include "cli.h"

struct checked {
	struct cli *cli;
	struct next_boot boot;
	struct status images; /* what boots now may not be what is decided here */
	struct verdict verdict;
	struct rows advices;
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

		say("  %s [%.9s] %s%s%s%s%s%s", d->line.has_address ? address_print(&d->line.address, address) : "-",
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

	for (size_t i = 0; i < c->verdict.notes.n; i++)
		if (is_plain(&c->verdict.notes.items[i]))
			say("note: %s", row_line(&c->verdict.notes.items[i], line));
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
	rows_json(&c->verdict.notes, "notes", &j);
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

static void warn_notes(const struct checked *c)
{
	char line[ROW_LINE_LEN];

	for (size_t i = 0; i < c->verdict.notes.n; i++)
		if (!is_plain(&c->verdict.notes.items[i]))
			say_warning("%s", row_line(&c->verdict.notes.items[i], line));
}

/* What was not found has its advice already. */
static void print_next(const struct checked *c)
{
	const struct rule *idle = c->verdict.idle;
	struct rows rows = { 0 };
	bool stale = status_tell_stale(&c->images, &rows);
	char words[RULE_WORDS_LEN];

	say_all(&rows);
	if (c->verdict.to_accept)
		say("Now run `earlybind accept%s`, then `earlybind regenerate`.", c->verdict.accept);
	else if (*c->verdict.to_explain)
		say("`earlybind explain %s` says what to do.", c->verdict.to_explain);
	else if (idle && drift_can_remove(idle))
		say("%s:%u can lock nothing: change it, or `earlybind remove %s` takes it out.", idle->file, idle->line,
		    drift_words(idle, words));
	else if (idle)
		say("%s:%u can lock nothing: change or delete it.", idle->file, idle->line);
	if (stale && !c->verdict.to_accept)
		say("%s run `earlybind regenerate`.", *c->verdict.to_explain || idle ? "Then" : "Now");
}

static int check(struct checked *c)
{
	_cleanup_(rows_free) struct rows warnings = { 0 };

	if (verdict_make(&c->boot, &c->verdict) < 0)
		return -ENOMEM;
	warn_notes(c);
	if (advise(&c->cli->root, &c->boot, ADVICE_ALL, &c->advices) < 0)
		return -ENOMEM;
	if (c->boot.config.n_rules && mkinitcpio_hooks_tell(&c->cli->root, LEVEL_WARNING, &c->advices))
		return -ENOMEM;
	if (status_of_all(&c->cli->root, &c->boot, &c->images) < 0)
		return -ENOMEM;
	status_warn(&c->images, &warnings);
	say_rows(&warnings);
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
	ret = cli_next_boot(cli, &c.boot);
	if (ret == 0)
		ret = check(&c);
	if (ret == -ENOMEM)
		say_error("no memory");
	status_free(&c.images);
	rows_free(&c.advices);
	verdict_free(&c.verdict);
	next_boot_free(&c.boot);
	return ret < 0 || c.verdict.problems ? EXIT_REFUSED : EXIT_DONE;
}
