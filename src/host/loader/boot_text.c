/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "boot_text.h"

#include <fnmatch.h>
#include <sys/stat.h>

#define TEXT_MAX (16u << 20)
#define FILES_MAX 1024 /* so that a directory of made-up ones has an end */
#define PATH_BYTES 512

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

bool boot_text_line(const struct boot_text *text, size_t *at, const char **line, size_t *len)
{
	const char *start = text->data + *at, *end;

	if (*at >= text->len)
		return false;
	end = memchr(start, '\n', text->len - *at);
	end = end ? end : text->data + text->len;
	*at = (size_t)(end - text->data) + 1;
	for (; start < end && is_blank(*start);)
		start++;
	for (; end > start && is_blank(end[-1]);)
		end--;
	*line = start;
	*len = (size_t)(end - start);
	return true;
}

bool boot_text_word(const char **line, size_t *len, const char **word, size_t *word_len)
{
	for (; *len && is_blank(**line); (*len)--)
		(*line)++;
	*word = *line;
	for (; *len && !is_blank(**line); (*len)--)
		(*line)++;
	*word_len = (size_t)(*line - *word);
	return *word_len != 0;
}

int boot_text_entry(const struct boot_text *text, enum boot_loader loader, unsigned line, struct boot_entry *entry)
{
	*entry = (struct boot_entry){ .loader = loader, .line = line };
	entry->base = strdup(text->base);
	entry->source = strdup(text->source);
	return entry->base && entry->source ? 0 : -ENOMEM;
}

/* All of a file, an error where that is more than TEXT_MAX; or its first bytes. */
static int read_file(const struct sysroot *r, const char *path, size_t first, char **data, size_t *len)
{
	ssize_t n;

	if (!first)
		return sysroot_read_all(r, path, TEXT_MAX, data, len);
	*data = malloc(first);
	if (!*data)
		return -ENOMEM;
	n = sysroot_pread(r, path, *data, first, 0);
	*len = n < 0 ? 0 : (size_t)n;
	return n < 0 ? (int)n : 0;
}

/* What is no regular file has no entries: to read it may wait for ever. */
static int read_text(const struct sysroot *r, const char *base, const char *path, size_t first, boot_text_parse *parse,
		     struct boot_entries *out)
{
	char source[PATH_BYTES];
	struct boot_text text = { .base = base, .source = source, .root = first ? r : NULL };
	_cleanup_(free_pointer) char *data = NULL;
	struct stat st;
	int error;

	if ((size_t)snprintf(source, sizeof(source), "%s/%s", base, path) >= sizeof(source))
		return boot_entries_add_unread(out, base, -ENAMETOOLONG);
	error = sysroot_stat(r, source, true, &st);
	if (error)
		return boot_entries_add_unread(out, source, error);
	if (!S_ISREG(st.st_mode))
		return 0;
	error = read_file(r, source, first, &data, &text.len);
	if (error)
		return boot_entries_add_unread(out, source, error);
	text.data = data;
	return parse(&text, out);
}

int boot_text_read(const struct sysroot *r, const char *base, const char *path, boot_text_parse *parse,
		   struct boot_entries *out)
{
	return read_text(r, base, path, 0, parse, out);
}

int boot_text_read_start(const struct sysroot *r, const char *base, const char *path, size_t len,
			 boot_text_parse *parse, struct boot_entries *out)
{
	return read_text(r, base, path, len, parse, out);
}

bool boot_text_pread(const struct boot_text *text, char *to, size_t size, size_t offset)
{
	if (offset <= text->len && size <= text->len - offset) {
		memcpy(to, text->data + offset, size);
		return true;
	}
	return text->root && sysroot_pread(text->root, text->source, to, size, (off_t)offset) == (ssize_t)size;
}

int boot_text_list(const struct sysroot *r, const char *base, const char *directory, const char *pattern,
		   struct names *names, struct boot_entries *out)
{
	char path[PATH_BYTES];
	size_t kept = 0;
	int error;

	snprintf(path, sizeof(path), "%s/%s", base, directory);
	error = sysroot_list(r, path, names);
	for (size_t i = 0; i < names->n; i++) {
		if (fnmatch(pattern, names->items[i], FNM_CASEFOLD) == 0)
			names->items[kept++] = names->items[i];
		else
			free(names->items[i]);
	}
	names->n = kept;
	if (!error && kept > FILES_MAX) {
		names_free(names);
		error = -E2BIG;
	}
	return error ? boot_entries_add_unread(out, path, error) : 0;
}
