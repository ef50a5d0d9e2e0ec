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

int text_file_read(const struct sysroot *r, const char *path, char **text, bool *whole)
{
	size_t len;
	int error = sysroot_read_all(r, path, FILE_MAX, text, &len);

	if (error) {
		*text = NULL;
		return error == -ENOENT || error == -ENOTDIR ? 0 : error;
	}
	for (; len && !(*text)[len - 1]; len--)
		; /* these hide nothing */
	*whole = !memchr(*text, '\0', len);
	return 0;
}

int text_file_lines(const struct sysroot *r, const char *path, int (*each)(const struct text_file_line *, void *),
		    void *arg)
{
	char where[WHERE_LEN], *data, *rest, *at;
	struct text_file_line line = { .where = where };
	unsigned number = 0;
	bool whole;
	int error = text_file_read(r, path, &data, &whole);

	snprintf(where, sizeof(where), "/%s", path);
	if (error)
		return error == -ENOMEM ? error : each(&line, arg);
	if (!data)
		return 0;
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

int text_file_each(const struct sysroot *r, const char *directory, const char *suffix,
		   int (*each)(const struct sysroot *r, const char *path, void *arg), void *arg)
{
	_cleanup_(names_free) struct names names = { 0 };
	char path[512];
	int error = sysroot_list_any(r, directory, &names);

	for (size_t i = 0; i < names.n && !error; i++) {
		if ((suffix && !ends_with(names.items[i], suffix)) ||
		    snprintf(path, sizeof(path), "%s/%s", directory, names.items[i]) >= (int)sizeof(path))
			continue;
		error = each(r, path, arg);
	}
	return error;
}

struct reader {
	int (*each)(const struct text_file_line *, void *);
	void *arg;
};

static int read_lines(const struct sysroot *r, const char *path, void *arg)
{
	const struct reader *reader = arg;

	return text_file_lines(r, path, reader->each, reader->arg);
}

int text_file_lines_of_all(const struct sysroot *r, const char *directory, const char *suffix,
			   int (*each)(const struct text_file_line *, void *), void *arg)
{
	return text_file_each(r, directory, suffix, read_lines, &(struct reader){ each, arg });
}
