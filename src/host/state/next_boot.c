/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "next_boot.h"

#include <unistd.h>

#include "../../sys/scan.h"
#include "../machine/machine.h"
#include "files.h"
#include "recall.h"
#include "waiting.h"

void next_boot_forget_drivers(struct machine *m)
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
	return root->live && geteuid() != 0 && has_serial(lock) ? -EPERM : 0;
}

static int read_lock(const struct sysroot *root, struct next_boot *boot)
{
	boot->lock_error = lock_load(root, &boot->lock, &boot->lock_wrong);
	boot->has_lock = boot->lock_error == 0;
	boot->lock_hidden = boot->lock_error == -EACCES || boot->lock_error == -EPERM;
	boot->lock_broken = boot->lock_error && boot->lock_error != -ENOENT && !boot->lock_hidden;
	return boot->lock_error == -ENOMEM ? -ENOMEM : 0;
}

int next_boot_note_lock(const struct next_boot *boot, enum row_level level, struct rows *rows)
{
	const char *text = boot->lock_wrong.text;
	bool image = level == LEVEL_WARNING;
	struct row *row;

	if (!boot->lock_hidden && !boot->lock_broken)
		return 0;
	row = row_add(rows, ROW_NOTE, NULL);
	if (!row)
		return -ENOMEM;
	row->level = level;
	snprintf(row->file, sizeof(row->file), "/%s", LOCK_FILE);
	row->line = boot->lock_wrong.line;
	if (boot->lock_hidden)
		return row_say(row, "%s: %s", text, image ? "nothing is bound (try sudo)" : "try sudo");
	row->reason = REASON_LOCK_BROKEN;
	return row_say(row, "%s%s (%s)", text, image ? "; nothing is bound" : "", reason_remedy(row->reason));
}

bool next_boot_scan(const struct sysroot *root, struct next_boot *boot)
{
	if (!boot->scanned)
		boot->scanned = scan_machine(root, &boot->machine) == 0;
	return boot->scanned;
}

int next_boot_read(const struct sysroot *root, struct next_boot *out)
{
	int ret;

	memset(out, 0, sizeof(*out));
	if (config_load(root, &out->config) < 0 || read_lock(root, out) < 0)
		return -ENOMEM;
	/* A damaged lock binds nothing, live rules neither. */
	if (out->lock_broken || out->lock_hidden)
		return 0;
	ret = compose(&out->config, out->has_lock ? &out->lock : NULL, &out->composition);
	if (ret == 0 && out->composition.plan.n_rules && next_boot_scan(root, out))
		ret = needs_guard_image(root, &out->storage, &out->machine, &out->composition.plan, &out->disks_asked);
	return ret;
}

/* The EFI variables as the next boot finds them. */
static void expect_variables(struct next_boot *boot)
{
	uint64_t hash;

	boot->machine.boot.off = boot->efi.off;
	if (boot->efi.there && !boot->efi.wrong && plan_hash(&boot->composition.plan, &hash) == 0)
		boot->machine.boot.trial = trial_state(&boot->efi.trial, boot->composition.plan.lock, hash);
}

/* The machine as a boot finds it. */
static int read_machine(const struct sysroot *root, struct next_boot *boot)
{
	int ret = boot->scanned ? 0 : scan_machine(root, &boot->machine);

	if (ret < 0)
		return ret;
	boot->scanned = true;
	ret = recall_details(root, &boot->storage, &boot->machine);
	if (ret == 0)
		next_boot_forget_drivers(&boot->machine);
	return ret;
}

/* What the boot decides, of all that is known. */
static int settle(struct next_boot *boot)
{
	struct cmdline none = { 0 };

	waiting_forgive_absent(&boot->config, &boot->lock, &boot->machine, &boot->composition);
	expect_variables(boot);
	return decide(&boot->composition.plan, &boot->machine, &none, &boot->decisions);
}

int next_boot_finish(const struct sysroot *root, struct next_boot *boot)
{
	int ret = read_machine(root, boot);

	return ret < 0 ? ret : settle(boot);
}

int next_boot_make(const struct sysroot *root, struct next_boot *out)
{
	int ret = next_boot_read(root, out);

	efi_look(root, &out->efi);
	if (ret < 0)
		return ret;
	ret = out->lock_hidden ? -EPERM : need_root(root, &out->lock);
	return ret < 0 ? ret : next_boot_finish(root, out);
}

int next_boot_of(const struct config *config, const struct plan *lock, const struct machine *m, struct next_boot *out)
{
	int ret;

	*out = (struct next_boot){ .config = *config, .has_lock = lock, .machine = *m, .scanned = true };
	if (lock)
		out->lock = *lock;
	ret = compose(config, lock, &out->composition);
	if (ret == 0)
		ret = settle(out);
	if (ret < 0)
		next_boot_release(out);
	return ret;
}

bool *next_boot_bound(const struct next_boot *boot)
{
	bool *bound = calloc(boot->machine.n + 1, sizeof(*bound));

	for (size_t i = 0; bound && i < boot->decisions.n; i++)
		if (boot->decisions.items[i].bind)
			bound[boot->decisions.items[i].device] = true;
	return bound;
}

void next_boot_release(struct next_boot *boot)
{
	decisions_free(&boot->decisions);
	composition_free(&boot->composition);
}

void next_boot_free(struct next_boot *boot)
{
	next_boot_release(boot);
	storage_free(&boot->storage);
	machine_free(&boot->machine);
	plan_free(&boot->lock);
	config_free(&boot->config);
}
