/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "needs.h"

#include "../../core/boot_entry.h"
#include "../../core/find.h"
#include "needs_run.h"
#include "resolve.h"

#define CMDLINE_MAX 65536
#define EFIVARS "sys/firmware/efi/efivars/"
#define EFI_GLOBAL "8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define ATTRIBUTES_LEN 4 /* in front of what a variable holds */

static int read_files(const struct sysroot *r, struct wants *out)
{
	int error = wants_of_fstab(r, out);

	if (!error)
		error = wants_of_crypttab(r, out);
	if (!error)
		error = wants_of_bootloader(r, out);
	return error ? error : wants_of_others(r, out);
}

/* Reads it, if it was not yet. 0 or -errno. */
static int storage_read(const struct sysroot *r, struct storage *s)
{
	int error;

	if (s->read)
		return 0;
	error = blockdevs_read(r, &s->blocks);
	if (!error)
		error = tags_read(r, &s->blocks);
	if (!error)
		error = read_files(r, &s->wants);
	s->read = !error;
	if (error)
		storage_free(s);
	return error;
}

void storage_free(struct storage *s)
{
	blockdevs_free(&s->blocks);
	wants_free(&s->wants);
	memset(s, 0, sizeof(*s));
}

static int read_cmdline(struct needs_run *run)
{
	char *text;
	size_t len;
	int error = sysroot_read_all(run->host.root, "proc/cmdline", CMDLINE_MAX, &text, &len);

	if (error)
		return error == -ENOMEM ? error : 0;
	error = wants_of_cmdline("/proc/cmdline", text, len, &run->wants);
	free(text);
	return error;
}

/* systemd-boot and systemd-stub tell the partition that they were started from: a UUID in UTF-16 behind 4 bytes. */
static int read_loader(struct needs_run *run)
{
	static const char path[] = EFIVARS "LoaderDevicePartUUID-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";
	char data[128], name[80] = "PARTUUID=";
	ssize_t n = sysroot_read(run->host.root, path, data, sizeof(data));
	size_t len = strlen(name);

	for (ssize_t i = 4; i + 1 < n && data[i] && len + 1 < sizeof(name); i += 2)
		name[len++] = data[i];
	name[len] = '\0';
	return n > 4 ? want_add(&run->wants, WANT_DEVICE, "LoaderDevicePartUUID", "the ESP", name, len) : 0;
}

/*
 * The partition of the boot entry that the firmware took: that of GRUB, which does not tell. It may be on a stick that
 * is gone, or the entry may say only which disk: no device of this machine is needed for that.
 */
static int read_boot_entry(struct needs_run *run)
{
	static const char current[] = EFIVARS "BootCurrent-" EFI_GLOBAL;
	uint8_t data[4096];
	char path[sizeof(current)], name[sizeof("PARTUUID=") + PARTUUID_LEN] = "PARTUUID=";
	ssize_t n = sysroot_read(run->host.root, current, (char *)data, sizeof(data));
	char where[] = "BootCurrent (Boot0000)";

	if (n < ATTRIBUTES_LEN + 2)
		return 0;
	snprintf(where, sizeof(where), "BootCurrent (Boot%02X%02X)", data[ATTRIBUTES_LEN + 1], data[ATTRIBUTES_LEN]);
	snprintf(path, sizeof(path), EFIVARS "%.8s-" EFI_GLOBAL, where + strlen("BootCurrent ("));
	n = sysroot_read(run->host.root, path, (char *)data, sizeof(data));
	if (n < ATTRIBUTES_LEN ||
	    boot_entry_partition(data + ATTRIBUTES_LEN, (size_t)n - ATTRIBUTES_LEN, name + strlen("PARTUUID=")) < 0)
		return 0;
	if (!resolve_device(run->host.root, &run->host.blocks, name, run->set))
		return 0;
	return want_add(&run->wants, WANT_DEVICE, where, "the ESP", name, strlen(name));
}

/* The run has the storage from here on. */
static int start(struct needs_run *run, const struct sysroot *r, struct storage *s, const struct machine *m)
{
	memset(run, 0, sizeof(*run));
	run->host.root = r;
	run->host.machine = m;
	run->host.blocks = s->blocks;
	run->wants = s->wants;
	memset(s, 0, sizeof(*s));
	run->set = calloc(run->host.blocks.n + 1, sizeof(*run->set));
	return run->set ? 0 : -ENOMEM;
}

