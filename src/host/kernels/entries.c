/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "entries.h"

#include <fnmatch.h>
#include <strings.h>

#include "../../core/array.h"
#include "../../core/cmdline.h"
#include "../initramfs/uki.h"
#include "../loader/bls.h"
#include "../loader/efi_entries.h"
#include "kernels.h"
#include "maker.h"
#include "places.h"

#define CMDLINE_MAX 65536
#define HEAD_BYTES 4096
#define HEX "0123456789abcdef"
#define MACHINE_ID_LEN 32

const char *const entry_kind_words[ENTRY_KIND_COUNT] = {
	[ENTRY_OURS] = "this-installation", [ENTRY_NO_INITRD] = "no-initrd",      [ENTRY_RESCUE] = "rescue",
	[ENTRY_SNAPSHOT] = "snapshot",      [ENTRY_OTHER] = "other-installation", [ENTRY_UNKNOWN] = "unknown",
};

/* What is known of this installation while entries are read. */
struct installation {
	const struct sysroot *root;
	struct volumes volumes;
	struct names kernels;
	char (*pkgbases)[KERNEL_LEN]; /* of each kernel; "": it has none */
	char machine_id[TOKEN_LEN], token[TOKEN_LEN];
};

static void installation_free(struct installation *is)
{
	volumes_free(&is->volumes);
	names_free(&is->kernels);
	free(is->pkgbases);
}

/* --- which kernel --- */

/* "6.1.0-1" in "vmlinuz-6.1.0-1.efi" and "token/6.1.0-1/linux", not in "vmlinuz-6.1.0-10". */
static bool has_word(const char *path, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = strstr(path, word); at; at = strstr(at + 1, word))
		if ((at == path || strchr("/-_", at[-1])) &&
		    (!at[len] || at[len] == '/' || strcmp(at + len, ".img") == 0 ||
		     strcmp(path + bls_stem(path, ".efi"), at + len) == 0))
			return true;
	return false;
}

static bool by_name(const struct installation *is, const char *path, char release[KERNEL_LEN])
{
	size_t longest = 0;

	for (size_t i = 0; i < is->kernels.n; i++) {
		const char *kernel = is->kernels.items[i];

		if (strlen(kernel) <= longest || !has_word(path, kernel))
			continue;
		longest = strlen(kernel);
		snprintf(release, KERNEL_LEN, "%s", kernel);
	}
	return longest > 0;
}

/* "vmlinuz-linux", "arch-linux.efi": kernels of Arch. */
static bool by_pkgbase(const struct installation *is, const char *path, char release[KERNEL_LEN])
{
	const char *slash = strrchr(path, '/');
	size_t longest = 0;

	path = slash ? slash : path;
	for (size_t i = 0; i < is->kernels.n; i++) {
		const char *name = is->pkgbases[i];

		if (strlen(name) <= longest || !has_word(path, name))
			continue;
		longest = strlen(name);
		snprintf(release, KERNEL_LEN, "%s", is->kernels.items[i]);
	}
	return longest > 0;
}

/* A machine-id is no release. */
static bool has_digits(const char *path)
{
	const char *name = strrchr(path, '/');

	for (name = name ? name + 1 : path; *name; name++) {
		if (strspn(name, HEX) == MACHINE_ID_LEN)
			name += MACHINE_ID_LEN - 1;
		else if (*name >= '0' && *name <= '9')
			return true;
	}
	return false;
}

/* *guess: nothing names it, and there is no other. */
static bool find_kernel(const struct installation *is, const struct boot_entry *boot, const char *kernel,
			const char *image, char release[KERNEL_LEN], bool *guess)
{
	*guess = false;
	if (kernel_is_release(boot->version) && names_has(&is->kernels, boot->version)) {
		snprintf(release, KERNEL_LEN, "%s", boot->version);
		return true;
	}
	if (*kernel && kernel_of_file(is->root, kernel, release))
		return true;
	if (by_name(is, kernel, release) || by_name(is, image, release) || by_pkgbase(is, kernel, release) ||
	    by_pkgbase(is, image, release) || maker_kernel(is->root, image, release))
		return true;
	*release = '\0';
	if (is->kernels.n != 1 || has_digits(*kernel ? kernel : image) || kernel_is_release(boot->version))
		return false;
	snprintf(release, KERNEL_LEN, "%s", is->kernels.items[0]);
	*guess = true;
	return true;
}

