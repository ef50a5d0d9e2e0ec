/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report of this boot, as a person or a program reads it. */
#include <inttypes.h>
#include <libsmartcols/libsmartcols.h>

#include "../advice/advice.h"
#include "../advice/proposal.h"
#include "../image/status.h"
#include "../lib/json.h"
#include "../machine/pci_names.h"
#include "../state/efi.h"
#include "../state/files.h"
#include "../state/next_boot.h"
#include "../state/outcome.h"
#include "../state/waiting.h"
#include "cli.h"
#include "confirmer.h"

static const char *const state_meanings[PLAN_STATE_COUNT] = {
	[PLAN_ACTIVE] = "the plan was used",
	[PLAN_TRIAL] = "the plan was used, on trial",
	[PLAN_STOOD_DOWN] = "the plan was not used: its trial failed",
	[PLAN_OFF] = "the plan was not used: earlybind was switched off for this boot",
	[PLAN_KDUMP] = "nothing was done: this was a crash kernel",
	[PLAN_BROKEN] = "nothing was bound: the plan could not be used",
};

static void print_trial(const struct efi *e, uint64_t hash, const char *confirmer)
{
	const struct trial *t = &e->trial;

	if (e->wrong)
		say("The EFI variable %s %s: boots leave it alone, `earlybind confirm` removes it.",
		    efivar_name(EFIVAR_TRIAL), efi_wrong(e));
	else if (t->hash != hash)
		say("Plan %016" PRIx64 " is on trial, which is not this boot's: %u of %d boots without `earlybind "
		    "confirm`. %s",
		    t->hash, t->attempts, TRIAL_BOOTS, confirmer);
	else if (t->attempts < TRIAL_BOOTS)
		say("On trial: %u of %d boots without `earlybind confirm`. %s", t->attempts, TRIAL_BOOTS, confirmer);
	else
		puts("The next boot does not use the plan, unless `earlybind confirm` is run before.");
}

/* hash: of the report, 0: there is none. confirmer: what ends a trial. */
static void print_variables(const struct efi *e, uint64_t hash, const char *confirmer)
{
	if (e->error && e->error != -ENODEV)
		say("The EFI variables cannot be read: %s.", strerror(-e->error));
	if (e->there)
		print_trial(e, hash, confirmer);
	if (e->off)
		puts("The next boot is switched off: `earlybind off --next-boot`.");
}

static void variables_json(const struct efi *e, struct json *j)
{
	char hash[17], lock[17];

	if (!e->there) {
		json_string(j, "trial", NULL);
	} else {
		snprintf(hash, sizeof(hash), "%016" PRIx64, e->trial.hash);
		snprintf(lock, sizeof(lock), "%016" PRIx64, e->trial.lock);
		json_open(j, "trial", '{');
		json_string(j, "lock", e->wrong || e->trial.any_lock ? NULL : lock);
		json_string(j, "hash", e->wrong ? NULL : hash);
		json_number(j, "boots", e->wrong ? 0 : e->trial.attempts);
		json_string(j, "problem", e->wrong ? efi_wrong(e) : NULL);
		json_close(j, '}');
	}
	json_bool(j, "off_next_boot", e->off);
}

/* The machine, configuration and lock as they are now, beside what the boot did. */
struct now {
	int error; /* not all of it could be read, which was said */
	struct status images;
	struct next_boot boot;
	struct rows advices;
	bool accepts;     /* there is something to accept */
	char accept[400]; /* the words behind `accept` then */
};

static void now_free(struct now *n)
{
	rows_free(&n->advices);
	next_boot_free(&n->boot);
	status_free(&n->images);
}

