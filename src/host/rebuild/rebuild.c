/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rebuild.h"

#include "../image/planned.h"
#include "../image/status.h"
#include "../kernels/entries.h"
#include "../kernels/mkinitcpio_hooks.h"
#include "backup.h"
#include "generator_run.h"

/* What one call of ours does: the kernels, one after the other. */
struct run {
	struct runner runner;
	const struct next_boot *boot;
	struct entries entries;       /* before the first image is made */
	bool asked;                   /* for these kernels */
	char said[GENERATOR_WHY_LEN]; /* the last choice of a generator that was told */
	size_t done, bare;            /* bare: without an image, and let be */
	bool settled;                 /* no image is left damaged by an earlier run */
};

/* What one run of the generator makes: the images of one kernel. */
struct job {
	struct run *run;
	const struct sysroot *root;
	struct rows *rows;
	const struct generator *generator;
	const char *release;
	struct image_files files;
	struct backups backups;
};

static void free_job(struct job *job)
{
	backups_free(&job->backups);
	images_free(&job->files);
}

static void tell_cannot_look(struct rows *rows, const char *path, int err)
{
	if (err == -ENOENT)
		rows_tell(rows, LEVEL_ERROR,
			  "/%s is a link to what is not there; nothing was changed: remove it, or make what it names",
			  path);
	else
		rows_tell(rows, LEVEL_ERROR, "/%s cannot be looked at; nothing was changed: %s", path, strerror(-err));
}

static int find_images(struct job *job)
{
	_cleanup_(image_free) struct image expected = { 0 };
	char why[IMAGE_WHY_LEN];
	int err = images_find(job->root, job->release, &job->files);

	entries_leave_others(job->root, &job->run->entries, &job->files);
	if (err || (!job->files.n && !job->run->asked))
		return err;
	err = planned_image(job->root, job->run->boot, job->release, &expected, why);
	/* The plugin would go on without a plan. */
	if (err)
		rows_tell(job->rows, LEVEL_ERROR,
			  "kernel %s: what its image should hold cannot be told, and nothing was changed: %s",
			  job->release, why);
	for (size_t i = 0; i < job->files.n && !err; i++) {
		const char *path = job->files.items[i].path;

		if (job->files.items[i].hashed)
			continue;
		err = backups_add(job->root, &job->backups, path, &expected);
		if (err)
			tell_cannot_look(job->rows, path, err);
	}
	return err;
}

/* A program may succeed, and write nothing; or its configuration leaves our hook out. */
static void tell_why(const struct job *job, const char *path)
{
	if (!job->generator)
		return; /* none was run: the images are named by their hash */
	if (job->generator->by_preset && mkinitcpio_hooks_tell(job->root, LEVEL_DETAIL, job->rows))
		return;
	if (backup_find(&job->backups, path) && backup_is_same(job->root, path) == 1)
		rows_tell(job->rows, LEVEL_DETAIL,
			  "    it is as it was before: %s did not write it, or wrote the same again "
			  "(update_initramfs=no, or a read-only file system?)",
			  job->generator->command);
}

/* A first image; those that have a backup follow when that goes. */
static bool is_synced(const struct job *job, const char *path)
{
	int err = backup_sync(job->root, path);

	if (err)
		rows_tell(job->rows, LEVEL_ERROR, "/%s cannot be written to the disk: %s", path, strerror(-err));
	return !err;
}

/* What became of one image. */
static bool judge(struct job *job, const struct status_image *l)
{
	struct backup *old = backup_find(&job->backups, l->path);

	status_tell(l, l->is.state == IMAGE_CURRENT ? LEVEL_LINE : LEVEL_DETAIL, job->rows);
	if (old && l->is.state >= IMAGE_DAMAGED)
		backup_restore(job->root, old, job->rows);
	if (l->is.state == IMAGE_STALE && !status_next_extra(l, job->rows) && !l->others)
		tell_why(job, l->path);
	return l->is.state == IMAGE_CURRENT && (old || is_synced(job, l->path));
}