/* --- whose --- */

static bool fits_any(const char *text, const char *const *patterns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fnmatch(patterns[i], text, FNM_CASEFOLD) == 0)
			return true;
	return false;
}

static bool is_rescue(const struct boot_entry *boot)
{
	static const char *const patterns[] = { "*rescue*", "*recovery*" };
	static const char *const images[] = { "*rescue*", "*kdump*" };
	bool is = fits_any(boot->id, patterns, ARRAY_SIZE(patterns)) ||
		  fits_any(boot->title, patterns, ARRAY_SIZE(patterns)) ||
		  (boot->kernel.path && fits_any(boot->kernel.path, images, ARRAY_SIZE(images)));

	for (size_t i = 0; i < boot->n_initrds && !is; i++)
		is = fits_any(boot->initrds[i].path, images, ARRAY_SIZE(images));
	return is;
}

/* By its header: a UKI, and no other EFI program. */
static bool has_initrd(const struct sysroot *r, const char *path)
{
	unsigned char head[HEAD_BYTES];
	const unsigned char *start;
	size_t size;
	ssize_t n = sysroot_pread(r, path, head, sizeof(head), 0);

	return n > 0 && uki_is_pe(head, (size_t)n) &&
	       uki_section(head, (size_t)n, ".initrd", &start, &size) != -ENODATA;
}

/* Appends where the file is. 0 or -ENOMEM; *is: the worst answer so far. */
static int add_file(struct installation *is, const struct boot_entry *boot, const struct boot_file *file,
		    struct entry *entry, enum volume_answer *worst)
{
	char path[VOLUME_PATH_LEN], *copy;
	enum volume_answer answer = file->unknown
					    ? VOLUME_UNKNOWN
					    : volumes_place(&is->volumes, file->volume, boot->base, file->path, path);

	if (answer > *worst)
		*worst = answer;
	if (answer != VOLUME_HERE)
		return 0;
	copy = strdup(path);
	if (!copy || array_add(&entry->files, &entry->n_files, &copy, sizeof(copy))) {
		free(copy);
		return -ENOMEM;
	}
	return 0;
}

/* Microcode is loaded in front of the image, what is added behind it. */
static size_t find_image(const struct entry *entry)
{
	static const char *const patterns[] = { "*ucode*", "*microcode*" };
	size_t i = 0;

	while (i + 1 < entry->n_files && fits_any(entry->files[i], patterns, ARRAY_SIZE(patterns)))
		i++;
	return i;
}

/* A name that has the machine-id of another. */
static bool is_of_another(const struct installation *is, const char *id)
{
	const char *at = id;

	if (!*is->machine_id)
		return false;
	while (*at && strspn(at, HEX) != MACHINE_ID_LEN)
		at += strspn(at, HEX) + (at[strspn(at, HEX)] != '\0');
	return *at && strncmp(at, is->machine_id, MACHINE_ID_LEN) != 0 && strncmp(at, is->token, MACHINE_ID_LEN) != 0;
}

static bool is_snapshot(const char *path)
{
	return strstr(path, ".snapshots/") || strstr(path, "timeshift");
}

/* All its files are here. */
static enum entry_kind judge(struct installation *is, const struct boot_entry *boot, const char *kernel,
			     struct entry *entry)
{
	enum volume_answer root = volumes_root(&is->volumes, boot->options);
	const char *image = entry->files[entry->image];
	bool guess, known = find_kernel(is, boot, kernel, image, entry->kernel, &guess);

