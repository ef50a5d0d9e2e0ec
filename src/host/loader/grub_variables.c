/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "grub_variables.h"

#include <ctype.h>

#define CFG_MAX (16u << 20)
#define ENV_BYTES 4096     /* grubenv has 1024 */
#define EXPANDED_MAX 65536 /* what is behind is left as it is */
#define PATH_BYTES 512

static int run(struct grub_script *s)
{
	enum grub_script_end end = SCRIPT_COMMAND;
	int error = 0;

	while (!error && end != SCRIPT_EOF) {
		const char *word;

		error = grub_script_next(s, &end);
		word = grub_script_word(s, 0);
		if (!error && word)
			error = grub_script_assign(s, strcmp(word, "set") == 0 ? grub_script_word(s, 1) : word);
	}
	return error;
}

/* A line each, NAME=VALUE, with a backslash before what is special (grub-core/lib/envblk.c). */
static int read_environment(const struct sysroot *r, const char *directory, struct grub_script *out)
{
	char path[PATH_BYTES], data[ENV_BYTES], *rest = data, *line;
	int error = 0;

	snprintf(path, sizeof(path), "%s/grubenv", directory);
	if (sysroot_read(r, path, data, sizeof(data)) < 0)
		return 0;
	while (!error && (line = strsep(&rest, "\n"))) {
		char *to = line;

		for (const char *from = line; *from; from++) {
			from += *from == '\\' && from[1];
			*to++ = *from;
		}
		*to = '\0';
		error = *line == '#' ? 0 : grub_script_assign(out, line);
	}
	return error;
}

int grub_variables_read(const struct sysroot *r, const char *base, struct grub_script *out)
{
	static const char *const directories[] = { "grub2", "grub" };
	char directory[PATH_BYTES], path[PATH_BYTES + sizeof("/grub.cfg")], *data = NULL;
	size_t len;
	int error = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(directories) && error == -ENOENT; i++) {
		snprintf(directory, sizeof(directory), "%s/%s", base, directories[i]);
		snprintf(path, sizeof(path), "%s/grub.cfg", directory);
		error = sysroot_read_all(r, path, CFG_MAX, &data, &len);
	}
	if (error)
		return error;
	grub_script_start(out, data, len);
	error = run(out);
	free(data);
	if (!error)
		error = read_environment(r, directory, out);
	if (error)
		grub_script_free(out);
	return error;
}

char *grub_variables_expand(const struct grub_script *variables, const char *text)
{
	struct text t = { 0 };

	text_add(&t, "");
	while (*text) {
		size_t plain = strcspn(text, "$"), braces, len = 0;
		const char *name, *value;

		text_addf(&t, "%.*s", (int)plain, text);
		text += plain;
		if (!*text || t.len > EXPANDED_MAX)
			break;
		braces = text[1] == '{';
		name = text + 1 + braces;
		while (isalnum((unsigned char)name[len]) || name[len] == '_')
			len++;
		value = grub_script_get(variables, name, len);
		text_add(&t, len ? value ? value : "" : "$");
		text = name + len + (braces && name[len] == '}');
	}
	text_add(&t, text);
	if (!t.error)
		return t.data;
	text_free(&t);
	return NULL;
}
