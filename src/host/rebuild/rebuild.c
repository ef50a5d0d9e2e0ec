/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rebuild.h"

#include <unistd.h>

#include "../image/planned.h"
#include "../image/status.h"
#include "../lib/say.h"
#include "backup.h"
#include "generator_run.h"

/* What one call of ours does: the kernels, one after the other. */
struct run {
	const struct sysroot *root;
	const struct next_boot *boot;
	bool asked; /* for these kernels */
	struct signals signals;
	char said[GENERATOR_WHY_LEN]; /* the last choice of a generator that was told */
	size_t done, bare;            /* bare: without an image, and let be */
};

/* What one run of the generator makes: the images of one kernel. */
struct job {
	struct run *run;
	const struct generator *generator;
	const char *release;
	struct image_files files;
	struct backups backups;
	bool told; /* the line of its progress has an end */
};

static void free_job(struct job *job)
{
	backups_free(&job->backups);
	images_free(&job->files);
}

static void say_cannot_look(const char *path, int err)
{
	if (err == -ENOENT)
		say_error("/%s is a link to what is not there; nothing was changed: remove it, or make what it names",
			  path);
	else
		say_error("/%s cannot be looked at; nothing was changed: %s", path, strerror(-err));
}

static int find_images(struct job *job)
{
	_cleanup_(image_free) struct image expected = { 0 };
	const struct sysroot *root = job->run->root;
	char why[IMAGE_WHY_LEN];
	int err = images_find(root, job->release, &job->files);

	if (err || (!job->files.n && !job->run->asked))
		return err;
	err = planned_image(root, job->run->boot, job->release, &expected, why);
	/* The plugin would go on without a plan. */
	if (err)
		say_error("kernel %s: what its image should hold cannot be told, and nothing was changed: %s",
			  job->release, why);
	for (size_t i = 0; i < job->files.n && !err; i++) {
		const char *path = job->files.items[i].path;

		err = backups_add(root, &job->backups, path, &expected);
		if (err)
			say_cannot_look(path, err);
	}
	return err;
}

/* A program may succeed, and write nothing. */
static void say_same(const struct job *job, const char *path)
{
	if (backup_find(&job->backups, path) && backup_is_same(job->run->root, path) == 1)
		fprintf(stderr,
			"    it is as it was before: %s did not write it, or wrote the same again "
			"(update_initramfs=no, or "
			"a read-only file system?)\n",
			job->generator->command);
}

/* What became of one image. */
static bool judge(struct job *job, const struct status_image *l)
{
	struct backup *old = backup_find(&job->backups, l->path);

	if (l->is.state < IMAGE_DAMAGED)
		old = NULL;
	if (old)
		backup_restore(job->run->root, old);
	status_print(l, l->is.state == IMAGE_CURRENT ? stdout : stderr);
	if (old)
		backup_say(old);
	if (l->is.state == IMAGE_STALE && !status_next_extra(l))
		say_same(job, l->path);
	return l->is.state == IMAGE_CURRENT;
}

/* An image that was there and is gone. */
static bool judge_missing(struct job *job, const struct status *images)
{
	bool good = true;

	for (size_t i = 0; i < job->backups.n; i++) {
		size_t k = 0;

		while (k < images->n && strcmp(images->items[k].path, job->backups.items[i].path) != 0)
			k++;
		if (k < images->n || sysroot_exists(job->run->root, job->backups.items[i].path))
			continue; /* not looked at: a newer one is there */
		backup_restore(job->run->root, &job->backups.items[i]);
		say_error("/%s is gone", job->backups.items[i].path);
		backup_say(&job->backups.items[i]);
		good = false;
	}
	return good;
}

static bool verify_all(struct job *job)
{
	_cleanup_(status_free) struct status images = { 0 };
	bool good = true;

	if (status_of_kernel(job->run->root, job->run->boot, job->release, true, &images)) {
		say_error("no memory to verify the images");
		return false;
	}
	if (!images.n && !job->backups.n) {
		say_error("kernel %s has no image in /boot, /efi or /boot/efi", job->release);
		good = false;
	}
	for (size_t i = 0; i < images.n; i++)
		if (!judge(job, &images.items[i]))
			good = false;
	return judge_missing(job, &images) && good;
}

static void say_failed(const struct job *job, int ret)
{
	if (ret == -ENOENT || ret == -EINTR)
		return; /* it was said, or will be */
	if (ret < 0)
		say_error("%s cannot be run: %s", job->generator->command, strerror(-ret));
	else if (ret > 128)
		say_error("%s was ended by signal %d", job->generator->command, ret - 128);
	else
		say_error("%s failed with exit status %d", job->generator->command, ret);
}