	if (root == VOLUME_SNAPSHOT || is_snapshot(image) || is_snapshot(kernel))
		return ENTRY_SNAPSHOT;
	if (root == VOLUME_ELSEWHERE)
		return ENTRY_OTHER;
	if (root == VOLUME_HERE)
		return ENTRY_OURS;
	if (is_of_another(is, boot->machine_id) || is_of_another(is, boot->id))
		return ENTRY_OTHER;
	/* memdisk and iPXE are started as kernels, with disks and scripts as initrds. */
	if (guess && boot->n_initrds)
		known = false;
	return known && names_has(&is->kernels, entry->kernel) ? ENTRY_OURS : ENTRY_OTHER;
}

/* Its kernel was removed, with its image: what is not there boots nothing, stale or not. */
static bool is_gone(const struct installation *is, const char *kernel, const struct entry *entry)
{
	return *kernel && !sysroot_exists(is->root, kernel) && !sysroot_exists(is->root, entry->files[entry->image]);
}

static int read_files(struct installation *is, const struct boot_entry *boot, struct entry *entry,
		      enum volume_answer *worst)
{
	const struct boot_file *files = boot->n_initrds ? boot->initrds : &boot->kernel;
	size_t n = boot->n_initrds ? boot->n_initrds : 1;
	int err = 0;

	for (size_t i = 0; i < n && !err; i++)
		err = add_file(is, boot, &files[i], entry, worst);
	entry->image = find_image(entry);
	return err;
}

static int read_entry(struct installation *is, const struct boot_entry *boot, struct entry *entry)
{
	enum volume_answer worst = VOLUME_HERE, of_kernel = VOLUME_HERE;
	char kernel[VOLUME_PATH_LEN] = "";
	int err;

	*entry = (struct entry){ .boot = boot, .kind = ENTRY_NO_INITRD };
	if (!boot->n_initrds && (!boot->program || !boot->kernel.path))
		return 0;
	err = read_files(is, boot, entry, &worst);
	if (err)
		return err;
	if (boot->kernel.path && !boot->kernel.unknown)
		of_kernel = volumes_place(&is->volumes, boot->kernel.volume, boot->base, boot->kernel.path, kernel);
	if (!boot->n_initrds && worst == VOLUME_HERE && !has_initrd(is->root, entry->files[0]))
		return 0;
	if (is_rescue(boot))
		entry->kind = ENTRY_RESCUE;
	else if (worst == VOLUME_SNAPSHOT)
		entry->kind = ENTRY_SNAPSHOT;
	else if (worst == VOLUME_ELSEWHERE || of_kernel == VOLUME_ELSEWHERE ||
		 (worst == VOLUME_UNMOUNTED && volumes_root(&is->volumes, boot->options) == VOLUME_ELSEWHERE))
		entry->kind = ENTRY_OTHER;
	else if (worst == VOLUME_HERE && !is_gone(is, kernel, entry))
		entry->kind = judge(is, boot, kernel, entry);
	else
		entry->kind = ENTRY_UNKNOWN;
	return 0;
}

static int read_all(struct installation *is, struct entries *out)
{
	int err = 0;

	for (size_t i = 0; i < out->boot->n && !err; i++) {
		struct entry *entry = array_grow(&out->items, &out->n, sizeof(*entry));

		err = entry ? read_entry(is, &out->boot->items[i], entry) : -ENOMEM;
	}
	return err;
}

static int read_kernels(struct installation *is)
{
	int err = kernels_find(is->root, &is->kernels);

	if (err)
		return err;
	is->pkgbases = calloc(is->kernels.n + 1, sizeof(*is->pkgbases));
	for (size_t i = 0; is->pkgbases && i < is->kernels.n; i++)
		if (pkgbase_of(is->root, is->kernels.items[i], is->pkgbases[i], sizeof(is->pkgbases[i])))
			*is->pkgbases[i] = '\0';
	return is->pkgbases ? 0 : -ENOMEM;
}

