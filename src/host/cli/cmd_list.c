/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cards of this machine: a table a person chooses from. */
#include <libsmartcols/libsmartcols.h>
#include <locale.h>
#include <unistd.h>

#include "../../core/need.h"
#include "../advice/standing.h"
#include "../lib/json.h"
#include "../lib/printable.h"
#include "../machine/pci_names.h"
#include "../state/files.h"
#include "../state/recall.h"
#include "cli.h"

struct kind {
	const char *word;
	uint32_t class; /* compared under mask */
	uint32_t mask;
};

static const struct kind kinds[] = {
	{ "gpu", 0x030000, 0xff0000 }, { "nvme", 0x010800, 0xffff00 },  { "nic", 0x020000, 0xff0000 },
	{ "usb", 0x0c0300, 0xffff00 }, { "audio", 0x040300, 0xffff00 },
};

enum column { ADDRESS, ID, DRIVER, GROUP, STATE, CLASS, NAME, COLUMNS };

/* In JSON the names are the keys. */
static const struct {
	const char *title;
	const char *key;
	int flags;
} columns[COLUMNS] = {
	[ADDRESS] = { "ADDRESS", "address", 0 },     [ID] = { "ID", "id", 0 },
	[DRIVER] = { "DRIVER", "driver", 0 },        [GROUP] = { "IOMMU", "iommu_group", SCOLS_FL_RIGHT },
	[STATE] = { "STATE", "state", 0 },           [CLASS] = { "CLASS", "class", SCOLS_FL_TRUNC },
	[NAME] = { "NAME", "name", SCOLS_FL_TRUNC },
};

struct listing {
	const struct cli *cli;
	const struct machine *machine; /* as a boot finds it */
	char (*drivers)[DRIVER_LEN];   /* that have the devices now */
	struct standings standings;
	struct pci_names *names;
	struct libscols_table *table;
	const struct kind *kind;
};

static bool is_shown(const struct listing *l, const struct device *d)
{
	if (l->kind)
		return (d->identity.class & l->kind->mask) == l->kind->class;
	return !device_is_bridge(d);
}

/* Only root can read those of the machine: then places and identities have to do. */
static void forget_serials(struct plan *plan)
{
	for (size_t i = 0; i < plan->n_cards; i++)
		plan->cards[i].serial = 0;
	for (size_t i = 0; i < plan->n_guards; i++)
		plan->guards[i].serial = 0;
}

static int forget_drivers(struct listing *l, struct machine *m)
{
	l->drivers = calloc(m->n + 1, sizeof(*l->drivers));
	for (size_t i = 0; l->drivers && i < m->n; i++)
		memcpy(l->drivers[i], m->devices[i].driver, DRIVER_LEN);
	next_boot_forget_drivers(m);
	return l->drivers ? 0 : -ENOMEM;
}

/* Of all that is neither locked nor selected: what would `add` say of it? */
static int ask(struct standings *s)
{
	const struct machine *m = &s->boot->machine;
	int *devices = calloc(m->n + 1, sizeof(*devices)), ret = -ENOMEM;
	size_t n = 0;

	for (int i = 0; devices && i < (int)m->n; i++)
		if (!standing_is_locked(s, i) && !standing_line(s, i))
			devices[n++] = i;
	if (devices)
		ret = standings_ask(s, devices, n);
	free(devices);
	return ret;
}

struct state {
	char text[160];
	size_t len;
};

static void add_word(struct state *s, const char *word)
{
	if (s->len < sizeof(s->text))
		s->len += (size_t)snprintf(s->text + s->len, sizeof(s->text) - s->len, "%s%s", s->len ? " " : "", word);
}

/* "display" is any that would be the last; "boot-display" that of the firmware or the console. */
static bool shows_boot(const struct machine *m, int i)
{
	struct card card = card_with(m, i);

	for (unsigned k = 0; k < card.n; k++)
		if (m->devices[card.member[k]].boot_display)
			return true;
	return false;
}

/* Why the host has to keep it: what refuses it, and what was accepted all the same. */
static reason_set kept_for(const struct listing *l, int i)
{
	const struct accept_line *line = standing_line(&l->standings, i);
	reason_set set = line ? line->refusing : 0;

	if (standing_is_locked(&l->standings, i))
		set |= standing_decision(&l->standings, i)->refusing;
	for (size_t k = 0; k < l->machine->host.n_needs; k++)
		if (l->machine->host.needs[k].device == i && !l->machine->host.needs[k].route)
			set |= REASON_BIT(l->machine->host.needs[k].reason);
	if (l->machine->devices[i].boot_display)
		set |= REASON_BIT(REASON_DISPLAY);
	return set;
}

/* How a rule has it: "locked" and the like; NULL: none has it. */
static const char *word_of_rule(const struct listing *l, int i)
{
	const struct accept_line *line = standing_line(&l->standings, i);

	if (standing_is_locked(&l->standings, i))
		return "locked";
	if (standing_is_entry(&l->standings, i) || (!line && !standing_decision(&l->standings, i)))
		return "not-found";
	if (standing_decision(&l->standings, i))
		return standing_decision(&l->standings, i)->bind ? "selected" : NULL;
	return standing_of(&l->standings, i) == STANDING_WAITING ? reason_word(REASON_NOT_ACCEPTED) : NULL;
}

/* "locked boot-display boot-disk": a word each. */
static const char *state_print(const struct listing *l, int i, struct state *s)
{
	const char *rule = word_of_rule(l, i);
	reason_set kept = kept_for(l, i);

	*s = (struct state){ .len = 0 };
	if (rule)
		add_word(s, rule);
	for (unsigned r = 1; r < REASON_COUNT; r++)
		if (kept & REASON_BIT(r))
			add_word(s, r == REASON_DISPLAY && shows_boot(l->machine, i) ? "boot-display" : reason_word(r));
	return s->text;
}

