/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ends the trial of a plan: by a person, or by the boot that has just completed. */
#include <inttypes.h>
#include <unistd.h>

#include "efi.h"
#include "files.h"

const char confirm_help[] =
	"A plan that `earlybind accept` put on trial is not used any more after two boots that nobody confirmed. This\n"
	"says that all is well, and ends the trial; also of a plan that stands down already.\n"
	"\n"
	"  --boot  confirm only what this boot has shown: its plan is the one on trial, and was used. Plans with\n"
	"          allow=display are left to a person: a black screen boots fully. earlybind-confirm.service calls\n"
	"          this when a boot is complete\n"
	"\n"
	"Exit status: 0 also where no plan is on trial, or this boot does not confirm it.\n";

static bool has_note(const struct report *r, enum reason reason)
{
	for (size_t i = 0; i < r->n_notes; i++)
		if (r->notes[i].reason == reason)
			return true;
	return false;
}

/* Why this boot does not confirm the plan, or NULL. */
static const char *why_not(const struct report *r, const struct efi *efi)
{
	return efi->wrong                    ? "the EFI variable of the trial is not of this version"
	       : r->hash != efi->trial.hash  ? "this boot had another plan than the one on trial"
	       : r->state != PLAN_TRIAL      ? "this boot did not use the plan"
	       : !r->complete                ? "the report of this boot has no end"
	       : report_undone(r)            ? "in this boot `earlybind-init undo` was needed"
	       : has_note(r, REASON_DISPLAY) ? "a rule has allow=display, so run `earlybind confirm` yourself"
					     : NULL;
}

/* EXIT_DONE: the boot confirms it; -1: it does not, as was said; EXIT_REFUSED. */
static int ask_boot(const struct cli *cli, const struct efi *efi)
{
	struct report report;
	const char *why;
	int ret = report_load(&cli->root, &report);

	if (ret < 0 && ret != -ENOENT)
		return EXIT_REFUSED;
	why = ret < 0 ? "this boot's image had no plan" : why_not(&report, efi);
	report_free(&report);
	if (!why)
		return EXIT_DONE;
	printf("Not confirmed: %s.\n", why);
	return -1;
}

static int end_trial(const struct cli *cli, const struct efi *efi)
{
	int ret = efi_remove(&cli->root, EFIVAR_TRIAL);

	if (ret < 0) {
		say_error("the EFI variable %s cannot be removed: %s", efivar_name(EFIVAR_TRIAL), strerror(-ret));
		return EXIT_REFUSED;
	}
	if (efi->wrong)
		printf("The EFI variable %s, which %s, is removed: no plan is on trial.\n", efivar_name(EFIVAR_TRIAL),
		       efi_wrong(efi));
	else
		printf("Plan %016" PRIx64 " is confirmed: its trial is over%s.\n", efi->trial.hash,
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
	efi_look(&cli->root, &efi);
	if (efi.error && efi.error != -ENODEV) {
		say_error("the EFI variables cannot be read: %s", strerror(-efi.error));
		return EXIT_REFUSED;
	}
	if (!efi.there) {
		puts(efi.error ? "No plan is on trial: this machine has no EFI variables." : "No plan is on trial.");
		return EXIT_DONE;
	}
	if (cli->boot)
		ret = ask_boot(cli, &efi);
	if (ret != EXIT_DONE)
		return ret < 0 ? EXIT_DONE : ret;
	return end_trial(cli, &efi);
}
