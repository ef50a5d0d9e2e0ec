/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the boot asks for: each ref, to the devices that it is on. */
#include "needs_boot.h"

#include "../../core/boot_entry.h"
#include "../../core/shorten.h"
#include "../../sys/efivar.h"
#include "../loader/efi_entries.h"
#include "nic.h"
#include "resolve.h"

#define CMDLINE_MAX 65536
#define CACHE_MAX (4u << 20)
#define ENCRYPTION_ROOT 10 /* fields before it */

static int read_cmdline(struct needs_list *list)
{
	char *text;
	size_t len;
	int error = sysroot_read_all(list->host.root, "proc/cmdline", CMDLINE_MAX, &text, &len);

	if (error)
		return error == -ENOMEM ? error : 0;
	error = boot_refs_of_cmdline("/proc/cmdline", text, len, &list->refs);
	free(text);
	return error;
}

/* systemd-boot and systemd-stub tell the partition that they were started from. */
static int read_loader(struct needs_list *list)
{
	static const char variable[] = "LoaderDevicePartUUID";
	char name[80] = "PARTUUID=";
	size_t len = strlen(name);

	if (!efi_loader_text(list->host.root, variable, name + len, sizeof(name) - len))
		return 0;
	return boot_ref_add(&list->refs, BOOT_REF_DEVICE, variable, "the ESP", name, strlen(name));
}

/*
 * The partition of the boot entry that the firmware took: that of GRUB, which does not tell. It may be on a stick that
 * is gone, or the entry may say only which disk: no device of this machine is needed for that.
 */
static int read_boot_entry(struct needs_list *list)
{
	static const char current[] = EFIVAR_FOLDER "/BootCurrent-" EFIVAR_GLOBAL;
	uint8_t data[4096];
	char path[sizeof(current)], name[sizeof("PARTUUID=") + PARTUUID_LEN] = "PARTUUID=";
	ssize_t n = sysroot_read(list->host.root, current, (char *)data, sizeof(data));
	char where[] = "BootCurrent (Boot0000)";

	if (n < EFIVAR_ATTRIBUTES_LEN + 2)
		return 0;
	snprintf(where, sizeof(where), "BootCurrent (Boot%02X%02X)", data[EFIVAR_ATTRIBUTES_LEN + 1],
		 data[EFIVAR_ATTRIBUTES_LEN]);
	snprintf(path, sizeof(path), EFIVAR_FOLDER "/%.8s-" EFIVAR_GLOBAL, where + strlen("BootCurrent ("));
	n = sysroot_read(list->host.root, path, (char *)data, sizeof(data));
	if (n < EFIVAR_ATTRIBUTES_LEN ||
	    boot_entry_partition(data + EFIVAR_ATTRIBUTES_LEN, (size_t)n - EFIVAR_ATTRIBUTES_LEN,
				 name + strlen("PARTUUID=")) < 0)
		return 0;
	if (!resolve_device(list->host.root, &list->host.blocks, name, list->set))
		return 0;
	return boot_ref_add(&list->refs, BOOT_REF_DEVICE, where, "the ESP", name, strlen(name));
}

/* zfs-mount-generator(8): a dataset a line, its properties divided by tabs; that of the encryption root is "-"
 * without.
 */
static bool is_plain(const char *line)
{
	for (unsigned i = 0; i < ENCRYPTION_ROOT && line; i++) {
		line = strchr(line, '\t');
		line = line ? line + 1 : NULL;
	}
	return line && line[0] == '-' && strchr("\t\n", line[1]);
}

/*
 * Whether a passphrase may have to be typed for a ZFS pool, which its disks do not tell: a dataset of it is encrypted,
 * or nobody says that none is.
 */
static bool pool_may_ask(const struct sysroot *r, const char *pool)
{
	char path[512], *text;
	size_t len;
	bool plain;

	snprintf(path, sizeof(path), "etc/zfs/zfs-list.cache/%s", pool);
	if (!*pool || sysroot_read_all(r, path, CACHE_MAX, &text, &len) < 0)
		return true;
	plain = len > 0;
	for (const char *line = text; plain && *line; line += strcspn(line, "\n"), line += *line == '\n')
		plain = is_plain(line);
	free(text);
	return !plain;
}

static int add_file(struct needs_list *list, const struct boot_ref *w, const char *text)
{
	const struct mount *m = mounts_of_file(&list->host.mounts, w->name);

	if (list->only_files)
		return 0; /* it is on one of the others */
	if (!m)
		return needs_add(list, REASON_BOOT_DISK, NEED_SOME_STORAGE, "%s, on an unknown file system", text);
	return needs_add_mount(list, REASON_BOOT_DISK, m, text);
}

