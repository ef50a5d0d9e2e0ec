/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi.h"

#include <inttypes.h>

void efi_look(const struct sysroot *r, struct efi *out)
{
	char text[EFIVAR_TEXT_LEN];
	bool mounted;
	ssize_t len;

	memset(out, 0, sizeof(*out));
	out->error = efivar_mount(r, &mounted);
	if (out->error)
		return;
	len = efivar_read(r, EFIVAR_TRIAL, text);
	out->there = len != -ENOENT;
	out->wrong = len < 0 ? (int)len : trial_parse(text, (size_t)len, &out->trial);
	out->off = efivar_read(r, EFIVAR_OFF, text) != -ENOENT;
	efivar_unmount(mounted);
}

int efi_set(const struct sysroot *r, enum efivar which, const char *text)
{
	bool mounted;
	int ret = efivar_mount(r, &mounted);

	if (ret)
		return ret;
	ret = efivar_write(r, which, text);
	efivar_unmount(mounted);
	return ret;
}

int efi_remove(const struct sysroot *r, enum efivar which)
{
	bool mounted;
	int ret = efivar_mount(r, &mounted);

	if (ret)
		return ret;
	ret = efivar_remove(r, which);
	efivar_unmount(mounted);
	return ret;
}

const char *efi_wrong(const struct efi *e)
{
	return e->wrong == -EPROTONOSUPPORT ? "is of another version of earlybind"
	       : e->wrong == -EBADMSG       ? "holds something else than a trial"
					    : "cannot be read";
}

static void print_trial(const struct efi *e, uint64_t hash, const char *confirmer)
{
	const struct trial *t = &e->trial;

	if (e->wrong)
		printf("The EFI variable %s %s: boots leave it alone, `earlybind confirm` removes it.\n",
		       efivar_name(EFIVAR_TRIAL), efi_wrong(e));
	else if (t->hash != hash)
		printf("Plan %016" PRIx64 " is on trial, which is not this boot's: %u of %d boots without `earlybind "
		       "confirm`. %s\n",
		       t->hash, t->attempts, TRIAL_BOOTS, confirmer);
	else if (t->attempts < TRIAL_BOOTS)
		printf("On trial: %u of %d boots without `earlybind confirm`. %s\n", t->attempts, TRIAL_BOOTS,
		       confirmer);
	else
		puts("The next boot does not use the plan, unless `earlybind confirm` is run before.");
}

void efi_print(const struct efi *e, uint64_t hash, const char *confirmer)
{
	if (e->error && e->error != -ENODEV)
		printf("The EFI variables cannot be read: %s.\n", strerror(-e->error));
	if (e->there)
		print_trial(e, hash, confirmer);
	if (e->off)
		puts("The next boot is switched off: `earlybind off --next-boot`.");
}

void efi_json(const struct efi *e, struct json *j)
{
	char hash[17], lock[17];

	if (!e->there) {
		json_string(j, "trial", NULL);
	} else {
		snprintf(hash, sizeof(hash), "%016" PRIx64, e->trial.hash);
		snprintf(lock, sizeof(lock), "%016" PRIx64, e->trial.lock);
		json_open(j, "trial", '{');
		json_string(j, "lock", e->wrong || e->trial.any_lock ? NULL : lock);
		json_string(j, "hash", e->wrong ? NULL : hash);
		json_number(j, "boots", e->wrong ? 0 : e->trial.attempts);
		json_string(j, "problem", e->wrong ? efi_wrong(e) : NULL);
		json_close(j, '}');
	}
	json_bool(j, "off_next_boot", e->off);
}
