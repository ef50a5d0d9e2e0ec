/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any text is read as each file that says what the host needs: fstab, crypttab, command lines, mountinfo, swaps. All
 * that is asked for has a place and a name, and a name means as many of a few devices as it marks.
 */
#include "compat.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/storage/mounts.h"
#include "host/storage/resolve.h"
#include "host/storage/boot_ref.h"
#include "replay.h"

static const char *const files[] = { "etc/fstab",           "etc/crypttab",
				     "etc/kernel/cmdline",  "etc/default/grub",
				     "proc/self/mountinfo", "proc/swaps",
				     "run/udev/data/b9:0",  "etc/kernel/proxmox-boot-uuids" };

static const char *const folders[] = { "etc",       "etc/kernel", "etc/default", "proc",
				       "proc/self", "run",        "run/udev",    "run/udev/data" };
static char folder[] = "/tmp/fuzz_needs.XXXXXX";
static struct sysroot root;

static void remove_root(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		unlinkat(root.fd, files[i], 0);
	for (size_t i = ARRAY_SIZE(folders); i-- > 0;)
		unlinkat(root.fd, folders[i], AT_REMOVEDIR);
	rmdir(folder);
}

/* A root in which all of them are one file; that file, or -1. */
static int make_root(void)
{
	bool made = mkdtemp(folder) && sysroot_open(&root, folder) == 0 && atexit(remove_root) == 0;
	int file;

	for (size_t i = 0; made && i < ARRAY_SIZE(folders); i++)
		made = mkdirat(root.fd, folders[i], 0700) == 0;
	file = made ? openat(root.fd, files[0], O_RDWR | O_CREAT, 0600) : -1;
	for (size_t i = 1; made && i < ARRAY_SIZE(files); i++)
		made = linkat(root.fd, files[0], root.fd, files[i], 0) == 0;
	return made ? file : -1;
}

static char root_uuid[] = "11111111-1111-4111-8111-111111111111", ext4[] = "ext4", luks[] = "crypto_LUKS";
static char volume[] = "vg-root", volume_uuid[] = "LVM-x", raid[] = "linux_raid_member", pool[] = "zfs_member";
static struct blockdev devices[] = {
	{ .name = "dm-0", .major = 254, .disk = -1, .dm_name = volume, .dm_uuid = volume_uuid },
	{ .name = "md0", .major = 9, .disk = -1 },
	{ .name = "sda", .major = 8, .disk = -1, .tags = { [TAG_TYPE] = raid, [TAG_UUID] = root_uuid } },
	{ .name = "sda1",
	  .major = 8,
	  .minor = 1,
	  .disk = 2,
	  .partno = 1,
	  .tags = { ext4, root_uuid, ext4, root_uuid } },
	{ .name = "sda2", .major = 8, .minor = 2, .disk = 2, .partno = 2, .tags = { luks, root_uuid } },
	{ .name = "sdb", .major = 8, .minor = 16, .disk = -1, .tags = { pool, root_uuid, pool } },
};

static void check(const struct boot_ref *w)
{
	const struct blockdevs b = { .items = devices, .n = ARRAY_SIZE(devices) };
	bool set[ARRAY_SIZE(devices)];
	int found, marked = 0;

	if (!w->where || !*w->where || !w->what || !w->name || w->kind > BOOT_REF_UNKNOWN)
		abort();
	found = w->kind == BOOT_REF_POOL ? resolve_pool(&b, w->name, set) : resolve_device(&root, &b, w->name, set);
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++)
		marked += set[i];
	if (found > marked || found < 0)
		abort();
}

static bool is_in(const char *path, const char *directory)
{
	size_t len = strcmp(directory, "/") == 0 ? 0 : strlen(directory);

	return strncmp(path, directory, len) == 0 && strchr("/", path[len]);
}

static void read_all(void)
{
	const struct sysroot *r = &root;
	struct boot_refs refs = { 0 };
	struct mounts mounts;
	struct names swaps;

	if (boot_refs_of_fstab(r, &refs) < 0 || boot_refs_of_crypttab(r, &refs) < 0 ||
	    boot_refs_of_bootloader(r, &refs) < 0 || boot_refs_of_others(r, &refs) < 0 || mounts_read(r, &mounts) < 0 ||
	    swaps_read(r, &swaps) < 0)
		abort();
	for (size_t i = 0; i < refs.n; i++) {
		const char *name = refs.items[i].name;
		const struct mount *m = mounts_of_file(&mounts, name);

		check(&refs.items[i]);
		if (m && !is_in(name, m->target))
			abort();
	}
	boot_refs_free(&refs);
	mounts_free(&mounts);
	names_free(&swaps);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static int file = -1;

	if (file < 0)
		file = make_root();
	if (file < 0 || ftruncate(file, 0) < 0 || pwrite(file, data, len, 0) != (ssize_t)len)
		abort();
	read_all();
	return 0;
}
