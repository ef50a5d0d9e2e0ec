/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "variables.h"

#include "../sys/efivar.h"
#include "../sys/errors.h"
#include "publish.h"

/* A run of this boot with the same plan: true, and what it found counts. */
static bool read_earlier(struct work *w)
{
	struct report earlier;
	bool same = published(w->root, &earlier) == 0 && earlier.hash == w->plan.hash && earlier.state != PLAN_BROKEN;

	if (same) {
		w->machine.boot.off = earlier.state == PLAN_OFF && earlier.text[0];
		w->machine.boot.trial = earlier.state == PLAN_TRIAL        ? TRIAL_ON
					: earlier.state == PLAN_STOOD_DOWN ? TRIAL_FAILED
									   : TRIAL_NONE;
		memcpy(w->text, earlier.text, sizeof(w->text));
	}
	report_free(&earlier);
	return same;
}

/* Its presence is all that counts: whatever it holds, a person asked for a boot without binding. */
static void read_off(struct work *w)
{
	char text[EFIVAR_TEXT_LEN];
	ssize_t len = efivar_read(w->root, EFIVAR_OFF, text);
	int ret;

	if (len == -ENOENT)
		return;
	w->machine.boot.off = true;
	snprintf(w->text, sizeof(w->text), "earlybind off --next-boot");
	ret = w->dry ? 0 : efivar_remove(w->root, EFIVAR_OFF);
	if (ret < 0)
		work_note(w, REASON_OFF,
			  "the EFI variable %s cannot be removed: %s; until it is gone every boot is off",
			  efivar_name(EFIVAR_OFF), error_name(ret));
}

static void read_trial(struct work *w)
{
	char text[EFIVAR_TEXT_LEN];
	ssize_t len = efivar_read(w->root, EFIVAR_TRIAL, text);
	int ret = len < 0 ? (int)len : trial_parse(text, (size_t)len, &w->trial);

	if (ret == -ENOENT)
		return;
	if (ret < 0) {
		/* Whoever wrote it knows what it means; not to use the plan because of it would be a guess as well. */
		work_note(w, REASON_STOOD_DOWN, "the EFI variable %s %s: it is left alone, and the plan is used",
			  efivar_name(EFIVAR_TRIAL),
			  ret == -EPROTONOSUPPORT ? "is of another version of earlybind"
			  : len < 0               ? "cannot be read"
						  : "holds something else than a trial");
		return;
	}
	w->machine.boot.trial = trial_state(&w->trial, w->plan.lock, w->plan.hash);
	if (w->machine.boot.trial == TRIAL_ON) {
		trial_count(&w->trial, w->plan.lock, w->plan.hash);
		snprintf(w->text, sizeof(w->text), "boot %u of %d", w->trial.attempts, TRIAL_BOOTS);
	} else if (w->machine.boot.trial == TRIAL_FAILED) {
		snprintf(w->text, sizeof(w->text), "%u boots and no `earlybind confirm`", w->trial.attempts);
	}
}

void variables_read(struct work *w)
{
	int ret;

	if (read_earlier(w))
		return;
	work_step(w, "reading the EFI variables");
	ret = efivar_mount(w->root, &w->mounted);
	if (ret == 0)
		read_off(w);
	if (ret == 0 && !w->machine.boot.off && !w->cmdline.off)
		read_trial(w);
	if (ret < 0 && ret != -ENODEV)
		work_note(w, REASON_STOOD_DOWN, "the EFI variables cannot be read, so there is no trial: %s",
			  error_name(ret));
}

void variables_count(struct work *w, bool tried)
{
	char text[TRIAL_TEXT_LEN];
	int ret = 0;

	if (tried && w->trial.attempts) {
		work_step(w, "counting this boot in the EFI variables");
		ret = efivar_write(w->root, EFIVAR_TRIAL, trial_print(&w->trial, text));
	}
	if (ret < 0)
		work_note(w, REASON_STOOD_DOWN, "this boot cannot be counted in the EFI variable %s: %s",
			  efivar_name(EFIVAR_TRIAL), error_name(ret));
	variables_done(w);
}

void variables_done(struct work *w)
{
	efivar_unmount(w->mounted);
	w->mounted = false;
}
