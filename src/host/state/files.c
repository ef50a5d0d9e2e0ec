/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "../../sys/whole.h"

#define LOCK_MAX (1u << 20)
#define REPORT_MAX (1u << 20)
#define LINKS_MAX 40
#define KEPT_MAX 1000

/* A later folder's file masks an earlier one of the same name. */
static const char *const config_dirs[] = { "usr/lib/earlybind.d", "run/earlybind.d", "etc/earlybind.d" };

int file_resolve(const struct sysroot *r, const char *path, char out[FILE_PATH_LEN])
{
	size_t len = (size_t)snprintf(out, FILE_PATH_LEN, "%s", path);

	for (int links = 0; len < FILE_PATH_LEN; links++) {
		char target[FILE_PATH_LEN], joined[2 * FILE_PATH_LEN];
		const char *name = strrchr(out, '/');
		ssize_t n = sysroot_readlink(r, out, target, sizeof(target));

		if (n == -EINVAL || n == -ENOENT || n == -ENOTDIR)
			return 0;
		if (n < 0 || links == LINKS_MAX)
			return n < 0 ? (int)n : -ELOOP;
		snprintf(joined, sizeof(joined), "%.*s/%s", *target == '/' || !name ? 0 : (int)(name - out), out,
			 target);
		len = (size_t)snprintf(out, FILE_PATH_LEN, "%s", joined + strspn(joined, "/"));
	}
	return -ENAMETOOLONG;
}

/* A folder is told as one by who reads it. /dev/null is how a drop-in is switched off. */
static bool is_file(const struct stat *s)
{
	return S_ISREG(s->st_mode) || S_ISDIR(s->st_mode) || (S_ISCHR(s->st_mode) && s->st_rdev == makedev(1, 3));
}

int file_read(const struct sysroot *r, const char *path, size_t limit, char **data, size_t *len)
{
	char to[FILE_PATH_LEN];
	struct stat s;
	int ret = sysroot_stat(r, path, true, &s);

	if (ret == -ENOENT && sysroot_readlink(r, path, to, sizeof(to)) >= 0)
		return strcmp(to, "/dev/null") == 0 ? -ENOENT : -ENOLINK; /* a tree may lack devices */
	if (ret < 0)
		return ret;
	return is_file(&s) ? sysroot_read_all(r, path, limit, data, len) : -EBADFD;
}

static const char *read_error(int err)
{
	return err == -EBADFD    ? "it is no regular file"
	       : err == -ENOLINK ? "dangling symlink; remove it or create its target"
				 : strerror(-err);
}

static int add_unreadable(struct config *out, const char *name, int err)
{
	char message[128];

	out->unreadable = true;
	snprintf(message, sizeof(message), "cannot be read: %s", read_error(err));
	return config_add_problem(out, name, false, message);
}

static int read_file(const struct sysroot *r, const char *path, struct config *out)
{
	char name[512], *text;
	size_t len;
	int ret = file_read(r, path, CONFIG_MAX, &text, &len);

	snprintf(name, sizeof(name), "/%s", path);
	if (ret == -ENOENT)
		return 0;
	if (ret < 0)
		return ret == -ENOMEM ? ret : add_unreadable(out, name, ret);
	ret = config_read(out, name, text, len);
	free(text);
	return ret;
}

static bool is_conf(const char *name)
{
	size_t len = strlen(name);

	return len > 5 && strcmp(name + len - 5, ".conf") == 0;
}

/* The names of one folder, and those of all. */
static int list(const struct sysroot *r, const char *dir, struct names *names, struct names *all, struct config *out)
{
	int ret = sysroot_list(r, dir, names);
	char name[64];

	snprintf(name, sizeof(name), "/%s", dir);
	if (ret < 0)
		return ret == -ENOMEM ? ret : ret == -ENOENT ? 0 : add_unreadable(out, name, ret);
	for (size_t i = 0; i < names->n && ret == 0; i++)
		if (is_conf(names->items[i]) && !names_has(all, names->items[i]))
			ret = names_add(all, names->items[i]);
	return ret;
}

