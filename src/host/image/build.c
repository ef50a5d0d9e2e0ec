/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "build.h"

#include <stdarg.h>

#include "../../core/array.h"
#include "../../core/note.h"
#include "../lib/printable.h"
#include "kmods.h"
#include "module_file.h"

#define PROGRAM_FILE "usr/lib/earlybind/earlybind-init"
#define PROGRAM_BYTES_MAX (16u << 20)

/* One run of image_make(). */
struct maker {
	const struct sysroot *root;
	struct plan *plan;
	struct image *out;
	struct kmods kmods;
	size_t n_early; /* as many of its modules come before the decision */
	char *why;
};

void image_free(struct image *i)
{
	for (size_t f = 0; f < i->n_files; f++)
		free(i->files[f].data);
	free(i->files);
	free(i->notes);
	memset(i, 0, sizeof(*i));
}

static int _printf_(3, 4) fail(struct maker *m, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(m->why, IMAGE_WHY_LEN, fmt, args);
	va_end(args);
	return err;
}

/* Takes data over. -ENOMEM: then it is still the caller's. */
static int add_file(struct maker *m, const char *folder, const char *name, char *data, size_t len, mode_t mode)
{
	struct staged_file *f = array_grow(&m->out->files, &m->out->n_files, sizeof(*f));

	if (!f)
		return -ENOMEM;
	snprintf(f->name, sizeof(f->name), "%s%s", folder, name);
	f->data = data;
	f->len = len;
	f->mode = mode;
	return 0;
}

static int open_kernel(struct maker *m, const char *kernel)
{
	int err = kmods_open(&m->kmods, m->root, kernel);

	snprintf(m->plan->kernel, sizeof(m->plan->kernel), "%s", kernel);
	if (err == -ENOENT)
		return fail(m, err,
			    "kernel %s has no modules here: neither usr/lib/modules/%s nor lib/modules/%s is below %s",
			    kernel, kernel, kernel, m->root->dir);
	if (err == -ENODATA)
		return fail(m, err, "the modules of kernel %s have no modules.dep.bin: run `depmod %s`", kernel,
			    kernel);
	if (err)
		return fail(m, err, "the modules of kernel %s: %s", kernel, strerror(-err));
	return 0;
}

static void drop_files(struct maker *m, size_t keep)
{
	while (m->out->n_files > keep) {
		struct staged_file *f = &m->out->files[--m->out->n_files];

		free(f->data);
		memset(f, 0, sizeof(*f));
	}
}

/* The unpacked files of the modules behind the first `from`. A file that cannot be used costs only its driver. */
static int read_modules(struct maker *m, size_t from, const char *driver)
{
	size_t files = m->out->n_files;
	int err = 0;

	for (size_t i = from; i < m->kmods.n_modules && !err; i++) {
		const struct module_file *file = &m->kmods.modules[i];
		char why[MODULE_FILE_WHY_LEN], *data;
		size_t len;

		err = module_file_read(m->root, file->path, &data, &len, why);
		if (err && err != -ENOMEM) {
			kmods_truncate(&m->kmods, from);
			drop_files(m, files);
			return note_add(&m->out->notes, &m->out->n_notes, REASON_NO_DRIVER, "%s: %s: %s", driver,
					file->file, why);
		}
		if (!err)
			err = add_file(m, "modules/", file->file, data, len, 0444);
	}
	return err;
}

static int add_driver(struct maker *m, const char *driver)
{
	size_t before = m->kmods.n_modules;
	int err = kmods_add(&m->kmods, driver);

	if (err == -ENOMEM)
		return err;
	if (err == -ENOENT)
		return note_add(&m->out->notes, &m->out->n_notes, REASON_NO_DRIVER, "kernel %s has no module %s",
				m->plan->kernel, driver);
	if (err)
		return note_add(&m->out->notes, &m->out->n_notes, REASON_NO_DRIVER, "%s of kernel %s: %s", driver,
				m->plan->kernel, strerror(-err));
	return read_modules(m, before, driver);
}

/*
 * What must be there before anything is decided, where it is a module. Without the driver of its IOMMU no device has a
 * group; without efivarfs the boot could not tell that it is switched off, or that the plan is on trial.
 */
static const char *const early_modules[] = { "virtio_iommu", "arm_smmu", "arm_smmu_v3", "efivarfs" };

/* A kernel that lacks one of them, or has it built in, needs no file. */
static int add_early(struct maker *m)
{
	for (size_t i = 0; i < ARRAY_SIZE(early_modules); i++) {
		size_t before = m->kmods.n_modules;
		int err = kmods_add(&m->kmods, early_modules[i]);

		if (!err)
			err = read_modules(m, before, early_modules[i]);
		if (err == -ENOMEM)
			return err;
	}
	m->n_early = m->kmods.n_modules;
	return 0;
}

