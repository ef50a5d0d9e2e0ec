/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "look.h"

#include "../core/array.h"
#include "kernels.h"
#include "planned.h"

void look_free(struct look *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->items[i].path);
		free(l->items[i].kernel);
		findings_free(&l->items[i].findings);
	}
	free(l->items);
	memset(l, 0, sizeof(*l));
}

static struct looked *add(struct look *l, const char *kernel, const char *path)
{
	struct looked item = { .path = strdup(path), .kernel = strdup(kernel) };

	if (item.path && item.kernel && array_add(&l->items, &l->n, &item, sizeof(item)) == 0)
		return &l->items[l->n - 1];
	free(item.path);
	free(item.kernel);
	return NULL;
}

int look_at(const struct cli *cli, const char *kernel, const char *path, const struct image *expected, struct look *out)
{
	struct looked *item = add(out, kernel, path);

	if (!item)
		return -ENOMEM;
	return verify_image(&cli->root, path, expected && expected->n_files ? expected : NULL, &item->state,
			    &item->findings);
}

static int look_at_unknown(const char *kernel, const char *path, const char *why, struct look *out)
{
	struct looked *item = add(out, kernel, path);

	if (!item)
		return -ENOMEM;
	item->state = IMAGE_STALE;
	return findings_add(&item->findings, "what it should hold cannot be told: %s", why);
}

int look_at_kernel(const struct cli *cli, const char *kernel, struct look *out)
{
	struct image_files files = { 0 };
	struct image expected = { 0 };
	char why[IMAGE_WHY_LEN];
	int wrong, err = images_find(&cli->root, kernel, &files);

	if (err)
		return err == -ENOMEM ? err : 0;
	wrong = files.n ? planned_image(cli, kernel, &expected, why) : 0;
	err = wrong == -ENOMEM ? wrong : 0;
	for (size_t i = 0; i < files.n && !err; i++)
		err = wrong ? look_at_unknown(kernel, files.items[i].path, why, out)
			    : look_at(cli, kernel, files.items[i].path, files.items[i].bare ? NULL : &expected, out);
	image_free(&expected);
	images_free(&files);
	return err;
}

int look_at_all(const struct cli *cli, struct look *out)
{
	struct names kernels = { 0 };
	int err = kernels_find(&cli->root, &kernels);

	memset(out, 0, sizeof(*out));
	if (err)
		return err == -ENOMEM ? err : 0;
	for (size_t i = 0; i < kernels.n && !err; i++)
		err = look_at_kernel(cli, kernels.items[i], out);
	names_free(&kernels);
	return err;
}

bool look_is_current(const struct look *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->items[i].state != IMAGE_CURRENT)
			return false;
	return true;
}

void look_print(const struct looked *l, FILE *to)
{
	fprintf(to, "/%s: %s\n", l->path, image_state_words[l->state]);
	for (size_t i = 0; i < l->findings.n; i++)
		fprintf(to, "    %s\n", l->findings.items[i]);
}

bool look_print_stale(const struct look *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->items[i].state != IMAGE_CURRENT)
			look_print(&l->items[i], stdout);
	return !look_is_current(l);
}

void look_warn(const struct image_files *files)
{
	for (size_t i = 0; i < files->n_left; i++)
		say_warning("/%s is left as it is: %s", files->left[i].path, files->left[i].why);
}

void look_json(const struct look *l, struct json *j)
{
	json_open(j, "images", '[');
	for (size_t i = 0; i < l->n; i++) {
		const struct looked *item = &l->items[i];
		char path[520];

		snprintf(path, sizeof(path), "/%s", item->path);
		json_open(j, NULL, '{');
		json_string(j, "path", path);
		json_string(j, "kernel", item->kernel);
		json_string(j, "state", image_state_words[item->state]);
		json_open(j, "findings", '[');
		for (size_t k = 0; k < item->findings.n; k++)
			json_string(j, NULL, item->findings.items[k]);
		json_close(j, ']');
		json_close(j, '}');
	}
	json_close(j, ']');
}
