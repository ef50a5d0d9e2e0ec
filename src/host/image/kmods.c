/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kmods.h"

#include <fcntl.h>
#include <libkmod.h>
#include <sys/mman.h>
#include <syslog.h>
#include <unistd.h>

#include "../../core/array.h"
#include "../../core/cmdline.h"
#include "../../core/note.h"
#include "../../core/word.h"
#include "modprobe_conf.h"

#define PATH_BYTES 512
#define FD_PATH "/proc/self/fd/"
#define FD_PATH_LEN (sizeof(FD_PATH) + 12)
#define BUILTIN_MAX (4u << 20)

/* What plan_lines.c takes in the name of a module's file. */
#define NAME_BYTES "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-."

/* Those files in the directory of the modules that libkmod opens by itself. */
static const char *const indexes[] = { "modules.dep.bin",     "modules.alias.bin",         "modules.symbols.bin",
				       "modules.builtin.bin", "modules.builtin.alias.bin", "modules.softdep",
				       "modules.weakdep" };

CLEANUP(unref_ctx, struct kmod_ctx *, kmod_unref);
CLEANUP(unref_module, struct kmod_module *, kmod_module_unref);

/* The path of a file that stands in the directory of the modules. */
static int path_of(const struct kmods *k, const char *name, char path[PATH_BYTES])
{
	return (size_t)snprintf(path, PATH_BYTES, "%s/%s", k->directory, name) < PATH_BYTES ? 0 : -ENAMETOOLONG;
}

static int open_directory(struct kmods *k, const char *release)
{
	static const char *const dirs[] = { "usr/lib/modules", "lib/modules" };
	int err = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(dirs) && err == -ENOENT; i++) {
		if ((size_t)snprintf(k->directory, sizeof(k->directory), "%s/%s", dirs[i], release) >=
		    sizeof(k->directory))
			return -ENAMETOOLONG;
		k->fd = sysroot_at(k->root, k->directory, O_RDONLY | O_DIRECTORY, 0);
		err = k->fd < 0 ? k->fd : 0;
	}
	return err;
}

/* libkmod would follow links out of a tree. */
static int check_indexes(const struct kmods *k)
{
	for (size_t i = 0; i < ARRAY_SIZE(indexes); i++) {
		char path[PATH_BYTES];
		struct stat st;
		int err = path_of(k, indexes[i], path);

		if (err)
			return err;
		err = sysroot_stat(k->root, path, k->root->live, &st);
		if (err && i == 0)
			return -ENODATA;
		if (!err && S_ISLNK(st.st_mode))
			return -EXDEV;
	}
	return 0;
}