static void end(struct needs_run *run)
{
	blockdevs_free(&run->host.blocks);
	mounts_free(&run->host.mounts);
	wants_free(&run->wants);
	free(run->needs);
	free(run->set);
}

static int find_boot(struct needs_run *run)
{
	int error = read_cmdline(run);

	if (!error)
		error = read_loader(run);
	if (!error)
		error = read_boot_entry(run);
	if (!error)
		error = needs_of_wants(run);
	if (!error)
		error = needs_of_running_boot(run);
	if (error || run->root_known)
		return error;
	for (int any = NEED_SOME_NETWORK; any <= NEED_SOME_STORAGE && !error; any++) {
		error = needs_add(run, REASON_BOOT_DISK, any, "no fstab, no root= and no mount says where / is");
		if (!error)
			run->needs[run->n_needs - 1].silent = true;
	}
	return error;
}

/* Disks, not what is made of them. */
static int mark_disks(const struct needs_run *run, struct machine *m)
{
	static const struct chain_end nothing;
	struct chain_ends ends = { 0 };
	int error = 0;

	for (size_t i = 0; i < run->host.blocks.n && error >= 0; i++)
		error = chain_of_directory(&run->host, run->host.blocks.items[i].folder, &nothing, &ends);
	for (size_t i = 0; i < ends.n; i++)
		if (ends.items[i].device >= 0)
			m->devices[ends.items[i].device].has_disk = true;
	chain_ends_free(&ends);
	return error < 0 ? error : 0;
}

int needs_find(const struct sysroot *r, struct storage *s, struct machine *m)
{
	struct needs_run run;
	int error = storage_read(r, s);

	if (error)
		return error;
	error = start(&run, r, s, m);
	if (!error)
		error = mounts_read(r, &run.host.mounts);
	if (!error)
		error = find_boot(&run);
	if (!error)
		error = needs_of_use(&run);
	if (!error)
		error = mark_disks(&run, m);
	if (!error) {
		m->root_encrypted |= run.encrypted;
		m->needs = run.needs;
		m->n_needs = run.n_needs;
		run.needs = NULL;
	}
	end(&run);
	return error;
}

/*
 * A guard of the lock, or one added before, that refuses this function for the same reason: it is of what stands there
 * now. One with a serial number never is here, since none is read.
 */
static bool is_guarded(const struct plan *plan, const struct machine *m, int device)
{
	for (size_t i = 0; i < plan->n_guards; i++)
		if (plan->guards[i].reason == REASON_BOOT_DISK && guard_covers(&plan->guards[i], m, device))
			return true;
	return false;
}

static int add_guard(struct plan *plan, const struct device *d, const char *text)
{
	struct plan_guard guard = {
		.reason = REASON_BOOT_DISK,
		.origin = GUARD_OF_IMAGE,
		.root = d->root,
		.path = d->path,
		.identity = d->identity,
		.text = strdup(text),
	};
	int error;

	if (!guard.text)
		return -ENOMEM;
	error = plan_add_guard(plan, &guard);
	if (error)
		free(guard.text);
	return error;
}

static int guard_all(const struct needs_run *run, struct plan *plan, bool *asked)
{
	bool all = run->root_known && run->unique;
	int error = 0;

	for (size_t i = 0; i < run->n_needs; i++)
		all &= !need_is_unresolved(&run->needs[i]);
	*asked = all;
	for (size_t i = 0; all && i < run->n_needs && !error; i++) {
		const struct machine *m = run->host.machine;
		const struct device *d = &m->devices[run->needs[i].device];

		if (!d->later && !is_guarded(plan, m, run->needs[i].device))
			error = add_guard(plan, d, run->needs[i].text);
	}
	return error;
}

int needs_guard_image(const struct sysroot *r, struct storage *s, const struct machine *m, struct plan *plan,
		      bool *asked)
{
	struct needs_run run;
	int error = storage_read(r, s);

	*asked = false;
	if (error)
		return error;
	error = start(&run, r, s, m);
	run.only_files = true;
	if (!error)
		error = needs_of_wants(&run);
	if (!error)
		error = guard_all(&run, plan, asked);
	*s = (struct storage){ .read = true, .blocks = run.host.blocks, .wants = run.wants };
	run.host.blocks = (struct blockdevs){ 0 };
	run.wants = (struct wants){ 0 };
	end(&run);
	return error;
}
