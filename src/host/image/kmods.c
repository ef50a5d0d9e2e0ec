/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kmods.h"

#include <libkmod.h>
#include <limits.h>
#include <syslog.h>
#include <unistd.h>

#include "../../core/array.h"
#include "../../core/cmdline.h"
#include "../../core/note.h"
#include "../../core/word.h"

/* What plan_lines.c takes in the name of a module's file. */
#define NAME_BYTES "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-."

/* In the order in which modprobe reads them: of two files of one name the first counts. */
static const char *const modprobe_dirs[] = { "etc/modprobe.d", "run/modprobe.d", "usr/local/lib/modprobe.d",
					     "usr/lib/modprobe.d", "lib/modprobe.d" };

CLEANUP(unref_ctx, struct kmod_ctx *, kmod_unref);
CLEANUP(unref_module, struct kmod_module *, kmod_module_unref);

/* The real path of something below the root. -ENOENT: it is not there; -EXDEV: a link leads out of the root. */
static int real_path(const struct kmods *k, const char *below, char **out)
{
	_cleanup_(free_pointer) char *path = NULL;
	size_t len = strlen(k->root);

	if (asprintf(&path, "%s/%s", k->root, below) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	*out = realpath(path, NULL);
	if (!*out)
		return -errno;
	if (strncmp(*out, k->root, len) == 0 && (*out)[len] == '/')
		return 0;
	free(*out);
	*out = NULL;
	return -EXDEV;
}

/* usr/lib first: below another root, an absolute link /lib would lead to this machine's modules. */
static int find_modules(const struct kmods *k, const char *release, char **out)
{
	static const char *const dirs[] = { "usr/lib/modules", "lib/modules" };
	int err = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(dirs) && err == -ENOENT; i++) {
		_cleanup_(free_pointer) char *below = NULL;

		if (asprintf(&below, "%s/%s", dirs[i], release) < 0) {
			below = NULL;
			return -ENOMEM;
		}
		err = real_path(k, below, out);
	}
	return err;
}

static bool is_indexed(const char *modules)
{
	_cleanup_(free_pointer) char *index = NULL;

	if (asprintf(&index, "%s/modules.dep.bin", modules) < 0) {
		index = NULL;
		return false;
	}
	return access(index, R_OK) == 0;
}

static int open_ctx(struct kmods *k, const char *modules)
{
	char *paths[ARRAY_SIZE(modprobe_dirs) + 1] = { NULL };
	size_t n = 0;
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(modprobe_dirs) && err != -ENOMEM; i++) {
		err = real_path(k, modprobe_dirs[i], &paths[n]);
		n += err == 0;
	}
	if (err != -ENOMEM)
		k->ctx = kmod_new(modules, (const char *const *)paths);
	while (n)
		free(paths[--n]);
	if (!k->ctx)
		return -ENOMEM;
	kmod_set_log_priority(k->ctx, LOG_CRIT); /* what is missing is told as no-driver */
	return 0;
}

static void free_options(struct module_option *options, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(options[i].module);
		free(options[i].text);
	}
	free(options);
}

static int add_option(struct module_option **options, size_t *n, const char *module, const char *text)
{
	struct module_option *o = array_grow(options, n, sizeof(*o));

	if (!o)
		return -ENOMEM;
	o->module = strdup(module);
	o->text = strdup(text ? text : "");
	return o->module && o->text ? 0 : -ENOMEM;
}

static int read_options(struct kmod_ctx *ctx, struct module_option **options, size_t *n)
{
	struct kmod_config_iter *it = kmod_config_get_options(ctx);
	int err = it ? 0 : -ENOMEM;

	while (!err && kmod_config_iter_next(it))
		err = add_option(options, n, kmod_config_iter_get_key(it), kmod_config_iter_get_value(it));
	if (it)
		kmod_config_iter_free_iter(it);
	return err;
}

/* Takes the last option that is like this one off the list. */
static void drop_option(struct kmods *k, const struct module_option *like)
{
	for (size_t i = k->n_options; i-- > 0;) {
		struct module_option *o = &k->options[i];

		if (strcmp(o->module, like->module) || strcmp(o->text, like->text))
			continue;
		free(o->module);
		free(o->text);
		memmove(o, o + 1, (--k->n_options - i) * sizeof(*o));
		return;
	}
}

/*
 * The options of modprobe.d alone. libkmod appends what it finds in this machine's /proc/cmdline to every context
 * (libkmod-config.c: kmod_config_new, kmod_config_parse_kcmdline), and an image must not depend on the machine that
 * builds it. A context without any modprobe.d has just those, as libkmod itself reads them.
 */
