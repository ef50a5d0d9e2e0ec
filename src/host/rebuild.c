/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rebuild.h"

#include <sys/stat.h>

#include "../core/array.h"
#include "generator.h"
#include "keep.h"
#include "look.h"
#include "planned.h"

#define MARGIN (1u << 20)
#define PATH_BYTES 600

struct old_image {
	char *path;           /* owned */
	uint64_t size, grows; /* what it may grow by */
	dev_t device;
	uint64_t space;
	bool kept;
};

/* What one run of the generator makes: the images of one kernel, or of all. */
struct job {
	const struct cli *cli;
	const struct generator *generator;
	const char *release; /* NULL: all */
	struct names kernels;
	struct image_files files; /* of one kernel */
	struct old_image *old;
	size_t n_old;
};

static void free_images(struct image_files *f)
{
	images_free(f);
}

static void free_expected(struct image *i)
{
	image_free(i);
}

static void free_look(struct look *l)
{
	look_free(l);
}

static void free_job(struct job *job)
{
	for (size_t i = 0; i < job->n_old; i++)
		free(job->old[i].path);
	free(job->old);
	names_free(&job->kernels);
	images_free(&job->files);
}

static uint64_t to_mib(uint64_t bytes)
{
	return (bytes + (1u << 20) - 1) >> 20;
}

/* The old size, what would be put into it, and a tenth. */
static int add_old(struct job *job, const char *path, const struct image *expected)
{
	struct old_image *old = array_grow(&job->old, &job->n_old, sizeof(*old));
	struct stat st;
	int err;

	if (!old)
		return -ENOMEM;
	old->path = strdup(path);
	if (!old->path)
		return -ENOMEM;
	if (fstatat(job->cli->root.fd, path, &st, 0) < 0)
		return -errno;
	old->size = (uint64_t)st.st_size;
	old->grows = old->size / 10 + MARGIN;
	for (size_t i = 0; i < expected->n_files; i++)
		old->grows += expected->files[i].len;
	err = space_of(&job->cli->root, path, &old->space, &old->device);
	return err;
}

static int add_kernel(struct job *job, const char *release)
{
	_cleanup_(free_expected) struct image expected = { 0 };
	char why[IMAGE_WHY_LEN];
	struct image_files files = { 0 };
	int err = planned_image(job->cli, release, &expected, why);

	if (err)
		say_warning("%s: what its image should hold cannot be told: %s", release, why);
	err = err == -ENOMEM ? err : names_add(&job->kernels, release);
	if (!err)
		err = images_find(&job->cli->root, release, &files);
	for (size_t i = 0; i < files.n && !err; i++) {
		err = add_old(job, files.items[i].path, &expected);
		if (err)
			say_error("/%s: %s", files.items[i].path, strerror(-err));
	}
	images_free(&job->files);
	job->files = files;
	return err;
}

/* What the images on one file system need: a generator that writes aside needs all of the largest one beside the old.
 */
static uint64_t needed_on(const struct job *job, dev_t device)
{
	uint64_t sum = 0, largest = 0;

	for (size_t i = 0; i < job->n_old; i++) {
		const struct old_image *old = &job->old[i];

		if (old->device != device)
			continue;
		sum += old->grows;
		if (old->size > largest)
			largest = old->size;
	}
	return job->generator->in_place ? sum : sum + largest;
}

static bool has_space_for_images(const struct job *job)
{
	for (size_t i = 0; i < job->n_old; i++) {
		const struct old_image *old = &job->old[i];
		uint64_t needed = needed_on(job, old->device);

		if (old->space >= needed)
			continue;
		say_error(
			"/%s: the file system has %llu MiB free, and %llu MiB may be needed: remove an old kernel, or "
			"make room; nothing was changed",
			old->path, (unsigned long long)(old->space >> 20), (unsigned long long)to_mib(needed));
		return false;
	}
	return true;
}

