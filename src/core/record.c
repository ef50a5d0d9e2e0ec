/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "address.h"
#include "identity.h"
#include "path.h"
#include "reason.h"
#include "record.h"
#include "selector.h"

static int count_parse(const struct field *f, char *text, void *base)
{
	return decimal_parse(text, field_at(f, base));
}

static void count_print(const struct field *f, const void *base, struct text *out)
{
	text_addf(out, "%u", *(const unsigned *)field_in(f, base));
}

static int number_parse(const struct field *f, char *text, void *base)
{
	return strcmp(text, "-") ? count_parse(f, text, base) : 0;
}

static void number_print(const struct field *f, const void *base, struct text *out)
{
	if (*(const unsigned *)field_in(f, base))
		count_print(f, base, out);
	else
		text_add(out, "-");
}

static int hex64_parse(const struct field *f, char *text, void *base)
{
	const char *s = text;
	uint32_t high, low;

	if (!strcmp(text, "-"))
		return 0;
	if (hex_take(&s, 8, &high) || hex_take(&s, 8, &low) || *s)
		return -EINVAL;
	*(uint64_t *)field_at(f, base) = (uint64_t)high << 32 | low;
	return 0;
}

static void digits_print(const struct field *f, const void *base, struct text *out)
{
	uint64_t value = *(const uint64_t *)field_in(f, base);

	text_addf(out, "%08x%08x", (unsigned)(value >> 32), (unsigned)value);
}

static void hex64_print(const struct field *f, const void *base, struct text *out)
{
	if (*(const uint64_t *)field_in(f, base))
		digits_print(f, base, out);
	else
		text_add(out, "-");
}