/* For a plan without rules: what a lock may ask for that is added later. */
static int add_all_drivers(struct maker *m)
{
	return add_driver(m, "vfio-pci") || add_driver(m, "pci-stub") ? -ENOMEM : 0;
}

/* The drivers of the plan's rules, in their order. What is there already adds nothing. */
static int add_drivers(struct maker *m)
{
	if (!m->plan->n_rules)
		return add_all_drivers(m);
	for (size_t i = 0; i < m->plan->n_rules; i++) {
		char list[DRIVER_LIST_LEN], *rest = list, *driver;
		size_t seen = 0;

		while (seen < i && strcmp(m->plan->rules[seen].driver, m->plan->rules[i].driver))
			seen++;
		if (seen < i) /* one warning for a driver, not one for each rule */
			continue;
		snprintf(list, sizeof(list), "%s", m->plan->rules[i].driver);
		while ((driver = strsep(&rest, ",")))
			if (add_driver(m, driver))
				return -ENOMEM;
	}
	return 0;
}

/* A module line for each. */
static int add_module_lines(struct maker *m)
{
	for (size_t i = 0; i < m->kmods.n_modules; i++) {
		const struct module_file *file = &m->kmods.modules[i];
		struct plan_module module = { .early = i < m->n_early };

		snprintf(module.file, sizeof(module.file), "%s", file->file);
		module.params = strdup(file->params);
		if (!module.params)
			return -ENOMEM;
		if (plan_add_module(m->plan, &module)) {
			free(module.params);
			return -ENOMEM;
		}
	}
	for (size_t i = 0; i < m->kmods.n_notes; i++)
		if (note_add(&m->out->notes, &m->out->n_notes, m->kmods.notes[i].reason, "%s", m->kmods.notes[i].text))
			return -ENOMEM;
	return 0;
}

/* Adds its guards to *out, escaped: the boot program prints what they say as it is, into the kernel's log. */
static int escape_guards(const struct plan *from, struct plan *out)
{
	char text[PRINTABLE_MAX * LINE_MAX_BYTES];
	int err = 0;

	for (size_t i = 0; i < from->n_guards && !err; i++)
		err = plan_copy_guard(out, from->guards[i], printable(from->guards[i].text, text, sizeof(text)));
	return err;
}

/* The plan as text. It is read back: an image with a plan that the boot would call broken must not be built. */
static int add_plan(struct maker *m)
{
	struct text text = { 0 };
	struct plan again = { 0 }, escaped = { 0 }, whole = *m->plan; /* which owns nothing */
	struct plan_error wrong = { 0 };
	int err = escape_guards(m->plan, &escaped);

	whole.guards = escaped.guards;
	whole.n_guards = escaped.n_guards;
	if (!err)
		err = plan_print(&whole, &text);
	plan_free(&escaped);
	if (!err)
		err = plan_parse(KIND_PLAN, text.data, text.len, &again, &wrong);
	if (!err) {
		m->out->hash = again.hash;
		err = add_file(m, "", "plan", text.data, text.len, 0444);
	}
	plan_free(&again);
	if (!err)
		return 0;
	text_free(&text);
	return fail(m, err, "the plan cannot be written: %s", *wrong.text ? wrong.text : strerror(-err));
}

static int add_program(struct maker *m)
{
	char *data;
	size_t len;
	int err = sysroot_read_all(m->root, PROGRAM_FILE, PROGRAM_BYTES_MAX, &data, &len);

	if (err)
		return fail(m, err, "/%s cannot be read: %s", PROGRAM_FILE, strerror(-err));
	if (len < 4 || memcmp(data, "\177ELF", 4))
		err = fail(m, -ENOEXEC, "/%s is no program", PROGRAM_FILE);
	if (!err)
		err = add_file(m, "", "earlybind-init", data, len, 0555);
	if (err)
		free(data);
	return err;
}

int image_make(const struct sysroot *root, const char *kernel, struct plan *plan, struct image *out,
	       char why[IMAGE_WHY_LEN])
{
	struct maker m = { .root = root, .plan = plan, .out = out, .why = why };
	int err;

	memset(out, 0, sizeof(*out));
	*why = '\0';
	err = add_program(&m);
	if (!err)
		err = open_kernel(&m, kernel);
	if (!err)
		err = add_early(&m);
	if (!err)
		err = add_drivers(&m);
	if (!err)
		err = add_module_lines(&m);
	if (!err)
		err = add_plan(&m);
	if (m.kmods.ctx)
		kmods_close(&m.kmods);
	if (err && !*why)
		fail(&m, err, "%s", strerror(-err));
	if (err)
		image_free(out);
	return err;
}
