/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What parses as a selector prints canonically, and the print parses to the equal value and prints the same. What does
 * not has its place inside the text, and a hint that writes a selector writes a good one. The same for the values of
 * which lock and plan consist.
 */
#include "compat.h"

#include "replay.h"
#include "selector.h"

static void check(bool good)
{
	if (!good)
		abort();
}

static void check_print(const struct selector *s)
{
	char first[SELECTOR_LEN], second[SELECTOR_LEN];
	struct syntax_error err;
	struct selector again;

	check(strlen(selector_print(s, first)) < SELECTOR_LEN);
	check(selector_parse(first, strlen(first), &again, &err) == 0);
	check(selector_equal(s, &again));
	check(!strcmp(selector_print(&again, second), first));
}

/* "... write 06:00.0 (...)" and "write IDs without 0x: 10de:13c2". */
static void check_hint(const char *hint)
{
	struct syntax_error err;
	struct selector s;
	const char *text = strstr(hint, "without 0x: ");

	if (text)
		text += strlen("without 0x: ");
	else if ((text = strstr(hint, "write ")))
		text += strlen("write ");
	if (text && !strstr(text, "DD.F"))
		check(selector_parse(text, strcspn(text, " "), &s, &err) == 0);
}

static void check_values(const char *text)
{
	struct address address;
	struct identity identity;
	struct path path;
	struct root root;
	char buf[PATH_LEN];

	if (address_parse(text, &address) == 0 && strlen(text) == strlen(address_print(&address, buf)))
		check(!strcmp(text, buf)); /* leading zeros of the domain are not printed */
	if (identity_parse(text, &identity) == 0)
		check(!strcmp(text, identity_print(&identity, buf)));
	if (path_parse(text, &path) == 0)
		check(!strcmp(text, path_print(&path, buf)));
	if (root_parse(text, &root) == 0 && strlen(text) == strlen(root_print(&root, buf)))
		check(!strcmp(text, buf));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;
	struct syntax_error err;
	struct selector s;
	struct id id;
	char *copy;

	if (selector_parse(text, len, &s, &err) == 0) {
		check_print(&s);
	} else {
		check(err.offset <= len && err.expected);
		if (err.hint)
			check_hint(err.hint);
	}
	if (id_parse(text, len, &id, &err) == 0)
		check(selector_parse(text, len, &s, &err) == 0 && s.kind == SELECTOR_ID && id_equal(&id, &s.id));
	else
		check(err.offset <= len && err.expected);
	copy = strndup(text, len);
	check_values(copy);
	free(copy);
	return 0;
}
