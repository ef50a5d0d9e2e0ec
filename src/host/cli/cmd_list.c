/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cards of this machine: a table a person chooses from. */
#include <libsmartcols/libsmartcols.h>
#include <unistd.h>

#include "../../core/compose.h"
#include "../../core/decide.h"
#include "../../core/guard.h"
#include "../../core/need.h"
#include "../lib/json.h"
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
	const struct machine *machine;
	bool *locked; /* a flag a device */
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

/*
 * Marks what the next boot takes for a card of the lock, whatever it then does with it: what stands in the place of one
 * may be another of its kind.
 */
static int mark_locked(struct listing *l, const struct composition *made)
{
	static const reason_set others = REASON_BIT(REASON_OTHER_DEVICE) | REASON_BIT(REASON_AMBIGUOUS);
	struct cmdline none = { 0 };
	struct decisions d;

	if (decide(&made->plan, l->machine, &none, &d) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < d.n; i++) {
		const struct decision *one = &d.items[i];

		if (one->device >= 0 && one->card < made->plan.n_cards && !made->plan.cards[one->card].open)
			l->locked[one->device] = !(one->refusing & others);
	}
	decisions_free(&d);
	return 0;
}

static int find_locked(struct listing *l, const struct plan *lock)
{
	struct composition made;
	struct config config;
	int ret;

	l->locked = calloc(l->machine->n + 1, sizeof(*l->locked));
	if (!l->locked || config_load(&l->cli->root, &config) < 0)
		return -ENOMEM;
	ret = compose(&config, lock, &made);
	if (ret == 0) {
		if (l->cli->root.live && geteuid() != 0)
			forget_serials(&made.plan);
		ret = mark_locked(l, &made);
		composition_free(&made);
	}
	config_free(&config);
	return ret;
}

/* "locked boot-display boot-disk": a word each. */
static void print_state(const struct listing *l, const struct device *d, char *buf, size_t size)
{
	static const enum reason reasons[] = { REASON_BOOT_DISK, REASON_IN_USE };
	size_t used = (size_t)snprintf(buf, size, "%s%s", l->locked[d - l->machine->devices] ? " locked" : "",
				       d->boot_display ? " boot-display" : "");

	for (size_t i = 0; i < l->machine->n_needs; i++)
		for (size_t k = 0; k < ARRAY_SIZE(reasons) && used < size; k++)
			if (l->machine->needs[i].device == (int)(d - l->machine->devices) &&
			    l->machine->needs[i].reason == reasons[k])
				used += (size_t)snprintf(buf + used, size - used, " %s", reason_word(reasons[k]));
}

/* What stands in each column; "" for none. */
static void fill_cells(const struct listing *l, const struct device *d, char cells[COLUMNS][DEVICE_NAME_LEN])
{
	char identity[IDENTITY_LEN], state[64];

	print_state(l, d, state, sizeof(state));
	address_print(&d->address, cells[ADDRESS]);
	snprintf(cells[ID], DEVICE_NAME_LEN, "%.9s", identity_print(&d->identity, identity));
	snprintf(cells[DRIVER], DEVICE_NAME_LEN, "%s", d->driver);
	*cells[GROUP] = '\0';
	if (d->iommu_group >= 0)
		snprintf(cells[GROUP], DEVICE_NAME_LEN, "%d", d->iommu_group);
	snprintf(cells[STATE], DEVICE_NAME_LEN, "%s", *state ? state + 1 : state);
	pci_names_class(l->names, &d->identity, cells[CLASS]);
	pci_names_device(l->names, &d->identity, cells[NAME]);
}

static int add_row(struct listing *l, const struct device *d)
{
	struct libscols_line *line = scols_table_new_line(l->table, NULL);
	char cells[COLUMNS][DEVICE_NAME_LEN];

	fill_cells(l, d, cells);
	for (size_t i = 0; i < COLUMNS; i++)
		if (!line || scols_line_set_data(line, i, cells[i]) != 0)
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

static int print_table(struct listing *l)
{
	int ret;

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

	l->names = pci_names_open(&l->cli->root);
	if (l->cli->json)
		print_json(l);
	else
		ret = print_table(l);
	pci_names_close(l->names);
	if (ret < 0)
		say_error("no memory for the table");
	return ret < 0 ? EXIT_REFUSED : EXIT_DONE;
}

static const struct kind *find_kind(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strcmp(kinds[i].word, word) == 0)
			return &kinds[i];
	return NULL;
}

int cmd_list(struct cli *cli)
{
	char place[16];
	struct machine machine;
	struct plan_error err;
	struct plan lock;
	struct listing l = { .cli = cli, .machine = &machine };
	int ret;

	if (cli->n_args)
		l.kind = find_kind(cli->args[0]);
	if (cli->n_args > 1 || (cli->n_args && !l.kind)) {
		say_error(cli->n_args > 1 ? "list takes one kind: gpu, nvme, nic, usb or audio"
					  : "list what? gpu, nvme, nic, usb or audio");
		return EXIT_USAGE;
	}
	if (recall_machine(&cli->root, &machine) < 0)
		return EXIT_REFUSED;
	ret = lock_load(&cli->root, &lock, &err);
	if (ret < 0 && ret != -ENOENT)
		say_warning("/%s%s: %s", LOCK_FILE, error_place(&err, place), err.text);
	ret = find_locked(&l, &lock);
	if (ret < 0)
		say_error("no memory");
	ret = ret < 0 ? EXIT_REFUSED : print(&l);
	free(l.locked);
	plan_free(&lock);
	machine_free(&machine);
	return ret;
}