int entries_read(const struct sysroot *r, const struct storage *storage, struct entries *out)
{
	_cleanup_(installation_free) struct installation is = { .root = r };
	int err = 0;

	*out = (struct entries){ .read = true, .boot = storage->has_entries ? &storage->entries : &out->own };
	if (!storage->has_entries)
		err = boot_entries_read(r, &out->own);
	if (!err)
		err = volumes_read(r, storage, &is.volumes);
	if (err)
		return err;
	out->unmounted = volumes_unmounted(&is.volumes);
	err = read_kernels(&is);
	if (err)
		return err == -ENOMEM ? err : 0;
	(void)(token_read(r, "etc/machine-id", is.machine_id) && token_read(r, ENTRY_TOKEN, is.token));
	return read_all(&is, out);
}

void entries_free(struct entries *e)
{
	for (size_t i = 0; i < e->n; i++) {
		for (size_t k = 0; k < e->items[i].n_files; k++)
			free(e->items[i].files[k]);
		free(e->items[i].files);
	}
	free(e->items);
	boot_entries_free(&e->own);
	memset(e, 0, sizeof(*e));
}

const struct entry *entries_next(const struct entries *e, const char *kernel, size_t *at)
{
	while (*at < e->n) {
		const struct entry *entry = &e->items[(*at)++];

		if (entry->kind == ENTRY_OURS && (!kernel || strcmp(entry->kernel, kernel) == 0))
			return entry;
	}
	return NULL;
}

/* Whether entries of other installations start it, and none of ours. */
static bool is_others(const struct sysroot *r, const struct entries *e, const char *path)
{
	bool others = false;

	for (size_t i = 0; i < e->n; i++)
		for (size_t k = 0; k < e->items[i].n_files; k++) {
			if (!image_is_same(r, e->items[i].files[k], path))
				continue;
			if (e->items[i].kind != ENTRY_OTHER)
				return false;
			others = true;
		}
	return others;
}

void entries_leave_others(const struct sysroot *r, const struct entries *e, struct image_files *files)
{
	for (size_t i = files->n; i-- > 0;) {
		if (!files->items[i].by_kernel_install || !is_others(r, e, files->items[i].path))
			continue;
		free(files->items[i].path);
		memmove(&files->items[i], &files->items[i + 1], (--files->n - i) * sizeof(*files->items));
	}
}

const char *entry_name(const struct entry *e)
{
	return *e->boot->title ? e->boot->title : *e->boot->id ? e->boot->id : e->boot->source;
}

static const char *const loader_words[LOADER_COUNT] = {
	[LOADER_BLS] = "bls",       [LOADER_GRUB] = "grub", [LOADER_LIMINE] = "limine",
	[LOADER_REFIND] = "refind", [LOADER_UKI] = "uki",   [LOADER_FIRMWARE] = "firmware",
};

void entry_json(const struct entry *e, const char *name, bool kind, struct json *j)
{
	char path[VOLUME_PATH_LEN + 1];

	json_open(j, name, '{');
	json_string(j, "loader", loader_words[e->boot->loader]);
	snprintf(path, sizeof(path), "/%s", e->boot->source);
	json_string(j, "source", path);
	json_number(j, "line", e->boot->line);
	json_string(j, "id", e->boot->id);
	json_string(j, "title", e->boot->title);
	if (kind) {
		json_string(j, "kind", entry_kind_words[e->kind]);
		json_string(j, "kernel", e->kernel);
		json_open(j, "files", '[');
		for (size_t i = 0; i < e->n_files; i++) {
			snprintf(path, sizeof(path), "/%s", e->files[i]);
			json_string(j, NULL, path);
		}
		json_close(j, ']');
	}
	json_close(j, '}');
}

/* --- what this boot came from --- */

enum came { CAME_UNKNOWN, CAME_OURS, CAME_OTHER };

static bool read_text(const struct sysroot *r, const char *name, char *text, size_t size)
{
	bool is = efi_loader_text(r, name, text, size) && *text;

	boot_path_turn(text);
	return is;
}

