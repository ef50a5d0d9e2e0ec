/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ends the trial of a plan: by a person, or by the boot that has just completed. */
#include <inttypes.h>
#include <unistd.h>

#include "../state/efi.h"
#include "../state/files.h"
#include "cli.h"

const char confirm_help[] =
	"A plan that `earlybind accept` put on trial is not used any more after two boots that nobody "
	"confirmed. This\n"
	"says that all is well, and ends the trial; also of a plan that stands down already.\n"
	"\n"
	"  --boot  confirm only what this boot has shown: its plan is the one on trial, and was used. Plans "
	"with\n"
	"          allow=display are left to a person: a black screen boots fully. earlybind-confirm.service "
	"calls\n"
	"          this when a boot is complete\n"
	"  --yes   end also the trial of another lock, without asking\n"
	"\n"
	"Exit status: 0 also where no plan is on trial, or this boot does not confirm it.\n";

/* That of a rule with allow=display; one with an address is about the device that shows the boot. */
static bool is_for_a_person(const struct report *r)
{
	for (size_t i = 0; i < r->n_notes; i++)
		if (r->notes[i].reason == REASON_DISPLAY && !r->notes[i].has_address)
			return true;
	return false;
}

/* Why this boot does not confirm the plan, or NULL. */
static const char *why_not(const struct report *r, const struct efi *efi)
{
	return efi->wrong                   ? "the EFI variable of the trial is not of this version"
	       : r->hash != efi->trial.hash ? "this boot had another plan than the one on trial"
	       : r->state != PLAN_TRIAL     ? "this boot did not use the plan"
	       : !efi->trial.attempts       ? "the trial is newer than this boot"
	       : !r->complete               ? "the report of this boot has no end"
	       : report_undone(r)           ? "in this boot `earlybind-init undo` was needed"
	       : is_for_a_person(r)         ? "a rule has allow=display, so run `earlybind confirm` yourself"
					    : NULL;
}

/* EXIT_DONE: the boot confirms it; -1: it does not, as was said; EXIT_REFUSED. */
static int ask_boot(const struct cli *cli, const struct efi *efi)
{
	struct report report;
	const char *why;
	int ret = cli_report(&cli->root, &report);

	if (ret < 0 && ret != -ENOENT)
		return EXIT_REFUSED;
	why = ret < 0 ? "this boot's image had no plan" : why_not(&report, efi);
	report_free(&report);
	if (!why)
		return EXIT_DONE;
	say("Not confirmed: %s.", why);
	return -1;
}

/* The hash of the lock that is here; 0: there is none that could be read. */
static uint64_t lock_here(const struct sysroot *r)
{
	struct plan_error err;
	_cleanup_(plan_free) struct plan lock = { 0 };

	return lock_load(r, &lock, &err) == 0 ? lock.lock : 0;
}

/* The plan of another lock may be that of another system on this machine, or of images that still boot. */
static int ask_person(const struct cli *cli, const struct efi *efi)
{
	char answer[16];

	if (efi->wrong || efi->trial.any_lock || efi->trial.lock == lock_here(&cli->root))
		return EXIT_DONE;
	say("The trial is of plan %016" PRIx64 ", which was made of another lock (%016" PRIx64
	    ") than the one here: of another system on this machine, or of an older image.",
	    efi->trial.hash, efi->trial.lock);
	if (cli->yes)
		return EXIT_DONE;
	if (!isatty(STDIN_FILENO)) {
		say_error("not confirmed: there is no terminal to ask; --yes confirms");
		return EXIT_REFUSED;
	}
	fputs("End it? [y/N] ", stdout);
	fflush(stdout);
	if (fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y'))
		return EXIT_DONE;
	puts("Nothing was confirmed.");
	return EXIT_REFUSED;
}

static int end_trial(const struct cli *cli, const struct efi *efi)
{
	int ret = efi_remove(&cli->root, EFIVAR_TRIAL);

	if (ret < 0) {
		say_error("the EFI variable %s cannot be removed: %s", efivar_name(EFIVAR_TRIAL), strerror(-ret));
		return EXIT_REFUSED;
	}
	if (efi->wrong)
		say("The EFI variable %s, which %s, is removed: no plan is on trial.", efivar_name(EFIVAR_TRIAL),
		    efi_wrong(efi));
	else
		say("Plan %016" PRIx64 " is confirmed: its trial is over%s.", efi->trial.hash,
		    efi->trial.attempts < TRIAL_BOOTS ? "" : ", and the next boot uses it");
	return EXIT_DONE;
}

int cmd_confirm(struct cli *cli)
{
	struct efi efi;
	int ret = EXIT_DONE;

	if (cli->n_args) {
		say_error("confirm takes no arguments");
		return EXIT_USAGE;
	}
	if (cli->root.live && geteuid() != 0) {
		say_error("only root can end a trial: try sudo");
		return EXIT_REFUSED;
	}
	ret = cli_exclusive(cli);
	if (ret != EXIT_DONE)
		return ret;
	efi_look(&cli->root, &efi);
	if (efi.error && efi.error != -ENODEV) {
		say_error("the EFI variables cannot be read: %s", strerror(-efi.error));
		return EXIT_REFUSED;
	}
	if (!efi.there) {
		puts(efi.error ? "No plan is on trial: this machine has no EFI variables." : "No plan is on trial.");
		return EXIT_DONE;
	}
	ret = cli->boot ? ask_boot(cli, &efi) : ask_person(cli, &efi);
	if (ret != EXIT_DONE)
		return ret < 0 ? EXIT_DONE : ret;
	return end_trial(cli, &efi);
}