/* Rules that nobody accepted, and whether accept has something for them. */
static int read_waiting(struct now *n)
{
	const struct composition *made = &n->boot.composition;
	struct offers offers;
	int ret = 0;

	if (!n->boot.lock_broken && !waiting_count(made))
		return 0;
	if (offers_make(&n->boot, &offers) < 0)
		return -ENOMEM;
	n->accepts = offers_words(&offers, &n->boot, n->accept, sizeof(n->accept));
	for (size_t i = 0; i < made->n_notes; i++) {
		const struct rule *rule = config_rule(&n->boot.config, made->notes[i].rule);
		struct row *row;

		if (made->notes[i].reason != REASON_NOT_ACCEPTED || !rule)
			continue;
		row = row_add(&n->advices, ROW_NOTE, NULL);
		if (!row) {
			ret = -ENOMEM;
			break;
		}
		row_set_note(row, &made->notes[i], rule);
		if (!offers_set_next(&offers, rule, row))
			row_set_next(row, "check");
	}
	offers_free(&offers);
	return ret;
}

/* What cannot be read was said, and is left out. */
static void read_now(const struct cli *cli, struct now *n)
{
	/* What stays with the host in a group is for check and accept: it is no news at each boot. */
	unsigned kinds = ADVICE_ALL & ~(1u << ROW_GROUP);
	int ret = cli_next_boot(cli, &n->boot);

	/* Where only the decision is missing, the images can be looked at. */
	if (ret != -ENOMEM && status_of_all(&cli->root, &n->boot, &n->images) < 0)
		ret = -ENOMEM;
	if (ret == 0 && n->boot.config.n_rules)
		ret = advise(&cli->root, &n->boot, kinds, &n->advices);
	if (ret == 0)
		ret = read_waiting(n);
	if (ret == -ENOMEM)
		say_error("no memory to look at the images and the machine");
	n->error = ret;
}

/* Whether there are rules that should have had an effect in this boot; what cannot be told may have. */
static bool is_asked_for(const struct now *n)
{
	const struct next_boot *boot = &n->boot;

	return boot->config.n_rules &&
	       (n->error || boot->lock_broken || boot->composition.plan.n_rules || waiting_count(&boot->composition));
}

/* The next step where rules were of no effect in this boot. */
static void say_waiting(const struct now *n)
{
	unsigned waiting = waiting_count(&n->boot.composition);

	if (n->boot.lock_hidden)
		say("%zu rule%s: only root can tell whether they are accepted.", n->boot.config.n_rules,
		    n->boot.config.n_rules == 1 ? "" : "s");
	else if ((n->boot.lock_broken || waiting) && (n->error || n->accepts))
		say("%zu rule%s: `earlybind accept%s`, then `earlybind regenerate`, and reboot.",
		    n->boot.config.n_rules, n->boot.config.n_rules == 1 ? "" : "s", n->accept);
	else if (n->boot.lock_broken || waiting)
		say("%zu rule%s, and accept has nothing to lock for those that wait: `earlybind check` says why.",
		    n->boot.config.n_rules, n->boot.config.n_rules == 1 ? "" : "s");
	else if (status_is_hidden(&n->images) || (status_is_current(&n->images) && *n->images.unknown))
		puts("The rules are accepted. Whether the images have them cannot be told, see below.");
	else if (!n->images.n || !status_is_current(&n->images))
		puts("The rules are accepted: `earlybind regenerate`, and reboot.");
	else
		puts("The rules are accepted and in the images: reboot.");
}

/* Without a report: is that as it should be? */
static int say_missing(const struct cli *cli, const struct now *n)
{
	if (cli->json) {
		struct json j = { .to = stdout };

		json_begin(&j);
		json_string(&j, "report", NULL);
		variables_json(&n->boot.efi, &j);
		status_json(&n->images, &j);
		rows_json(&n->advices, "advice", &j);
		json_end(&j);
	} else {
		puts("This boot's image had no plan: nothing was done.");
		if (is_asked_for(n))
			say_waiting(n);
		else if (n->boot.config.n_rules)
			puts("What the rules ask for may be absent, and is.");
	}
	return is_asked_for(n) ? EXIT_REFUSED : EXIT_DONE;
}

