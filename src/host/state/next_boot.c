/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "next_boot.h"

#include <unistd.h>

#include "../lib/say.h"
#include "../storage/needs.h"
#include "efi.h"
#include "files.h"
#include "recall.h"
#include "waiting.h"

void forecast_forget_drivers(struct machine *m)
{
	for (size_t i = 0; i < m->n; i++)
		m->devices[i].driver[0] = '\0';
}

static bool has_serial(const struct plan *lock)
{
	for (size_t i = 0; i < lock->n_cards; i++)
		if (lock->cards[i].serial)
			return true;
	for (size_t i = 0; i < lock->n_guards; i++)
		if (lock->guards[i].serial)
			return true;
	return false;
}

/* The kernel shows the extended configuration space, where serial numbers are, to root alone. */
static int need_root(const struct sysroot *root, const struct plan *lock)
{
	if (!root->live || geteuid() == 0 || !has_serial(lock))
		return 0;
	say_error("the lock has serial numbers, which only root can read: try sudo");
	return -EPERM;
}

static int read_lock(const struct sysroot *root, struct forecast *f)
{
	struct plan_error err;
	char place[16];
	int ret = lock_load(root, &f->lock, &err);

	if (ret == -ENOMEM)
		return ret;
	if (ret == -EACCES || ret == -EPERM) {
		f->lock_hidden = true;
		say_error("/%s: %s: try sudo", LOCK_FILE, err.text);
		return -EPERM;
	}
	if (ret < 0 && ret != -ENOENT) {
		f->lock_broken = true;
		say_error("%s: /%s%s: %s (%s)", reason_word(REASON_LOCK_BROKEN), LOCK_FILE, error_place(&err, place),
			  err.text, reason_remedy(REASON_LOCK_BROKEN));
	}
	f->has_lock = ret == 0;
	return 0;
}

/* The EFI variables as the next boot finds them. */
static void expect_variables(const struct sysroot *root, struct forecast *f)
{
	struct efi efi;
	uint64_t hash;

	efi_look(root, &efi);
	f->machine.off = efi.off;
	if (efi.there && !efi.wrong && plan_hash(&f->composition.plan, &hash) == 0)
		f->machine.trial = trial_state(&efi.trial, f->composition.plan.lock, hash);
}

int forecast_make(const struct sysroot *root, struct forecast *out)
{
	struct cmdline none = { 0 };
	int ret;

	memset(out, 0, sizeof(*out));
	if (config_load(root, &out->config) < 0)
		return -ENOMEM;
	config_complain(&out->config);
	ret = read_lock(root, out);
	/* A damaged lock binds nothing, live rules neither. */
	if (ret == 0 && !out->lock_broken)
		ret = compose(&out->config, out->has_lock ? &out->lock : NULL, &out->composition);
	if (ret == 0 && out->composition.plan.n_rules)
		ret = needs_guard_image(root, &out->composition.plan, NULL);
	if (ret == 0)
		ret = need_root(root, &out->lock);
	if (ret == 0)
		ret = recall_machine(root, &out->machine);
	if (ret < 0)
		return ret;
	forecast_forget_drivers(&out->machine);
	waiting_forgive_absent(&out->config, &out->lock, &out->machine, &out->composition);
	expect_variables(root, out);
	return decide(&out->composition.plan, &out->machine, &none, &out->decisions);
}

void forecast_free(struct forecast *f)
{
	decisions_free(&f->decisions);
	machine_free(&f->machine);
	composition_free(&f->composition);
	plan_free(&f->lock);
	config_free(&f->config);
}
