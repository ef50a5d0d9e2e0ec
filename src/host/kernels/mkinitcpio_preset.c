/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mkinitcpio_preset.h"

#include <fnmatch.h>

#include "../../core/plan.h"
#include "kernels.h"

#define FOLDER "etc/mkinitcpio.d"
#define SUFFIX ".preset"
#define PRESET_MAX (1u << 16)
#define PATH_BYTES 512

void preset_free(struct preset *p)
{
	names_free(&p->images);
	names_free(&p->bare);
	names_free(&p->left);
}

int presets_list(const struct sysroot *r, struct names *out)
{
	_cleanup_(names_free) struct names files = { 0 };
	int err = sysroot_list_any(r, FOLDER, &files);

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < files.n && !err; i++) {
		char *name = files.items[i];

		if (fnmatch("*" SUFFIX, name, 0) != 0)
			continue;
		name[strlen(name) - strlen(SUFFIX)] = '\0';
		err = names_add(out, name);
	}
	if (err)
		names_free(out);
	return err;
}

/* The plain word of a value, quoted or not. False: it is more than that. */
static bool take_word(const char *value, char word[PRESET_VALUE_LEN])
{
	size_t len;

	value += strspn(value, "\"'");
	len = strcspn(value, "\"' \t\r#");
	snprintf(word, PRESET_VALUE_LEN, "%.*s", (int)len, value);
	return len < PRESET_VALUE_LEN && !strpbrk(word, "$`\\*?[{~");
}

/* " default fallback " of a line PRESETS=('default' 'fallback'), or of several. "": there is none. */
static void read_listed(const char *text, char listed[PRESET_VALUE_LEN])
{
	size_t len;

	*listed = '\0';
	while (text && strncmp(text + strspn(text, " \t"), "PRESETS=", 8) != 0)
		text = (text = strchr(text, '\n')) ? text + 1 : NULL;
	if (!text)
		return;
	text = strchr(text, '=') + 1;
	len = strcspn(text, *text == '(' ? ")" : "\n");
	snprintf(listed, PRESET_VALUE_LEN, " %.*s ", (int)len, text);
	for (char *p = listed; *p; p++)
		if (strchr("('\"\n\t\r", *p))
			*p = ' ';
}

/* Whether the list has the preset of a variable: "default" of "default_image", "default_uki", "default_efi_image". */
static bool has_preset(const char *list, const char *variable)
{
	int len = (int)(strrchr(variable, '_') - variable);
	char word[PRESET_VALUE_LEN];

	if (len > 4 && strncmp(variable + len - 4, "_efi", 4) == 0)
		len -= 4;
	snprintf(word, sizeof(word), " %.*s ", len, variable);
	return strstr(list, word) != NULL;
}

static bool is_listed(const char *listed, const char *variable)
{
	return !*listed || strchr(listed, '$') || has_preset(listed, variable);
}

/* Whether options of mkinitcpio, "-S autodetect,earlybind", leave our hook out. */
static bool skips_us(char *options)
{
	bool list = false;

	options[strcspn(options, "#")] = '\0';
	for (char *word; (word = strsep(&options, " \t\r\"'()"));) {
		if (strncmp(word, "-S", 2) == 0 || strncmp(word, "--skiphooks", 11) == 0) {
			list = true;
			word += strncmp(word, "-S", 2) == 0 ? 2 : 11;
			word += *word == '=';
		}
		if (!list || !*word)
			continue;
		for (char *hook; (hook = strsep(&word, ","));)
			if (strcmp(hook, "earlybind") == 0)
				return true;
		list = false;
	}
	return false;
}

/* " fallback " of a line fallback_options="-S earlybind". Such images have no plan, on purpose. -ENOMEM. */
static int read_bare(const char *text, char bare[PRESET_VALUE_LEN])
{
	char *copy = strdup(text), *line, *value;

	snprintf(bare, PRESET_VALUE_LEN, " ");
	for (char *rest = copy; rest && (line = strsep(&rest, "\n"));) {
		size_t len = strlen(bare);

		line += strspn(line, " \t");
		value = strchr(line, '=');
		if (!value || *line == '#')
			continue;
		*value++ = '\0';
		if (fnmatch("*_options", line, 0) == 0 && skips_us(value))
			snprintf(bare + len, PRESET_VALUE_LEN - len, "%.*s ", (int)(strlen(line) - 8), line);
	}
	free(copy);
	return copy ? 0 : -ENOMEM;
}