/* On the running system libkmod reads modprobe.d by itself: in a container or chroot without /proc, too. */
static int open_ctx(struct kmods *k, const char *modules)
{
	char conf[FD_PATH_LEN];
	const char *const paths[] = { conf, NULL };
	int fd = k->root->live ? -1 : modprobe_conf_open(k->root);

	if (fd < 0 && !k->root->live)
		return fd;
	snprintf(conf, sizeof(conf), FD_PATH "%d", fd);
	k->ctx = kmod_new(modules, k->root->live ? NULL : paths);
	if (fd >= 0)
		close(fd);
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

/*
 * modules.dep.bin as text, a line a module: "vfio_pci kernel/drivers/vfio/pci/vfio-pci.ko: kernel/...". What libkmod
 * would make of it, it looks for on this machine: kmod_module_get_dependencies() has none where a link of a tree leads
 * nowhere here (libkmod-module.c: kmod_module_parse_depline, kmod_module_new_from_path).
 */
static int load_deps(struct kmods *k)
{
	int fd = memfd_create("modules.dep", MFD_CLOEXEC), err;
	struct stat st;

	if (fd < 0)
		return -errno;
	err = kmod_dump_index(k->ctx, KMOD_INDEX_MODULES_DEP, fd);
	if (!err && fstat(fd, &st) < 0)
		err = -errno;
	k->deps = err ? NULL : calloc(1, (size_t)st.st_size + 1);
	if (!err && !k->deps)
		err = -ENOMEM;
	if (!err && pread(fd, k->deps, (size_t)st.st_size, 0) != st.st_size)
		err = -EIO;
	close(fd);
	return err;
}

static int load_builtin(struct kmods *k)
{
	char path[PATH_BYTES];
	size_t len;
	int err = path_of(k, "modules.builtin", path);

	if (!err)
		err = sysroot_read_all(k->root, path, BUILTIN_MAX, &k->builtin, &len);
	return err == -ENOMEM ? err : 0;
}

/* "vfio-pci" of the path "kernel/drivers/vfio/pci/vfio-pci.ko.xz". */
static void module_name(const char *path, size_t len, char name[PATH_BYTES])
{
	const char *slash = memrchr(path, '/', len), *start = slash ? slash + 1 : path;

	snprintf(name, PATH_BYTES, "%.*s", (int)(path + len - start), start);
	name[strcspn(name, ".")] = '\0';
}

/* "kernel/drivers/vfio/pci/vfio-pci.ko: kernel/..." up to its LF. NULL: there is no file of this module. */
static const char *deps_of(const struct kmods *k, const char *module)
{
	size_t len = strlen(module);

	for (const char *line = k->deps; *line; line = strchr(line, '\n') + 1) {
		if (strncmp(line, module, len) == 0 && line[len] == ' ')
			return line + len + 1;
		if (!strchr(line, '\n'))
			break;
	}
	return NULL;
}

int kmods_open(struct kmods *k, const struct sysroot *root, const char *release)
{
	char modules[PATH_BYTES];
	int err;

	memset(k, 0, sizeof(*k));
	k->root = root;
	err = open_directory(k, release);
	if (root->live)
		snprintf(modules, sizeof(modules), "/%.*s", PATH_BYTES - 2, k->directory);
	else
		snprintf(modules, sizeof(modules), FD_PATH "%d", k->fd);
	if (!err)
		err = check_indexes(k);
	if (!err)
		err = open_ctx(k, modules);
	if (!err)
		err = load_options(k, modules);
	if (!err)
		err = load_deps(k);
	if (!err)
		err = load_builtin(k);
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
	free(k->deps);
	free(k->builtin);
	kmod_unref(k->ctx);
	if (k->root && k->fd >= 0)
		close(k->fd);
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

/* Where the root has the file that a line begins with: in the directory of the modules, unless it has the whole path.
 */
static int path_below(const struct kmods *k, const char *line, char below[PATH_BYTES])
{
	char path[PATH_BYTES];

	if ((size_t)snprintf(path, sizeof(path), "%.*s", (int)strcspn(line, ": \n"), line) >= sizeof(path))
		return -ENAMETOOLONG;
	if (*path != '/')
		return path_of(k, path, below);
	strcpy(below, path + strspn(path, "/"));
	return 0;
}

static int add_module(struct kmods *k, const struct kmod_module *m)
{
	const char *line = deps_of(k, kmod_module_get_name(m));
	struct module_file *file, new = { 0 };
	char below[PATH_BYTES];
	int err;

	if (!line) /* built in */
		return 0;
	err = path_below(k, line, below);
	if (!err)
		err = image_name(below, new.file);
	for (size_t i = 0; i < k->n_modules && !err; i++)
		if (!strcmp(k->modules[i].file, new.file))
			return 0;
	if (err)
		return err;
	file = array_grow(&k->modules, &k->n_modules, sizeof(*file));
	if (!file)
		return -ENOMEM;
	*file = new;
	file->path = strdup(below);
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

/* Behind the module's own file, what needs most first: the order in which they are loaded is from the end. */
static int add_dependencies(struct kmods *k, const char *line)
{
	size_t own = strcspn(line, ":\n"), end = own + strcspn(line + own, "\n");
	int err = 0;

	while (end > own && !err) {
		_cleanup_(unref_module) struct kmod_module *dependency = NULL;
		const char *space = memrchr(line + own, ' ', end - own), *path = space ? space + 1 : line + end;
		char name[PATH_BYTES];

		module_name(path, (size_t)(line + end - path), name);
		if (*name)
			err = kmod_module_new_from_name(k->ctx, name, &dependency);
		if (*name && !err)
			err = add_with_softdeps(k, dependency);
		end = space ? (size_t)(space - line) : own;
	}
	return err;
}

/*
 * In the order of modprobe (libkmod-module.c: __kmod_module_get_probe_list), but for `post:` soft dependencies: these
 * the driver does not need, and one that names the host's driver of the card would have it taken before it is bound. An
 * `install` command cannot run at boot.
 */
static int add_needed(struct kmods *k, struct kmod_module *m)
{
	const char *line = deps_of(k, kmod_module_get_name(m));
	int err = visit(k, m);

	if (err <= 0)
		return err;
	err = line ? add_dependencies(k, line) : 0;
	return err ? err : add_with_softdeps(k, m);
}

/*
 * "kernel/drivers/vfio/pci/vfio-pci.ko", a line each. kmod_module_get_initstate() would tell it too, but goes on to
 * look at /sys of this machine.
 */
static bool is_builtin(const struct kmods *k, const char *module)
{
	const char *line = k->builtin;

	while (line && *line) {
		size_t len = strcspn(line, "\n");
		char name[PATH_BYTES];

		module_name(line, len, name);
		if (module_name_equal(name, strlen(name), module))
			return true;
		line += len + (line[len] == '\n');
	}
	return false;
}

int kmods_add(struct kmods *k, const char *driver)
{
	_cleanup_(unref_module) struct kmod_module *m = NULL;
	size_t before = k->n_modules;
	int err = kmod_module_new_from_name(k->ctx, driver, &m);

	if (err < 0)
		return err;
	if (is_builtin(k, driver))
		return 0;
	if (!deps_of(k, kmod_module_get_name(m)))
		return -ENOENT;
	names_free(&k->visited);
	err = add_needed(k, m);
	if (err < 0)
		kmods_truncate(k, before);
	return err;
}
