/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "volumes.h"

#include <strings.h>

#include "../../core/cmdline.h"
#include "../loader/boot_entries.h"
#include "resolve.h"

#define CMDLINE "proc/cmdline"
#define CMDLINE_MAX 65536
#define FSTAB "/etc/fstab:"

/* Names by one tag can be compared: what has another UUID is another file system. */
static bool same_kind(const char *a, const char *b)
{
	const char *value;
	enum tag tag = name_tag(a, &value);

	return tag != TAG_COUNT && tag == name_tag(b, &value);
}

static bool same_name(const char *a, const char *b)
{
	const char *of_a, *of_b;

	return name_tag(a, &of_a) == name_tag(b, &of_b) && strcasecmp(of_a, of_b) == 0;
}

/* Whether this device would be known by a name of this kind. */
static bool has_tag(const struct volumes *v, int block, const char *name)
{
	const char *value;
	enum tag tag = name_tag(name, &value);

	return block >= 0 && tag != TAG_COUNT && v->storage->blocks.items[block].tags[tag];
}

/* --- what is where --- */

static int block_of(struct volumes *v, const char *name)
{
	if (resolve_device(v->root, &v->storage->blocks, name, v->set) > 0)
		for (size_t i = 0; i < v->storage->blocks.n; i++)
			if (v->set[i])
				return (int)i;
	return -1;
}

/* A btrfs has a number that no device has. */
static int block_of_mount(struct volumes *v, const struct mount *m)
{
	int i = blockdev_by_number(&v->storage->blocks, m->major, m->minor);

	return i < 0 && strncmp(m->source, "/dev/", 5) == 0 ? block_of(v, m->source) : i;
}

/* The name in fstab of what is mounted there; NULL: it has no such line. */
static const char *fstab_name(const struct volumes *v, const char *target)
{
	const struct boot_refs *refs = &v->storage->refs;

	for (size_t i = 0; i < refs->n; i++)
		if (refs->items[i].kind == BOOT_REF_DEVICE &&
		    strncmp(refs->items[i].where, FSTAB, strlen(FSTAB)) == 0 &&
		    strcmp(refs->items[i].what, target) == 0)
			return refs->items[i].name;
	return NULL;
}

/* The words of the last NAME= of a command line. False: it has none. */
static bool last_word(const char *text, size_t len, const char *name, char *value, size_t size)
{
	struct cmdline line;
	const char *last;

	if (cmdline_parse(text, len, &line))
		return false;
	last = cmdline_last(&line, name);
	if (last)
		snprintf(value, size, "%s", last);
	cmdline_free(&line);
	return last != NULL;
}

/* The subvolume in rootflags=, without a leading slash; "": none. */
static void subvol_of(const char *text, size_t len, char *subvol, size_t size)
{
	char flags[512];
	const char *at;

	*subvol = '\0';
	if (!last_word(text, len, "rootflags=", flags, sizeof(flags)))
		return;
	for (at = flags; at && strncmp(at, "subvol=", 7) != 0; at = at ? at + 1 : NULL)
		at = strchr(at, ',');
	if (!at)
		return;
	at += 7 + strspn(at + 7, "/");
	snprintf(subvol, size, "%.*s", (int)strcspn(at, ","), at);
}

static int read_subvol(struct volumes *v)
{
	const struct mount *m = mounts_at(&v->mounts, "/");
	char *text;
	size_t len;
	int err;

	if (m) {
		snprintf(v->subvol, sizeof(v->subvol), "%s", m->root + strspn(m->root, "/"));
		return 0;
	}
	err = sysroot_read_all(v->root, CMDLINE, CMDLINE_MAX, &text, &len);
	if (err)
		return err == -ENOMEM ? err : 0;
	subvol_of(text, len, v->subvol, sizeof(v->subvol));
	free(text);
	return 0;
}

static void find_root(struct volumes *v)
{
	const char *name = fstab_name(v, "/");

	v->root_block = -1;
	for (size_t i = 0; i < v->mounts.n; i++)
		if (strcmp(v->mounts.items[i].target, "/") == 0)
			v->root_block = v->blocks[i];
	if (v->root_block < 0 && name)
		v->root_block = block_of(v, name);
}

