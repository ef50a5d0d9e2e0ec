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
	entries_free(&l->entries);
	image_pairs_free(&l->pairs);
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

static bool same_files(const struct entry *a, const struct entry *b)
{
	if (a->n_files != b->n_files)
		return false;
	for (size_t i = 0; i < a->n_files; i++)
		if (strcmp(a->files[i], b->files[i]) != 0)
			return false;
	return true;
}

/* As the boot entries load it, with what is loaded before and behind it; the first that is not current counts. */
static int verify_as_booted(const struct sysroot *root, const struct entries *entries, const struct image *expected,
			    struct status_image *item)
{
	const struct entry *entry;
	int err = 0;

	for (size_t at = 0; !err && (entry = entries_next(entries, item->kernel, &at));) {
		struct verified is;

		if (!image_is_same(root, entry->files[entry->image], item->path) ||
		    (item->entry && same_files(entry, item->entry)))
			continue;
		err = verify_images(root, (const char *const *)entry->files, entry->n_files, expected, &is);
		if (item->entry && (err || is.state == IMAGE_CURRENT || item->is.state != IMAGE_CURRENT)) {
			findings_free(&is.findings);
			continue;
		}
		findings_free(&item->is.findings);
		item->is = is;
		item->entry = entry;
	}
	return err;
}

/* Verifies one image and appends it. `expected` as verify_image() wants it. 0 or -ENOMEM. */
static int add_image(const struct sysroot *root, const char *kernel, const char *path, const struct image *expected,
		     struct status *out)
{
	struct status_image *item = add(out, kernel, path);
	bool binds = expected && expected->n_files;
	int err = item ? verify_as_booted(root, &out->entries, binds ? expected : NULL, item) : -ENOMEM;

	if (!err && !item->entry)
		err = verify_image(root, path, binds ? expected : NULL, &item->is);
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
	int err = item ? verify_as_booted(root, &out->entries, NULL, item) : -ENOMEM;

	if (!err && !item->entry)
		err = verify_image(root, path, NULL, &item->is);
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

		/* What an entry loads was verified with all that it loads. */
		if (!is->bare || is->state != IMAGE_STALE || l->items[i].entry)
			continue;
		findings_free(&is->findings);
		is->state = IMAGE_CURRENT;
		err = findings_add(&is->findings,
				   "it holds no plan itself; /%s does, if the boot loader loads that behind it",
				   extra->path);
	}
	return err;
}

/* What the images of one kernel are verified against. */
struct look {
	const struct sysroot *root;
	const char *kernel;
	struct image expected;
	bool wrong; /* it cannot be told, *why says why */
	char why[IMAGE_WHY_LEN];
};

static int look_at(const struct look *look, const char *path, bool bare, struct status *out)
{
	return look->wrong ? add_unknown(look->root, look->kernel, path, look->why, out)
			   : add_image(look->root, look->kernel, path, bare ? NULL : &look->expected, out);
}

/* The last one: no generator makes it. */
static void leave_to_others(const struct sysroot *root, struct status *out)
{
	struct status_image *item = &out->items[out->n - 1];

	item->others = true;
	renewer_of(root, item->path, item->kernel, item->renewer);
}

static bool is_looked_at(const struct sysroot *root, const struct status *l, size_t first, const char *path)
{
	for (size_t i = first; i < l->n; i++)
		if (image_is_same(root, l->items[i].path, path))
			return true;
	return false;
}

static bool is_superseded(const struct sysroot *root, const struct image_files *files, const char *path)
{
	for (size_t i = 0; i < files->n_left; i++)
		if (files->left[i].superseded && image_is_same(root, files->left[i].path, path))
			return true;
	return false;
}

/* What boot entries start of this kernel, under whatever name. */
static int add_booted(const struct look *look, const struct image_files *files, size_t first, struct status *out)
{
	const struct entry *entry;
	int err = 0;

	for (size_t at = 0; !err && (entry = entries_next(&out->entries, look->kernel, &at));) {
		const char *path = entry->files[entry->image];

		if (is_looked_at(look->root, out, first, path) || is_superseded(look->root, files, path))
			continue;
		err = look_at(look, path, false, out);
		if (!err)
			leave_to_others(look->root, out);
	}
	return err;
}

