/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generator_run.h"

#include "../../core/lines.h"
#include "generator_line.h"

void runner_line(struct runner *r, const char *text)
{
	rows_tell(&r->rows, LEVEL_LINE, "%s%s", r->progress, text);
	*r->progress = '\0';
}

static void tell_command(struct runner *r, const char *const *argv)
{
	_cleanup_(text_free) struct text line = { 0 };

	text_addf(&line, "running /%s", argv[0]);
	for (size_t i = 1; argv[i]; i++)
		text_addf(&line, " %s", argv[i]);
	if (!line.error)
		runner_line(r, line.data);
}

static int run(struct runner *r, const struct generator_line *line)
{
	const char *argv[GENERATOR_ARGS + 2] = { line->command };

	for (size_t i = 0; i < line->n; i++)
		argv[i + 1] = line->args[i];
	tell_command(r, argv);
	r->tell(&r->rows);
	return subprocess_run(r->root, argv, r->exclusive, &r->signals);
}

static int run_for(struct runner *r, const struct generator *g, const char *release, const char *path)
{
	struct generator_line line;
	int err = generator_line_make(r->root, g, release, path, &line, &r->rows);

	return err ? err : run(r, &line);
}

static bool names_image(const struct generator *g)
{
	for (size_t i = 0; i < GENERATOR_ARGS && g->one[i]; i++)
		if (strcmp(g->one[i], "%i") == 0)
			return true;
	return false;
}

int generator_run(struct runner *r, const struct generator *g, const char *release, const struct image_files *images)
{
	bool all = images_by_kernel_install(images);
	int ret = 0;

	if (!images->n || !names_image(g))
		return run_for(r, g, release, images->n ? images->items[0].path : "");
	for (size_t i = 0; i < images->n && !ret; i++)
		if (!images->items[i].hashed && (all || !images->items[i].by_kernel_install))
			ret = run_for(r, g, release, images->items[i].path);
	return ret;
}

int generator_after(struct runner *r)
{
	struct generator_line line;

	for (size_t at = 0; generator_line_after(r->root, &at, &line);) {
		int ret = run(r, &line);

		if (ret) {
			rows_tell(&r->rows, LEVEL_ERROR, "/%s failed: what boots may still be the old images",
				  line.command);
			return ret;
		}
	}
	return 0;
}