static int load_options(struct kmods *k, const char *modules)
{
	static const char *const none[] = { NULL };
	_cleanup_(unref_ctx) struct kmod_ctx *bare = kmod_new(modules, none);
	struct module_option *builder = NULL;
	size_t n = 0;
	int err = -ENOMEM;

	if (bare)
		err = read_options(k->ctx, &k->options, &k->n_options);
	if (!err)
		err = read_options(bare, &builder, &n);
	for (size_t i = n; !err && i-- > 0;)
		drop_option(k, &builder[i]);
	free_options(builder, n);
	return err;
}

int kmods_open(struct kmods *k, const char *root_dir, const char *release)
{
	_cleanup_(free_pointer) char *modules = NULL;
	int err;

	memset(k, 0, sizeof(*k));
	k->root = realpath(root_dir, NULL);
	if (!k->root)
		return -errno;
	if (!strcmp(k->root, "/"))
		*k->root = '\0';
	err = find_modules(k, release, &modules);
	if (!err && !is_indexed(modules))
		err = -ENODATA;
	if (!err)
		err = open_ctx(k, modules);
	if (!err)
		err = load_options(k, modules);
	if (err)
		kmods_close(k);
	return err;
}

void kmods_truncate(struct kmods *k, size_t n)
{
	while (k->n_modules > n) {
		struct module_file *m = &k->modules[--k->n_modules];

		free(m->path);
		free(m->params);
	}
}

void kmods_close(struct kmods *k)
{
	kmods_truncate(k, 0);
	free(k->modules);
	free_options(k->options, k->n_options);
	free(k->notes);
	names_free(&k->visited);
	free(k->root);
	kmod_unref(k->ctx);
	memset(k, 0, sizeof(*k));
}

/* What is left of a plan line for the parameters of this module; a byte may take four (\xNN). */
static size_t params_room(const char *file)
{
	return LINE_MAX_BYTES - sizeof("module early ") - strlen(file) - 2;
}

static size_t printed_length(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += s[i] >= ' ' && s[i] < 0x7f && s[i] != '\\' ? 1 : 4;
	return n;
}

/* An open quote would swallow what is put behind it, and could close in the next line and set an ids= free. */
static bool quote_is_open(const char *word, size_t len)
{
	bool open = false;

	for (size_t i = 0; i < len; i++)
		open ^= word[i] == '"';
	return open;
}

static int add_param(struct kmods *k, const struct module_file *m, const char *module, const char *word, size_t len,
		     struct text *params)
{
	size_t used = params->len ? printed_length(params->data, params->len) + 1 : 0;
	int shown = (int)(len < 100 ? len : 100);
	const char *why = NULL;

	if (param_is_ids(module, word, len))
		return note_add(&k->notes, &k->n_notes, REASON_IGNORED_IDS,
				"`options %s %.*s` of modprobe.d is left out", module, shown, word);
	if (quote_is_open(word, len))
		why = "a quote is not closed";
	else if (used + printed_length(word, len) > params_room(m->file))
		why = "too long for a plan";
	if (why)
		return note_add(&k->notes, &k->n_notes, REASON_NONE, "`options %s %.*s` of modprobe.d is left out: %s",
				module, shown, word, why);
	text_addf(params, "%s%.*s", params->len ? " " : "", (int)len, word);
	return params->error;
}

static int read_params(struct kmods *k, struct module_file *m, const char *module)
{
	struct text params = { 0 };
	int err = 0;

	for (size_t i = 0; i < k->n_options && !err; i++) {
		const char *s = k->options[i].text, *word;
		size_t len;

		if (!module_name_equal(module, strlen(module), k->options[i].module))
			continue;
		while (!err && (word = word_next(&s, &len)))
			err = add_param(k, m, module, word, len, &params);
	}
	m->params = params.data ? params.data : strdup("");
	return err ? err : m->params ? 0 : -ENOMEM;
}

/* "vfio-pci.ko" of ".../vfio-pci.ko.xz". -EINVAL: no name that a plan can carry. */
static int image_name(const char *path, char out[MODULE_FILE_LEN])
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	const char *end = strstr(name, ".ko");
	size_t len = end ? (size_t)(end - name) + 3 : 0;

	if (!len || len >= MODULE_FILE_LEN || (name[len] && name[len] != '.') || strspn(name, NAME_BYTES) < len)
		return -EINVAL;
	memcpy(out, name, len);
	out[len] = '\0';
	return 0;
}

