/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "cmdline.h"
#include "word.h"

/* The value of "name=value", or NULL if the word is another one. */
static const char *word_value(const char *word, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(word, name, len) && word[len] == '=' ? word + len + 1 : NULL;
}

/* list = selector *( "," selector ) */
static int skip_parse(struct cmdline *c, const char *list)
{
	size_t n = 1;

	if (!*list)
		return 0;
	for (const char *s = list; *s; s++)
		n += *s == ',';
	c->skip = calloc(n, sizeof(*c->skip));
	c->bad = calloc(n, sizeof(*c->bad));
	if (!c->skip || !c->bad)
		return -ENOMEM;
	for (;;) {
		struct syntax_error ignored;
		size_t len = strcspn(list, ",");

		if (selector_read(list, len, &c->skip[c->n_skip], &ignored) == 0)
			c->n_skip++;
		else
			snprintf(c->bad[c->n_bad++], CMDLINE_BAD_LEN, "%.*s", (int)len, list);
		if (!list[len])
			return 0;
		list += len + 1;
	}
}

/* Words behind "--", which the kernel leaves to init, count too: what a person types to get a machine back must work.
 */
static void words_read(struct cmdline *c, const char **skip)
{
	char *next = c->text, *word;
	const char *value;

	while ((word = word_take(&next))) {
		if (!*word)
			continue;
		c->words[c->n_words++] = word;
		value = word_value(word, "earlybind");
		if (value) {
			c->off = strcmp(value, "on") != 0;
			snprintf(c->off_word, sizeof(c->off_word), "%s", value);
		}
		value = word_value(word, "earlybind.skip");
		if (value)
			*skip = value;
	}
}

int cmdline_parse(const char *text, size_t len, struct cmdline *out)
{
	const char *skip = "";

	memset(out, 0, sizeof(*out));
	/* fs/proc/cmdline.c adds it; an open quote would take it into its word. */
	if (len && text[len - 1] == '\n')
		len--;
	out->text = malloc(len + 1);
	out->words = calloc(len / 2 + 1, sizeof(*out->words)); /* a word and a space are two bytes */
	if (!out->text || !out->words)
		goto no_memory;
	memcpy(out->text, text, len);
	out->text[len] = '\0';
	words_read(out, &skip);
	if (skip_parse(out, skip) == 0)
		return 0;
no_memory:
	cmdline_free(out);
	return -ENOMEM;
}

void cmdline_free(struct cmdline *c)
{
	free(c->text);
	free(c->skip);
	free(c->bad);
	free(c->words);
	memset(c, 0, sizeof(*c));
}

const char *cmdline_last(const struct cmdline *c, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = c->n_words; i--;)
		if (strncmp(c->words[i], name, len) == 0)
			return c->words[i] + len;
	return NULL;
}

bool module_name_equal(const char *a, size_t len, const char *b)
{
	for (size_t i = 0; i < len; i++) {
		char x = a[i] == '-' ? '_' : a[i], y = b[i] == '-' ? '_' : b[i];

		if (!y || x != y)
			return false;
	}
	return !b[len];
}

bool param_is_ids(const char *module, const char *param, size_t len)
{
	static const char *const takers[] = { "vfio_pci", "pci_stub" };

	/* next_arg reads "ids=..." in quotes too */
	if (len && *param == '"')
		param++, len--;
	if (len < 3 || memcmp(param, "ids", 3) || (len > 3 && param[3] != '=' && param[3] != '"'))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(takers); i++)
		if (module_name_equal(module, strlen(module), takers[i]))
			return true;
	return false;
}

/*
 * Adds one parameter so that the kernel reads the same from it again. A value that holds a quote, or a name that is
 * empty or holds a space, cannot be said in a list of several: it is left out.
 */
static void param_add(struct text *params, const char *param)
{
	size_t name = strcspn(param, "="), i = 0;
	const char *value = param + name;

	while (param[i] && !word_blank(param[i]) && param[i] != '"')
		i++;
	if (!name || i < name || strchr(value, '"'))
		return;
	if (param[i])
		text_addf(params, " %.*s=\"%s\"", (int)name, param, value + 1);
	else
		text_addf(params, " %s", param);
}

void cmdline_module_params(const struct cmdline *c, const char *module, struct text *params, bool *ids)
{
	*ids = false;
	for (size_t i = 0; i < c->n_words; i++) {
		const char *word = c->words[i];
		size_t name = strcspn(word, ".=");

		if (word[name] != '.' || !module_name_equal(word, name, module))
			continue;
		word += name + 1;
		if (param_is_ids(module, word, strlen(word)))
			*ids = true;
		else if (*word)
			param_add(params, word);
	}
}

size_t params_filter(const char *module, const char *params, struct text *out)
{
	size_t len, dropped = 0;

	for (const char *word; (word = word_next(&params, &len));) {
		if (param_is_ids(module, word, len))
			dropped++;
		else
			text_addf(out, " %.*s", (int)len, word);
	}
	return dropped;
}