/* Whether a path ends in all parts of another, of which one has counted boots. */
static bool ends_in(const char *path, const char *end)
{
	size_t of_path = bls_stem(path, ".efi"), of_end;

	end += strspn(end, "/.");
	of_end = bls_stem(end, ".efi");
	return of_end && of_path >= of_end && strncasecmp(path + of_path - of_end, end, of_end) == 0 &&
	       (of_path == of_end || path[of_path - of_end - 1] == '/');
}

/* systemd-boot adds the ID or the number of a UKI's profile, unless it is the first: "arch-linux.efi@1". */
static bool is_entry(const struct entry *e, const char *id)
{
	size_t len = strlen(e->boot->id);

	if (strncasecmp(e->boot->id, id, len) != 0)
		return false;
	return !id[len] || (e->boot->loader == LOADER_UKI && id[len] == '@');
}

static bool is_file(const struct entry *e, const char *path)
{
	for (size_t i = 0; i < e->n_files; i++)
		if (ends_in(e->files[i], path))
			return true;
	return false;
}

/* "(hd0,gpt2)/vmlinuz-6.1" of GRUB, as the entry has it, or as it is here. */
static bool is_kernel(const struct entry *e, const char *path)
{
	const char *at = *path == '(' ? strchr(path, ')') : NULL;

	path = at ? at + 1 : path;
	return e->boot->kernel.path && ends_in(e->boot->kernel.path, path);
}

static enum came find_came(const struct entries *e, bool (*is)(const struct entry *, const char *), const char *what)
{
	const struct entry *entry;

	for (size_t at = 0; (entry = entries_next(e, NULL, &at));)
		if (is(entry, what))
			return CAME_OURS;
	return CAME_OTHER;
}

/* Whether the initrd is one of the images that were verified. */
static bool is_image(const struct names *images, const char *path)
{
	for (size_t i = 0; i < images->n; i++)
		if (ends_in(images->items[i], path))
			return true;
	return false;
}

/* rEFInd looks at boot for the initrd of a line in refind_linux.conf. */
static bool is_found_at_boot(const struct entries *e)
{
	for (size_t i = 0; i < e->n; i++)
		if (e->items[i].boot->loader == LOADER_REFIND && e->items[i].kind == ENTRY_UNKNOWN)
			return true;
	return false;
}

static enum came find_initrd(const struct sysroot *r, const struct entries *e, const struct names *images,
			     const char *path)
{
	if (find_came(e, is_file, path) == CAME_OURS || ((!e->n || is_found_at_boot(e)) && is_image(images, path)))
		return CAME_OURS;
	return e->n || r->live ? CAME_OTHER : CAME_UNKNOWN;
}

/* Where no loader's entries are read the kernel stands beside the images, or in a tree it may be anywhere. */
static enum came find_kernel_file(const struct sysroot *r, const struct entries *e, const char *file)
{
	char path[VOLUME_PATH_LEN];
	const char *slash = strrchr(file, '/');

	if (e->n)
		return find_came(e, is_kernel, file);
	snprintf(path, sizeof(path), "boot/%s", slash ? slash + 1 : file);
	return sysroot_exists(r, path) ? CAME_OURS : r->live ? CAME_OTHER : CAME_UNKNOWN;
}

static bool is_from_network(const struct cmdline *line)
{
	static const char *const words[] = {
		"BOOTIF=*",  "nfsroot=*",         "root=/dev/nfs",     "root=nfs*",
		"netroot=*", "BOOT_IMAGE=(tftp*", "BOOT_IMAGE=(http*", "BOOT_IMAGE=(pxe*"
	};

	for (size_t i = 0; i < line->n_words; i++)
		if (fits_any(line->words[i], words, ARRAY_SIZE(words)))
			return true;
	return false;
}

static enum came say_came(enum came came, const char *name, const char *what, char why[ENTRIES_WHY_LEN])
{
	if (came == CAME_OTHER)
		snprintf(why, ENTRIES_WHY_LEN, "this boot came from %s (%s), and no boot entry that was read has that",
			 what, name);
	return came;
}