/* What stands in each column; "" for none. */
static void fill_cells(const struct listing *l, const struct device *d, char cells[COLUMNS][DEVICE_NAME_LEN])
{
	int i = (int)(d - l->machine->devices);
	char identity[IDENTITY_LEN];
	struct state state;

	address_print(&d->address, cells[ADDRESS]);
	snprintf(cells[ID], DEVICE_NAME_LEN, "%.9s", identity_print(&d->identity, identity));
	snprintf(cells[DRIVER], DEVICE_NAME_LEN, "%s", l->drivers[i]);
	*cells[GROUP] = '\0';
	if (d->iommu_group >= 0)
		snprintf(cells[GROUP], DEVICE_NAME_LEN, "%d", d->iommu_group);
	snprintf(cells[STATE], DEVICE_NAME_LEN, "%s", state_print(l, i, &state));
	pci_names_class(l->names, &d->identity, cells[CLASS]);
	pci_names_device(l->names, &d->identity, cells[NAME]);
}

static int add_row(struct listing *l, const struct device *d)
{
	struct libscols_line *line = scols_table_new_line(l->table, NULL);
	char cells[COLUMNS][DEVICE_NAME_LEN], cell[PRINTABLE_MAX * DEVICE_NAME_LEN];

	fill_cells(l, d, cells);
	for (size_t i = 0; i < COLUMNS; i++)
		if (!line || scols_line_set_data(line, i, printable_cell(cells[i], cell, sizeof(cell))) != 0)
			return -ENOMEM;
	return 0;
}

static int fill(struct listing *l)
{
	for (size_t i = 0; i < COLUMNS; i++)
		if (!scols_table_new_column(l->table, columns[i].title, 0, columns[i].flags))
			return -ENOMEM;
	for (size_t i = 0; i < l->machine->n; i++)
		if (is_shown(l, &l->machine->devices[i]) && add_row(l, &l->machine->devices[i]) < 0)
			return -ENOMEM;
	return 0;
}

/* libsmartcols escapes what is no letter as say() does: letters are those of the locale. */
static int print_table(struct listing *l)
{
	int ret;

	setlocale(LC_CTYPE, "C.UTF-8");
	l->table = scols_new_table();
	ret = l->table ? fill(l) : -ENOMEM;
	if (ret == 0 && scols_table_is_empty(l->table))
		puts("No such device.");
	else if (ret == 0)
		scols_print_table(l->table);
	scols_unref_table(l->table);
	return ret;
}

static void json_row(const struct listing *l, const struct device *d, struct json *j)
{
	char cells[COLUMNS][DEVICE_NAME_LEN];

	fill_cells(l, d, cells);
	json_open(j, NULL, '{');
	for (size_t i = 0; i < COLUMNS; i++)
		if (i == GROUP && *cells[i])
			json_number(j, columns[i].key, (unsigned long)d->iommu_group);
		else
			json_string(j, columns[i].key, cells[i]);
	json_close(j, '}');
}

static void print_json(const struct listing *l)
{
	struct json j = { .to = stdout };

	json_begin(&j);
	json_open(&j, "devices", '[');
	for (size_t i = 0; i < l->machine->n; i++)
		if (is_shown(l, &l->machine->devices[i]))
			json_row(l, &l->machine->devices[i], &j);
	json_close(&j, ']');
	json_end(&j);
}

static int print(struct listing *l)
{
	int ret = 0;

	l->names = cli_names(l->cli);
	if (l->cli->json)
		print_json(l);
	else
		ret = print_table(l);
	pci_names_close(l->names);
	return ret;
}

static const struct kind *find_kind(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strcmp(kinds[i].word, word) == 0)
			return &kinds[i];
	return NULL;
}

/* How the machine stands with this config and lock. */
static int list(struct listing *l, const struct config *config, const struct plan *lock, struct machine *m)
{
	struct next_boot boot = { 0 };
	int ret = forget_drivers(l, m);

	if (ret == 0)
		ret = next_boot_of(config, lock, m, &boot);
	if (ret == 0) {
		l->machine = &boot.machine;
		ret = standings_make(&boot, &l->standings);
	}
	if (ret == 0)
		ret = ask(&l->standings);
	if (ret == 0)
		ret = print(l);
	standings_free(&l->standings);
	next_boot_release(&boot);
	free(l->drivers);
	return ret;
}

int cmd_list(struct cli *cli)
{
	char place[16];
	struct config config;
	struct machine machine;
	struct plan_error err;
	struct plan lock;
	struct listing l = { .cli = cli };
	int ret;

	if (cli->n_args)
		l.kind = find_kind(cli->args[0]);
	if (cli->n_args > 1 || (cli->n_args && !l.kind)) {
		say_error(cli->n_args > 1 ? "list takes one kind: gpu, nvme, nic, usb or audio"
					  : "list what? gpu, nvme, nic, usb or audio");
		return EXIT_USAGE;
	}
	if (cli_machine(cli, &machine) < 0)
		return EXIT_REFUSED;
	ret = lock_load(&cli->root, &lock, &err);
	if (ret < 0 && ret != -ENOENT)
		say_warning("/%s%s: %s", LOCK_FILE, error_place(&err, place), err.text);
	if (cli->root.live && geteuid() != 0)
		forget_serials(&lock);
	ret = config_load(&cli->root, &config);
	if (ret == 0)
		ret = list(&l, &config, &lock, &machine);
	if (ret < 0)
		say_error("no memory");
	config_free(&config);
	plan_free(&lock);
	machine_free(&machine);
	return ret < 0 ? EXIT_REFUSED : EXIT_DONE;
}