/* What no entry of this kernel names, beside a kernel file of it: the firmware, or a loader unknown to us, starts it.
 */
static int add_beside(const struct look *look, size_t first, struct status *out)
{
	size_t at = 0;
	int err = 0;

	if (entries_next(&out->entries, look->kernel, &at))
		return 0;
	if (!out->pairs.read)
		err = image_pairs_find(look->root, &out->pairs);
	for (size_t i = 0; i < out->pairs.n && !err; i++) {
		const struct image_pair *pair = &out->pairs.items[i];

		if (strcmp(pair->kernel, look->kernel) != 0 || is_looked_at(look->root, out, first, pair->path))
			continue;
		err = look_at(look, pair->path, false, out);
		if (!err)
			leave_to_others(look->root, out);
	}
	return err;
}

static int add_found(const struct look *look, const struct image_files *files, struct status *out)
{
	_cleanup_(names_free) struct names more = { 0 };
	int err = find_addons(look->root, look->kernel, files, &out->addons, &more);

	for (size_t i = 0; i < files->n && !err; i++) {
		err = look_at(look, files->items[i].path, files->items[i].bare, out);
		if (!err && files->items[i].hashed)
			leave_to_others(look->root, out);
	}
	for (size_t i = 0; i < more.n && !err; i++)
		if (!is_there(files, more.items[i]))
			err = look_at(look, more.items[i], false, out);
	return err;
}

static int add_kernel(const struct sysroot *root, const struct next_boot *boot, const char *kernel, struct rows *rows,
		      const struct image_files *files, struct status *out)
{
	struct look look = { .root = root, .kernel = kernel };
	size_t first = out->n;
	int err = planned_image(root, boot, kernel, &look.expected, look.why);

	look.wrong = err;
	err = err == -ENOMEM ? err : 0;
	if (rows && !look.wrong)
		planned_notes(&(struct config){ 0 }, look.expected.notes, look.expected.n_notes, rows);
	if (!err && files->n)
		err = add_found(&look, files, out);
	if (!err)
		err = add_booted(&look, files, first, out);
	if (!err)
		err = add_beside(&look, first, out);
	if (!err)
		err = lean_on(find_loaded(root, out, first, files), out, first);
	image_free(&look.expected);
	return err;
}

static int read_entries(const struct sysroot *root, const struct next_boot *boot, struct status *out)
{
	return out->entries.read ? 0 : entries_read(root, &boot->storage, &out->entries);
}

int status_of_kernel(const struct sysroot *root, const struct next_boot *boot, const char *kernel, struct rows *rows,
		     struct status *out)
{
	_cleanup_(images_free) struct image_files files = { 0 };
	int err = images_find(root, kernel, &files);

	if (err)
		return err == -ENOMEM ? err : 0;
	err = read_entries(root, boot, out);
	if (!err)
		entries_leave_others(root, &out->entries, &files);
	if (files.n && !out->n)
		out->elsewhere = are_made_elsewhere(root);
	return err ? err : add_kernel(root, boot, kernel, rows, &files, out);
}

static bool is_of_kernels(const struct status *l, const char *path)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->items[i].path, path) == 0)
			return true;
	return false;
}

static int add_gone(const struct sysroot *root, struct status *out)
{
	const struct entry *entry;
	int err = 0;

	for (size_t at = 0; !err && (entry = entries_next(&out->entries, NULL, &at));) {
		const char *path = entry->files[entry->image];

		if (is_of_kernels(out, path) || kernel_is_there(root, entry->kernel))
			continue;
		err = add_unknown(root, entry->kernel, path,
				  *entry->kernel ? "the modules of its kernel are not installed"
						 : "nothing says which kernel it is for",
				  out);
		if (!err)
			leave_to_others(root, out);
	}
	return err;
}

int status_end(const struct sysroot *root, const struct next_boot *boot, struct status *out)
{
	_cleanup_(names_free) struct names images = { 0 };
	int err = read_entries(root, boot, out);

	if (!err)
		err = add_gone(root, out);
	for (size_t i = 0; i < out->n && !err; i++)
		err = names_add(&images, out->items[i].path);
	if (!err && (!boot->config.n_rules || !entries_cannot_tell(root, &out->entries, &images, out->unknown)))
		*out->unknown = '\0';
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
	return err ? err : status_end(root, boot, out);
}