static enum came came_by_cmdline(const struct sysroot *r, const struct entries *e, const struct names *images,
				 const struct cmdline *line, char why[ENTRIES_WHY_LEN])
{
	const char *kernel = cmdline_last(line, "BOOT_IMAGE="), *initrd = cmdline_last(line, "initrd=");

	if (is_from_network(line)) {
		snprintf(why, ENTRIES_WHY_LEN, "this boot came over the network");
		return CAME_OTHER;
	}
	if (kernel && *kernel)
		return say_came(find_kernel_file(r, e, kernel), "BOOT_IMAGE=", kernel, why);
	if (initrd && *initrd) {
		char path[VOLUME_PATH_LEN];

		snprintf(path, sizeof(path), "%s", initrd);
		boot_path_turn(path);
		return say_came(find_initrd(r, e, images, path), "initrd=", initrd, why);
	}
	return CAME_UNKNOWN;
}

static enum came read_cmdline(const struct sysroot *r, const struct entries *e, const struct names *images,
			      char why[ENTRIES_WHY_LEN])
{
	struct cmdline line;
	enum came came;
	char *text;
	size_t len;

	if (sysroot_read_all(r, "proc/cmdline", CMDLINE_MAX, &text, &len))
		return CAME_UNKNOWN;
	came = cmdline_parse(text, len, &line) ? CAME_UNKNOWN : came_by_cmdline(r, e, images, &line, why);
	cmdline_free(&line);
	free(text);
	return came;
}

/* What systemd-boot finds by itself, and entries without an initrd: then the command line tells what that one started.
 */
static bool is_loader(const struct entries *e, const char *id)
{
	if (strncmp(id, "auto-", 5) == 0)
		return true;
	for (size_t i = 0; i < e->n; i++)
		if (e->items[i].kind == ENTRY_NO_INITRD && is_entry(&e->items[i], id))
			return true;
	return false;
}

static enum came find_this_boot(const struct sysroot *r, const struct entries *e, const struct names *images,
				char why[ENTRIES_WHY_LEN])
{
	static const struct {
		const char *variable;
		bool (*is)(const struct entry *, const char *);
	} names[] = { { "LoaderEntrySelected", is_entry }, { "StubImageIdentifier", is_file } };
	char text[512];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		enum came came;

		if (!read_text(r, names[i].variable, text, sizeof(text)))
			continue;
		came = find_came(e, names[i].is, text);
		if (came == CAME_OTHER && is_loader(e, text) && read_cmdline(r, e, images, why) == CAME_OURS)
			return CAME_OURS;
		return say_came(came, names[i].variable, text, why);
	}
	return read_cmdline(r, e, images, why);
}

static bool say_unread(const struct entries *e, char why[ENTRIES_WHY_LEN])
{
	const struct boot_unread *unread = e->boot->n_unread ? &e->boot->unread[0] : NULL;

	if (e->unmounted)
		snprintf(why, ENTRIES_WHY_LEN, "%s is in /etc/fstab, and not mounted", e->unmounted);
	else if (unread)
		snprintf(why, ENTRIES_WHY_LEN, "/%s cannot be read: %s%s", unread->path, strerror(-unread->error),
			 unread->error == -EACCES || unread->error == -EPERM ? " (try sudo)" : "");
	return e->unmounted || unread;
}

bool entries_cannot_tell(const struct sysroot *r, const struct entries *e, const struct names *images,
			 char why[ENTRIES_WHY_LEN])
{
	bool unread = say_unread(e, why);
	size_t at = 0;
	enum came came;

	/* What stands in the directory then is not what boots. */
	if (e->unmounted && strcmp(e->unmounted, "/boot") == 0)
		return true;
	came = find_this_boot(r, e, images, why);
	if (came != CAME_UNKNOWN)
		return came == CAME_OTHER || (unread && !e->n);
	if (unread || entries_next(e, NULL, &at))
		return unread;
	if (e->n)
		snprintf(why, ENTRIES_WHY_LEN, "no boot entry that was read is of this installation");
	else
		snprintf(why, ENTRIES_WHY_LEN, "no boot entries were found");
	return e->n || r->live;
}
