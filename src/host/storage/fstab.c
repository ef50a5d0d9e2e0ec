/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fstab, read by libmount a line at a time, so that each need has its line. */
#include <libmount/libmount.h>

#include "../lib/text_file.h"
#include "boot_ref.h"

/* These the boot needs whatever their options say: boot loader, firmware and kernel updates use them. */
static const char *const always[] = { "/", "/usr", "/boot", "/boot/efi", "/efi" };

/* Options that name further devices: btrfs, xfs, ext4. */
static const char *const device_options[] = { "device", "logdev", "rtdev", "journal_path" };

static bool is_one_of(const char *word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(word, list[i]) == 0)
			return true;
	return false;
}

/* Of "noauto" and "auto" the last one counts, as systemd-fstab-generator has it. */
static bool last_is(const char *options, const char *no, const char *yes)
{
	char *at = (char *)options, *name, *value;
	size_t name_len, value_len;
	bool result = false;

	while (at && *at && mnt_optstr_next_option(&at, &name, &name_len, &value, &value_len) == 0) {
		if (name_len == strlen(no) && strncmp(name, no, name_len) == 0)
			result = true;
		else if (name_len == strlen(yes) && strncmp(name, yes, name_len) == 0)
			result = false;
	}
	return result;
}

static bool has_option(const char *options, const char *name)
{
	return options && mnt_optstr_get_option(options, name, NULL, NULL) == 0;
}

