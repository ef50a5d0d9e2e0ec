/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "leftovers.h"

#include "../image/verify.h"
#include "../kernels/kernels.h"
#include "../lib/say.h"
#include "keep.h"

#define PATH_BYTES 600

/* What is wrong with the image; NULL: nothing that a copy would make good. */
static const char *wrong_with(const struct sysroot *r, const char *image)
{
	struct verified is;
	bool damaged;

	if (!sysroot_exists(r, image))
		return "gone";
	damaged = verify_image(r, image, NULL, &is) == 0 && is.state >= IMAGE_DAMAGED;
	findings_free(&is.findings);
	return damaged ? "damaged" : NULL;
}

/* Images are named after the release, or on Arch after the package. */
static bool is_of_kernel_here(const struct sysroot *r, const char *image)
{
	_cleanup_(names_free) struct names kernels = { 0 };
	char base[256];

	if (kernels_find(r, &kernels))
		return false;
	for (size_t i = 0; i < kernels.n; i++)
		if (strstr(image, kernels.items[i]) ||
		    (pkgbase_of(r, kernels.items[i], base, sizeof(base)) == 0 && strstr(image, base)))
			return true;
	return false;
}

static void warn(const char *image, const char *wrong)
{
	char path[PATH_BYTES] = "";

	if (keep_path(image, path, sizeof(path)) == 0)
		say_warning("/%s is %s; an interrupted run kept its copy /%s", image, wrong, path);
}

static int put_back(const struct sysroot *r, const char *image, const char *wrong)
{
	int err = keep_restore(r, image);

	if (err) {
		warn(image, wrong);
		say_error("/%s: the copy cannot be put back: %s; nothing was changed", image, strerror(-err));
		return err;
	}
	say_warning("/%s was %s: the copy that an interrupted run had kept was put back", image, wrong);
	keep_drop(r, image);
	return 0;
}

static int settle(const struct sysroot *r, const char *image)
{
	const char *wrong = wrong_with(r, image);

	if (!wrong) {
		keep_drop(r, image);
		return 0;
	}
	if (sysroot_exists(r, image) || is_of_kernel_here(r, image))
		return put_back(r, image, wrong);
	warn(image, wrong);
	return 0;
}

int leftovers_settle(const struct sysroot *r)
{
	_cleanup_(names_free) struct names images = { 0 };
	int err = keep_list(r, true, &images);

	for (size_t i = 0; i < images.n && !err; i++)
		err = settle(r, images.items[i]);
	return err;
}

bool leftovers_warn(const struct sysroot *r)
{
	_cleanup_(names_free) struct names images = { 0 };
	bool any = false;

	if (keep_list(r, false, &images))
		return false;
	for (size_t i = 0; i < images.n; i++) {
		const char *wrong = wrong_with(r, images.items[i]);

		if (!wrong)
			continue;
		warn(images.items[i], wrong);
		any = true;
	}
	return any;
}