int volumes_read(const struct sysroot *r, const struct storage *known, struct volumes *out)
{
	int err;

	*out = (struct volumes){ .root = r, .storage = known };
	if (!known->read) {
		out->storage = &out->own;
		err = storage_read(r, &out->own);
		if (err)
			return err;
	}
	err = mounts_read(r, &out->mounts);
	if (!err)
		err = read_subvol(out);
	out->set = calloc(out->storage->blocks.n + 1, sizeof(*out->set));
	out->blocks = calloc(out->mounts.n + 1, sizeof(*out->blocks));
	if (!err && (!out->set || !out->blocks))
		err = -ENOMEM;
	for (size_t i = 0; i < out->mounts.n && !err; i++)
		out->blocks[i] = block_of_mount(out, &out->mounts.items[i]);
	if (!err)
		find_root(out);
	return err;
}

void volumes_free(struct volumes *v)
{
	storage_free(&v->own);
	mounts_free(&v->mounts);
	free(v->blocks);
	free(v->set);
	memset(v, 0, sizeof(*v));
}

const char *volumes_unmounted(const struct volumes *v)
{
	for (size_t i = 0; boot_targets[i]; i++) {
		const char *target = boot_targets[i];
		_cleanup_(names_free) struct names names = { 0 };

		if (!fstab_name(v, target) || mounts_at(&v->mounts, target))
			continue;
		/* Without a table of mounts a directory with something in it is taken for mounted. */
		if (v->mounts.n || sysroot_list_any(v->root, target + 1, &names) || !names.n)
			return target;
	}
	return NULL;
}

/* --- a file of an entry --- */

/* The part of a path behind the directory of its file system that is mounted; NULL: it is not in that. */
static const char *below(const char *path, const char *directory)
{
	size_t len;

	directory += strspn(directory, "/");
	len = strlen(directory);
	if (strncmp(path, directory, len) != 0 || (len && path[len] != '/'))
		return NULL;
	return path + len + (len > 0);
}

static bool join(char out[VOLUME_PATH_LEN], const char *target, const char *rest)
{
	target += strspn(target, "/");
	return (size_t)snprintf(out, VOLUME_PATH_LEN, "%s%s%s", target, *target ? "/" : "", rest) < VOLUME_PATH_LEN;
}

/*
 * Below which mount of a file system the file is: of several the one that has it. `same` says which mounts are of it. A
 * path without the subvolume is of the default one (openSUSE).
 */
static enum volume_answer place_in(const struct volumes *v, const bool *same, const char *path,
				   char out[VOLUME_PATH_LEN])
{
	char tried[VOLUME_PATH_LEN];
	size_t best = 0; /* the length of its directory, and one; longer ones are nearer */
	bool there = false;

	for (size_t i = 0; i < v->mounts.n; i++) {
		const struct mount *m = &v->mounts.items[i];
		const char *rest = same[i] ? below(path, m->root) : NULL;
		bool exists;

		if (!rest || !join(tried, m->target, rest))
			continue;
		exists = sysroot_exists(v->root, tried);
		if (exists > there || (exists == there && strlen(m->root) >= best)) {
			memcpy(out, tried, sizeof(tried));
			best = strlen(m->root) + 1;
			there = exists;
		}
	}
	for (size_t i = 0; i < v->mounts.n && !there; i++)
		if (same[i] && join(tried, v->mounts.items[i].target, path) && sysroot_exists(v->root, tried)) {
			memcpy(out, tried, sizeof(tried));
			there = true;
		}
	return there || best ? VOLUME_HERE : VOLUME_ELSEWHERE;
}

/* Without a table of mounts: on a file system of its own, or on that of the root, where a btrfs may have a subvolume.
 */
static enum volume_answer guess(const struct volumes *v, const char *base, const char *path, char out[VOLUME_PATH_LEN])
{
	const char *slash = strchr(path, '/');
	const struct {
		const char *target, *rest;
	} tries[] = { { base, path }, { "", path }, { "", slash ? slash + 1 : path } };

	for (size_t i = 0; i < ARRAY_SIZE(tries); i++)
		if (join(out, tries[i].target, tries[i].rest) && sysroot_exists(v->root, out))
			return VOLUME_HERE;
	return join(out, below(path, base) ? "" : base, path) ? VOLUME_HERE : VOLUME_UNKNOWN;
}

