/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "releases.h"

#include <ctype.h>
#include <fnmatch.h>

#include "../loader/bls.h"
#include "kernels.h"
#include "places.h"

#define BOOT "boot/"
#define PATH_BYTES 512

/* "6.1.0-1.bak" beside 6.1.0-1: a copy that a person keeps of that kernel and its image, on purpose as they
   were. */
static bool is_backup(const struct sysroot *r, const struct names *kernels, const char *release, const char *file)
{
	char says[KERNEL_LEN];

	if (kernel_of_file(r, file, says) && strcmp(says, release) != 0)
		return true;
	for (size_t i = 0; i < kernels->n; i++) {
		size_t len = strlen(kernels->items[i]);

		if (strncmp(release, kernels->items[i], len) == 0 &&
		    (release[len] == '~' || (release[len] == '.' && isalpha((unsigned char)release[len + 1]))))
			return true;
	}
	return false;
}

/* The rescue image ("0-rescue-...") is of whatever kernel it was made of. */
static bool is_plausible(const char *release)
{
	return isdigit((unsigned char)*release) && strncmp(release, "0-rescue", 8) != 0 && kernel_is_release(release);
}

/* "initrd.img-5.5.5" is of a kernel that is there to boot: initrd.img-5.5.5.bak and images for kdump have none. */
static bool is_bootable(const struct sysroot *r, const struct names *kernels, const char *release)
{
	char kernel[PATH_BYTES];

	snprintf(kernel, sizeof(kernel), BOOT "vmlinuz-%s", release);
	return is_plausible(release) && sysroot_exists(r, kernel) && !is_backup(r, kernels, release, kernel);
}

static int add_from_images(const struct sysroot *r, struct names *out)
{
	char release[KERNEL_LEN];
	_cleanup_(names_free) struct names found = { 0 };
	int err = sysroot_list_any(r, "boot", &found);

	for (size_t i = 0; i < found.n && !err; i++)
		for (size_t at = 0; !err && places_release(found.items[i], &at, release, sizeof(release));)
			if (!names_has(out, release) && is_bootable(r, out, release))
				err = names_add(out, release);
	return err;
}

/* Boot loader entries of type 1: ESP/TOKEN/RELEASE has the kernel, `linux`, and its initrd. */
static int add_from_entries(const struct sysroot *r, const char *esp, const char *token, struct names *out)
{
	char folder[PATH_BYTES], kernel[2 * PATH_BYTES];
	_cleanup_(names_free) struct names found = { 0 };
	int err;

	snprintf(folder, sizeof(folder), "%s/%s", esp, token);
	err = sysroot_list_any(r, folder, &found);
	for (size_t i = 0; i < found.n && !err; i++) {
		const char *release = found.items[i];

		snprintf(kernel, sizeof(kernel), "%s/%s/linux", folder, release);
		if (is_plausible(release) && !names_has(out, release) && sysroot_exists(r, kernel))
			err = names_add(out, release);
	}
	return err;
}

/* "TOKEN-RELEASE+3.efi" of kernel-install, "linux-RELEASE-MACHINEID-rolling.efi" of dracut. */
static bool take_release(const struct names *known, const char *uki, const char *token, char release[KERNEL_LEN])
{
	size_t before = strlen(token);
	const char *id = strstr(uki, token);

	if (fnmatch("*.efi", uki, 0) != 0)
		return false;
	if (strncmp(uki, token, before) == 0 && uki[before] == '-') {
		uki += before + 1;
		snprintf(release, KERNEL_LEN, "%.*s", (int)(strlen(uki) - strlen(".efi")), uki);
		if (names_has(known, release))
			return false;
		release[bls_stem(uki, ".efi")] = '\0';
	} else if (strncmp(uki, "linux-", 6) == 0 && id && id - uki > 7 && id[-1] == '-') {
		snprintf(release, KERNEL_LEN, "%.*s", (int)(id - uki - 7), uki + 6);
	} else {
		return false;
	}
	return is_plausible(release) && !names_has(known, release);
}

static int add_from_ukis(const struct sysroot *r, const char *esp, const char *token, struct names *out)
{
	char folder[PATH_BYTES], release[KERNEL_LEN];
	_cleanup_(names_free) struct names found = { 0 };
	int err;

	snprintf(folder, sizeof(folder), "%s/EFI/Linux", esp);
	err = sysroot_list_any(r, folder, &found);
	for (size_t i = 0; i < found.n && !err; i++)
		if (strlen(found.items[i]) < KERNEL_LEN && take_release(out, found.items[i], token, release))
			err = names_add(out, release);
	return err;
}

/* What this system's images have in their names. */
static int add_from_esps(const struct sysroot *r, struct names *out)
{
	static const char *const tokens[] = { ENTRY_TOKEN, "etc/machine-id" };
	char token[TOKEN_LEN];
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(tokens) && !err; i++) {
		if (!token_read(r, tokens[i], token))
			continue;
		for (size_t k = 0; boot_targets[k] && !err; k++) {
			const char *esp = boot_targets[k] + 1;

			err = add_from_entries(r, esp, token, out);
			if (!err)
				err = add_from_ukis(r, esp, token, out);
		}
	}
	return err;
}

int releases_find(const struct sysroot *r, struct names *out)
{
	int err = kernels_find_all(r, out);

	if (!err)
		err = add_from_images(r, out);
	if (!err)
		err = add_from_esps(r, out);
	if (err)
		names_free(out);
	return err;
}