/* A line `default_image="/boot/initramfs-linux.img"` or `fallback_uki=...`. */
static int read_line(const struct sysroot *r, char *line, const char *listed, const char *bare, struct preset *out)
{
	char *value = strchr(line, '='), word[PRESET_VALUE_LEN];
	struct names *to;
	bool plain, made;

	line += strspn(line, " \t");
	if (!value || *line == '#')
		return 0;
	*value++ = '\0';
	plain = take_word(value, word);
	if (strcmp(line, "ALL_kver") == 0)
		snprintf(out->kernel, sizeof(out->kernel), "%s", plain ? word : "");
	if (fnmatch("*_image", line, 0) != 0 && fnmatch("*_uki", line, 0) != 0)
		return 0;
	made = is_listed(listed, line);
	to = !made ? &out->left : has_preset(bare, line) ? &out->bare : &out->images;
	if (!plain && made)
		snprintf(out->unclear, sizeof(out->unclear), "%s", word);
	else if (plain && sysroot_exists(r, word + strspn(word, "/")))
		return names_add(to, word + strspn(word, "/"));
	return 0;
}

static void fill_in(const char *name, char path[PATH_BYTES])
{
	snprintf(path, PATH_BYTES, FOLDER "/%s" SUFFIX, name);
}

bool preset_exists(const struct sysroot *r, const char *name)
{
	char path[PATH_BYTES];

	fill_in(name, path);
	return sysroot_exists(r, path);
}

int preset_read(const struct sysroot *r, const char *name, struct preset *out)
{
	char path[PATH_BYTES], listed[PRESET_VALUE_LEN], bare[PRESET_VALUE_LEN], *text, *rest, *line;
	size_t len;
	int err;

	memset(out, 0, sizeof(*out));
	fill_in(name, path);
	err = sysroot_read_all(r, path, PRESET_MAX, &text, &len);
	if (err)
		return err;
	read_listed(text, listed);
	err = read_bare(text, bare);
	for (rest = text; !err && (line = strsep(&rest, "\n"));)
		err = read_line(r, line, listed, bare, out);
	free(text);
	if (err)
		preset_free(out);
	return err;
}

enum answer { NO, YES, UNKNOWN };

static enum answer is_kernel_of(const struct sysroot *r, const struct preset *p, const char *release)
{
	const char *path = p->kernel + strspn(p->kernel, "/"), *file = strrchr(path, '/');
	char says[KERNEL_LEN];

	if (*p->kernel == '/' && kernel_of_file(r, path, says))
		return strcmp(says, release) == 0 ? YES : NO;
	file = file ? file + 1 : path;
	if (strncmp(file, "vmlinuz-", 8) == 0)
		file += 8;
	return strcmp(file, release) == 0 ? YES : UNKNOWN;
}

static enum answer is_of(const struct sysroot *r, const char *name, const char *release)
{
	_cleanup_(preset_free) struct preset p = { 0 };

	return preset_read(r, name, &p) ? NO : is_kernel_of(r, &p, release);
}

int preset_of(const struct sysroot *r, const char *release, char *name, size_t size)
{
	_cleanup_(names_free) struct names all = { 0 };
	int err = pkgbase_of(r, release, name, size);

	if (err == -ENAMETOOLONG || (err == 0 && is_of(r, name, release) != NO))
		return err;
	err = presets_list(r, &all);
	if (err)
		return err;
	for (size_t i = 0; i < all.n; i++) {
		if (is_of(r, all.items[i], release) != YES)
			continue;
		return (size_t)snprintf(name, size, "%s", all.items[i]) < size ? 0 : -ENAMETOOLONG;
	}
	return -ENOENT;
}
