/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json.h"

/*
 * The UTF-8 character at *s (RFC 3629), and its bytes; 0: it starts none. Overlong forms, surrogates and what
 * is above 10ffff are none.
 */
static size_t utf8_at(const unsigned char *s, uint32_t *out)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} forms[] = { { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 } };

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		if ((*s & forms[i].mask) != forms[i].lead)
			continue;
		*out = *s & (unsigned char)~forms[i].mask;
		for (size_t k = 1; k <= i + 1; k++) {
			if ((s[k] & 0xc0) != 0x80)
				return 0;
			*out = *out << 6 | (s[k] & 0x3f);
		}
		if (*out < forms[i].least || *out > 0x10ffff || (*out >= 0xd800 && *out < 0xe000))
			return 0;
		return i + 2;
	}
	return 0;
}

/* RFC 8259, 7: in ASCII, characters above the basic plane as two surrogates. */
static void print_escape(FILE *to, uint32_t c)
{
	if (c < 0x10000) {
		fprintf(to, "\\u%04x", (unsigned)c);
		return;
	}
	c -= 0x10000;
	fprintf(to, "\\u%04x\\u%04x", (unsigned)(0xd800 + (c >> 10)), (unsigned)(0xdc00 + (c & 0x3ff)));
}

/* RFC 8259: quotes, backslashes, control bytes and all beyond ASCII are escaped; a byte that is no UTF-8 is U+FFFD. */
static void print_string(FILE *to, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	fputc('"', to);
	while (*s) {
		uint32_t c = *s;
		size_t len = 1;

		if (c >= 0x80) {
			len = utf8_at(s, &c);
			if (!len)
				c = 0xfffd;
			len += !len;
		}
		if (c == '"' || c == '\\')
			fprintf(to, "\\%c", (char)c);
		else if (c < 0x20 || c > 0x7e)
			print_escape(to, c);
		else
			fputc((int)c, to);
		s += len;
	}
	fputc('"', to);
}

static void start(struct json *j, const char *name)
{
	if (j->more)
		fputc(',', j->to);
	j->more = true;
	if (name) {
		print_string(j->to, name);
		fputc(':', j->to);
	}
}

void json_open(struct json *j, const char *name, char bracket)
{
	start(j, name);
	fputc(bracket, j->to);
	j->more = false;
}

void json_close(struct json *j, char bracket)
{
	fputc(bracket, j->to);
	j->more = true;
}

void json_string(struct json *j, const char *name, const char *value)
{
	start(j, name);
	if (value && *value)
		print_string(j->to, value);
	else
		fputs("null", j->to);
}

void json_number(struct json *j, const char *name, unsigned long value)
{
	start(j, name);
	fprintf(j->to, "%lu", value);
}

void json_bool(struct json *j, const char *name, bool value)
{
	start(j, name);
	fputs(value ? "true" : "false", j->to);
}

void json_begin(struct json *j)
{
	json_open(j, NULL, '{');
	json_number(j, "schema", JSON_SCHEMA);
}

void json_end(struct json *j)
{
	json_close(j, '}');
	fputc('\n', j->to);
}