static int add_pool(struct needs_list *list, const char *pool, const char *text)
{
	if (!resolve_pool(&list->host.blocks, pool, list->set))
		return needs_add(list, REASON_BOOT_DISK, NEED_SOME_STORAGE, "%s, and no disk here has it", text);
	return needs_add_blocks(list, REASON_BOOT_DISK, text);
}

/* Where the words for the root do not say which pool, what is mounted does. */
static int add_pool_of(struct needs_list *list, const struct boot_ref *w, const char *text)
{
	char pool[POOL_LEN];

	snprintf(pool, sizeof(pool), "%s", w->name);
	if (w->root && !*pool)
		mount_pool(mounts_at(&list->host.mounts, "/"), pool);
	if (w->root)
		list->encrypted |= pool_may_ask(list->host.root, pool);
	return add_pool(list, pool, text);
}

/* A tag of virtio looks like the name of a device: what is mounted there tells. */
static const struct mount *virtio_of(const struct needs_list *list, const struct boot_ref *w)
{
	const struct mount *m = mounts_at(&list->host.mounts, w->what);

	return m && mount_is_virtio(m) && strcmp(m->source, w->name) == 0 ? m : NULL;
}

/* It may be a disk here, or one that a network card would bring. */
static int add_missing(struct needs_list *list, const struct boot_ref *w, const char *text)
{
	const struct mount *m = virtio_of(list, w);
	int error;

	if (m)
		return needs_add_mount(list, REASON_BOOT_DISK, m, text);
	error = needs_add(list, REASON_BOOT_DISK, NEED_SOME_STORAGE, "%s, and no disk here has it", text);

	if (error || !w->network)
		return error;
	return needs_add(list, REASON_BOOT_DISK, NEED_SOME_NETWORK, "%s, and no disk here has it (_netdev)", text);
}

/*
 * The kernel's own name of the root, of which the mount tells more; a mapping that is not open now, but that a line of
 * crypttab opens, which is needed itself.
 */
static bool is_told_elsewhere(const struct needs_list *list, const struct boot_ref *w)
{
	static const char mapper[] = "/dev/mapper/", crypttab[] = "/etc/crypttab";

	if (w->root && strcmp(w->name, "/dev/root") == 0)
		return mounts_at(&list->host.mounts, "/") != NULL;
	if (strncmp(w->name, mapper, strlen(mapper)) != 0)
		return false;
	for (size_t i = 0; i < list->refs.n; i++)
		if (strncmp(list->refs.items[i].where, crypttab, strlen(crypttab)) == 0 &&
		    strcmp(list->refs.items[i].what, w->name + strlen(mapper)) == 0)
			return true;
	return false;
}

static int add_device(struct needs_list *list, const struct boot_ref *w, const char *text)
{
	char pool[128];

	if (sscanf(w->name, "/dev/zvol/%127[^/]", pool) == 1)
		return add_pool(list, pool, text);
	if (!resolve_device(list->host.root, &list->host.blocks, w->name, list->set)) {
		return name_is_memory(w->name) || is_told_elsewhere(list, w) ? 0 : add_missing(list, w, text);
	}
	list->unique |= name_is_unique(w->name);
	return needs_add_blocks(list, REASON_BOOT_DISK, text);
}

/*
 * What an interface stands on that the initramfs makes, or gives a name (which needs none by itself): the next ref from
 * *at on. NULL: there is none.
 */
static const struct boot_ref *next_below(const struct needs_list *list, const char *interface, size_t *at)
{
	while (*at < list->refs.n) {
		const struct boot_ref *w = &list->refs.items[(*at)++];

		if (w->kind == BOOT_REF_INTERFACE && strcmp(w->what, interface) == 0)
			return w;
	}
	return NULL;
}

/* 1; 0: nothing makes it. Or -ENOMEM. */
static int add_made(struct needs_list *list, const char *interface, const char *text)
{
	const struct boot_ref *w;
	char is[64];
	int found = 0, error = 0;

	for (size_t at = 0; !error && (w = next_below(list, interface, &at));) {
		found = 1;
		if (!w->optional)
			continue;
		if (nic_find(&list->host, w->name, is))
			error = needs_add_way(list, REASON_BOOT_DISK, is, text);
		else
			error = needs_add(list, REASON_BOOT_DISK, NEED_SOME_NETWORK, "%s, and no interface here is %s",
					  text, w->name);
	}
	return error ? error : found;
}