/* The values that have a parser and a printer of their own. */
#define VALUE_FIELD(noun, length)                                                                                      \
	static int noun##_read(const struct field *f, char *text, void *base)                                          \
	{                                                                                                              \
		return noun##_parse(text, field_at(f, base));                                                          \
	}                                                                                                              \
	static void noun##_write(const struct field *f, const void *base, struct text *out)                            \
	{                                                                                                              \
		char buf[length];                                                                                      \
		text_add(out, noun##_print(field_in(f, base), buf));                                                   \
	}                                                                                                              \
	const struct field_type noun##_field = { noun##_read, noun##_write, false };

VALUE_FIELD(root, ROOT_LEN)
VALUE_FIELD(path, PATH_LEN)
VALUE_FIELD(identity, IDENTITY_LEN)
VALUE_FIELD(address, ADDRESS_LEN)

static int any_path_read(const struct field *f, char *text, void *base)
{
	return strcmp(text, "-") ? path_read(f, text, base) : 0;
}

static int read_selector(const struct field *f, char *text, void *base)
{
	struct syntax_error err;

	return selector_read(text, strlen(text), field_at(f, base), &err);
}

static void selector_write(const struct field *f, const void *base, struct text *out)
{
	char buf[SELECTOR_LEN];

	text_add(out, selector_print(field_in(f, base), buf));
}

static int reason_read(const struct field *f, char *text, void *base)
{
	return reason_parse(text, field_at(f, base));
}

static void reason_write(const struct field *f, const void *base, struct text *out)
{
	text_add(out, reason_word(*(const enum reason *)field_in(f, base)));
}

/* Which of the field's words it is, or -1. */
static int word_index(const struct field *f, const char *text)
{
	for (int i = 0; i < f->limit; i++)
		if (!strcmp(f->words[i], text))
			return i;
	return -1;
}

static int word_parse(const struct field *f, char *text, void *base)
{
	int i = word_index(f, text);

	if (i < 0)
		return -EINVAL;
	*(unsigned *)field_at(f, base) = (unsigned)i;
	return 0;
}

static void word_print(const struct field *f, const void *base, struct text *out)
{
	text_add(out, f->words[*(const unsigned *)field_in(f, base)]);
}

static int bool_parse(const struct field *f, char *text, void *base)
{
	int i = word_index(f, text);

	if (i < 0)
		return -EINVAL;
	*(bool *)field_at(f, base) = i;
	return 0;
}

static void bool_print(const struct field *f, const void *base, struct text *out)
{
	text_add(out, f->words[*(const bool *)field_in(f, base)]);
}

static int buffer_parse(const struct field *f, char *text, void *base)
{
	size_t len = strlen(text);

	if (len >= f->limit)
		return -EINVAL;
	memcpy(field_at(f, base), text, len + 1);
	return 0;
}

static void buffer_print(const struct field *f, const void *base, struct text *out)
{
	text_add_free(out, field_in(f, base));
}

static int name_parse(const struct field *f, char *text, void *base)
{
	if (!strcmp(text, "-"))
		return 0;
	return unescape(text) ? -EINVAL : buffer_parse(f, text, base);
}

static void name_print(const struct field *f, const void *base, struct text *out)
{
	text_add_file(out, field_in(f, base));
}

static int text_parse(const struct field *f, char *text, void *base)
{
	char *copy = strdup(text);

	if (!copy)
		return -ENOMEM;
	*(char **)field_at(f, base) = copy;
	return 0;
}

static void text_print(const struct field *f, const void *base, struct text *out)
{
	text_add_free(out, *(char *const *)field_in(f, base));
}

static void whole_text_print(const struct field *f, const void *base, struct text *out)
{
	text_add_rest(out, *(char *const *)field_in(f, base));
}

const struct field_type number_field = { number_parse, number_print, false };
const struct field_type count_field = { count_parse, count_print, false };
const struct field_type hex64_field = { hex64_parse, hex64_print, false };
const struct field_type digits_field = { hex64_parse, digits_print, false };
const struct field_type any_path_field = { any_path_read, path_write, false };
const struct field_type selector_field = { read_selector, selector_write, false };
const struct field_type reason_field = { reason_read, reason_write, false };
const struct field_type word_field = { word_parse, word_print, false };
const struct field_type bool_field = { bool_parse, bool_print, false };
const struct field_type name_field = { name_parse, name_print, false };
const struct field_type buffer_field = { buffer_parse, buffer_print, true };
const struct field_type text_field = { text_parse, text_print, true };
const struct field_type whole_text_field = { text_parse, whole_text_print, true };

static size_t key_length(const struct field *f)
{
	size_t len = strlen(f->name);

	return f->name[len - 1] == '=' ? len : 0;
}

/* field = [ key ] ( "-" | value ) */
static int field_parse(const struct field *f, struct fields *in, void *base)
{
	char none[1] = "";
	char *text = f->optional && !in->next ? none : f->type->rest ? field_rest(in) : field_next(in);
	size_t key = key_length(f);

	if (!text || strncmp(text, f->name, key))
		return -EINVAL;
	text += key;
	if (f->has) {
		*field_has(f, base) = strcmp(text, "-") != 0;
		if (!*field_has(f, base))
			return 0;
	}
	return f->type->parse(f, text, base);
}

static int record_error(const struct fields *in, const char *at, const char *expected, struct plan_error *err)
{
	err->column = at ? (unsigned)(at - in->start) + 1 : 0;
	snprintf(err->text, sizeof(err->text), "expected %s", expected);
	return -EBADMSG;
}

int record_parse(const struct record *r, unsigned version, struct fields *in, void *base, struct plan_error *err)
{
	for (unsigned i = 0; i < r->n_fields; i++) {
		const struct field *f = &r->fields[i];
		const char *at = in->next;
		int ret = f->since > version ? 0 : field_parse(f, in, base);

		if (ret == -ENOMEM)
			return ret;
		if (ret)
			return record_error(in, at, f->name, err);
	}
	return in->next ? record_error(in, in->next, "the end of the line", err) : 0;
}

/* Whether the field has a place in this spelling of the line. */
static bool is_spelled(const struct field *f, const void *base, unsigned version)
{
	if (version == RECORD_OF_HASH)
		return !f->unhashed && (!f->since || (f->has && *((const bool *)base + f->has - 1)));
	return f->since <= version && !(f->optional && !**(char *const *)field_in(f, base));
}

void record_print(const struct record *r, const void *base, unsigned version, struct text *out)
{
	text_add(out, r->keyword);
	for (unsigned i = 0; i < r->n_fields; i++) {
		const struct field *f = &r->fields[i];

		if (!is_spelled(f, base, version))
			continue;
		text_add(out, " ");
		if (key_length(f))
			text_add(out, f->name);
		if (f->has && !*((const bool *)base + f->has - 1))
			text_add(out, "-");
		else
			f->type->print(f, base, out);
	}
	text_end_line(out);
}
