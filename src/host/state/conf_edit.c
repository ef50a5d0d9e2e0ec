/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf_edit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../core/lines.h"
#include "files.h"

struct conf_file {
	char path[FILE_PATH_LEN]; /* where the links lead */
	char *data;               /* owned; "" where there is no file */
	size_t len;
};

static int conf_file_read(const struct sysroot *r, struct conf_file *f)
{
	int ret = file_resolve(r, CONFIG_FILE, f->path);

	f->data = NULL;
	f->len = 0;
	if (ret == 0)
		ret = file_read(r, CONFIG_FILE, CONFIG_MAX, &f->data, &f->len);
	if (ret == -ENOENT) {
		f->data = strdup("");
		ret = f->data ? 0 : -ENOMEM;
	}
	return ret;
}

static int conf_file_replace(const struct sysroot *r, const struct conf_file *f, const char *data, size_t len)
{
	struct stat old;
	bool had = sysroot_stat(r, f->path, true, &old) == 0;
	int ret = sysroot_replace(r, f->path, data, len, had ? old.st_mode & 07777 : 0644);

	/* Who may write the file need not be who owned it: what was written counts. */
	if (ret == 0 && had && (old.st_uid != geteuid() || old.st_gid != getegid()) &&
	    sysroot_chown(r, f->path, old.st_uid, old.st_gid) < 0)
		return 0;
	return ret;
}

unsigned conf_edit_next_line(const struct sysroot *r)
{
	struct conf_file f;
	unsigned line = 1;

	if (conf_file_read(r, &f) < 0)
		return 1;
	for (size_t i = 0; i < f.len; i++)
		line += f.data[i] == '\n';
	if (f.len && f.data[f.len - 1] != '\n')
		line++;
	free(f.data);
	return line;
}

int conf_edit_append(const struct sysroot *r, const char *words)
{
	_cleanup_(text_free) struct text text = { 0 };
	struct conf_file f;
	int ret = conf_file_read(r, &f);

	if (ret < 0)
		return ret;
	text_add(&text, f.data);
	text_addf(&text, "%sbind %s\n", f.len && f.data[f.len - 1] != '\n' ? "\n" : "", words);
	/* copying it as text would lose what stands behind a NUL */
	ret = memchr(f.data, '\0', f.len) ? -EINVAL
	      : text.error                ? text.error
					  : conf_file_replace(r, &f, text.data, text.len);
	free(f.data);
	return ret;
}

int conf_edit_drop(const struct sysroot *r, unsigned number)
{
	struct conf_file f;
	char *start, *end;
	int ret = conf_file_read(r, &f);

	if (ret < 0)
		return ret;
	start = f.data;
	for (unsigned i = 1; i < number && start; i++) {
		start = memchr(start, '\n', f.len - (size_t)(start - f.data));
		start += start ? 1 : 0;
	}
	end = start ? memchr(start, '\n', f.len - (size_t)(start - f.data)) : NULL;
	if (start) {
		size_t rest = end ? f.len - (size_t)(end + 1 - f.data) : 0;

		memmove(start, end ? end + 1 : f.data + f.len, rest);
		f.len = (size_t)(start - f.data) + rest;
	}
	ret = conf_file_replace(r, &f, f.data, f.len);
	free(f.data);
	return ret;
}