static int add_nic(struct needs_list *list, const struct boot_ref *w, const char *text)
{
	char interface[64];
	int made;

	if (list->only_files)
		return 0;
	if (nic_find(&list->host, w->name, interface))
		return needs_add_way(list, REASON_BOOT_DISK, interface, text);
	made = add_made(list, w->name, text);
	if (made)
		return made < 0 ? made : 0;
	return needs_add(list, REASON_BOOT_DISK, NEED_SOME_NETWORK, "%s, and no interface here is it", text);
}

/* Whether the initramfs makes it, or names it so, of one that is here. */
static bool is_made(const struct needs_list *list, const char *interface)
{
	const struct boot_ref *w;
	char is[64];

	for (size_t at = 0; (w = next_below(list, interface, &at));)
		if (nic_find(&list->host, w->name, is))
			return true;
	return false;
}

static bool is_here(struct needs_list *list, const struct boot_ref *w)
{
	_cleanup_(names_free) struct names interfaces = { 0 };
	char interface[64];

	switch (w->kind) {
	case BOOT_REF_DEVICE:
		return resolve_device(list->host.root, &list->host.blocks, w->name, list->set) > 0;
	case BOOT_REF_POOL:
		return resolve_pool(&list->host.blocks, w->name, list->set) > 0;
	case BOOT_REF_INTERFACE:
		return nic_find(&list->host, w->name, interface) || is_made(list, w->name);
	case BOOT_REF_SERVER:
		return nic_routes(&list->host, w->name, false, &interfaces) == 0 && interfaces.n;
	case BOOT_REF_NETWORK:
	case BOOT_REF_MEMORY:
		return true;
	default:
		return false;
	}
}

/* Whether a line names an interface that is here. */
static bool has_interface(struct needs_list *list)
{
	for (size_t i = 0; i < list->refs.n; i++) {
		const struct boot_ref *w = &list->refs.items[i];

		if (w->kind == BOOT_REF_INTERFACE && !w->optional && is_here(list, w))
			return true;
	}
	return false;
}

/* Where a line names an interface, it is by that one; else by the default route. */
static int add_network(struct needs_list *list, const char *text)
{
	_cleanup_(names_free) struct names interfaces = { 0 };
	int error;

	if (list->only_files || has_interface(list))
		return 0;
	error = nic_routes(&list->host, NULL, true, &interfaces);
	if (error)
		return error;
	return interfaces.n ? needs_add_ways(list, REASON_BOOT_DISK, &interfaces, text)
			    : needs_add_server(list, REASON_BOOT_DISK, "", text);
}

/* A root that mountinfo shows on the network has its server's address there. */
static const char *server_of(const struct needs_list *list, const struct boot_ref *w)
{
	const struct mount *m = w->root ? mounts_at(&list->host.mounts, "/") : NULL;

	return m && strncmp(m->type, "nfs", 3) == 0 ? NULL : w->name;
}

static int add_ref(struct needs_list *list, const struct boot_ref *w)
{
	char text[REPORT_TEXT_LEN];
	const char *server;

	if (w->if_here && !is_here(list, w))
		return 0;
	list->root_known |= w->root;
	list->encrypted |= w->passphrase;
	shorten_print(text, sizeof(text), "%s: %s is %s%s", w->where, w->what, w->kind == BOOT_REF_POOL ? "ZFS " : "",
		      *w->name                   ? w->name
		      : w->kind == BOOT_REF_POOL ? "of any pool"
						 : "on the network");
	switch (w->kind) {
	case BOOT_REF_DEVICE:
		return add_device(list, w, text);
	case BOOT_REF_FILE:
		return add_file(list, w, text);
	case BOOT_REF_POOL:
		return add_pool_of(list, w, text);
	case BOOT_REF_SERVER:
		server = server_of(list, w);
		return server ? needs_add_server(list, REASON_BOOT_DISK, server, text) : 0; /* what is mounted tells */
	case BOOT_REF_INTERFACE:
		return add_nic(list, w, text);
	case BOOT_REF_NETWORK:
		return add_network(list, text);
	case BOOT_REF_MEMORY:
		return 0;
	case BOOT_REF_UNKNOWN:
		break;
	}
	return needs_add(list, REASON_BOOT_DISK, NEED_SOME_STORAGE, "%s cannot be read", w->where);
}

static int add_those(struct needs_list *list, bool root)
{
	int error = 0;

	list->of_root = root;
	for (size_t i = 0; i < list->refs.n && !error; i++)
		if (!list->refs.items[i].optional && list->refs.items[i].root == root)
			error = add_ref(list, &list->refs.items[i]);
	return error;
}

