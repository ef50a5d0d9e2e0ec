/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * menu     = *(entry / submenu / command)
 * entry    = "menuentry" *(title / option) "{" *command "}"
 * submenu  = "submenu" *(title / option) "{" menu "}"
 * option   = "--id" ID / "--class" CLASS / "--users" USERS / "--hotkey" KEY / ...     also "--id=ID"
 *
 * Of if and else both sides count: which one runs is known at boot only, and both name what may boot.
 */
#include "grub_cfg.h"

#include <ctype.h>

#include "../../core/array.h"
#include "boot_menu.h"
#include "grub_script.h"

#define VOLUME_MAX 128
#define SAME_MAX 8
#define PATH_BYTES 512

enum block { BLOCK_OTHER, BLOCK_MENU, BLOCK_ENTRY };

struct grub_cfg {
	struct grub_script script;
	const struct boot_text *text;
	struct boot_entries *out;
	unsigned char *blocks;
	size_t n_blocks;
	struct boot_menu menu;
	size_t keywords; /* before the command */
	bool open;       /* an entry is being read */
	bool xen;        /* its first module is the kernel */
	struct boot_entry entry;
};

/* A word of the command, behind its keywords. */
static const char *word_of(const struct grub_cfg *g, size_t i)
{
	return grub_script_word(&g->script, g->keywords + i);
}

/* Of "(hd0,gpt2)/vmlinuz" the path; the device is the variable root where there is none. */
static const char *split_path(const struct grub_cfg *g, const char *word, char volume[VOLUME_MAX], bool *unknown)
{
	const char *root = grub_script_get(&g->script, "root", 4), *path = word;
	size_t len = 0;

	if (*word == '(' && strchr(word, ')')) {
		path = strchr(word, ')') + 1;
		len = (size_t)(path - word) - 2;
		if (len && strncmp(word + 1, "$root", len) != 0)
			root = word + 1;
		else
			len = root ? strlen(root) : 0;
	} else if (root) {
		len = strlen(root);
	}
	*unknown = len >= VOLUME_MAX;
	snprintf(volume, VOLUME_MAX, "%.*s", *unknown ? 0 : (int)len, root ? root : "");
	*unknown |= *volume && !strchr(volume, '=');
	*unknown |= strncmp(volume, "FILE=", 5) == 0;
	return path;
}

static int set_file(struct grub_cfg *g, struct boot_file *file, const char *word)
{
	char volume[VOLUME_MAX];
	bool unknown;
	const char *path = split_path(g, word, volume, &unknown);
	int error = boot_file_set(file, volume, path, strlen(path));

	if (!error)
		file->unknown |= unknown;
	return error;
}

static bool is_same(const struct boot_file *a, const struct boot_file *b)
{
	return strcmp(a->volume, b->volume) == 0 && strcmp(a->path, b->path) == 0;
}

/* "newc:NAME:FILE" puts a file into an archive of its own. Both sides of an if may have the same. */
static int add_initrd(struct grub_cfg *g, const char *word)
{
	struct boot_file file = { 0 };
	const char *colon = strncmp(word, "newc:", 5) == 0 ? strchr(word + 5, ':') : NULL;
	int error = set_file(g, &file, colon ? colon + 1 : word);

	for (size_t i = g->entry.n_initrds; !error && i && i + SAME_MAX > g->entry.n_initrds; i--)
		if (is_same(&g->entry.initrds[i - 1], &file)) {
			boot_file_free(&file);
			return 0;
		}
	return error ? error : boot_entry_add_initrd(&g->entry, &file);
}

/* The words from the index on, one space between two; in quotes those that have one (grub_create_loader_cmdline). */
static int set_options(struct grub_cfg *g, size_t i)
{
	struct text options = { 0 };
	const char *word;

	for (size_t first = i; (word = word_of(g, i)); i++) {
		const char *quote = strpbrk(word, " \t") && !strchr(word, '"') ? "\"" : "";

		text_addf(&options, "%s%s%s%s", i > first ? " " : "", quote, word, quote);
	}
	free(g->entry.options);
	g->entry.options = options.data;
	return options.error;
}