/* An image that was there and is gone. */
static bool judge_missing(struct job *job, const struct status *images)
{
	bool good = true;

	for (size_t i = 0; i < job->backups.n; i++) {
		struct backup *old = &job->backups.items[i];
		size_t k = 0;

		while (k < images->n && strcmp(images->items[k].path, old->path) != 0)
			k++;
		if (k < images->n || sysroot_exists(job->root, old->path))
			continue; /* not looked at: a newer one is there */
		rows_tell(job->rows, LEVEL_ERROR, "/%s is gone", old->path);
		backup_restore(job->root, old, job->rows);
		good = false;
	}
	return good;
}

static bool verify_all(struct job *job)
{
	_cleanup_(status_free) struct status images = { 0 };
	bool good = true;

	if (status_of_kernel(job->root, job->run->boot, job->release, job->rows, &images)) {
		rows_tell(job->rows, LEVEL_ERROR, "no memory to verify the images");
		return false;
	}
	if (!images.n && !job->backups.n) {
		rows_tell(job->rows, LEVEL_ERROR, "kernel %s has no image in /boot, /efi or /boot/efi", job->release);
		good = false;
	}
	for (size_t i = 0; i < images.n; i++)
		if (!judge(job, &images.items[i]))
			good = false;
	return judge_missing(job, &images) && good;
}

static void tell_failed(const struct job *job, int ret)
{
	const char *command = job->generator->command;

	if (ret == -ENODATA || ret == -EINTR)
		return; /* the rows tell, or will */
	if (ret < 0)
		rows_tell(job->rows, LEVEL_ERROR, "%s cannot be run: %s", command, strerror(-ret));
	else if (ret > 128)
		rows_tell(job->rows, LEVEL_ERROR, "%s was ended by signal %d", command, ret - 128);
	else
		rows_tell(job->rows, LEVEL_ERROR, "%s failed with exit status %d", command, ret);
}

static void give_up(struct job *job, int ret)
{
	tell_failed(job, ret);
	for (size_t i = 0; i < job->backups.n; i++)
		backup_restore(job->root, &job->backups.items[i], job->rows);
}

static int run_generators(struct job *job)
{
	struct runner *runner = &job->run->runner;
	const struct generator *second;
	int ret = generator_run(runner, job->generator, job->release, &job->files);

	if (ret == -ENODATA)
		runner_line(runner, "nothing is run");
	second = ret ? NULL : generator_second(job->root, job->generator, &job->files);
	if (!second)
		return ret;
	job->generator = second;
	return generator_run(runner, second, job->release, &job->files);
}

static bool run_job(struct job *job)
{
	bool good = false;
	int ret;

	if (!backups_have_space(job->root, &job->backups, job->generator->in_place, job->rows))
		return false;
	ret = backups_make(job->root, &job->backups, job->rows);
	if (!ret) {
		ret = run_generators(job);
		if (ret)
			give_up(job, ret);
		else
			good = verify_all(job);
	}
	return backups_drop(job->root, &job->backups, job->rows) && good;
}

/* What cannot be kept and verified is not written either. */
static bool is_unclear(const struct job *job)
{
	if (job->files.doubtful) {
		rows_tell(job->rows, LEVEL_ERROR,
			  "kernel %s: which images are its own cannot be told; nothing was changed: remove the folders "
			  "of modules of kernels that are gone",
			  job->release);
		return true;
	}
	if (!*job->files.unclear || !job->generator->by_preset)
		return false;
	rows_tell(
		job->rows, LEVEL_ERROR,
		"an image in the preset of kernel %s is no plain path, and could not be kept: %s; nothing was changed",
		job->release, job->files.unclear);
	return true;
}

/* By the images of this kernel: another one may have been made by another generator. */
static const struct generator *choose(struct job *job)
{
	char why[GENERATOR_WHY_LEN], names[128], *said = job->run->said;
	const struct generator *g = generator_choose(job->root, &job->files, why);

	if (g && *why && strcmp(why, said) != 0) {
		rows_tell(job->rows, LEVEL_WARNING, "%s", why);
		snprintf(said, GENERATOR_WHY_LEN, "%s", why);
	}
	if (!g && *why) {
		rows_tell(job->rows, LEVEL_ERROR, "kernel %s: %s", job->release, why);
	} else if (!g) {
		generator_names(names, sizeof(names));
		rows_tell(
			job->rows, LEVEL_ERROR,
			"no program that makes initramfs images is installed here (known are %s); nothing was changed",
			names);
	}
	return g;
}