static void give_up(struct job *job, int ret)
{
	for (size_t i = 0; i < job->backups.n; i++)
		backup_restore(job->run->root, &job->backups.items[i]);
	say_failed(job, ret);
	for (size_t i = 0; i < job->backups.n; i++)
		backup_say(&job->backups.items[i]);
}

static int run_generators(struct job *job)
{
	const struct sysroot *root = job->run->root;
	const struct generator *second;
	int ret;

	job->told = true;
	ret = generator_run(root, job->generator, job->release, &job->files, &job->run->signals);
	if (ret == -ENOENT)
		puts("nothing is run");
	second = ret ? NULL : generator_second(root, job->generator, &job->files);
	if (!second)
		return ret;
	job->generator = second;
	return generator_run(root, second, job->release, &job->files, &job->run->signals);
}

static bool run_job(struct job *job)
{
	const struct sysroot *root = job->run->root;
	bool good = false;
	int ret;

	if (!backups_have_space(root, &job->backups, job->generator->in_place))
		return false;
	ret = backups_make(root, &job->backups);
	if (!ret) {
		ret = run_generators(job);
		if (ret)
			give_up(job, ret);
		else
			good = verify_all(job);
	}
	backups_drop(root, &job->backups);
	return good;
}

/* What cannot be kept and verified is not written either. */
static bool is_unclear(const struct job *job)
{
	if (job->files.doubtful) {
		say_error("kernel %s: which images are its own cannot be told; nothing was changed: remove the folders "
			  "of modules of kernels that are gone",
			  job->release);
		return true;
	}
	if (!*job->files.unclear || !job->generator->by_preset)
		return false;
	say_error(
		"an image in the preset of kernel %s is no plain path, and could not be kept: %s; nothing was changed",
		job->release, job->files.unclear);
	return true;
}

/* By the images of this kernel: another one may have been made by another generator. */
static const struct generator *choose(struct run *run, const char *release, const struct image_files *files)
{
	char why[GENERATOR_WHY_LEN], names[128];
	const struct generator *g = generator_choose(run->root, files, why);

	if (g && *why && strcmp(why, run->said) != 0) {
		say_warning("%s", why);
		snprintf(run->said, sizeof(run->said), "%s", why);
	}
	if (!g && *why) {
		say_error("kernel %s: %s", release, why);
	} else if (!g) {
		generator_names(names, sizeof(names));
		say_error(
			"no program that makes initramfs images is installed here (known are %s); nothing was changed",
			names);
	}
	return g;
}

static bool try_job(struct job *job)
{
	struct run *run = job->run;
	bool bare;

	if (find_images(job))
		return false;
	status_warn(&job->files);
	bare = !job->backups.n && !run->asked && !job->files.doubtful;
	job->generator = bare && !*job->files.unclear ? NULL : choose(run, job->release, &job->files);
	if (job->generator && is_unclear(job))
		return false;
	if (!bare)
		return job->generator && run_job(job);
	puts("no image");
	job->told = true;
	say_warning("kernel %s has no image, and gets none; `earlybind regenerate %s` would make one", job->release,
		    job->release);
	run->bare++;
	return false;
}

static bool rebuild_one(struct run *run, const char *release)
{
	_cleanup_(free_job) struct job job = { .run = run, .release = release };
	bool good = try_job(&job);

	if (!job.told)
		puts("nothing was begun");
	return good;
}

static bool finish(struct run *run, size_t n)
{
	int seen;

	if (run->done && generator_after(run->root, &run->signals))
		return false;
	seen = subprocess_seen(&run->signals);
	n -= run->bare;
	if (seen)
		say_error("ended by a signal (%s)", strsignal(seen));
	if (run->done < n)
		say_error("%zu of %zu not done: see above", n - run->done, n);
	else if (!n)
		say_error("there is no image to make anew");
	else if (!seen)
		puts("All images are current. Reboot to use them.");
	return run->done == n && n && !seen;
}

static bool rebuild_each(struct run *run, const struct names *kernels)
{
	for (size_t i = 0; i < kernels->n && !subprocess_seen(&run->signals); i++) {
		printf("[%zu/%zu] %s: ", i + 1, kernels->n, kernels->items[i]);
		run->done += rebuild_one(run, kernels->items[i]);
	}
	return finish(run, kernels->n);
}

bool rebuild(const struct sysroot *root, const struct next_boot *boot, const struct names *kernels, bool asked)
{
	struct run run = { .root = root, .boot = boot, .asked = asked };
	int lock = backup_lock(root);
	bool good;

	if (lock < 0) {
		say_error("%s; nothing was changed",
			  lock == -EWOULDBLOCK ? "another regenerate is running" : strerror(-lock));
		return false;
	}
	subprocess_hold(&run.signals);
	good = !backups_settle(root) && rebuild_each(&run, kernels);
	subprocess_release(&run.signals);
	close(lock);
	return good;
}