static bool has_space_for_copies(const struct job *job)
{
	uint64_t sum = MARGIN, space = 0;
	dev_t device;
	int err = space_of(&job->cli->root, KEEP_FOLDER "/", &space, &device);

	for (size_t i = 0; i < job->n_old; i++)
		sum += job->old[i].size;
	if (!err && space >= sum)
		return true;
	if (err)
		say_error("/%s: %s", KEEP_FOLDER, strerror(-err));
	else
		say_error("/%s: the file system has %llu MiB free, and copies of the images need %llu MiB; nothing was "
			  "changed",
			  KEEP_FOLDER, (unsigned long long)(space >> 20), (unsigned long long)to_mib(sum));
	return false;
}

/* After a run that was killed: the copy is the good one if the image is damaged. */
static bool is_left_over(const struct job *job, const char *image)
{
	struct findings findings = { 0 };
	enum image_state state;
	char path[PATH_BYTES];
	bool better;

	if (keep_path(image, path, sizeof(path)) || !sysroot_exists(&job->cli->root, path))
		return false;
	better = verify_image(&job->cli->root, image, NULL, &state, &findings) == 0 && state >= IMAGE_DAMAGED;
	findings_free(&findings);
	if (better)
		say_warning("/%s is damaged; the copy /%s of an interrupted run is kept instead", image, path);
	return better;
}

static int keep_all(struct job *job)
{
	for (size_t i = 0; i < job->n_old; i++) {
		struct old_image *old = &job->old[i];
		int err = is_left_over(job, old->path) ? 0 : keep_copy(&job->cli->root, old->path);

		if (err) {
			say_error("/%s: no copy can be kept: %s; nothing was changed", old->path, strerror(-err));
			return err;
		}
		old->kept = true;
	}
	return 0;
}

static void drop_all(const struct job *job)
{
	for (size_t i = 0; i < job->n_old; i++)
		if (job->old[i].kept)
			keep_drop(&job->cli->root, job->old[i].path);
}

/* Puts the old image back. The copy stays where that fails. */
static void restore(struct old_image *old, const struct cli *cli)
{
	char path[PATH_BYTES] = "";
	int same = keep_is_same(&cli->root, old->path);
	int err = same == 1 ? 0 : keep_restore(&cli->root, old->path);

	if (same == 1) {
		printf("/%s: the old image is untouched\n", old->path);
	} else if (!err) {
		printf("/%s: the old image was put back\n", old->path);
	} else {
		old->kept = keep_path(old->path, path, sizeof(path)) != 0;
		say_error("/%s: the old image cannot be put back: %s; its copy is /%s", old->path, strerror(-err),
			  path);
	}
}

static struct old_image *find_old(const struct job *job, const char *path)
{
	for (size_t i = 0; i < job->n_old; i++)
		if (strcmp(job->old[i].path, path) == 0)
			return &job->old[i];
	return NULL;
}

/* What became of one image. */
static int judge(struct job *job, const struct looked *l)
{
	struct old_image *old = find_old(job, l->path);

	look_print(l, l->state == IMAGE_CURRENT ? stdout : stderr);
	if (l->state == IMAGE_CURRENT)
		return EXIT_DONE;
	if (l->state >= IMAGE_DAMAGED && old)
		restore(old, job->cli);
	return EXIT_REFUSED;
}

/* An image that was there and is gone. */
static int judge_missing(struct job *job, const struct look *look)
{
	int code = EXIT_DONE;

	for (size_t i = 0; i < job->n_old; i++) {
		size_t k = 0;

		while (k < look->n && strcmp(look->items[k].path, job->old[i].path) != 0)
			k++;
		if (k < look->n)
			continue;
		say_error("/%s is gone", job->old[i].path);
		restore(&job->old[i], job->cli);
		code = EXIT_REFUSED;
	}
	return code;
}