int boot_refs_of_options(const char *where, const char *what, const char *options, struct boot_refs *out)
{
	char *at = (char *)options, *name, *value, word[32];
	size_t name_len, value_len;

	while (at && *at && mnt_optstr_next_option(&at, &name, &name_len, &value, &value_len) == 0) {
		if (!value || name_len >= sizeof(word))
			continue;
		snprintf(word, sizeof(word), "%.*s", (int)name_len, name);
		if (is_one_of(word, device_options, ARRAY_SIZE(device_options)) &&
		    boot_ref_add(out, BOOT_REF_DEVICE, where, what, value, value_len) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* "server:/export", "[fe80::1]:/export", "//server/share" */
static int add_server(struct boot_refs *out, const char *where, const char *what, const char *source)
{
	const char *name = source + strspn(source, "/["), *ends = *source == '/' ? "/" : *source == '[' ? "]" : ":";

	return boot_ref_add(out, BOOT_REF_SERVER, where, what, name, strcspn(name, ends));
}

static bool is_path(const char *source)
{
	return source[0] == '/' && strncmp(source, "/dev/", 5) != 0;
}

/* What libmount does not know to have no block device: some are reached over the network, whatever else the line says.
 */
static const char *const network_types[] = { "ceph", "beegfs", "lustre",  "gpfs",  "orangefs", "pvfs2", "moosefs",
					     "efs",  "s3fs",   "gcsfuse", "davfs", "smbnetfs", "afs" };
static const char *const program_types[] = {
	"aufs", "unionfs", "usbfs", "mergerfs", "rclone", "vboxsf", "ocfs2_dlmfs"
};

/* "remote:path" of rclone, "s3fs#bucket": what a program of that type understands, and no block device. */
static bool is_programs(const char *source, const char *type)
{
	if (is_one_of(type, program_types, ARRAY_SIZE(program_types)))
		return true;
	return *source != '/' && !strchr(source, '=') && strpbrk(source, ":#@");
}

static int add_fs(struct libmnt_fs *fs, const char *where, const char *what, struct boot_refs *out)
{
	const char *source = mnt_fs_get_source(fs), *type = mnt_fs_get_fstype(fs), *options = mnt_fs_get_options(fs);

	if (has_option(options, "bind") || has_option(options, "rbind"))
		return boot_ref_add(out, BOOT_REF_FILE, where, what, source, strlen(source));
	if (type && strcmp(type, "zfs") == 0)
		return boot_ref_add(out, BOOT_REF_POOL, where, what, source, strcspn(source, "/"));
	if (mnt_fs_is_netfs(fs) || (source[0] != '/' && strstr(source, ":/")))
		return add_server(out, where, what, source);
	/* fuse.* stands on other file systems, which have lines of their own. */
	if (type && (strcmp(type, "tmpfs") == 0 || strcmp(type, "ramfs") == 0))
		return boot_ref_add(out, BOOT_REF_MEMORY, where, what, source, strlen(source));
	if (type && is_one_of(type, network_types, ARRAY_SIZE(network_types)))
		return boot_ref_add(out, BOOT_REF_SERVER, where, what, "", 0);
	if (is_programs(source, type ? type : ""))
		return has_option(options, "_netdev") ? boot_ref_add(out, BOOT_REF_SERVER, where, what, "", 0) : 0;
	if (!mnt_fs_is_swaparea(fs) && (mnt_fs_is_pseudofs(fs) || (type && strncmp(type, "fuse", 4) == 0)))
		return 0;
	if (boot_ref_add(out, is_path(source) ? BOOT_REF_FILE : BOOT_REF_DEVICE, where, what, source, strlen(source)) <
	    0)
		return -ENOMEM;
	return boot_refs_of_options(where, what, options, out);
}

/* "/boot//efi/" is "/boot/efi". */
static char *folded(const char *path)
{
	char *copy = strdup(path), *to = copy;

	for (const char *s = path; copy && *s; s++)
		if (*s != '/' || (s[1] != '/' && (s[1] || to == copy)))
			*to++ = *s;
	if (copy)
		*to = '\0';
	return copy;
}

static int add_line(struct libmnt_fs *fs, const char *where, struct boot_refs *out)
{
	const char *target = mnt_fs_is_swaparea(fs) ? "swap" : mnt_fs_get_target(fs);
	const char *options = mnt_fs_get_options(fs);
	bool optional = last_is(options, "noauto", "auto") || last_is(options, "nofail", "fail");
	size_t before = out->n;
	char *what;
	int error;

	if (!target || !mnt_fs_get_source(fs))
		return boot_ref_add(out, BOOT_REF_UNKNOWN, where, "it", "", 0);
	what = folded(target);
	error = what ? add_fs(fs, where, what, out) : -ENOMEM;
	for (size_t i = before; i < out->n && !error; i++) {
		out->items[i].optional = optional && !is_one_of(what, always, ARRAY_SIZE(always));
		out->items[i].network = has_option(options, "_netdev");
	}
	free(what);
	return error;
}

static int ignore(struct libmnt_table *table, const char *name, int line)
{
	(void)table;
	(void)name;
	(void)line;
	return 1;
}

int boot_refs_of_fstab_line(const char *where, char *text, struct boot_refs *out)
{
	struct libmnt_table *table = mnt_new_table();
	FILE *f = fmemopen(text, strlen(text), "r");
	struct libmnt_fs *fs = NULL;
	int error = table && f ? 0 : -ENOMEM;

	if (!error) {
		mnt_table_set_parser_errcb(table, ignore);
		mnt_table_parse_stream(table, f, "fstab");
		if (mnt_table_first_fs(table, &fs) == 0)
			error = add_line(fs, where, out);
		else
			error = boot_ref_add(out, BOOT_REF_UNKNOWN, where, "it", "", 0);
	}
	if (f)
		fclose(f);
	mnt_unref_table(table);
	return error;
}

static int read_fstab_line(const struct text_file_line *line, void *arg)
{
	if (!line->text)
		return boot_ref_add(arg, BOOT_REF_UNKNOWN, line->where, "it", "", 0);
	return *line->text == '#' ? 0 : boot_refs_of_fstab_line(line->where, line->text, arg);
}

int boot_refs_of_fstab(const struct sysroot *r, struct boot_refs *out)
{
	return text_file_lines(r, "etc/fstab", read_fstab_line, out);
}