/* The index of the first word that is no option. */
static size_t first_argument(const struct grub_cfg *g)
{
	const char *word;
	size_t i = 1;

	while ((word = word_of(g, i)) && strncmp(word, "--", 2) == 0)
		i++;
	return i;
}

static int run_kernel(struct grub_cfg *g)
{
	size_t i = first_argument(g);
	const char *word = word_of(g, i);
	int error = 0;

	if (!word)
		return 0;
	error = set_file(g, &g->entry.kernel, word);
	g->entry.program = false;
	return error ? error : set_options(g, i + 1);
}

static int run_hypervisor(struct grub_cfg *g)
{
	g->xen = true;
	return run_kernel(g);
}

static int run_initrd(struct grub_cfg *g)
{
	const char *word;
	int error = 0;

	for (size_t i = first_argument(g); !error && (word = word_of(g, i)); i++)
		error = add_initrd(g, word);
	return error;
}

/* Of Xen: the first is its kernel, the others are initrds. */
static int run_module(struct grub_cfg *g)
{
	const char *word = word_of(g, first_argument(g));

	if (!g->xen)
		return word ? add_initrd(g, word) : 0;
	g->xen = false;
	return run_kernel(g);
}

/* "+1" and "0+1" are sectors of a disk. */
static int run_chainloader(struct grub_cfg *g)
{
	const char *word = word_of(g, first_argument(g)), *path = word && *word == '(' ? strchr(word, ')') : NULL;

	path = path ? path + 1 : word;
	if (!path || *path == '+' || isdigit((unsigned char)*path))
		return 0;
	g->entry.program = true;
	return set_file(g, &g->entry.kernel, word);
}

/* "set NAME=VALUE", or without the "set" */
static int assign(struct grub_cfg *g, const char *word)
{
	/* What the start of grub.cfg does with this one depends on the version of GRUB that reads it. */
	if (word && strncmp(word, "menuentry_id_option=", 20) == 0)
		return 0;
	return grub_script_assign(&g->script, word);
}

static int run_set(struct grub_cfg *g)
{
	return assign(g, word_of(g, 1));
}

/* What `search` looks for; a name that it is given stands without its option. */
static const struct search_kind {
	const char *option, *letter, *command, *volume;
} search_kinds[] = {
	{ "--fs-uuid", "u", "search.fs_uuid", "UUID=" },         { "--label", "l", "search.fs_label", "LABEL=" },
	{ "--fs-label", "l", "search.fs_label", "LABEL=" },      { "--file", "f", "search.file", "FILE=" },
	{ "--part-uuid", " ", "search.part_uuid", "PARTUUID=" },
};

struct search {
	const char *volume, *name, *variable;
};

static void search_option(struct search *s, const char *word)
{
	if (strncmp(word, "--set=", 6) == 0)
		s->variable = word + 6;
	else if (strcmp(word, "--set") == 0 || strcmp(word, "-s") == 0)
		s->variable = "root";
	for (size_t i = 0; i < ARRAY_SIZE(search_kinds); i++)
		if (strcmp(word, search_kinds[i].option) == 0 ||
		    (word[1] != '-' && strchr(word, *search_kinds[i].letter)))
			s->volume = search_kinds[i].volume;
}

static int search_found(struct grub_cfg *g, const struct search *s)
{
	char volume[VOLUME_MAX];
	int len;

	if (!s->name || !s->variable)
		return 0;
	len = snprintf(volume, sizeof(volume), "%s%s", s->volume, s->name);
	return grub_script_set(&g->script, s->variable, strlen(s->variable),
			       (size_t)len < sizeof(volume) ? volume : "FILE=");
}