/* Whether images of this kernel are there, and none of them may be written by a generator: see what renews them. */
static bool is_for_others(struct job *job)
{
	_cleanup_(status_free) struct status images = { 0 };

	for (size_t i = 0; i < job->files.n; i++)
		if (!job->files.items[i].hashed)
			return false;
	if (job->files.n)
		return true;
	return !job->run->asked && !job->files.n_left && !*job->files.unclear &&
	       status_of_kernel(job->root, job->run->boot, job->release, NULL, &images) == 0 && images.n;
}

static bool leave_to_others(struct job *job)
{
	runner_line(&job->run->runner, "nothing is run");
	return verify_all(job);
}

static bool try_job(struct job *job)
{
	struct run *run = job->run;
	bool bare;

	if (find_images(job))
		return false;
	status_tell_left(&job->files, job->rows);
	if (is_for_others(job))
		return leave_to_others(job);
	bare = !job->backups.n && !run->asked && !job->files.doubtful;
	job->generator = bare && !*job->files.unclear ? NULL : choose(job);
	if (job->generator && is_unclear(job))
		return false;
	if (!bare)
		return job->generator && run_job(job);
	runner_line(&run->runner, "no image");
	rows_tell(job->rows, LEVEL_WARNING,
		  "kernel %s has no image, and gets none; `earlybind regenerate %s` would make one", job->release,
		  job->release);
	run->bare++;
	return false;
}

static bool rebuild_one(struct run *run, const char *release)
{
	struct runner *runner = &run->runner;
	_cleanup_(free_job) struct job job = {
		.run = run, .root = runner->root, .rows = &runner->rows, .release = release
	};
	bool good = try_job(&job);

	if (*runner->progress)
		runner_line(runner, "nothing was begun");
	runner->tell(&runner->rows);
	return good;
}

/* Which of them boots may not be known. */
static void tell_current(struct run *run)
{
	_cleanup_(status_free) struct status images = { 0 };
	struct rows *rows = &run->runner.rows;

	if (status_end(run->runner.root, run->boot, &images) == 0 && *images.unknown) {
		status_warn(&images, rows);
		rows_tell(rows, LEVEL_LINE, "The images that were found are current.");
	} else {
		rows_tell(rows, LEVEL_LINE, "All images are current. Reboot to use them.");
	}
}

static bool finish(struct run *run, size_t n)
{
	struct rows *rows = &run->runner.rows;
	int seen;

	if (run->done && generator_after(&run->runner))
		return false;
	seen = subprocess_seen(&run->runner.signals);
	n -= run->bare;
	if (seen)
		rows_tell(rows, LEVEL_ERROR, "ended by a signal (%s)", strsignal(seen));
	if (run->done < n)
		rows_tell(rows, LEVEL_ERROR, "%zu of %zu not done: see above", n - run->done, n);
	else if (!n)
		rows_tell(rows, LEVEL_ERROR, "there is no image to make anew");
	else if (!seen && run->settled)
		tell_current(run);
	return run->done == n && n && !seen && run->settled;
}

static bool rebuild_each(struct run *run, const struct names *kernels)
{
	struct runner *runner = &run->runner;

	for (size_t i = 0; i < kernels->n && !subprocess_seen(&runner->signals); i++) {
		snprintf(runner->progress, sizeof(runner->progress), "[%zu/%zu] %s: ", i + 1, kernels->n,
			 kernels->items[i]);
		run->done += rebuild_one(run, kernels->items[i]);
	}
	return finish(run, kernels->n);
}

bool rebuild(const struct sysroot *root, int exclusive, const struct next_boot *boot, const struct names *kernels,
	     bool asked, void (*tell)(struct rows *rows))
{
	struct run run = { .runner = { .root = root, .exclusive = exclusive, .tell = tell },
			   .boot = boot,
			   .asked = asked };
	struct runner *runner = &run.runner;
	bool good;

	subprocess_hold(&runner->signals);
	run.settled = backups_settle(root, true, &runner->rows);
	good = entries_read(root, &boot->storage, &run.entries) == 0 && rebuild_each(&run, kernels);
	entries_free(&run.entries);
	tell(&runner->rows);
	subprocess_release(&runner->signals);
	return good;
}
