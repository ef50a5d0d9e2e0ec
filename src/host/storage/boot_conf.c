/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configuration files that are shell, and what of them the boot gets:
 *
 *	/etc/default/grub, grub.d/x.cfg           GRUB_CMDLINE_LINUX...="words"     the kernel's command line
 *	dracut.conf, dracut.conf.d/x.conf         kernel_cmdline+=" words "         read in the image, beside that
 *	initramfs.conf, conf.d/x                  RESUME= IP= DEVICE= ROOT= BOOT=nfs NFSROOT=   in the image, likewise
 */
#include "../lib/shell_file.h"
#include "boot_ref.h"

static int add_unreadable(const struct shell_assignment *a, struct boot_refs *out)
{
	return boot_ref_add(out, BOOT_REF_UNKNOWN, a->where, "it", "", 0);
}

/* Words of which only a shell knows a part are none that anybody could look for. */
static int add_words(const struct shell_assignment *a, struct boot_refs *out,
		     int (*add)(const char *where, const char *text, size_t len, struct boot_refs *out))
{
	char *words = strdup(a->value);
	int error = words ? 0 : -ENOMEM;

	for (char *s = words; s && *s; s += strcspn(s, " \t\n"), s += strspn(s, " \t\n")) {
		size_t len = strcspn(s, " \t\n");

		if (memchr(s, SHELL_UNKNOWN, len))
			memset(s, ' ', len);
	}
	if (!error)
		error = add(a->where, words, strlen(words), out);
	free(words);
	return error;
}

static int add_grub(const struct shell_assignment *a, void *arg)
{
	static const char start[] = "GRUB_CMDLINE_LINUX";

	if (!a->value)
		return add_unreadable(a, arg);
	return strncmp(a->name, start, strlen(start)) == 0 ? add_words(a, arg, boot_refs_of_words) : 0;
}

static int add_dracut(const struct shell_assignment *a, void *arg)
{
	if (!a->value)
		return add_unreadable(a, arg);
	return strcmp(a->name, "kernel_cmdline") == 0 ? add_words(a, arg, boot_refs_of_cmdline) : 0;
}

int boot_refs_of_grub(const struct sysroot *r, struct boot_refs *out)
{
	struct shell sh = { .each = add_grub, .arg = out };
	int error = shell_file_read(&sh, r, "etc/default/grub");

	if (!error)
		error = shell_file_read_all(&sh, r, "etc/default/grub.d", ".cfg");
	shell_file_free(&sh);
	return error;
}

int boot_refs_of_dracut(const struct sysroot *r, struct boot_refs *out)
{
	struct shell sh = { .each = add_dracut, .arg = out };
	int error = shell_file_read_all(&sh, r, "usr/lib/dracut/dracut.conf.d", ".conf");

	if (!error)
		error = shell_file_read(&sh, r, "etc/dracut.conf");
	if (!error)
		error = shell_file_read_all(&sh, r, "etc/dracut.conf.d", ".conf");
	shell_file_free(&sh);
	return error;
}

/* What its scripts take in place of a word of the command line (/usr/share/initramfs-tools/init, scripts/functions). */
static const struct {
	const char *name, *word;
} variables[] = {
	{ "RESUME", "resume" },
	{ "ROOT", "root" },
	{ "IP", "ip" },
	{ "DEVICE", "BOOTIF" },
};

/* RESUME=auto takes a swap that fstab has, NFSROOT=auto what DHCP says; the others stand for nothing. */
static bool is_nothing(const char *value)
{
	static const char *const words[] = { "", "none", "auto" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcmp(value, words[i]) == 0)
			return true;
	return strchr(value, SHELL_UNKNOWN) != NULL;
}

static int add_initramfs(const struct shell_assignment *a, void *arg)
{
	struct boot_refs *out = arg;

	if (!a->value)
		return add_unreadable(a, out);
	/* The noresume of a boot loader's files is its, too. */
	if (is_nothing(a->value) || (strcmp(a->name, "RESUME") == 0 && boot_refs_say(out, 0, "noresume")))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(variables); i++)
		if (strcmp(a->name, variables[i].name) == 0)
			return boot_refs_of_word(a->where, variables[i].word, a->value, out);
	return 0;
}

static int read_initramfs(struct shell *sh, const struct sysroot *r)
{
	int error = shell_file_read(sh, r, "etc/initramfs-tools/initramfs.conf");

	return error ? error : shell_file_read_all(sh, r, "etc/initramfs-tools/conf.d", NULL);
}

/* scripts/nfs: without a server in NFSROOT= DHCP tells it. */
static int add_nfs_root(const struct shell *sh, struct boot_refs *out)
{
	const char *boot = shell_file_value(sh, "BOOT"), *server = shell_file_value(sh, "NFSROOT");
	bool known = server && !is_nothing(server);

	if (!boot || strcmp(boot, "nfs") != 0)
		return 0;
	return boot_refs_of_word("/etc/initramfs-tools: BOOT=nfs", known ? "nfsroot" : "root",
				 known ? server : "/dev/nfs", out);
}

int boot_refs_of_initramfs_tools(const struct sysroot *r, struct boot_refs *out)
{
	struct shell sh = { .each = add_initramfs, .arg = out };
	int error = read_initramfs(&sh, r);

	if (!error)
		error = add_nfs_root(&sh, out);
	shell_file_free(&sh);
	return error;
}
