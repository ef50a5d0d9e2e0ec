/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * grub.cfg, "Shell-like scripting" of GRUB's manual; what is no error here may be one to GRUB:
 *
 *	script    = *(command end)
 *	command   = *(blank / word / comment)
 *	end       = LF / ";" / "&" / "|" / "{" / "}"
 *	word      = 1*(char / "\" any / "'" *any-but-' "'" / """ *(any-but-" / "\" any / variable) """ / variable)
 *	variable  = "$" (name / digit / "?" / "@" / "*" / "#") / "${" name "}"
 *	comment   = "#" *any-but-LF                     where a word could start
 *
 * "\" LF is nothing. Keywords (if, then, function) are words to this reader: who asks for commands passes over them.
 */
#include "grub_script.h"

#include <ctype.h>

#include "../../core/array.h"

#define VARIABLES_MAX 128
#define VALUE_MAX 4096
#define SPECIAL "'\"\\$<>\n;&|{} \t\r\v\f"
#define EXPANDED_MAX (1u << 20) /* a value may hold others many times */

void grub_script_start(struct grub_script *s, const char *data, size_t len)
{
	*s = (struct grub_script){ .data = data, .len = len, .line = 1 };
}

static void drop_variable(struct grub_script_variable *v)
{
	free(v->name);
	free(v->value);
}

void grub_script_free(struct grub_script *s)
{
	text_free(&s->words);
	free(s->starts);
	for (size_t i = 0; i < s->n_variables; i++)
		drop_variable(&s->variables[i]);
	free(s->variables);
	memset(s, 0, sizeof(*s));
}

void grub_script_enter(struct grub_script *s)
{
	s->scope++;
}

void grub_script_leave(struct grub_script *s)
{
	while (s->n_variables && s->variables[s->n_variables - 1].scope == s->scope)
		drop_variable(&s->variables[--s->n_variables]);
	s->scope -= s->scope > 0;
}

static struct grub_script_variable *find(const struct grub_script *s, const char *name, size_t len)
{
	for (size_t i = s->n_variables; i--;)
		if (strncmp(s->variables[i].name, name, len) == 0 && !s->variables[i].name[len])
			return &s->variables[i];
	return NULL;
}

const char *grub_script_get(const struct grub_script *s, const char *name, size_t len)
{
	const struct grub_script_variable *v = find(s, name, len);

	return s->lost ? "$" : v ? v->value : NULL;
}

int grub_script_set(struct grub_script *s, const char *name, size_t len, const char *value)
{
	struct grub_script_variable *old = find(s, name, len), new = { .scope = s->scope };

	new.value = strdup(strlen(value) > VALUE_MAX ? "$" : value);
	if (!new.value)
		return -ENOMEM;
	if (old && old->scope == s->scope) {
		free(old->value);
		old->value = new.value;
		return 0;
	}
	s->lost |= s->n_variables == VARIABLES_MAX || len > VALUE_MAX;
	new.name = strndup(name, len);
	if (!new.name || (!s->lost && array_add(&s->variables, &s->n_variables, &new, sizeof(new)))) {
		drop_variable(&new);
		return -ENOMEM;
	}
	if (s->lost)
		drop_variable(&new);
	return 0;
}

int grub_script_assign(struct grub_script *s, const char *word)
{
	const char *equals = word ? strchr(word, '=') : NULL;

	return equals ? grub_script_set(s, word, (size_t)(equals - word), equals + 1) : 0;
}

const char *grub_script_word(const struct grub_script *s, size_t i)
{
	return i < s->n_words ? s->words.data + s->starts[i] : NULL;
}

static int start_word(struct grub_script *s)
{
	if (s->in_word)
		return 0;
	if (!s->n_words)
		s->first_line = s->line;
	s->in_word = true;
	return array_add(&s->starts, &s->n_words, &s->words.len, sizeof(s->words.len));
}

static void put(struct grub_script *s, const char *bytes, size_t len)
{
	struct text *t = &s->words;
	char *data;

	if (len > t->size - t->len && !t->error) {
		data = realloc(t->data, 2 * t->size + len);
		t->error = data ? 0 : -ENOMEM;
		t->data = data ? data : t->data;
		t->size = data ? 2 * t->size + len : t->size;
	}
	if (t->error || !len)
		return;
	memcpy(t->data + t->len, bytes, len);
	t->len += len;
}

static void end_word(struct grub_script *s)
{
	if (s->in_word)
		put(s, "", 1);
	s->in_word = false;
}

/* A value that is not in quotes is divided at its blanks, and nothing where it is empty. */
static int put_value(struct grub_script *s, const char *value, bool quoted)
{
	int error = 0;

	s->expanded += strlen(value);
	for (; *value && !error; value++) {
		if (!quoted && isspace((unsigned char)*value)) {
			end_word(s);
			continue;
		}
		error = start_word(s);
		put(s, value, 1);
	}
	return error;
}

