/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *	file       = { blank | comment | assignment | word }
 *	assignment = NAME [ "+" ] "=" ( value | "(" { blank | comment | value } ")" )
 *	value      = { char | "'" ... "'" | '"' ... '"' | "\" char | variable | substitution }
 *	variable   = "$" NAME | "${" NAME "}"          substitution = "$(" ... ")" | "`" ... "`"
 *
 * Every word may be an assignment: behind `then`, `&&` or `export` it is one, too.
 */
#include "shell_file.h"

#include <ctype.h>

#include "../../core/array.h"
#include "text_file.h"

#define WHERE_LEN 300

static bool is_name(char c, bool first)
{
	return c == '_' || isalpha((unsigned char)c) || (!first && isdigit((unsigned char)c));
}

static size_t name_len(const char *s)
{
	size_t len = 0;

	while (is_name(s[len], len == 0))
		len++;
	return len;
}

static struct shell_variable *find(const struct shell *sh, const char *name, size_t len)
{
	for (size_t i = 0; i < sh->n; i++)
		if (strlen(sh->variables[i].name) == len && memcmp(sh->variables[i].name, name, len) == 0)
			return &sh->variables[i];
	return NULL;
}

static int set(struct shell *sh, const char *name, const char *value)
{
	struct shell_variable *v = find(sh, name, strlen(name)), added;

	if (v) {
		char *copy = strdup(value);

		free(v->value);
		v->value = copy;
		return copy ? 0 : -ENOMEM;
	}
	added = (struct shell_variable){ strdup(name), strdup(value) };
	if (added.name && added.value && array_add(&sh->variables, &sh->n, &added, sizeof(added)) == 0)
		return 0;
	free(added.name);
	free(added.value);
	return -ENOMEM;
}

/* Behind the bracket that closes what is open here. */
static const char *skip_brackets(const char *s, char open, char close)
{
	unsigned depth = 0;

	for (; *s; s++) {
		if (*s == '\\' && s[1])
			s++;
		else if (*s == open)
			depth++;
		else if (*s == close && --depth == 0)
			return s + 1;
	}
	return s;
}

/* Adds what stands for the '$' or '`' at s, and returns what is behind it. */
static const char *expand(const struct shell *sh, const char *s, struct text *out)
{
	const struct shell_variable *v = NULL;
	const char *name = s + 1, *end;
	size_t len;

	if (*s == '`') {
		end = strchr(name, '`');
		text_addf(out, "%c", SHELL_UNKNOWN);
		return end ? end + 1 : s + strlen(s);
	}
	if (*name == '(' || *name == '{')
		end = skip_brackets(name, *name, *name == '(' ? ')' : '}');
	else
		end = name + name_len(name);
	name += *name == '{';
	len = name_len(name);
	/* ${NAME:-other} and the like are for a shell. */
	if (s[1] != '(' && len && (s[1] != '{' || name[len] == '}'))
		v = find(sh, name, len);
	if (v)
		text_add(out, v->value);
	else
		text_addf(out, "%c", SHELL_UNKNOWN);
	return end;
}

/* The value at s, up to what divides words. */
static const char *read_value(const struct shell *sh, const char *s, struct text *out)
{
	char quote = 0;

	while (*s && (quote || !strchr(" \t\r\n;&|)", *s))) {
		if (*s == quote || (!quote && (*s == '\'' || *s == '"'))) {
			quote = quote ? 0 : *s;
			s++;
		} else if (*s == '\\' && quote != '\'' && s[1]) {
			if (s[1] != '\n')
				text_addf(out, "%.2s", quote && !strchr("$`\"\\", s[1]) ? s : (char[]){ s[1], 0 });
			s += 2;
		} else if ((*s == '$' || *s == '`') && quote != '\'') {
			s = expand(sh, s, out);
		} else {
			text_addf(out, "%c", *s++);
		}
	}
	return s;
}

/* The words of the array behind the bracket at s, one blank between two. Returns what is behind it. */
static const char *read_array(const struct shell *sh, const char *s, struct text *out)
{
	while (*++s && *s != ')') {
		const char *begin = s;

		if (*s == '#') {
			s += strcspn(s, "\n") - 1;
			continue;
		}
		if (strchr(" \t\r\n;&|", *s))
			continue;
		if (out->len)
			text_add(out, " ");
		s = read_value(sh, begin, out) - 1;
	}
	return *s ? s + 1 : s;
}

/* An assignment at s; returns what is behind it, or s where there is none. */
static const char *read_assignment(struct shell *sh, const char *s, const char *where, int *error)
{
	size_t len = name_len(s);
	bool append = s[len] == '+';
	_cleanup_(text_free) struct text value = { 0 };
	const struct shell_variable *old;
	char *name;

	if (!len || s[len + append] != '=')
		return s;
	name = strndup(s, len);
	old = name && append ? find(sh, s, len) : NULL;
	if (old)
		text_add(&value, old->value);
	s += len + append + 1;
	s = *s == '(' ? read_array(sh, s, &value) : read_value(sh, s, &value);
	text_add(&value, "");
	*error = name ? value.error : -ENOMEM;
	if (!*error) {
		struct shell_assignment a = { where, name, value.data ? value.data : "" };

		*error = set(sh, name, a.value);
		if (!*error)
			*error = sh->each(&a, sh->arg);
	}
	free(name);
	return s;
}

static int read_text(struct shell *sh, const char *path, const char *text)
{
	char where[WHERE_LEN];
	const char *counted = text;
	unsigned line = 1;
	int error = 0;

	for (const char *s = text, *end; *s && !error; s = end) {
		for (; counted < s; counted++)
			line += *counted == '\n';
		snprintf(where, sizeof(where), "/%s:%u", path, line);
		end = *s == '#' ? s + strcspn(s, "\n") : read_assignment(sh, s, where, &error);
		if (end == s)
			end += strcspn(s, " \t\r\n;&|()");
		end += strspn(end, " \t\r\n;&|()");
	}
	return error;
}

int shell_file_read(struct shell *sh, const struct sysroot *r, const char *path)
{
	struct shell_assignment unknown = { 0 };
	char where[WHERE_LEN], *text;
	bool whole;
	int error = text_file_read(r, path, &text, &whole);

	snprintf(where, sizeof(where), "/%s", path);
	unknown.where = where;
	if (error)
		return error == -ENOMEM ? error : sh->each(&unknown, sh->arg);
	if (!text)
		return 0;
	error = read_text(sh, path, text);
	free(text);
	return error || whole ? error : sh->each(&unknown, sh->arg);
}

static int read_one(const struct sysroot *r, const char *path, void *sh)
{
	return shell_file_read(sh, r, path);
}

int shell_file_read_all(struct shell *sh, const struct sysroot *r, const char *directory, const char *suffix)
{
	return text_file_each(r, directory, suffix, read_one, sh);
}

const char *shell_file_value(const struct shell *sh, const char *name)
{
	const struct shell_variable *v = find(sh, name, strlen(name));

	return v ? v->value : NULL;
}

void shell_file_free(struct shell *sh)
{
	for (size_t i = 0; i < sh->n; i++) {
		free(sh->variables[i].name);
		free(sh->variables[i].value);
	}
	free(sh->variables);
	sh->variables = NULL;
	sh->n = 0;
}
