/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <stdarg.h>
#include <time.h>
#include <unistd.h>

#include "../advice/proposal.h"
#include "../image/planned.h"
#include "../machine/pci_names.h"
#include "../state/exclusive.h"
#include "../state/files.h"
#include "../state/next_boot.h"
#include "../state/recall.h"
#include "../state/waiting.h"

/* In tenths of a second. */
#define WAIT_SILENT 10
#define WAIT_ALL 600

/*
 * 0, or what exclusive_try() said last. A boot that is complete waits without an end: given up, it would count as one
 * that nobody confirmed.
 */
static int wait_for_turn(int fd, bool boot)
{
	const struct timespec tenth = { .tv_nsec = 100000000 };
	char holder[EXCLUSIVE_HOLDER_LEN];
	int err = exclusive_try(fd);

	for (unsigned waited = 0; err == -EWOULDBLOCK && (boot || waited < WAIT_ALL); waited++) {
		if (waited == WAIT_SILENT)
			say_error("waiting for %s", exclusive_holder(fd, holder));
		nanosleep(&tenth, NULL);
		err = exclusive_try(fd);
	}
	return err;
}

int cli_exclusive(struct cli *cli)
{
	char why[EXCLUSIVE_WHY_LEN], holder[EXCLUSIVE_HOLDER_LEN];
	int err, fd = exclusive_open(&cli->root, why);

	if (fd < 0) {
		say_error("/" EXCLUSIVE_FILE " cannot be used: %s; nothing was changed", why);
		return EXIT_REFUSED;
	}
	err = wait_for_turn(fd, cli->boot);
	if (!err) {
		cli->exclusive = fd;
		return EXIT_DONE;
	}
	if (err == -EWOULDBLOCK)
		say_error("%s is not done after a minute; nothing was changed", exclusive_holder(fd, holder));
	else
		say_error("/" EXCLUSIVE_FILE " cannot be locked: %s; nothing was changed", strerror(-err));
	close(fd);
	return EXIT_REFUSED;
}

int cli_selector(const char *text, struct selector *out)
{
	struct syntax_error err = { 0 };

	if (selector_parse(text, strlen(text), out, &err) == 0)
		return EXIT_DONE;
	say_error("'%s' is no selector: expected %s", text, err.expected);
	if (err.hint)
		say_detail("    hint: %s", err.hint);
	return EXIT_USAGE;
}

static void say_machine(const struct cli *cli, int err)
{
	const char *dir = cli->root.dir;

	say_error("the PCI devices in %s%ssys/bus/pci cannot be read: %s", dir, dir[strlen(dir) - 1] == '/' ? "" : "/",
		  strerror(-err));
}

int cli_next_boot(const struct cli *cli, struct next_boot *boot)
{
	_cleanup_(say_all) struct rows rows = { 0 };
	int ret = next_boot_make(&cli->root, boot);

	say_problems(&boot->config);
	if (next_boot_note_lock(boot, LEVEL_ERROR, &rows))
		return -ENOMEM;
	if (ret == -EPERM && !boot->lock_hidden)
		say_error("the lock has serial numbers, which only root can read: try sudo");
	else if (ret < 0 && ret != -EPERM && ret != -ENOMEM)
		say_machine(cli, ret);
	return ret;
}

int cli_machine(const struct cli *cli, struct machine *out)
{
	int ret = recall_machine(&cli->root, out);

	if (ret < 0)
		say_machine(cli, ret);
	return ret;
}

int cli_report(const struct sysroot *root, struct report *out)
{
	struct plan_error err;
	char place[16];
	int ret = report_load(root, out, &err);

	if (ret == -EBADMSG || ret == -EPROTONOSUPPORT)
		say_error("/%s%s: %s", REPORT_FILE, error_place(&err, place), err.text);
	else if (ret < 0 && ret != -ENOENT)
		say_error("/%s %s", REPORT_FILE, *err.text ? err.text : "cannot be read: no memory");
	return ret;
}

/* A rule that is complete is in the image already: there accept is right, too, where it refuses the card. */
static void add_step(const struct next_boot *boot, const struct offers *offers, struct row *row)
{
	const struct rule *rule = config_rule(&boot->config, row->rule);
	bool ask = offers && rule && !rule_is_complete(rule);
	char text[sizeof(row->text)], step[PROPOSAL_STEP_LEN];

	snprintf(text, sizeof(text), "%s", row->text);
	snprintf(row->text, sizeof(row->text), "%s (%s)", text,
		 ask ? offers_step(offers, rule, row, step) : reason_remedy(row->reason));
}

/* What to do about the rules that wait for accept. On another machine than theirs nobody can tell what that would do.
 */
static int add_steps(const struct cli *cli, struct next_boot *boot, struct rows *rows)
{
	bool here = next_boot_scan(&cli->root, boot) && boot->machine.n;
	_cleanup_(offers_free) struct offers offers = { 0 };
	int ret = here ? next_boot_finish(&cli->root, boot) : 0;

	if (ret == 0 && here)
		ret = offers_make(boot, &offers);
	for (size_t i = 0; i < rows->n && ret == 0; i++) {
		if (rows->items[i].reason != REASON_NOT_ACCEPTED)
			continue;
		add_step(boot, here ? &offers : NULL, &rows->items[i]);
		if (!here)
			break; /* it is the same for all */
	}
	return ret;
}

int cli_read_rules(const struct cli *cli, struct next_boot *boot)
{
	_cleanup_(say_all) struct rows rows = { 0 };
	int err = next_boot_read(&cli->root, boot);

	if (err)
		return err;
	say_problems(&boot->config);
	err = planned_warnings(&cli->root, boot, &rows);
	return err || !waiting_count(&boot->composition) ? err : add_steps(cli, boot, &rows);
}

static _printf_(1, 2) __attribute__((noreturn)) void names_failed(char *msg, ...)
{
	char text[512], *file, *after;
	va_list args;

	va_start(args, msg);
	vsnprintf(text, sizeof(text), msg, args);
	va_end(args);
	text[strcspn(text, "\n")] = '\0';
	file = strstr(text, PCI_NAMES_FD);
	after = file ? file + strcspn(file, ",:") : "";
	say_error("the names of the devices: %.*s%s%s", file ? (int)(file - text) : (int)strlen(text), text,
		  file ? "/" PCI_NAMES_FILE : "", after);
	exit(EXIT_REFUSED);
}

struct pci_names *cli_names(const struct cli *cli)
{
	return pci_names_open(&cli->root, names_failed);
}

void cli_join(const struct cli *cli, struct text *out)
{
	for (int i = 0; i < cli->n_args; i++) {
		text_add(out, i ? " " : "");
		text_add(out, cli->args[i]);
	}
}