static size_t name_length(const char *name, size_t left)
{
	size_t len = 0;

	if (left && strchr("0123456789?@*#", *name) && *name)
		return 1;
	while (len < left && (isalnum((unsigned char)name[len]) || name[len] == '_'))
		len++;
	return len;
}

/* From its $ on. One without an end or a name is a $. */
static int take_variable(struct grub_script *s, bool quoted)
{
	const char *start = s->data + s->at, *name, *value;
	size_t left = s->len - s->at, len;
	bool braces = left > 1 && start[1] == '{';
	int error;

	name = start + 1 + braces;
	len = name_length(name, left - 1 - braces);
	if (!len || (braces && (len + 2 >= left || name[len] != '}'))) {
		error = start_word(s);
		put(s, start, 1 + (size_t)braces);
		s->at += 1 + (size_t)braces;
		return error;
	}
	s->at += 1 + len + 2 * (size_t)braces;
	value = s->expanded < EXPANDED_MAX ? grub_script_get(s, name, len) : NULL;
	if (value)
		return put_value(s, value, quoted);
	error = start_word(s);
	put(s, "$", 1);
	put(s, name, len);
	return error;
}

/* "\" and what follows. In quotes it is for some bytes only. */
static int take_escape(struct grub_script *s, bool quoted)
{
	const char *next = s->data + s->at + 1;
	int error;

	if (s->at + 1 >= s->len) {
		s->at++;
		return 0;
	}
	s->at += 2;
	if (*next == '\n') {
		s->line++;
		return 0;
	}
	error = start_word(s);
	put(s, next - (quoted && !strchr("$\"\\", *next)), quoted && !strchr("$\"\\", *next) ? 2 : 1);
	return error;
}

static void count_lines(struct grub_script *s, const char *from, size_t len)
{
	for (size_t i = 0; i < len; i++)
		s->line += from[i] == '\n';
}

static int take_single(struct grub_script *s)
{
	const char *start = s->data + s->at + 1, *end = memchr(start, '\'', s->len - s->at - 1);
	size_t len = end ? (size_t)(end - start) : s->len - s->at - 1;
	int error = start_word(s);

	put(s, start, len);
	count_lines(s, start, len);
	s->at += 1 + len + (end != NULL);
	return error;
}

/* Bytes that mean only themselves; the first may be any. */
static int take_plain(struct grub_script *s, const char *special)
{
	size_t start = s->at++;
	int error = start_word(s);

	while (s->at < s->len && s->data[s->at] && !strchr(special, s->data[s->at]))
		s->at++;
	put(s, s->data + start, s->at - start);
	return error;
}

static int take_double(struct grub_script *s)
{
	int error = start_word(s);

	for (s->at++; s->at < s->len && s->data[s->at] != '"' && !error;) {
		const char *c = s->data + s->at;

		if (*c == '\\') {
			error = take_escape(s, true);
		} else if (*c == '$') {
			error = take_variable(s, true);
		} else {
			error = take_plain(s, "\"\\$");
			count_lines(s, c, s->at - (size_t)(c - s->data));
		}
	}
	s->at++;
	return error;
}

static void skip_comment(struct grub_script *s)
{
	const char *end = memchr(s->data + s->at, '\n', s->len - s->at);

	s->at = end ? (size_t)(end - s->data) : s->len;
}

/* Part of a word, or what stands between two. */
static int take_part(struct grub_script *s)
{
	char c = s->data[s->at];

	switch (c) {
	case '\'':
		return take_single(s);
	case '"':
		return take_double(s);
	case '\\':
		return take_escape(s, false);
	case '$':
		return take_variable(s, false);
	case '#':
		if (s->in_word)
			return take_plain(s, SPECIAL);
		skip_comment(s);
		return 0;
	case '<':
	case '>':
	case '\0':
		break;
	default:
		if (!isspace((unsigned char)c))
			return take_plain(s, SPECIAL);
	}
	end_word(s);
	s->at++;
	return 0;
}

static bool ends_command(char c, enum grub_script_end *end)
{
	*end = c == '{' ? SCRIPT_OPEN : c == '}' ? SCRIPT_CLOSE : SCRIPT_COMMAND;
	return c && strchr("\n;&|{}", c);
}

int grub_script_next(struct grub_script *s, enum grub_script_end *end)
{
	int error = 0;

	s->words.len = s->n_words = 0;
	s->in_word = false;
	while (!error && s->at < s->len && !ends_command(s->data[s->at], end))
		error = take_part(s);
	end_word(s);
	if (s->at >= s->len)
		*end = SCRIPT_EOF;
	else if (s->data[s->at++] == '\n')
		s->line++;
	return error ? error : s->words.error;
}
