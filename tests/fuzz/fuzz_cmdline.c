/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every item of a skip list is either a selector, whose print is the same selector, or named as malformed. The
 * parameters handed to a module are read again as the same words, and none is an ids=; neither is one of a parameter
 * string that the filter let pass, read as the kernel reads it.
 */
#include "compat.h"

#include "cmdline.h"
#include "replay.h"

static void check(bool good)
{
	if (!good)
		abort();
}

static void check_skip(const struct cmdline *c)
{
	for (size_t i = 0; i < c->n_skip; i++) {
		char buf[SELECTOR_LEN];
		struct syntax_error err;
		struct selector again;

		selector_print(&c->skip[i], buf);
		check(selector_parse(buf, strlen(buf), &again, &err) == 0 && selector_equal(&c->skip[i], &again));
	}
	for (size_t i = 0; i < c->n_bad; i++)
		check(strlen(c->bad[i]) < CMDLINE_BAD_LEN);
}

static bool stands_in(const struct cmdline *c, const char *param)
{
	for (size_t i = 0; i < c->n_words; i++)
		if (!strncmp(c->words[i], "vfio", 4) && !strcmp(c->words[i] + strlen("vfio_pci."), param))
			return true;
	return false;
}

static void check_params(const struct cmdline *c)
{
	struct text params = { 0 };
	struct cmdline again;
	size_t given = 0;
	bool ids;

	text_add(&params, "");
	cmdline_module_params(c, "vfio-pci", &params, &ids);
	check(!params.error);
	check(cmdline_parse(params.data, params.len, &again) == 0);
	for (size_t i = 0; i < c->n_words; i++)
		given += !strncmp(c->words[i], "vfio", 4);
	check(again.n_words <= given);
	for (size_t i = 0; i < again.n_words; i++) {
		check(!param_is_ids("vfio-pci", again.words[i], strlen(again.words[i])));
		check(stands_in(c, again.words[i]));
	}
	cmdline_free(&again);
	text_free(&params);
}

/* The name of the next parameter as lib/cmdline.c of Linux finds it, written apart from word.c. */
static const char *kernel_name(const char **args, size_t *len)
{
	static const char blanks[] = " \t\n\v\f\r\240";
	bool quoted = false;
	const char *name;

	*args += strspn(*args, blanks);
	if (!**args)
		return NULL;
	quoted = **args == '"';
	*args += quoted;
	name = *args;
	*len = 0;
	for (; **args && (quoted || !strchr(blanks, **args)); ++*args) {
		if (**args == '=' && !*len)
			*len = (size_t)(*args - name);
		quoted ^= **args == '"';
	}
	if (!*len)
		*len = (size_t)(*args - name);
	return name;
}

static void check_filter(const char *params)
{
	struct text passed = { 0 };
	const char *args, *name;
	size_t len;

	text_add(&passed, "");
	params_filter("vfio_pci", params, &passed);
	check(!passed.error);
	args = passed.data;
	while ((name = kernel_name(&args, &len)))
		check(len != 3 || memcmp(name, "ids", 3) != 0);
	text_free(&passed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct cmdline c;
	char *params = calloc(1, len + 1);

	check(params != NULL);
	memcpy(params, data, len);
	check_filter(params);
	free(params);
	check(cmdline_parse((const char *)data, len, &c) == 0);
	check(c.n_words <= len / 2 + 1);
	check(strlen(c.off_word) < sizeof(c.off_word));
	check_skip(&c);
	check_params(&c);
	cmdline_free(&c);
	return 0;
}
