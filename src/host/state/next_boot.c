/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "next_boot.h"

#include <unistd.h>

#include "../../sys/scan.h"
#include "../lib/say.h"
#include "../machine/machine.h"
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
	f->lock_error = lock_load(root, &f->lock, &f->lock_wrong);
	f->has_lock = f->lock_error == 0;
	f->lock_hidden = f->lock_error == -EACCES || f->lock_error == -EPERM;
	f->lock_broken = f->lock_error && f->lock_error != -ENOENT && !f->lock_hidden;
	return f->lock_error == -ENOMEM ? -ENOMEM : 0;
}

static int say_lock(const struct forecast *f)
{
	char place[16];

	if (f->lock_hidden)
		say_error("/%s: %s: try sudo", LOCK_FILE, f->lock_wrong.text);
	else if (f->lock_broken)
		say_error("%s: /%s%s: %s (%s)", reason_word(REASON_LOCK_BROKEN), LOCK_FILE,
			  error_place(&f->lock_wrong, place), f->lock_wrong.text, reason_remedy(REASON_LOCK_BROKEN));
	return f->lock_hidden ? -EPERM : 0;
}

bool forecast_scan(const struct sysroot *root, struct forecast *f)
{
	if (!f->scanned)
		f->scanned = scan_machine(root, &f->machine) == 0;
	return f->scanned;
}

int forecast_read(const struct sysroot *root, struct forecast *out)
{
	int ret;

	memset(out, 0, sizeof(*out));
	if (config_load(root, &out->config) < 0 || read_lock(root, out) < 0)
		return -ENOMEM;
	/* A damaged lock binds nothing, live rules neither. */
	if (out->lock_broken || out->lock_hidden)
		return 0;
	ret = compose(&out->config, out->has_lock ? &out->lock : NULL, &out->composition);
	if (ret == 0 && out->composition.plan.n_rules && forecast_scan(root, out))
		ret = needs_guard_image(root, &out->storage, &out->machine, &out->composition.plan, &out->disks_asked);
	return ret;
}

/* The EFI variables as the next boot finds them. */
static void expect_variables(struct forecast *f)
{
	uint64_t hash;

	f->machine.off = f->efi.off;
	if (f->efi.there && !f->efi.wrong && plan_hash(&f->composition.plan, &hash) == 0)
		f->machine.trial = trial_state(&f->efi.trial, f->composition.plan.lock, hash);
}

/* The machine as a boot finds it. */
static int read_machine(const struct sysroot *root, struct forecast *f)
{
	int ret = f->scanned ? 0 : machine_scan(root, &f->machine);

	if (ret < 0)
		return ret;
	f->scanned = true;
	ret = recall_details(root, &f->storage, &f->machine);
	if (ret == 0)
		forecast_forget_drivers(&f->machine);
	return ret;
}

int forecast_make(const struct sysroot *root, struct forecast *out)
{
	struct cmdline none = { 0 };
	int ret = forecast_read(root, out);

	efi_look(root, &out->efi);
	if (ret < 0)
		return ret;
	config_complain(&out->config);
	ret = say_lock(out);
	if (ret == 0)
		ret = need_root(root, &out->lock);
	if (ret == 0)
		ret = read_machine(root, out);
	if (ret < 0)
		return ret;
	waiting_forgive_absent(&out->config, &out->lock, &out->machine, &out->composition);
	expect_variables(out);
	return decide(&out->composition.plan, &out->machine, &none, &out->decisions);
}

void forecast_free(struct forecast *f)
{
	decisions_free(&f->decisions);
	storage_free(&f->storage);
	machine_free(&f->machine);
	composition_free(&f->composition);
	plan_free(&f->lock);
	config_free(&f->config);
}