/* crypttab's random keys are of swap and such, which the chains then go through. */
static void mark_random(struct needs_list *list)
{
	for (size_t i = 0; i < list->refs.n; i++)
		for (size_t k = 0; list->refs.items[i].random && k < list->host.blocks.n; k++) {
			struct blockdev *d = &list->host.blocks.items[k];

			d->random |= d->dm_name && strcmp(d->dm_name, list->refs.items[i].what) == 0;
		}
}

/* What the refs ask for, those of the root first. */
int needs_boot_files(struct needs_list *list)
{
	int error;

	mark_random(list);
	error = add_those(list, true);
	return error ? error : add_those(list, false);
}

/* The file systems that an overlay lies over. *known: all of them are told by mounts that are still seen. */
static int add_layers(struct needs_list *list, const struct mount *overlay, bool *known)
{
	_cleanup_(free_pointer) char *copy = strdup(overlay->options);
	char *rest = copy, *option, text[REPORT_TEXT_LEN];
	int error = copy ? 0 : -ENOMEM;

	*known = false;
	while (!error && (option = strsep(&rest, ","))) {
		char *paths = strchr(option, '='), *path;

		if (!paths || (strncmp(option, "lowerdir", 8) != 0 && strncmp(option, "upperdir", 8) != 0))
			continue;
		for (paths++; !error && (path = strsep(&paths, ":"));) {
			const struct mount *m = mounts_of_file(&list->host.mounts, path);

			if (!m || strcmp(m->target, "/") == 0) {
				*known = false;
				return 0;
			}
			*known = true;
			shorten_print(text, sizeof(text), "mounted: / lies over %s", m->source);
			if (!mount_is_memory(m))
				error = needs_add_mount(list, REASON_BOOT_DISK, m, text);
		}
	}
	return error;
}

/* These of what is mounted the boot needs, also where no line says so. */
static int add_mounted(struct needs_list *list)
{
	static const char *const targets[] = { "/", "/usr", "/boot", "/boot/efi", "/efi" };
	char text[REPORT_TEXT_LEN], pool[POOL_LEN];
	int error = 0;

	mount_pool(mounts_at(&list->host.mounts, "/"), pool);
	list->encrypted |= *pool && pool_may_ask(list->host.root, pool);
	for (size_t i = 0; i < ARRAY_SIZE(targets) && !error; i++) {
		const struct mount *m = mounts_at(&list->host.mounts, targets[i]);
		bool over = m && strcmp(m->type, "overlay") == 0, told = m && mount_is_memory(m);
		bool known = m && !mount_is_program(m) && !over && !told && strcmp(m->type, "aufs") != 0;

		list->of_root = i == 0;
		if (i == 0 && over)
			error = add_layers(list, m, &told);
		/* A root in memory needs nothing; what is laid over something else does. */
		list->root_known |= i == 0 && (known || told);
		if (!known || error)
			continue;
		shorten_print(text, sizeof(text), "mounted: %s is %s", targets[i], m->source);
		error = needs_add_mount(list, REASON_BOOT_DISK, m, text);
	}
	list->of_root = false;
	return error;
}

/* Swap of which fstab says that the boot does not wait for it. */
static void mark_optional(struct needs_list *list, bool *optional)
{
	for (size_t i = 0; i < list->refs.n; i++) {
		const struct boot_ref *w = &list->refs.items[i];

		if (!w->optional || w->kind != BOOT_REF_DEVICE || strcmp(w->what, "swap") != 0)
			continue;
		resolve_device(list->host.root, &list->host.blocks, w->name, list->set);
		for (size_t k = 0; k < list->host.blocks.n; k++)
			optional[k] |= list->set[k];
	}
}

static bool is_optional(struct needs_list *list, const char *name, const bool *optional)
{
	for (size_t i = 0; i < list->refs.n; i++)
		if (list->refs.items[i].optional && strcmp(list->refs.items[i].name, name) == 0)
			return true;
	resolve_device(list->host.root, &list->host.blocks, name, list->set);
	for (size_t i = 0; i < list->host.blocks.n; i++)
		if (list->set[i] && optional[i])
			return true;
	return false;
}