/* The notes count the rules of the boot's plan: where that is the plan of now, their lines are known. */
static void add_notes(const struct report *r, const struct now *n, struct rows *out)
{
	const struct plan *plan = &n->boot.composition.plan;
	uint64_t hash;
	bool same = plan_hash(plan, &hash) == 0 && hash == r->hash;

	for (size_t i = 0; i < r->n_notes; i++) {
		const struct report_note *note = &r->notes[i];
		struct row *row = row_add(out, ROW_BOOT, NULL);

		if (!row)
			return;
		row_set_note(row, note, same ? plan_rule(plan, note->rule) : NULL);
		row->rule = note->rule;
	}
}

static void print_json(const struct report *r, const struct now *n)
{
	struct json j = { .to = stdout };
	struct rows notes = { 0 };
	char text[PATH_LEN + ROOT_LEN];

	add_notes(r, n, &notes);
	json_begin(&j);
	snprintf(text, sizeof(text), "%016llx", (unsigned long long)r->hash);
	json_string(&j, "hash", r->hash ? text : NULL);
	json_string(&j, "state", plan_state_words[r->state]);
	json_string(&j, "text", r->text);
	json_bool(&j, "complete", r->complete);
	json_open(&j, "devices", '[');
	for (size_t i = 0; i < r->n_devices; i++) {
		const struct report_device *d = &r->devices[i];

		json_open(&j, NULL, '{');
		json_string(&j, "address", d->has_address ? address_print(&d->address, text) : NULL);
		json_string(&j, "root", root_print(&d->root, text));
		json_string(&j, "path", path_print(&d->path, text));
		json_string(&j, "identity", identity_print(&d->identity, text));
		json_number(&j, "rule", d->rule);
		json_string(&j, "outcome", outcome_words[d->outcome]);
		json_string(&j, "reason", d->reason ? reason_word(d->reason) : NULL);
		json_bool(&j, "wished", outcome_was_wished(&n->boot, d));
		json_string(&j, "driver", d->driver);
		json_string(&j, "text", d->text);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	rows_json(&notes, "notes", &j);
	rows_free(&notes);
	json_number(&j, "bound", r->bound);
	json_number(&j, "refused", r->refused);
	json_number(&j, "failed", r->failed);
	json_number(&j, "milliseconds", r->milliseconds);
	variables_json(&n->boot.efi, &j);
	status_json(&n->images, &j);
	rows_json(&n->advices, "advice", &j);
	json_end(&j);
}

static int add_row(struct libscols_table *table, const struct report_device *d, struct pci_names *names)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	char address[ADDRESS_LEN], identity[IDENTITY_LEN], name[DEVICE_NAME_LEN];

	if (!line)
		return -ENOMEM;
	identity_print(&d->identity, identity);
	identity[9] = '\0';
	if (scols_line_set_data(line, 0, d->has_address ? address_print(&d->address, address) : "-") != 0 ||
	    scols_line_set_data(line, 1, identity) != 0 ||
	    scols_line_set_data(line, 2, outcome_words[d->outcome]) != 0 ||
	    scols_line_set_data(line, 3, reason_word(d->reason)) != 0 ||
	    scols_line_set_data(line, 4, d->driver[0] ? d->driver : "-") != 0 ||
	    scols_line_set_data(line, 5, pci_names_device(names, &d->identity, name)) != 0)
		return -ENOMEM;
	return 0;
}

static int print_table(const struct cli *cli, const struct report *r)
{
	static const char *const columns[] = { "ADDRESS", "ID", "OUTCOME", "REASON", "DRIVER", "NAME" };
	struct pci_names *names = cli_names(cli);
	struct libscols_table *table = scols_new_table();
	int ret = table ? 0 : -ENOMEM;

	for (size_t i = 0; i < ARRAY_SIZE(columns) && ret == 0; i++)
		if (!scols_table_new_column(table, columns[i], 0, 0))
			ret = -ENOMEM;
	for (size_t i = 0; i < r->n_devices && ret == 0; i++)
		ret = add_row(table, &r->devices[i], names);
	if (ret == 0)
		scols_print_table(table);
	scols_unref_table(table);
	pci_names_close(names);
	return ret;
}