/* Names behind the first are hints. */
static int run_search(struct grub_cfg *g)
{
	struct search s = { .volume = "FILE=" };
	const char *word;

	for (size_t i = 1; (word = word_of(g, i)); i++) {
		if (strcmp(word, "--hint") == 0)
			i++;
		else if (*word == '-')
			search_option(&s, word);
		else if (!s.name)
			s.name = word;
	}
	return search_found(g, &s);
}

/* "search.fs_uuid NAME [VARIABLE [HINT...]]" */
static int run_search_kind(struct grub_cfg *g)
{
	struct search s = { "FILE=", word_of(g, 1), word_of(g, 2) };

	for (size_t i = 0; i < ARRAY_SIZE(search_kinds); i++)
		if (strcmp(word_of(g, 0), search_kinds[i].command) == 0)
			s.volume = search_kinds[i].volume;
	if (!s.variable || *s.variable == '-')
		s.variable = "root";
	return search_found(g, &s);
}

static const struct grub_cfg_command {
	const char *name;
	int (*run)(struct grub_cfg *g);
	bool of_entry;
} commands[] = {
	{ "linux", run_kernel, true },
	{ "linuxefi", run_kernel, true },
	{ "linux16", run_kernel, true },
	{ "initrd", run_initrd, true },
	{ "initrdefi", run_initrd, true },
	{ "initrd16", run_initrd, true },
	{ "multiboot", run_hypervisor, true },
	{ "multiboot2", run_hypervisor, true },
	{ "xen_hypervisor", run_hypervisor, true },
	{ "module", run_module, true },
	{ "module2", run_module, true },
	{ "xen_module", run_module, true },
	{ "chainloader", run_chainloader, true },
	{ "set", run_set, false },
	{ "search", run_search, false },
	{ "search.fs_uuid", run_search_kind, false },
	{ "search.fs_label", run_search_kind, false },
	{ "search.file", run_search_kind, false },
	{ "search.part_uuid", run_search_kind, false },
};

static bool is_keyword(const char *word)
{
	static const char *const keywords[] = { "if", "then", "else", "elif", "while", "until", "do", "!" };

	for (size_t i = 0; word && i < ARRAY_SIZE(keywords); i++)
		if (strcmp(word, keywords[i]) == 0)
			return true;
	return false;
}

static int run_command(struct grub_cfg *g)
{
	const char *name;

	for (g->keywords = 0; is_keyword(word_of(g, 0));)
		g->keywords++;
	name = word_of(g, 0);
	if (!name)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(name, commands[i].name) == 0)
			return g->open || !commands[i].of_entry ? commands[i].run(g) : 0;
	return assign(g, name);
}

static int finish_entry(struct grub_cfg *g)
{
	if (!g->open)
		return 0;
	g->open = false;
	return boot_entries_add(g->out, &g->entry);
}

/* Options that have an argument, which is told by `=` or is the next word. */
static bool takes_argument(const char *option)
{
	static const char *const options[] = { "--class", "--users", "--hotkey", "--source", "--id" };

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (strcmp(option, options[i]) == 0)
			return true;
	return strcmp(option, "$menuentry_id_option") == 0;
}

/* The title, and the identifier of an entry that has one. */
static void read_names(const struct grub_cfg *g, const char **title, const char **id)
{
	const char *word;

	*title = *id = NULL;
	for (size_t i = 1; (word = word_of(g, i)); i++) {
		if (takes_argument(word)) {
			bool is_id = strcmp(word, "--id") == 0 || *word == '$';

			word = word_of(g, ++i);
			*id = is_id && word ? word : *id;
		} else if (strncmp(word, "--id=", 5) == 0) {
			*id = word + 5;
		} else if (strncmp(word, "--", 2) != 0 && !*title) {
			*title = word;
		}
	}
}