static int add_swap(struct needs_list *list, const char *name, const bool *optional)
{
	struct boot_ref w = { .kind = strncmp(name, "/dev/", 5) == 0 ? BOOT_REF_DEVICE : BOOT_REF_FILE,
			      .where = (char *)"/proc/swaps",
			      .what = (char *)"swap",
			      .name = (char *)name };
	const struct mount *m;
	char text[REPORT_TEXT_LEN];

	if (!is_optional(list, name, optional))
		return add_ref(list, &w);
	shorten_print(text, sizeof(text), "swap: %s", name);
	if (resolve_device(list->host.root, &list->host.blocks, name, list->set))
		return needs_add_blocks(list, REASON_IN_USE, text);
	m = mounts_of_file(&list->host.mounts, name);
	return m ? needs_add_mount(list, REASON_IN_USE, m, text) : 0;
}

static int add_swaps(struct needs_list *list)
{
	bool *optional = calloc(list->host.blocks.n + 1, sizeof(*optional));
	_cleanup_(names_free) struct names swaps = { 0 };
	int error = optional ? swaps_read(list->host.root, &swaps) : -ENOMEM;

	if (!error)
		mark_optional(list, optional);
	for (size_t i = 0; i < swaps.n && !error; i++)
		error = add_swap(list, swaps.items[i], optional);
	free(optional);
	return error;
}

int needs_boot_find(struct needs_list *list)
{
	static int (*const steps[])(struct needs_list *) = { read_cmdline,     read_loader, read_boot_entry,
							     needs_boot_files, add_mounted, add_swaps };
	int error = needs_each(list, steps, ARRAY_SIZE(steps));

	if (error || list->root_known)
		return error;
	for (int any = NEED_SOME_NETWORK; any <= NEED_SOME_STORAGE && !error; any++) {
		error = needs_add(list, REASON_BOOT_DISK, any, "no fstab, no root= and no mount says where / is");
		if (!error)
			list->needs[list->n_needs - 1].silent = true;
	}
	return error;
}

static unsigned plugged_in(const struct device *d)
{
	return d->plugged | (d->has_disk && class_sub(d->identity.class) == CLASS_USB ? PLUGGED_DISK : 0);
}

static const char *plugged_word(unsigned plugged)
{
	if (plugged & PLUGGED_DISK)
		return "has a keyscript, for a disk or a token perhaps";
	return plugged & PLUGGED_CARD ? "asks for a smart card" : "asks for a security token";
}

/* Each thing plugged in counts that may unlock it; where there is none, any USB controller may get it. */
static int add_plugged(struct needs_list *list, const struct boot_ref *w)
{
	const struct machine *m = list->host.machine;
	char text[REPORT_TEXT_LEN];
	bool any = false;
	int error = 0;

	shorten_print(text, sizeof(text), "%s: %s %s", w->where, w->what, plugged_word(w->plugged));
	for (int i = 0; i < (int)m->n && !error; i++) {
		if (!(plugged_in(&m->devices[i]) & w->plugged))
			continue;
		any = true;
		error = needs_add(list, REASON_KEYBOARD, i, "%s: one is plugged in here", text);
	}
	return error || any ? error : needs_add(list, REASON_KEYBOARD, NEED_SOME_USB, "%s: none is plugged in", text);
}

/* The hook that takes a server of ssh into the image, and what it takes along: the keys of those who may unlock. */
static const struct {
	const char *hook, *keys;
} remotes[] = {
	{ "usr/share/initramfs-tools/hooks/dropbear", "/etc/dropbear/initramfs/authorized_keys" },
	{ "usr/share/initramfs-tools/hooks/dropbear", "/etc/dropbear-initramfs/authorized_keys" },
	{ "usr/lib/initcpio/install/dropbear", "/etc/dropbear/root_key" },
	{ "usr/lib/initcpio/install/tinyssh", "/etc/tinyssh/root_key" },
};

/* A passphrase that may come over the network. */
static int add_remote(struct needs_list *list)
{
	const struct sysroot *r = list->host.root;
	int error = 0;

	for (size_t i = 0; i < ARRAY_SIZE(remotes) && !error; i++) {
		struct boot_ref w = { .kind = BOOT_REF_NETWORK,
				      .where = (char *)remotes[i].keys,
				      .what = (char *)"who unlocks the root",
				      .name = (char *)"" };

		if (sysroot_exists(r, remotes[i].hook) && sysroot_exists(r, remotes[i].keys + 1))
			error = add_ref(list, &w);
	}
	return error;
}

int needs_boot_unlocking(struct needs_list *list)
{
	int error = list->encrypted ? add_remote(list) : 0;

	for (size_t i = 0; i < list->refs.n && !error; i++)
		if (!list->refs.items[i].optional && list->refs.items[i].plugged)
			error = add_plugged(list, &list->refs.items[i]);
	return error;
}
