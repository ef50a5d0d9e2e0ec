/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include <stdarg.h>

#include "lines.h"

void text_free(struct text *t)
{
	free(t->data);
	memset(t, 0, sizeof(*t));
}

/* Room for n more bytes and the NUL. */
static char *text_room(struct text *t, size_t n)
{
	if (t->error)
		return NULL;
	if (n >= t->size - t->len) {
		size_t size = 2 * t->size + n + 64;
		char *data = size > n ? realloc(t->data, size) : NULL;

		if (!data) {
			t->error = -ENOMEM;
			return NULL;
		}
		t->data = data;
		t->size = size;
	}
	return t->data + t->len;
}

static void text_add_bytes(struct text *t, const char *s, size_t n)
{
	char *to = text_room(t, n);

	if (!to)
		return;
	memcpy(to, s, n);
	to[n] = '\0';
	t->len += n;
}

void text_add(struct text *t, const char *s)
{
	text_add_bytes(t, s, strlen(s));
}

void text_addf(struct text *t, const char *fmt, ...)
{
	va_list args;
	char *to;
	int n;

	va_start(args, fmt);
	n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	to = text_room(t, (size_t)n);
	if (!to)
		return;
	va_start(args, fmt);
	vsnprintf(to, (size_t)n + 1, fmt, args);
	va_end(args);
	t->len += (size_t)n;
}

/* How long the last line is now, without its LF. */
static size_t text_line_length(const struct text *t)
{
	size_t start = t->len;

	while (start && t->data[start - 1] != '\n')
		start--;
	return t->len - start;
}

/* Adds s escaped, at most `room` bytes of it, never half an escape. "-" itself is escaped: bare it means none. */
static void text_add_escaped(struct text *t, const char *s, size_t room, bool spaces)
{
	static const char digits[] = "0123456789abcdef";
	bool dash = s && !strcmp(s, "-");
	size_t start = t->len;

	for (; s && *s; s++) {
		unsigned char c = (unsigned char)*s;
		bool plain = c >= ' ' && c < 0x7f && c != '\\' && !(c == ' ' && spaces) && !dash;
		char out[4] = { '\\', 'x', digits[c >> 4], digits[c & 15] };
		size_t n = plain ? 1 : sizeof(out);

		if (n > room)
			break;
		text_add_bytes(t, plain ? s : out, n);
		room -= n;
	}
	if (t->len == start)
		text_add(t, "-");
}

void text_add_free(struct text *t, const char *s)
{
	size_t used = t->error ? 0 : text_line_length(t);

	text_add_escaped(t, s, used < LINE_MAX_BYTES - 1 ? LINE_MAX_BYTES - 1 - used : 0, false);
}

void text_add_rest(struct text *t, const char *s)
{
	text_add_escaped(t, s, SIZE_MAX, false);
}

void text_add_file(struct text *t, const char *s)
{
	text_add_escaped(t, s, SIZE_MAX, true);
}

void text_end_line(struct text *t)
{
	if (!t->error && text_line_length(t) >= LINE_MAX_BYTES)
		t->error = -E2BIG;
	text_add(t, "\n");
}

int line_next(const char **cursor, size_t *left, char buf[LINE_MAX_BYTES])
{
	size_t n;

	for (n = 0; n < *left && n < LINE_MAX_BYTES; n++) {
		char c = (*cursor)[n];

		if (c == '\n') {
			buf[n] = '\0';
			*cursor += n + 1;
			*left -= n + 1;
			return 1;
		}
		if (c < ' ' || c > '~')
			return -EBADMSG;
		buf[n] = c;
	}
	return n == LINE_MAX_BYTES ? -EMSGSIZE : n ? -EBADMSG : 0;
}

int line_complain(struct plan_error *err, const char *what)
{
	snprintf(err->text, sizeof(err->text), "%s", what);
	return -EBADMSG;
}

int line_take(const char **cursor, size_t *left, char buf[LINE_MAX_BYTES], struct plan_error *err)
{
	int ret = line_next(cursor, left, buf);

	if (ret >= 0)
		return ret;
	return line_complain(err, ret == -EMSGSIZE ? "the line is too long" : "not a line of ASCII text");
}

int line_header(const char *line, const char *what, unsigned oldest, unsigned newest, unsigned *version,
		struct plan_error *err)
{
	static const char program[] = "earlybind-";
	size_t at = sizeof(program) - 1, len = strlen(what);

	if (strncmp(line, program, at) || strncmp(line + at, what, len) || line[at + len] != ' ' ||
	    decimal_parse(line + at + len + 1, version)) {
		snprintf(err->text, sizeof(err->text), "this is no earlybind %s", what);
		return -EBADMSG;
	}
	if (*version >= oldest && *version <= newest)
		return 0;
	snprintf(err->text, sizeof(err->text), "it has version %u, this program reads version%s%u", *version,
		 oldest == newest ? " " : "s 1 to ", newest);
	return -EPROTONOSUPPORT;
}

void fields_start(struct fields *f, char *line)
{
	f->start = line;
	f->next = line;
}

char *field_next(struct fields *f)
{
	char *field = f->next;
	char *end;

	if (!field || *field == ' ' || *field == '\0')
		return NULL;
	end = strchr(field, ' ');
	if (end)
		*end++ = '\0';
	f->next = end;
	return field;
}

char *field_rest(struct fields *f)
{
	char *rest = f->next;

	if (!rest || *rest == '\0')
		return NULL;
	f->next = NULL;
	if (!strcmp(rest, "-"))
		*rest = '\0';
	return unescape(rest) ? NULL : rest;
}

int unescape(char *s)
{
	const char *from = s;

	while (*from) {
		uint32_t c = (unsigned char)*from++;

		if (c == '\\' && (*from++ != 'x' || hex_take(&from, 2, &c) || c == 0))
			return -EINVAL;
		*s++ = (char)c;
	}
	*s = '\0';
	return 0;
}

uint32_t crc32_of(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint32_t crc = ~0u;

	while (len--) {
		crc ^= *p++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

uint64_t fnv1a64(uint64_t hash, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len--)
		hash = (hash ^ *p++) * 0x100000001b3ull;
	return hash;
}

unsigned hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 16;
}

int hex_take(const char **s, unsigned digits, uint32_t *out)
{
	uint32_t value = 0;

	for (; digits; digits--, (*s)++) {
		unsigned digit = hex_digit(**s);

		if (digit > 15 || (**s >= 'A' && **s <= 'F'))
			return -EINVAL;
		value = value << 4 | digit;
	}
	*out = value;
	return 0;
}

uint64_t hex_number(const char **s)
{
	uint64_t value = 0;
	unsigned digit;

	*s += strspn(*s, " ");
	if ((*s)[0] == '0' && (*s)[1] == 'x')
		*s += 2;
	for (; (digit = hex_digit(**s)) < 16; (*s)++)
		value = value << 4 | digit;
	return value;
}

int decimal_parse(const char *text, unsigned *out)
{
	uint64_t value = 0;
	const char *s;

	for (s = text; *s; s++) {
		if (*s < '0' || *s > '9' || (value == 0 && s > text))
			return -EINVAL;
		value = 10 * value + (uint64_t)(*s - '0');
		if (value > UINT32_MAX)
			return -EINVAL;
	}
	if (s == text)
		return -EINVAL;
	*out = (unsigned)value;
	return 0;
}