static enum volume_answer place_by_base(struct volumes *v, const char *base, const char *path,
					char out[VOLUME_PATH_LEN])
{
	char file[VOLUME_PATH_LEN];
	const struct mount *m;
	_cleanup_(free_pointer) bool *same = calloc(v->mounts.n + 1, sizeof(*same));

	snprintf(file, sizeof(file), "/%s", base);
	m = mounts_of_file(&v->mounts, file);
	if (!m || !same)
		return guess(v, base, path, out);
	for (size_t i = 0; i < v->mounts.n; i++)
		same[i] = v->mounts.items[i].major == m->major && v->mounts.items[i].minor == m->minor &&
			  strcmp(v->mounts.items[i].source, m->source) == 0;
	return place_in(v, same, path, out);
}

static enum volume_answer place_by_blocks(struct volumes *v, const char *path, char out[VOLUME_PATH_LEN])
{
	_cleanup_(free_pointer) bool *same = calloc(v->mounts.n + 1, sizeof(*same)),
				     *set = calloc(v->storage->blocks.n + 1, sizeof(*set));
	bool any = false;

	if (!same || !set)
		return VOLUME_UNKNOWN;
	memcpy(set, v->set, v->storage->blocks.n * sizeof(*set));
	for (size_t i = 0; i < v->mounts.n; i++)
		any |= same[i] = v->blocks[i] >= 0 && set[v->blocks[i]];
	if (any)
		return place_in(v, same, path, out);
	for (size_t i = 0; boot_targets[i]; i++) {
		const char *name = fstab_name(v, boot_targets[i]);
		int block = name ? block_of(v, name) : -1;

		if (block >= 0 && set[block])
			return VOLUME_UNMOUNTED;
	}
	return VOLUME_ELSEWHERE;
}

/* Without a device that carries it: by the text of fstab. */
static enum volume_answer place_by_fstab(struct volumes *v, const char *volume, const char *path,
					 char out[VOLUME_PATH_LEN])
{
	const struct boot_refs *refs = &v->storage->refs;
	bool comparable = has_tag(v, v->root_block, volume);

	for (size_t i = 0; i < refs->n; i++) {
		const struct boot_ref *ref = &refs->items[i];

		if (ref->kind != BOOT_REF_DEVICE || *ref->what != '/' || strncmp(ref->where, FSTAB, strlen(FSTAB)) != 0)
			continue;
		comparable |= same_kind(ref->name, volume);
		if (!same_name(ref->name, volume))
			continue;
		if (v->mounts.n && !mounts_at(&v->mounts, ref->what))
			return VOLUME_UNMOUNTED;
		return guess(v, ref->what + 1, path, out);
	}
	return comparable ? VOLUME_ELSEWHERE : VOLUME_UNKNOWN;
}

/* Limine finds a UUID of either kind by one word. */
static bool find_devices(struct volumes *v, const char *volume)
{
	char part[VOLUME_PATH_LEN];

	if (resolve_device(v->root, &v->storage->blocks, volume, v->set) > 0)
		return true;
	snprintf(part, sizeof(part), "PART%s", volume);
	return strncmp(volume, "UUID=", 5) == 0 && resolve_device(v->root, &v->storage->blocks, part, v->set) > 0;
}

/*
 * The pool in which a path of GRUB is: that of the volume, or, for the entry's own file system, the one that is mounted
 * there. "": it is no ZFS; "*": that cannot be told.
 */
static void pool_of(struct volumes *v, const char *volume, const char *base, char pool[POOL_LEN])
{
	char file[VOLUME_PATH_LEN];

	*pool = '\0';
	if (*volume) {
		if (!find_devices(v, volume))
			snprintf(pool, POOL_LEN, "*");
		for (size_t i = 0; i < v->storage->blocks.n; i++) {
			const char *const *tags = (const char *const *)v->storage->blocks.items[i].tags;

			if (v->set[i] && tags[TAG_TYPE] && strcmp(tags[TAG_TYPE], "zfs_member") == 0)
				snprintf(pool, POOL_LEN, "%s", tags[TAG_LABEL] ? tags[TAG_LABEL] : "*");
		}
		return;
	}
	snprintf(file, sizeof(file), "/%s", base);
	mount_pool(mounts_of_file(&v->mounts, file), pool);
}

/* Whether a mount is of this dataset ("BOOT/ubuntu", "": the pool's own) of the pool; "*": of any. */
static bool is_dataset(const struct mount *m, const char *pool, const char *dataset, size_t len)
{
	char own[POOL_LEN];
	const char *rest;

	mount_pool(m, own);
	rest = m->source + strlen(own);
	rest += *rest == '/';
	return *own && strlen(rest) == len && strncmp(rest, dataset, len) == 0 &&
	       (strcmp(pool, "*") == 0 || strcmp(pool, own) == 0);
}