static int add_module(struct kmods *k, const struct kmod_module *m)
{
	_cleanup_(free_pointer) char *real = NULL;
	const char *path = kmod_module_get_path(m);
	size_t root = strlen(k->root);
	struct module_file *file, new = { 0 };
	int err;

	if (!path) /* built in */
		return 0;
	if (strncmp(path, k->root, root) || path[root] != '/')
		return -EXDEV;
	err = image_name(path, new.file);
	for (size_t i = 0; i < k->n_modules && !err; i++)
		if (!strcmp(k->modules[i].file, new.file))
			return 0;
	if (!err) /* a link of weak-updates must not lead out of the root */
		err = real_path(k, path + root + 1, &real);
	if (err)
		return err;
	file = array_grow(&k->modules, &k->n_modules, sizeof(*file));
	if (!file)
		return -ENOMEM;
	*file = new;
	file->path = strdup(real + root + 1);
	return file->path ? read_params(k, file, kmod_module_get_name(m)) : -ENOMEM;
}

CLEANUP(unref_modules, struct kmod_list *, kmod_module_unref_list);

/*
 * What a virtual machine needs of vfio beside the driver. The kernel names them as `post:` soft dependencies alone
 * (drivers/vfio/vfio_main.c: MODULE_SOFTDEP), and nothing loads them later.
 */
static const char *const vfio_backends[] = { "vfio_iommu_type1", "vfio_iommu_spapr_tce" };

static int add_needed(struct kmods *k, struct kmod_module *m);

/* 1: the first visit, 0: not the first; -ENOMEM. Soft dependencies may go in circles. */
static int visit(struct kmods *k, const struct kmod_module *m)
{
	const char *name = kmod_module_get_name(m);

	if (names_has(&k->visited, name))
		return 0;
	return names_add(&k->visited, name) < 0 ? -ENOMEM : 1;
}

static int add_backends(struct kmods *k)
{
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(vfio_backends) && !err; i++) {
		_cleanup_(unref_module) struct kmod_module *m = NULL;

		err = kmod_module_new_from_name(k->ctx, vfio_backends[i], &m);
		if (!err)
			err = add_needed(k, m);
	}
	return err;
}

/* The module itself, behind what its `pre:` soft dependencies name. */
static int add_with_softdeps(struct kmods *k, struct kmod_module *m)
{
	_cleanup_(unref_modules) struct kmod_list *pre = NULL;
	_cleanup_(unref_modules) struct kmod_list *post = NULL;
	struct kmod_list *item;
	int err = kmod_module_get_softdeps(m, &pre, &post);

	kmod_list_foreach(item, pre)
	{
		_cleanup_(unref_module) struct kmod_module *before = kmod_module_get_module(item);

		if (!err)
			err = add_needed(k, before);
	}
	if (!err)
		err = add_module(k, m);
	return !err && !strcmp(kmod_module_get_name(m), "vfio") ? add_backends(k) : err;
}

/*
 * In the order of modprobe (libkmod-module.c: __kmod_module_get_probe_list), but for `post:` soft dependencies: these
 * the driver does not need, and one that names the host's driver of the card would have it taken before it is bound. An
 * `install` command cannot run at boot.
 */
static int add_needed(struct kmods *k, struct kmod_module *m)
{
	_cleanup_(unref_modules) struct kmod_list *needed = NULL;
	struct kmod_list *item;
	int err = visit(k, m);

	if (err <= 0)
		return err;
	err = 0;
	needed = kmod_module_get_dependencies(m);
	kmod_list_foreach(item, needed)
	{
		_cleanup_(unref_module) struct kmod_module *dependency = kmod_module_get_module(item);

		if (!err)
			err = add_with_softdeps(k, dependency);
	}
	return err ? err : add_with_softdeps(k, m);
}

int kmods_add(struct kmods *k, const char *driver)
{
	_cleanup_(unref_module) struct kmod_module *m = NULL;
	size_t before = k->n_modules;
	int err = kmod_module_new_from_name(k->ctx, driver, &m);

	if (err < 0)
		return err;
	if (kmod_module_get_initstate(m) == KMOD_MODULE_BUILTIN)
		return 0;
	if (!kmod_module_get_path(m))
		return -ENOENT;
	names_free(&k->visited);
	err = add_needed(k, m);
	if (err < 0)
		kmods_truncate(k, before);
	return err;
}
