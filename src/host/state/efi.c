/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi.h"

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