/* What is not about one device. The meanings are those of devices, and fit only where a note says the same. */
static void print_notes(const struct report *r)
{
	static const reason_set explained = REASON_BIT(REASON_IGNORED_IDS) | REASON_BIT(REASON_BOUND_BY_KERNEL) |
					    REASON_BIT(REASON_NO_DRIVER) | REASON_BIT(REASON_TIMEOUT);

	for (size_t i = 0; i < r->n_notes; i++) {
		enum reason reason = r->notes[i].reason;

		say("note: %s: %s", reason_word(reason), r->notes[i].text);
		if (!(explained & REASON_BIT(reason)))
			continue;
		say("    %s", reason_meaning(reason));
		say("    %s", reason_remedy(reason));
	}
}

static void print_why(const struct report *r, const struct now *n)
{
	char address[ADDRESS_LEN];

	for (size_t i = 0; i < r->n_devices; i++) {
		const struct report_device *d = &r->devices[i];
		const char *remedy = outcome_was_wished(&n->boot, d) ? "" : reason_remedy(d->reason);

		if (!d->reason)
			continue;
		say("%s: %s: %s%s%s%s", d->has_address ? address_print(&d->address, address) : "a locked card",
		    reason_word(d->reason), outcome_meaning(d), *d->text ? " (" : "", d->text, *d->text ? ")" : "");
		if (*remedy)
			say("    %s", remedy);
	}
}

static void print_report(const struct cli *cli, const struct report *r, const struct now *n)
{
	char hash[32] = "";

	if (r->hash)
		snprintf(hash, sizeof(hash), "Plan %016llx: ", (unsigned long long)r->hash);
	say("%s%s%s%s%s.", hash, state_meanings[r->state], *r->text ? " (" : "", r->text, *r->text ? ")" : "");
	if (r->n_devices && print_table(cli, r) < 0)
		say_error("no memory for the table");
	print_why(r, n);
	print_notes(r);
	say("%u bound, %u refused, %u failed, in %u ms%s.", r->bound, r->refused, r->failed, r->milliseconds,
	    r->complete ? "" : "; the report has no end: the boot program was interrupted");
}

static unsigned count_wished(const struct report *r, const struct now *n)
{
	unsigned wished = 0;

	for (size_t i = 0; i < r->n_devices; i++)
		wished += r->devices[i].outcome == OUTCOME_REFUSED && outcome_was_wished(&n->boot, &r->devices[i]);
	return wished;
}

static int say_report(const struct cli *cli, const struct report *r, const struct now *n)
{
	if (cli->json)
		print_json(r, n);
	else
		print_report(cli, r, n);
	return r->refused > count_wished(r, n) || r->failed || !r->complete || r->state == PLAN_BROKEN ? EXIT_REFUSED
												       : EXIT_DONE;
}

int cmd_status(struct cli *cli)
{
	_cleanup_(report_free) struct report report = { 0 };
	struct now now = { 0 };
	struct rows rows = { 0 }, warnings = { 0 };
	bool missing;
	int ret;

	if (cli->n_args) {
		say_error("status takes no arguments");
		return EXIT_USAGE;
	}
	ret = cli_report(&cli->root, &report);
	missing = ret == -ENOENT;
	if (ret < 0 && !missing)
		return EXIT_REFUSED;
	read_now(cli, &now);
	ret = missing ? say_missing(cli, &now) : say_report(cli, &report, &now);
	if (!cli->json) {
		print_variables(&now.boot.efi, report.hash,
				confirmer_say(&cli->root, confirmer_is_person(&now.boot.composition.plan)));
		/* The next boot may differ from what conf and lock say. */
		status_tell_stale(&now.images, &rows);
		status_next(&now.images, &rows);
		say_all(&rows);
	}
	fflush(stdout);
	status_warn(&now.images, &warnings);
	say_rows(&warnings);
	rows_free(&warnings);
	say_rows(&now.advices);
	/* What only root can read is no failure of this boot. */
	if (!status_is_current(&now.images) || waiting_count(&now.boot.composition) ||
	    config_errors(&now.boot.config) || (now.error && now.error != -EPERM))
		ret = EXIT_REFUSED;
	now_free(&now);
	return ret;
}
