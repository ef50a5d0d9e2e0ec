/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text_file.h"

#define FILE_MAX (1u << 20)
#define WHERE_LEN 300

static char *trimmed(char *line)
{
	size_t len;

	line += strspn(line, " \t");
	for (len = strlen(line); len && strchr(" \t\r", line[len - 1]);)
		line[--len] = '\0';
	return line;
}

int text_file_lines(const struct sysroot *r, const char *path, int (*each)(const struct text_file_line *, void *),
		    void *arg)
{
	char where[WHERE_LEN], *data, *rest, *at;
	struct text_file_line line = { .where = where };
	unsigned number = 0;
	bool whole;
	size_t len;
	int error = sysroot_read_all(r, path, FILE_MAX, &data, &len);

	if (error == -ENOENT || error == -ENOTDIR)
		return 0;
	snprintf(where, sizeof(where), "/%s", path);
	if (error)
		return error == -ENOMEM ? error : each(&line, arg);
	for (; len && !data[len - 1]; len--)
		; /* these hide nothing */
	whole = !memchr(data, '\0', len);
	for (rest = data; !error && (at = strsep(&rest, "\n"));) {
		snprintf(where, sizeof(where), "/%s:%u", path, ++number);
		line.text = trimmed(at);
		if (*line.text)
			error = each(&line, arg);
	}
	free(data);
	line.text = NULL;
	return error || whole ? error : each(&line, arg);
}

static bool ends_with(const char *name, const char *suffix)
{
	size_t n = strlen(name), s = strlen(suffix);

	return n >= s && strcmp(name + n - s, suffix) == 0;
}

int text_file_lines_of_all(const struct sysroot *r, const char *folder, const char *suffix,
			   int (*each)(const struct text_file_line *, void *), void *arg)
{
	struct names names;
	char path[512];
	int error = sysroot_list(r, folder, &names);

	if (error)
		return error == -ENOMEM ? error : 0;
	for (size_t i = 0; i < names.n && !error; i++) {
		if ((suffix && !ends_with(names.items[i], suffix)) ||
		    snprintf(path, sizeof(path), "%s/%s", folder, names.items[i]) >= (int)sizeof(path))
			continue;
		error = text_file_lines(r, path, each, arg);
	}
	names_free(&names);
	return error;
}
