/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a plan goes on trial: at accept alone. No kernel upgrade and no wiped variable does it. */
#include "../core/array.h"
#include "../core/compose.h"
#include "confirmer.h"
#include "efi.h"
#include "files.h"

/* The hash of the plan that images get of these; 0: it binds nothing. *person: whether only a person confirms it. */
static uint64_t hash_of(const struct config *config, const struct plan *lock, bool *person)
{
	struct composition made;
	uint64_t hash = 0;

	*person = false;
	if (compose(config, lock, &made) < 0)
		return 0;
	if (made.plan.n_rules && plan_hash(&made.plan, &hash) < 0)
		hash = 0;
	*person = confirmer_is_person(&made.plan);
	composition_free(&made);
	return hash;
}

/* Whether the plan has the rule without an entry: of such nothing tells whether it was there at the last accept. */
static bool is_unlocked(const struct rule *rule, const struct plan *lock)
{
	return !rule_find(lock->rules, lock->n_rules, rule) && (rule->live || rule_is_complete(rule));
}

bool trial_is_open(const struct config *config, const struct plan *lock)
{
	for (size_t i = 0; i < config->n_rules; i++)
		if (is_unlocked(&config->rules[i], lock))
			return true;
	return false;
}

/*
 * The plan as it was before: the rules of the lock as they were when they were accepted, and those of the configuration
 * that have no entry there.
 */
static uint64_t hash_accepted(const struct config *config, const struct plan *lock)
{
	struct config rules = { 0 };
	uint64_t hash = 0;
	bool person;
	int ret = 0;

	for (size_t i = 0; i < lock->n_rules && ret == 0; i++)
		ret = array_add(&rules.rules, &rules.n_rules, &lock->rules[i], sizeof(*lock->rules));
	for (size_t i = 0; i < config->n_rules && ret == 0; i++)
		if (is_unlocked(&config->rules[i], lock))
			ret = array_add(&rules.rules, &rules.n_rules, &config->rules[i], sizeof(*config->rules));
	if (ret == 0)
		hash = hash_of(&rules, lock, &person);
	free(rules.rules);
	return hash;
}

/* That of the plan which this boot used; 0: of none. */
static uint64_t hash_booted(const struct sysroot *r)
{
	struct report report;
	uint64_t hash = report_load(r, &report) == 0 ? report.hash : 0;

	report_free(&report);
	return hash;
}

void trial_arm(const struct session *s, const struct config *config, const struct plan *lock, bool less)
{
	const struct sysroot *r = &s->cli->root;
	bool person, open = !less && trial_is_open(config, lock);
	uint64_t hash = hash_of(config, lock, &person);
	uint64_t before = open ? hash_booted(r) : hash_accepted(&s->config, &s->old);
	struct trial trial = { .hash = hash };
	char text[TRIAL_TEXT_LEN];
	struct efi efi;
	int ret;

	if (hash == before)
		return;
	efi_look(r, &efi);
	if (open && efi.there && !efi.wrong && efi.trial.hash == hash)
		return;
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
		printf("On trial: after %d boots that nobody confirms the plan is not used any more. %s\n", TRIAL_BOOTS,
		       confirmer_say(r, person));
}
