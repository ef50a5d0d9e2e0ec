/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "boot_text.h"

#include <fcntl.h>
#include <sys/stat.h>

#define TEXT_MAX (16u << 20)
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

/* 1: it is there and no regular file, which could be read without an end. */
static int read_regular(const struct sysroot *r, const char *path, char **data, size_t *len)
{
	struct stat st;

	if (fstatat(r->fd, path, &st, 0) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? sysroot_read_all(r, path, TEXT_MAX, data, len) : 1;
}

int boot_text_read(const struct sysroot *r, const char *base, const char *path, boot_text_parse *parse,
		   struct boot_entries *out)
{
	char source[PATH_BYTES];
	struct boot_text text = { .base = base, .source = source };
	_cleanup_(free_pointer) char *data = NULL;
	int error;

	if ((size_t)snprintf(source, sizeof(source), "%s/%s", base, path) >= sizeof(source))
		return boot_entries_add_unread(out, base, -ENAMETOOLONG);
	error = read_regular(r, source, &data, &text.len);
	if (error)
		return error > 0 ? 0 : boot_entries_add_unread(out, source, error);
	text.data = data;
	return parse(&text, out);
}
