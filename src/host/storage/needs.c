/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "needs.h"

#include "../../core/find.h"
#include "needs_boot.h"
#include "needs_used.h"
#include "nic.h"
#include "volumes.h"

static int read_files(const struct sysroot *r, struct boot_refs *out)
{
	int error = boot_refs_of_fstab(r, out);

	if (!error)
		error = boot_refs_of_crypttab(r, out);
	if (!error)
		error = boot_refs_of_bootloader(r, out);
	return error ? error : boot_refs_of_others(r, out);
}

int storage_read(const struct sysroot *r, struct storage *s)
{
	int error;

	if (s->read)
		return 0;
	error = blockdevs_read(r, &s->blocks);
	if (!error)
		error = tags_read(r, &s->blocks);
	if (!error)
		error = read_files(r, &s->refs);
	s->read = !error;
	if (error)
		storage_free(s);
	return error;
}

void storage_free(struct storage *s)
{
	blockdevs_free(&s->blocks);
	boot_refs_free(&s->refs);
	boot_entries_free(&s->entries);
	memset(s, 0, sizeof(*s));
}

/* One command line of an entry. */
static int read_options(const struct boot_entry *entry, const char *options, struct boot_refs *out)
{
	char where[400];
	size_t first = out->n;
	int error;

	snprintf(where, sizeof(where), entry->line ? "/%s:%u" : "/%s", entry->source, entry->line);
	error = boot_refs_of_cmdline(where, options, strlen(options), out);
	for (; first < out->n; first++)
		out->items[first].if_here = true;
	return error;
}

/* A profile that says nothing of its root has that of the others. */
static int read_profiles(struct volumes *volumes, const struct boot_entry *entry, bool ours, struct boot_refs *out)
{
	_cleanup_(free_pointer) char *copy = strdup(entry->profiles);
	char *rest = copy, *options;
	int error = copy ? 0 : -ENOMEM;

	while (!error && (options = strsep(&rest, "\n"))) {
		enum volume_answer root = volumes_root(volumes, options);

		if (root == VOLUME_HERE || (root == VOLUME_UNKNOWN && ours))
			error = read_options(entry, options, out);
	}
	return error;
}

/* The command lines of the boot entries whose root is this one. Many are alike. */
static int read_entries(const struct sysroot *r, struct storage *s)
{
	struct volumes volumes = { 0 };
	const char *last = "";
	int error;

	if (s->has_entries)
		return 0;
	error = boot_entries_read(r, &s->entries);
	s->has_entries = !error;
	if (error || !s->entries.n)
		return error;
	error = volumes_read(r, s, &volumes);
	for (size_t i = 0; i < s->entries.n && !error; i++) {
		const struct boot_entry *entry = &s->entries.items[i];

		bool same = strcmp(entry->options, last) == 0, ours;

		if (same && !*entry->profiles)
			continue;
		ours = volumes_root(&volumes, entry->options) == VOLUME_HERE;
		if (ours && !same)
			error = read_options(entry, entry->options, &s->refs);
		if (!error)
			error = read_profiles(&volumes, entry, ours, &s->refs);
		last = entry->options;
	}
	volumes_free(&volumes);
	return error;
}

/* It has devices and refs of the storage until it gives them back. */
static int start(struct needs_list *list, const struct sysroot *r, struct storage *s, const struct machine *m)
{
	memset(list, 0, sizeof(*list));
	list->host.root = r;
	list->host.machine = m;
	list->host.blocks = s->blocks;
	list->refs = s->refs;
	s->blocks = (struct blockdevs){ 0 };
	s->refs = (struct boot_refs){ 0 };
	list->set = calloc(list->host.blocks.n + 1, sizeof(*list->set));
	return list->set ? 0 : -ENOMEM;
}

static void give_back(struct needs_list *list, struct storage *s)
{
	s->blocks = list->host.blocks;
	s->refs = list->refs;
	list->host.blocks = (struct blockdevs){ 0 };
	list->refs = (struct boot_refs){ 0 };
}

static void end(struct needs_list *list)
{
	blockdevs_free(&list->host.blocks);
	mounts_free(&list->host.mounts);
	names_free(&list->host.ports);
	boot_refs_free(&list->refs);
	free(list->needs);
	free(list->set);
}

/* Disks, not what is made of them. */
static int mark_disks(const struct needs_list *list, struct machine *m)
{
	static const struct chain_end nothing;
	struct chain_ends ends = { 0 };
	int error = 0;

	for (size_t i = 0; i < list->host.blocks.n && error >= 0; i++)
		error = chain_of_directory(&list->host, list->host.blocks.items[i].folder, &nothing, &ends);
	for (size_t i = 0; i < ends.n; i++)
		if (ends.items[i].device >= 0)
			m->devices[ends.items[i].device].has_disk = true;
	chain_ends_free(&ends);
	return error < 0 ? error : 0;
}

int needs_find(const struct sysroot *r, struct storage *s, struct machine *m)
{
	struct needs_list list;
	int error = storage_read(r, s);

	if (!error)
		error = read_entries(r, s);
	if (error)
		return error;
	error = start(&list, r, s, m);
	if (!error)
		error = mounts_read(r, &list.host.mounts);
	if (!error)
		error = nic_ports(&list.host, &list.host.ports);
	if (!error)
		error = needs_boot_find(&list);
	if (!error)
		error = needs_used_find(&list);
	if (!error)
		error = mark_disks(&list, m);
	if (!error)
		error = needs_boot_unlocking(&list);
	if (!error) {
		m->host.root_encrypted |= list.encrypted;
		m->host.needs = list.needs;
		m->host.n_needs = list.n_needs;
		list.needs = NULL;
	}
	give_back(&list, s);
	end(&list);
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
	};

	return plan_copy_guard(plan, guard, text);
}

static int guard_all(const struct needs_list *list, struct plan *plan, bool *asked)
{
	bool all = list->root_known && list->unique;
	int error = 0;

	for (size_t i = 0; i < list->n_needs; i++)
		all &= !need_is_unresolved(&list->needs[i]);
	*asked = all;
	for (size_t i = 0; all && i < list->n_needs && !error; i++) {
		const struct machine *m = list->host.machine;
		const struct device *d = &m->devices[list->needs[i].device];

		if (!d->later && !is_guarded(plan, m, list->needs[i].device))
			error = add_guard(plan, d, list->needs[i].text);
	}
	return error;
}

int needs_guard_image(const struct sysroot *r, struct storage *s, const struct machine *m, struct plan *plan,
		      bool *asked)
{
	struct needs_list list;
	int error = storage_read(r, s);

	*asked = false;
	if (error)
		return error;
	error = start(&list, r, s, m);
	list.only_files = true;
	if (!error)
		error = needs_boot_files(&list);
	if (!error)
		error = guard_all(&list, plan, asked);
	give_back(&list, s);
	end(&list);
	return error;
}