bool status_is_current(const struct status *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->items[i].is.state != IMAGE_CURRENT)
			return false;
	return true;
}

/* What another program has to renew. */
static bool is_for_others(const struct status_image *l)
{
	return l->others && l->is.state != IMAGE_CURRENT && l->is.state != IMAGE_UNKNOWN &&
	       l->is.state != IMAGE_UNREADABLE;
}

void status_tell(const struct status_image *l, enum row_level level, struct rows *rows)
{
	rows_tell(rows, level, "/%s: %s", l->path, image_state_words[l->is.state]);
	for (size_t i = 0; i < l->is.findings.n; i++)
		rows_tell(rows, level, "    %s", l->is.findings.items[i]);
	if (l->is.state != IMAGE_CURRENT && l->entry && strcmp(l->entry->boot->source, l->path) != 0)
		rows_tell(rows, level, "    the boot entry '%s' (/%s) starts it", entry_name(l->entry),
			  l->entry->boot->source);
	if (is_for_others(l) && *l->renewer)
		rows_tell(rows, level, "    `%s` renews it", l->renewer);
	else if (is_for_others(l))
		rows_tell(rows, level, "    what put it there has to renew it: earlybind does not write it");
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
		return !l->is.extra && !l->others;
	}
}

bool status_is_hidden(const struct status *l)
{
	bool hidden = false;

	for (size_t i = 0; i < l->n; i++) {
		if (is_to_make_anew(&l->items[i]) || is_for_others(&l->items[i]))
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
	const char *renewer = NULL;
	bool again = false;

	for (size_t i = 0; i < l->n; i++) {
		if (!status_next_extra(&l->items[i], rows) && is_to_make_anew(&l->items[i]))
			again = true;
		if (is_for_others(&l->items[i]) && *l->items[i].renewer)
			renewer = l->items[i].renewer;
	}
	if (again)
		rows_tell(rows, LEVEL_LINE, "%s",
			  l->elsewhere ? "These images are made elsewhere: no program that makes them is "
					 "installed here. An archive to be loaded behind one makes "
					 "`earlybind image --cpio`."
				       : "Now run `earlybind regenerate`.");
	if (renewer)
		rows_tell(rows, LEVEL_LINE, "%s run `%s`.", again && !l->elsewhere ? "Then" : "Now", renewer);
}

bool status_is_unread(const struct status *l)
{
	return l->entries.unmounted || (l->entries.boot && l->entries.boot->n_unread);
}

void status_warn(const struct status *l, struct rows *rows)
{
	struct row *row = *l->unknown ? row_add(rows, ROW_IMAGE, NULL) : NULL;

	if (!row)
		return;
	row->reason = REASON_BOOT_ENTRY_UNKNOWN;
	snprintf(row->text, sizeof(row->text), "cannot tell which image boots: %s", l->unknown);
}

void status_tell_entries(const struct status *l, struct rows *rows)
{
	for (size_t i = 0; i < l->entries.n; i++) {
		const struct entry *e = &l->entries.items[i];

		if (e->kind != ENTRY_OURS)
			rows_tell(rows, LEVEL_LINE, "not looked at: the boot entry '%s' (/%s): %s", entry_name(e),
				  e->boot->source, entry_kind_words[e->kind]);
	}
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

static void entries_json(const struct status *l, struct json *j)
{
	_cleanup_(rows_free) struct rows rows = { 0 };

	if (l->entries.n) {
		json_open(j, "entries", '[');
		for (size_t i = 0; i < l->entries.n; i++)
			entry_json(&l->entries.items[i], NULL, true, j);
		json_close(j, ']');
	}
	status_warn(l, &rows);
	if (rows.n)
		rows_json(&rows, "warnings", j);
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
		if (item->entry)
			entry_json(item->entry, "entry", false, j);
		else
			json_string(j, "entry", NULL);
		json_string(j, "renewer", *item->renewer ? item->renewer : NULL);
		rows_json(&rows, "findings", j);
		json_close(j, '}');
	}
	json_close(j, ']');
	entries_json(l, j);
}
