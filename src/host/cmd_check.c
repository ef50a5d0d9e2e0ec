/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules, lock and machine against each other, without changing anything: what would the next boot do? */
#include <unistd.h>

#include "../core/accept.h"
#include "../core/compose.h"
#include "../core/decide.h"
#include "cli.h"
#include "files.h"
#include "json.h"
#include "live.h"

struct checked {
	struct cli *cli;
	struct config config;
	struct plan lock;
	bool lock_broken;
	struct composition composition;
	struct machine machine;
	struct decisions decisions;
	unsigned problems; /* what makes the exit status 1 */
	unsigned unviable;
};

/* The machine as the next boot finds it: no driver has anything yet. */
static void forget_drivers(struct machine *m)
{
	for (size_t i = 0; i < m->n; i++) {
		m->devices[i].driver[0] = '\0';
		m->devices[i].override[0] = '\0';
	}
}

static bool has_serial(const struct plan *lock)
{
	for (size_t i = 0; i < lock->n_cards; i++)
		if (lock->cards[i].serial)
			return true;
	for (size_t i = 0; i < lock->n_guards; i++)
		if (lock->guards[i].serial)
			return true;
	return false;
}

/* The kernel shows the extended configuration space, where serial numbers are, to root alone. */
static int need_root(const struct checked *c)
{
	if (!c->cli->root.live || geteuid() == 0 || !has_serial(&c->lock))
		return 0;
	say_error("the lock has serial numbers, which only root can read: try sudo");
	return -EPERM;
}

static int load(struct checked *c)
{
	struct plan_error err;
	struct cmdline none = { 0 };
	int ret;

	if (config_load(&c->cli->root, &c->config) < 0)
		return -ENOMEM;
	ret = lock_load(&c->cli->root, &c->lock, &err);
	if (ret < 0 && ret != -ENOENT) {
		c->lock_broken = true;
		c->problems++;
		say_error("%s: /%s: %s", reason_word(REASON_LOCK_BROKEN), LOCK_FILE, err.text);
	}
	if (need_root(c) < 0)
		return -EPERM;
	if (compose(&c->config, ret == 0 ? &c->lock : NULL, &c->composition) < 0)
		return -ENOMEM;
	ret = live_machine(c->cli, &c->machine);
	if (ret < 0)
		return ret;
	forget_drivers(&c->machine);
	return decide(&c->composition.plan, &c->machine, &none, &c->decisions);
}

static bool is_bound(const struct checked *c, int device)
{
	for (size_t i = 0; i < c->decisions.n; i++)
		if (c->decisions.items[i].bind && c->decisions.items[i].device == device)
			return true;
	return false;
}

/* VFIO opens a group only when all its endpoints are with vfio or with no driver. */
static void warn_group(struct checked *c, const struct device *bound)
{
	char address[ADDRESS_LEN], other[ADDRESS_LEN];

	for (size_t i = 0; i < c->machine.n; i++) {
		const struct device *d = &c->machine.devices[i];

		if (d->iommu_group < 0 || d->iommu_group != bound->iommu_group || device_is_bridge(&d->identity) ||
		    is_bound(c, (int)i))
			continue;
		say_warning("%s shares IOMMU group %d with %s, which stays with the host: the VM cannot use it until "
			    "that one is bound too, or its driver is unloaded",
			    address_print(&bound->address, address), d->iommu_group, address_print(&d->address, other));
		c->unviable++;
	}
}

static void print_decisions(const struct checked *c)
{
	char address[ADDRESS_LEN], identity[IDENTITY_LEN];

	puts(c->decisions.n ? "The next boot, on this machine as it is:" : "The next boot binds nothing.");
	for (size_t i = 0; i < c->decisions.n; i++) {
		const struct decision *d = &c->decisions.items[i];

		printf("  %s [%.9s] %s%s%s%s%s\n", d->line.has_address ? address_print(&d->line.address, address) : "-",
		       identity_print(&d->line.identity, identity),
		       d->bind ? "bind to " : "refused: ", d->bind ? d->drivers : reason_word(d->reason),
		       *d->line.text ? " (" : "", d->line.text, *d->line.text ? ")" : "");
	}
}

static void print_json(const struct checked *c)
{
	struct json j = { .to = stdout };
	char text[IDENTITY_LEN];

	json_open(&j, NULL, '{');
	json_open(&j, "problems", '[');
	for (size_t i = 0; i < c->config.n_problems; i++) {
		const struct config_problem *p = &c->config.problems[i];

		json_open(&j, NULL, '{');
		json_string(&j, "severity", p->warning ? "warning" : "error");
		json_string(&j, "file", p->file);
		json_number(&j, "line", p->line);
		json_number(&j, "column", p->column);
		json_string(&j, "message", p->message);
		json_string(&j, "hint", p->hint);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_open(&j, "notes", '[');
	for (size_t i = 0; i < c->composition.n_notes; i++) {
		json_open(&j, NULL, '{');
		json_string(&j, "reason", reason_word(c->composition.notes[i].reason));
		json_string(&j, "text", c->composition.notes[i].text);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_open(&j, "devices", '[');
	for (size_t i = 0; i < c->decisions.n; i++) {
		const struct decision *d = &c->decisions.items[i];

		json_open(&j, NULL, '{');
		json_string(&j, "address", d->line.has_address ? address_print(&d->line.address, text) : NULL);
		json_string(&j, "identity", identity_print(&d->line.identity, text));
		json_bool(&j, "bind", d->bind);
		json_string(&j, "reason", d->reason ? reason_word(d->reason) : NULL);
		json_string(&j, "text", d->line.text);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_bool(&j, "lock_broken", c->lock_broken);
	json_close(&j, '}');
	putchar('\n');
}

/* Rules that decide nothing, slots that are no card: what accept would say of the rules today. */
static int warn_rules(struct checked *c)
{
	struct acceptance a;

	if (accept_rules(&c->config, &c->machine, &c->lock, NULL, &a) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < a.n_notes; i++)
		say_warning("%s", a.notes[i].text);
	acceptance_free(&a);
	return 0;
}

static int check(struct checked *c)
{
	config_complain(&c->config);
	c->problems += (unsigned)config_errors(&c->config);
	if (warn_rules(c) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < c->composition.n_notes; i++) {
		const struct report_note *note = &c->composition.notes[i];

		say_warning("%s: %s", reason_word(note->reason), note->text);
		c->problems += note->reason == REASON_NOT_ACCEPTED;
	}
	for (size_t i = 0; i < c->decisions.n; i++) {
		const struct decision *d = &c->decisions.items[i];

		c->problems += !d->bind;
		if (d->bind)
			warn_group(c, &c->machine.devices[d->device]);
	}
	if (c->cli->json)
		print_json(c);
	else
		print_decisions(c);
	return 0;
}

int cmd_check(struct cli *cli)
{
	struct checked c = { .cli = cli };
	int ret;

	if (cli->n_args) {
		say_error("check takes no arguments");
		return EXIT_USAGE;
	}
	ret = load(&c);
	if (ret == 0)
		ret = check(&c);
	if (ret == -ENOMEM)
		say_error("no memory");
	decisions_free(&c.decisions);
	composition_free(&c.composition);
	machine_free(&c.machine);
	plan_free(&c.lock);
	config_free(&c.config);
	return ret < 0 || c.problems ? EXIT_REFUSED : EXIT_DONE;
}
