/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "status.h"

#include "../../core/array.h"
#include "../kernels/generator.h"
#include "../kernels/kernels.h"
#include "base.h"
#include "planned.h"

void status_free(struct status *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->items[i].path);
		free(l->items[i].kernel);
		findings_free(&l->items[i].is.findings);
	}
	free(l->items);
	addons_free(&l->addons);
	memset(l, 0, sizeof(*l));
}

static struct status_image *add(struct status *l, const char *kernel, const char *path)
{
	struct status_image item = { .path = strdup(path), .kernel = strdup(kernel) };

	if (item.path && item.kernel && array_add(&l->items, &l->n, &item, sizeof(item)) == 0)
		return &l->items[l->n - 1];
	free(item.path);
	free(item.kernel);
	return NULL;
}

/* Verifies one image and appends it. `expected` as verify_image() wants it. 0 or -ENOMEM. */
static int add_image(const struct sysroot *root, const char *kernel, const char *path, const struct image *expected,
		     struct status *out)
{
	struct status_image *item = add(out, kernel, path);
	bool binds = expected && expected->n_files;
	int err = item ? verify_image(root, path, binds ? expected : NULL, &item->is) : -ENOMEM;

	if (err || !item->is.base)
		return err;
	findings_free(&item->is.findings);
	return base_verify(root, kernel, path, binds, &item->is);
}

/* Whether it is damaged can be told even so. */
static int add_unknown(const struct sysroot *root, const char *kernel, const char *path, const char *why,
		       struct status *out)
{
	struct status_image *item = add(out, kernel, path);
	int err = item ? verify_image(root, path, NULL, &item->is) : -ENOMEM;

	if (err || item->is.state >= IMAGE_UNKNOWN)
		return err;
	findings_free(&item->is.findings);
	item->is.state = IMAGE_UNKNOWN;
	return findings_add(&item->is.findings, "what it should hold cannot be told: %s", why);
}

static bool is_there(const struct image_files *files, const char *path)
{
	for (size_t i = 0; i < files->n; i++)
		if (strcmp(files->items[i].path, path) == 0)
			return true;
	return false;
}

static bool is_in(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 && strrchr(path, '/') == path + len;
}

/*
 * Adds the archives of ours for this kernel in a folder: the boot loader may load them behind these images. 0 or
 * -ENOMEM.
 */
static int add_addons(const struct sysroot *r, const char *folder, const char *kernel, struct addons *addons,
		      struct names *out)
{
	int err = addons_find(r, folder, addons);

	for (size_t i = 0; i < addons->n && !err; i++) {
		const struct addon *a = &addons->items[i];

		if (strcmp(a->kernel, kernel) == 0 && is_in(a->path, folder) && !names_has(out, a->path))
			err = names_add(out, a->path);
	}
	return err;
}

static int find_addons(const struct sysroot *r, const char *kernel, const struct image_files *files,
		       struct addons *addons, struct names *out)
{
	int err = add_addons(r, "boot", kernel, addons, out);

	for (size_t i = 0; i < files->n && !err; i++) {
		const char *path = files->items[i].path, *end = strrchr(path, '/');
		char folder[512];

		snprintf(folder, sizeof(folder), "%.*s", end ? (int)(end - path) : 0, path);
		if (end && strcmp(folder, "boot") != 0)
			err = add_addons(r, folder, kernel, addons, out);
	}
	return err;
}

/* Without a program that makes images, or with kernel-install alone, which makes none either. */
static bool are_made_elsewhere(const struct sysroot *r)
{
	char why[GENERATOR_WHY_LEN];

	return !generator_choose(r, &(struct image_files){ 0 }, why);
}

/*
 * The archive that is loaded behind the images: one that stands where images do, or one in /boot where they are made
 * elsewhere. Else it may be left over from a trial.
 */
static const struct status_image *find_loaded(const struct sysroot *r, const struct status *l, size_t first,
					      const struct image_files *files)
{
	for (size_t i = first; i < l->n; i++)
		if (l->items[i].is.extra && (is_there(files, l->items[i].path) || are_made_elsewhere(r)))
			return &l->items[i];
	return NULL;
}

/* Beside it an image is as it should be without a plan. */
static int lean_on(const struct status_image *extra, struct status *l, size_t first)
{
	int err = 0;

	for (size_t i = first; i < l->n && extra && !err; i++) {
		struct verified *is = &l->items[i].is;

		if (!is->bare || is->state != IMAGE_STALE)
			continue;
		findings_free(&is->findings);
		is->state = IMAGE_CURRENT;
		err = findings_add(&is->findings,
				   "it holds no plan itself; /%s does, if the boot loader loads that behind it",
				   extra->path);
	}
	return err;
}

static int add_kernel(const struct sysroot *root, const struct next_boot *boot, const char *kernel, struct rows *rows,
		      const struct image_files *files, struct status *out)
{
	_cleanup_(image_free) struct image expected = { 0 };
	_cleanup_(names_free) struct names more = { 0 };
	char why[IMAGE_WHY_LEN];
	size_t first = out->n;
	int wrong = planned_image(root, boot, kernel, &expected, why), err = wrong == -ENOMEM ? wrong : 0;

	if (rows && !wrong)
		planned_notes(&(struct config){ 0 }, expected.notes, expected.n_notes, rows);
	if (!err)
		err = find_addons(root, kernel, files, &out->addons, &more);
	for (size_t i = 0; i < files->n + more.n && !err; i++) {
		const char *path = i < files->n ? files->items[i].path : more.items[i - files->n];
		bool bare;

		if (i >= files->n && is_there(files, path))
			continue;
		bare = i < files->n && files->items[i].bare;
		err = wrong ? add_unknown(root, kernel, path, why, out)
			    : add_image(root, kernel, path, bare ? NULL : &expected, out);
	}
	return err ? err : lean_on(find_loaded(root, out, first, files), out, first);
}

