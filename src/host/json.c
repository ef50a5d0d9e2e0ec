/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json.h"

/* RFC 8259: quotes, backslashes and control bytes are escaped; what we print is ASCII. */
static void print_string(FILE *to, const char *s)
{
	fputc('"', to);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			fprintf(to, "\\%c", c);
		else if (c < 0x20 || c > 0x7e)
			fprintf(to, "\\u%04x", c);
		else
			fputc(c, to);
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
