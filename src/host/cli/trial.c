/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a plan goes on trial: at accept alone. No kernel upgrade and no wiped variable does it. */
#include "trial.h"

#include "../../core/compose.h"
#include "../state/efi.h"
#include "../state/files.h"
#include "cli.h"
#include "confirmer.h"

/* The plan that images get of these, NULL: of no lock. Hash 0: it binds nothing. */
static struct trial name_of(const struct config *config, const struct plan *lock, bool *person)
{
	struct trial name = { 0 };
	struct composition made;

	*person = false;
	if (compose(config, lock, &made) < 0)
		return name;
	if (made.plan.n_rules && plan_hash(&made.plan, &name.hash) < 0)
		name.hash = 0;
	name.lock = made.plan.lock;
	*person = confirmer_is_person(&made.plan);
	composition_free(&made);
	return name;
}

/* Whether the plan has the rule without an entry: of such nothing tells whether it was there at the last accept. */
static bool is_unlocked(const struct rule *rule, const struct plan *lock)
{
	return !rule_find(lock->rules, lock->n_rules, rule) && (rule->live || rule_is_complete(rule));
}

static bool is_open(const struct config *config, const struct plan *lock)
{
	for (size_t i = 0; i < config->n_rules; i++)
		if (is_unlocked(&config->rules[i], lock))
			return true;
	return false;
}

/* That of the plan which this boot used; 0: of none. */
static uint64_t hash_booted(const struct sysroot *r)
{
	_cleanup_(report_free) struct report report = { 0 };

	return cli_report(r, &report) == 0 ? report.hash : 0;
}

static void write_trial(const struct sysroot *r, const struct trial *trial, bool person)
{
	char text[TRIAL_TEXT_LEN];
	int ret = trial->hash ? efi_set(r, EFIVAR_TRIAL, trial_print(trial, text)) : efi_remove(r, EFIVAR_TRIAL);

	if (ret == -ENODEV)
		puts("No trial: this machine has no EFI variables.");
	else if (ret)
		say_warning("no trial: the EFI variable %s cannot be written: %s", efivar_name(EFIVAR_TRIAL),
			    strerror(-ret));
	else if (trial->hash)
		say("On trial: after %d boots that nobody confirms the plan is not used any more. %s", TRIAL_BOOTS,
		    confirmer_say(r, person));
}

static enum trial_state state_of(const struct efi *efi, const struct trial *name)
{
	return efi->there && !efi->wrong ? trial_state(&efi->trial, name->lock, name->hash) : TRIAL_NONE;
}

/*
 * A plan of the same lock as before: a trial of it that goes on is left alone, one that stood down begins anew. What
 * has no entry in the lock may have changed all the same.
 */
static bool is_to_arm(const struct session *s, const struct config *config, const struct plan *lock,
		      const struct efi *efi, const struct trial *name)
{
	switch (state_of(efi, name)) {
	case TRIAL_FAILED:
		return true;
	case TRIAL_ON:
		return efi->trial.hash != name->hash;
	default:
		return is_open(config, lock) && name->hash != hash_booted(&s->cli->root);
	}
}

void trial_arm(const struct session *s, const struct config *config, const struct plan *lock)
{
	bool person;
	struct trial name = name_of(config, s->had_lock || lock != &s->old ? lock : NULL, &person);
	struct efi efi;

	efi_look(&s->cli->root, &efi);
	if (name.hash && (name.lock != s->old.lock || is_to_arm(s, config, lock, &efi, &name)))
		write_trial(&s->cli->root, &name, person);
}

void trial_carry(const struct session *s, const struct config *rest, const struct plan *lock)
{
	bool person;
	struct trial before = name_of(&s->config, s->had_lock ? &s->old : NULL, &person);
	struct trial name = name_of(rest, s->had_lock ? lock : NULL, &person);
	struct efi efi;

	efi_look(&s->cli->root, &efi);
	if (state_of(&efi, &before) == TRIAL_NONE || (name.lock == before.lock && name.hash == before.hash))
		return;
	name.attempts = efi.trial.attempts;
	write_trial(&s->cli->root, &name, person);
}