int status_of_kernel(const struct sysroot *root, const struct next_boot *boot, const char *kernel, struct rows *rows,
		     struct status *out)
{
	_cleanup_(images_free) struct image_files files = { 0 };
	int err = images_find(root, kernel, &files);

	if (err)
		return err == -ENOMEM ? err : 0;
	if (files.n && !out->n)
		out->elsewhere = are_made_elsewhere(root);
	if (files.n)
		err = add_kernel(root, boot, kernel, rows, &files, out);
	return err;
}

int status_of_all(const struct sysroot *root, const struct next_boot *boot, struct status *out)
{
	_cleanup_(names_free) struct names kernels = { 0 };
	int err = kernels_find(root, &kernels);

	memset(out, 0, sizeof(*out));
	if (err)
		return err == -ENOMEM ? err : 0;
	for (size_t i = 0; i < kernels.n && !err; i++)
		err = status_of_kernel(root, boot, kernels.items[i], NULL, out);
	return err;
}

bool status_is_current(const struct status *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->items[i].is.state != IMAGE_CURRENT)
			return false;
	return true;
}

void status_tell(const struct status_image *l, enum row_level level, struct rows *rows)
{
	rows_tell(rows, level, "/%s: %s", l->path, image_state_words[l->is.state]);
	for (size_t i = 0; i < l->is.findings.n; i++)
		rows_tell(rows, level, "    %s", l->is.findings.items[i]);
}

static bool is_stale_extra(const struct status_image *l)
{
	return l->is.extra && l->is.state == IMAGE_STALE;
}

bool status_next_extra(const struct status_image *l, struct rows *rows)
{
	if (!is_stale_extra(l))
		return false;
	rows_tell(rows, LEVEL_LINE, "Now run `earlybind image --kernel %s --cpio /%s`.", l->kernel, l->path);
	return true;
}

/* What only a look as root, or another tool, could mend is not mended by new images. */
static bool is_to_make_anew(const struct status_image *l)
{
	switch (l->is.state) {
	case IMAGE_CURRENT:
	case IMAGE_UNKNOWN:
	case IMAGE_UNREADABLE:
		return false;
	default:
		return !l->is.extra;
	}
}

bool status_is_hidden(const struct status *l)
{
	bool hidden = false;

	for (size_t i = 0; i < l->n; i++) {
		if (is_to_make_anew(&l->items[i]))
			return false;
		hidden = hidden || l->items[i].is.state == IMAGE_UNREADABLE || l->items[i].is.state == IMAGE_UNKNOWN;
	}
	return hidden;
}

bool status_tell_stale(const struct status *l, struct rows *rows)
{
	bool any = false;

	for (size_t i = 0; i < l->n; i++) {
		if (l->items[i].is.state != IMAGE_CURRENT)
			status_tell(&l->items[i], LEVEL_LINE, rows);
		any = any || is_to_make_anew(&l->items[i]);
	}
	return any;
}

void status_next(const struct status *l, struct rows *rows)
{
	bool again = false;

	for (size_t i = 0; i < l->n; i++)
		if (!status_next_extra(&l->items[i], rows) && is_to_make_anew(&l->items[i]))
			again = true;
	if (again)
		rows_tell(rows, LEVEL_LINE, "%s",
			  l->elsewhere ? "These images are made elsewhere: no program that makes them is "
					 "installed here. An archive to be loaded behind one makes "
					 "`earlybind image --cpio`."
				       : "Now run `earlybind regenerate`.");
}

void status_tell_left(const struct image_files *files, struct rows *rows)
{
	for (size_t i = 0; i < files->n_left; i++)
		rows_tell(rows, LEVEL_WARNING, "/%s is left as it is: %s", files->left[i].path, files->left[i].why);
}

/* What is wrong with one image, with the command that makes it anew. */
static void find_rows(const struct status_image *l, bool elsewhere, struct rows *rows)
{
	for (size_t i = 0; i < l->is.findings.n; i++) {
		struct row *row = row_add(rows, ROW_IMAGE, NULL);

		if (!row)
			return;
		snprintf(row->file, sizeof(row->file), "/%s", l->path);
		snprintf(row->text, sizeof(row->text), "%s", l->is.findings.items[i]);
		if (is_stale_extra(l))
			row_set_next(row, "image --kernel %s --cpio /%s", l->kernel, l->path);
		else if (is_to_make_anew(l) && !elsewhere)
			row_set_next(row, "regenerate");
	}
}

void status_json(const struct status *l, struct json *j)
{
	json_open(j, "images", '[');
	for (size_t i = 0; i < l->n; i++) {
		const struct status_image *item = &l->items[i];
		_cleanup_(rows_free) struct rows rows = { 0 };
		char path[520];

		find_rows(item, l->elsewhere, &rows);
		snprintf(path, sizeof(path), "/%s", item->path);
		json_open(j, NULL, '{');
		json_string(j, "path", path);
		json_string(j, "kernel", item->kernel);
		json_string(j, "state", image_state_words[item->is.state]);
		rows_json(&rows, "findings", j);
		json_close(j, '}');
	}
	json_close(j, ']');
}
