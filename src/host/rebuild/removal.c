/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "removal.h"

#include <unistd.h>

#include "../../core/lines.h"
#include "../kernels/images.h"
#include "../kernels/kernels.h"
#include "../kernels/maker.h"
#include "../kernels/renewer.h"
#include "generator_line.h"

#define FIRST_LINE "earlybind-removal 1\n"
#define DIRECTORY "run/earlybind"

struct removal {
	const struct sysroot *root;
	struct rows *rows;
	struct text text;
	size_t n; /* images in it */
};

/* Empty ones are "-". */
static void add_line(struct text *out, const char *release, const char *path, const struct generator_line *line)
{
	text_add_file(out, release);
	text_add(out, *path ? " /" : " ");
	text_add_file(out, path);
	text_add(out, " /");
	text_add_file(out, line->command);
	for (size_t i = 0; i < line->n; i++) {
		text_add(out, " ");
		text_add_file(out, line->args[i]);
	}
	text_add(out, "\n");
}

static void tell_left(const struct removal *rm, const char *path, const char *why)
{
	rows_tell(rm->rows, LEVEL_WARNING, "/%s holds a plan, and keeps it when earlybind is removed: %s", path, why);
}

/* The program that made the image is the one to make it anew. */
static int add_image(struct removal *rm, const char *release, struct image_file *image)
{
	char why[GENERATOR_WHY_LEN], renewer[RENEWER_LEN];
	const struct generator *g;
	struct generator_line line;

	if (image->hashed) {
		snprintf(why, sizeof(why), "afterwards run `%s`", renewer_of(rm->root, image->path, release, renewer));
		tell_left(rm, image->path, why);
		return 0;
	}
	g = generator_choose(rm->root, &(struct image_files){ .items = image, .n = 1 }, why);
	if (!g || generator_line_make(rm->root, g, release, image->path, &line, rm->rows)) {
		tell_left(rm, image->path, !g && *why ? why : "what makes it is not installed here");
		return 0;
	}
	add_line(&rm->text, release, image->path, &line);
	rm->n++;
	return rm->text.error;
}

static bool has_plan(const struct removal *rm, const char *path)
{
	struct made made;
	int err = made_read(rm->root, path, &made);

	if (err == -EOPNOTSUPP)
		rows_tell(rm->rows, LEVEL_WARNING,
			  "/%s is compressed in a way that is not known here: whether it holds a plan cannot be told",
			  path);
	return !err && made.has_plan;
}

/* kernel-install copies what others make in /boot: its images come last. */
static int add_kernel(struct removal *rm, const char *release)
{
	_cleanup_(images_free) struct image_files files = { 0 };
	int err = images_find(rm->root, release, &files);

	if (err)
		return err == -ENOMEM ? err : 0;
	for (int last = 0; last <= 1; last++)
		for (size_t i = 0; i < files.n && !err; i++)
			if (files.items[i].by_kernel_install == last && has_plan(rm, files.items[i].path))
				err = add_image(rm, release, &files.items[i]);
	for (size_t i = 0; i < files.n_left; i++)
		if (has_plan(rm, files.left[i].path))
			tell_left(rm, files.left[i].path, files.left[i].why);
	return err;
}

static int collect(struct removal *rm)
{
	_cleanup_(names_free) struct names kernels = { 0 };
	struct generator_line line;
	int err = kernels_find(rm->root, &kernels);

	if (err)
		return err == -ENOENT ? 0 : err;
	text_add(&rm->text, FIRST_LINE);
	for (size_t i = 0; i < kernels.n && !err; i++)
		err = add_kernel(rm, kernels.items[i]);
	for (size_t at = 0; !err && generator_line_after(rm->root, &at, &line);)
		add_line(&rm->text, "", "", &line);
	return err ? err : rm->text.error;
}

/* What others may read or write there would be run as root. */
static int write_file(const struct removal *rm)
{
	int err = sysroot_mkdirs(rm->root, DIRECTORY, 0755);

	if (err)
		return err;
	if (rm->n)
		return sysroot_replace(rm->root, REMOVAL_FILE, rm->text.data, rm->text.len, 0600);
	err = sysroot_unlink(rm->root, REMOVAL_FILE, 0);
	return err == -ENOENT ? 0 : err;
}

int removal_write(const struct sysroot *r, struct rows *rows)
{
	struct removal rm = { .root = r, .rows = rows };
	int err = collect(&rm);

	if (!err)
		err = write_file(&rm);
	text_free(&rm.text);
	return err;
}
