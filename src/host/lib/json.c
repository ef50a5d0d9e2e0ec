/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json.h"

#include "printable.h"

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
	fputc('"', to);
	while (*text) {
		uint32_t c = (unsigned char)*text;
		size_t len = 1;

		if (c >= 0x80) {
			len = utf8_at(text, &c);
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
		text += len;
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