/* A pool that is copied has datasets of the same names: of several the one that is mounted for the boot. */
static const struct mount *find_dataset(const struct volumes *v, const char *pool, const char *dataset, size_t len)
{
	const struct mount *found = NULL;

	for (size_t i = 0; i < v->mounts.n; i++) {
		const struct mount *m = &v->mounts.items[i];
		bool boots = strcmp(m->target, "/") == 0 || strcmp(m->target, "/boot") == 0;

		if ((!found || boots) && is_dataset(m, pool, dataset, len))
			found = m;
	}
	return found;
}

static bool has_pool(const struct volumes *v)
{
	for (size_t i = 0; i < v->mounts.n; i++)
		if (strcmp(v->mounts.items[i].type, "zfs") == 0)
			return true;
	return false;
}

/*
 * GRUB's "BOOT/ubuntu@/vmlinuz": a dataset without its pool; with a word behind the '@' a snapshot of it. False: it is
 * no such path.
 */
static bool place_by_dataset(struct volumes *v, const char *volume, const char *base, const char *path,
			     char out[VOLUME_PATH_LEN], enum volume_answer *is)
{
	const char *at = strchr(path, '@'), *rest = at ? strchr(at, '/') : NULL;
	const struct mount *found;
	char pool[POOL_LEN];

	if (!rest)
		return false;
	pool_of(v, volume, base, pool);
	if (!*pool || (strcmp(pool, "*") == 0 && (at == path || at[-1] == '/' || !has_pool(v))))
		return false;
	found = find_dataset(v, pool, path, (size_t)(at - path));
	if (!found)
		*is = VOLUME_UNMOUNTED;
	else if (rest > at + 1)
		*is = VOLUME_SNAPSHOT;
	else
		*is = join(out, found->target, rest + 1) ? VOLUME_HERE : VOLUME_UNKNOWN;
	return true;
}

enum volume_answer volumes_place(struct volumes *v, const char *volume, const char *base, const char *path,
				 char out[VOLUME_PATH_LEN])
{
	enum volume_answer is;

	*out = '\0';
	if (place_by_dataset(v, volume, base, path, out, &is))
		return is;
	if (!*volume)
		return place_by_base(v, base, path, out);
	if (v->mounts.n && find_devices(v, volume))
		return place_by_blocks(v, path, out);
	return place_by_fstab(v, volume, path, out);
}

/* --- the root of an entry --- */

/* "ZFS=pool/dataset", "zfs:pool/dataset", as / is mounted. */
static enum volume_answer compare_dataset(const struct volumes *v, const char *dataset)
{
	const struct mount *m = mounts_at(&v->mounts, "/");

	if (!m || !strchr(dataset, '/'))
		return VOLUME_UNKNOWN;
	return strcmp(m->source, dataset) == 0 ? VOLUME_HERE : VOLUME_ELSEWHERE;
}

static enum volume_answer compare_device(struct volumes *v, const char *name)
{
	const char *line = fstab_name(v, "/");
	const struct mount *m = mounts_at(&v->mounts, "/");

	if (resolve_device(v->root, &v->storage->blocks, name, v->set) > 0 && v->root_block >= 0)
		return v->set[v->root_block] ? VOLUME_HERE : VOLUME_ELSEWHERE;
	if ((line && same_name(line, name)) || (m && same_name(m->source, name)))
		return VOLUME_HERE;
	/* Names as /dev/sda2 change from boot to boot. */
	return has_tag(v, v->root_block, name) || (line && same_kind(line, name)) ? VOLUME_ELSEWHERE : VOLUME_UNKNOWN;
}

enum volume_answer volumes_root(struct volumes *v, const char *options)
{
	char name[512], subvol[256];
	enum volume_answer is;

	if (!last_word(options, strlen(options), "root=", name, sizeof(name)))
		return VOLUME_UNKNOWN;
	if (strncasecmp(name, "zfs=", 4) == 0 || strncmp(name, "zfs:", 4) == 0)
		return compare_dataset(v, name + 4);
	is = compare_device(v, name);
	subvol_of(options, strlen(options), subvol, sizeof(subvol));
	if (is == VOLUME_ELSEWHERE || !*subvol || strcmp(subvol, v->subvol) == 0)
		return is;
	if (*v->subvol)
		return VOLUME_SNAPSHOT;
	return strstr(subvol, "snapshot") ? VOLUME_SNAPSHOT : is;
}