static int verify_all(struct job *job)
{
	_cleanup_(free_look) struct look look = { 0 };
	int code = EXIT_DONE;

	for (size_t i = 0; i < job->kernels.n; i++) {
		size_t before = look.n;

		if (look_at_kernel(job->cli, job->kernels.items[i], &look)) {
			say_error("no memory to verify the images");
			return EXIT_REFUSED;
		}
		if (look.n == before && !job->n_old) {
			say_error("kernel %s has no image in /boot, /efi or /boot/efi", job->kernels.items[i]);
			code = EXIT_REFUSED;
		}
	}
	for (size_t i = 0; i < look.n; i++)
		if (judge(job, &look.items[i]) != EXIT_DONE)
			code = EXIT_REFUSED;
	return judge_missing(job, &look) == EXIT_DONE ? code : EXIT_REFUSED;
}

static void say_failed(const struct job *job, int ret)
{
	if (ret == -ENOENT)
		return; /* it was said */
	if (ret < 0)
		say_error("%s cannot be run: %s", job->generator->command, strerror(-ret));
	else if (ret > 128)
		say_error("%s was ended by signal %d", job->generator->command, ret - 128);
	else
		say_error("%s failed with exit status %d", job->generator->command, ret);
}

static int run_job(struct job *job)
{
	int ret, code = EXIT_REFUSED;

	if (!has_space_for_images(job) || !has_space_for_copies(job))
		return EXIT_REFUSED;
	ret = keep_all(job);
	if (!ret) {
		ret = generator_run(&job->cli->root, job->generator, job->release, &job->files);
		if (ret) {
			say_failed(job, ret);
			for (size_t i = 0; i < job->n_old; i++)
				restore(&job->old[i], job->cli);
		} else {
			code = verify_all(job);
		}
	}
	drop_all(job);
	return code;
}

static int rebuild_one(const struct cli *cli, const struct generator *g, const char *release)
{
	_cleanup_(free_job) struct job job = { .cli = cli, .generator = g, .release = release };

	if (add_kernel(&job, release))
		return EXIT_REFUSED;
	if (!job.n_old && !cli->n_args) {
		puts("no image");
		say_warning("kernel %s has no image, and gets none; `earlybind regenerate %s` would make one", release,
			    release);
		return EXIT_DONE;
	}
	return run_job(&job);
}

static int rebuild_at_once(const struct cli *cli, const struct generator *g, const struct names *kernels)
{
	_cleanup_(free_job) struct job job = { .cli = cli, .generator = g };

	for (size_t i = 0; i < kernels->n; i++)
		if (add_kernel(&job, kernels->items[i]))
			return EXIT_REFUSED;
	return run_job(&job);
}

static const struct generator *choose(const struct cli *cli, const struct names *kernels)
{
	char why[GENERATOR_WHY_LEN], names[128];
	const struct generator *g = NULL;

	for (size_t i = 0; i < kernels->n && !g; i++) {
		_cleanup_(free_images) struct image_files files = { 0 };

		if (images_find(&cli->root, kernels->items[i], &files) == 0)
			g = generator_choose(&cli->root, &files, why);
	}
	if (g && *why)
		say_warning("%s", why);
	if (!g) {
		generator_names(names, sizeof(names));
		say_error(
			"no program that makes initramfs images is installed here (known are %s); nothing was changed",
			names);
	}
	return g;
}

int rebuild(const struct cli *cli, const struct names *kernels)
{
	const struct generator *g = choose(cli, kernels);
	size_t good = 0, n = g && !cli->n_args && g->all[0] ? 1 : kernels->n;

	if (!g)
		return EXIT_REFUSED;
	for (size_t i = 0; i < n; i++) {
		bool at_once = n == 1 && !cli->n_args && g->all[0];

		printf("[%zu/%zu] %s: ", i + 1, n, at_once ? "all kernels" : kernels->items[i]);
		good += (at_once ? rebuild_at_once(cli, g, kernels) : rebuild_one(cli, g, kernels->items[i])) ==
			EXIT_DONE;
	}
	if (good && generator_after(&cli->root))
		return EXIT_REFUSED;
	if (good < n)
		say_error("%zu of %zu not done: see above", n - good, n);
	else
		puts("All images are current. Reboot to use them.");
	return good == n ? EXIT_DONE : EXIT_REFUSED;
}
