/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a plan goes on trial: at accept alone. No kernel upgrade and no wiped variable does it. */
#include "../core/compose.h"
#include "efi.h"

/* The hash of the plan that images get of these; 0: it binds nothing. *display: whether a rule has allow=display. */
static uint64_t hash_of(const struct config *config, const struct plan *lock, bool *display)
{
	struct composition made;
	uint64_t hash = 0;

	*display = false;
	if (compose(config, lock, &made) < 0)
		return 0;
	if (made.plan.n_cards && plan_hash(&made.plan, &hash) < 0)
		hash = 0;
	for (size_t i = 0; i < made.plan.n_rules; i++)
		*display |= (made.plan.rules[i].allow & ALLOW_DISPLAY) != 0;
	composition_free(&made);
	return hash;
}

/* The rules as they were when they were accepted stand in the lock. */
static uint64_t hash_accepted(const struct plan *lock)
{
	struct config rules = { .rules = lock->rules, .n_rules = lock->n_rules };
	bool display;

	return hash_of(&rules, lock, &display);
}

static void say_armed(bool display)
{
	printf("On trial: after %d boots that nobody confirms the plan is not used any more. ", TRIAL_BOOTS);
	puts(display ? "A black screen boots fully: run `earlybind confirm` yourself when you see that all is well."
		     : "A complete boot confirms it; so does `earlybind confirm`.");
}

void trial_arm(const struct session *s, const struct config *config, const struct plan *lock, bool less)
{
	const struct sysroot *r = &s->cli->root;
	bool display;
	uint64_t before = s->had_lock ? hash_accepted(&s->old) : 0, hash = hash_of(config, lock, &display);
	struct trial trial = { .hash = hash };
	char text[TRIAL_TEXT_LEN];
	struct efi efi;
	int ret;

	if (hash == before)
		return;
	efi_look(r, &efi);
	if (less && (!efi.there || efi.wrong || efi.trial.hash != before))
		return;
	if (less)
		trial.attempts = efi.trial.attempts;
	if (!hash && !less)
		return;
	ret = efi.error ? efi.error
	      : hash    ? efi_set(r, EFIVAR_TRIAL, trial_print(&trial, text))
			: efi_remove(r, EFIVAR_TRIAL);
	if (ret == -ENODEV)
		puts("No trial: this machine has no EFI variables.");
	else if (ret)
		say_warning("no trial: the EFI variable %s cannot be written: %s", efivar_name(EFIVAR_TRIAL),
			    strerror(-ret));
	else if (hash)
		say_armed(display);
}