static int read_drop_ins(const struct sysroot *r, struct config *out)
{
	struct names names[ARRAY_SIZE(config_dirs)] = { 0 }, all = { 0 };
	int ret = 0;

	for (size_t k = 0; k < ARRAY_SIZE(config_dirs) && ret == 0; k++)
		ret = list(r, config_dirs[k], &names[k], &all, out);
	for (size_t i = 0; i < all.n && ret == 0; i++) {
		size_t k = ARRAY_SIZE(config_dirs);
		char path[512];

		while (!names_has(&names[--k], all.items[i]))
			;
		snprintf(path, sizeof(path), "%s/%s", config_dirs[k], all.items[i]);
		ret = read_file(r, path, out);
	}
	for (size_t k = 0; k < ARRAY_SIZE(config_dirs); k++)
		names_free(&names[k]);
	names_free(&all);
	return ret;
}

int config_load(const struct sysroot *r, struct config *out)
{
	int ret;

	memset(out, 0, sizeof(*out));
	ret = read_file(r, CONFIG_FILE, out);
	if (ret == 0)
		ret = read_drop_ins(r, out);
	if (ret < 0)
		config_free(out);
	return ret;
}

int lock_load(const struct sysroot *r, struct plan *out, struct plan_error *err)
{
	char *text;
	size_t len;
	int ret = file_read(r, LOCK_FILE, LOCK_MAX, &text, &len);

	memset(err, 0, sizeof(*err));
	memset(out, 0, sizeof(*out));
	if (ret < 0) {
		snprintf(err->text, sizeof(err->text), "it cannot be read: %s", read_error(ret));
		return ret;
	}
	ret = lock_parse(text, len, out, err);
	free(text);
	return ret;
}

const char *error_place(const struct plan_error *err, char buf[16])
{
	buf[0] = '\0';
	if (err->line)
		snprintf(buf, 16, ":%u", err->line);
	return buf;
}

int report_load(const struct sysroot *r, struct report *out, struct plan_error *err)
{
	char *text;
	size_t len;
	int ret = file_read(r, REPORT_FILE, REPORT_MAX, &text, &len);

	memset(err, 0, sizeof(*err));
	memset(out, 0, sizeof(*out));
	if (ret < 0) {
		snprintf(err->text, sizeof(err->text), "cannot be read: %s", read_error(ret));
		return ret;
	}
	ret = report_parse(text, len, out, err);
	free(text);
	return ret;
}

int lock_store(const struct sysroot *r, const struct plan *lock)
{
	_cleanup_(text_free) struct text text = { 0 };
	char where[FILE_PATH_LEN];
	int ret = plan_print(lock, &text);

	if (ret == 0)
		ret = file_resolve(r, LOCK_FILE, where);
	if (ret == 0)
		ret = sysroot_replace(r, where, text.data, text.len, 0644);
	return ret;
}

/* A new file, whole and on the disk, or none. */
static int create(const struct sysroot *r, const char *path, const char *data, size_t len)
{
	int ret, fd = sysroot_at(r, path, O_WRONLY | O_CREAT | O_EXCL, 0644);

	if (fd < 0)
		return fd;
	ret = write_whole(fd, data, len);
	if (ret == 0 && fsync(fd) < 0)
		ret = -errno;
	if (close(fd) < 0 && ret == 0)
		ret = -errno;
	if (ret < 0)
		sysroot_unlink(r, path, 0);
	return ret;
}

int lock_keep(const struct sysroot *r, char kept[FILE_PATH_LEN])
{
	char *data;
	size_t len;
	int ret = file_read(r, LOCK_FILE, LOCK_MAX, &data, &len);

	if (ret < 0)
		return ret;
	for (unsigned n = 1; n <= KEPT_MAX; n++) {
		snprintf(kept, FILE_PATH_LEN, LOCK_FILE ".damaged-%u", n);
		ret = create(r, kept, data, len);
		if (ret != -EEXIST)
			break;
	}
	free(data);
	return ret;
}