static int open_entry(struct grub_cfg *g)
{
	struct boot_entry *e = &g->entry;
	const char *title, *id;
	int error = finish_entry(g);

	if (!error)
		error = boot_text_entry(g->text, LOADER_GRUB, g->script.first_line, e);
	if (error)
		return error;
	read_names(g, &title, &id);
	g->open = true;
	g->xen = false;
	e->menu = strdup(g->menu.titles);
	e->title = strdup(title ? title : "");
	e->id = strdup(id ? id : "");
	return e->menu && e->title && e->id ? 0 : -ENOMEM;
}

static int open_menu(struct grub_cfg *g)
{
	const char *title, *id;

	read_names(g, &title, &id);
	boot_menu_enter(&g->menu, title ? title : "");
	return finish_entry(g);
}

static int open_block(struct grub_cfg *g)
{
	static const struct {
		const char *name;
		enum block block;
		int (*open)(struct grub_cfg *g);
	} openers[] = {
		{ "menuentry", BLOCK_ENTRY, open_entry },
		{ "hiddenentry", BLOCK_ENTRY, open_entry },
		{ "submenu", BLOCK_MENU, open_menu },
	};
	unsigned char block = BLOCK_OTHER;
	int error = 0;

	g->keywords = 0;
	for (size_t i = 0; i < ARRAY_SIZE(openers); i++)
		if (word_of(g, 0) && strcmp(word_of(g, 0), openers[i].name) == 0) {
			block = openers[i].block;
			error = openers[i].open(g);
		}
	if (block != BLOCK_OTHER)
		grub_script_enter(&g->script);
	return error ? error : array_add(&g->blocks, &g->n_blocks, &block, sizeof(block));
}

static int close_block(struct grub_cfg *g)
{
	int error = run_command(g);
	enum block block;

	if (error || !g->n_blocks)
		return error;
	block = g->blocks[--g->n_blocks];
	if (block == BLOCK_OTHER)
		return 0;
	grub_script_leave(&g->script);
	if (block == BLOCK_ENTRY)
		return finish_entry(g);
	boot_menu_leave(&g->menu);
	return 0;
}

static void grub_cfg_free(struct grub_cfg *g)
{
	grub_script_free(&g->script);
	boot_entry_free(&g->entry);
	free(g->blocks);
}

int grub_cfg_parse(const struct boot_text *text, struct boot_entries *out)
{
	_cleanup_(grub_cfg_free) struct grub_cfg g = { .text = text, .out = out };
	enum grub_script_end end = SCRIPT_COMMAND;
	int error = 0;

	grub_script_start(&g.script, text->data, text->len);
	while (!error && end != SCRIPT_EOF) {
		error = grub_script_next(&g.script, &end);
		if (error)
			break;
		error = end == SCRIPT_OPEN ? open_block(&g) : end == SCRIPT_CLOSE ? close_block(&g) : run_command(&g);
	}
	return error ? error : finish_entry(&g);
}

/* What else has entries is included by these: 41_custom, grub-btrfs. Fedora once had the menu on the ESP. */
int grub_cfg_read(const struct sysroot *r, const char *base, struct boot_entries *out)
{
	static const char *const files[] = { "grub/grub.cfg", "grub/custom.cfg", "grub/grub-btrfs.cfg",
					     "grub2/grub.cfg", "grub2/custom.cfg" };
	_cleanup_(names_free) struct names names = { 0 };
	char path[PATH_BYTES];
	int error = 0;

	for (size_t i = 0; i < ARRAY_SIZE(files) && !error; i++)
		error = boot_text_read(r, base, files[i], grub_cfg_parse, out);
	if (!error)
		error = boot_text_list(r, base, "EFI", "*", &names, out);
	for (size_t i = 0; i < names.n && !error; i++) {
		snprintf(path, sizeof(path), "EFI/%s/grub.cfg", names.items[i]);
		error = boot_text_read(r, base, path, grub_cfg_parse, out);
	}
	return error;
}
