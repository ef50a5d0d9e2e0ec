/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "undo.h"

#include <unistd.h>

#include "../core/guard.h"
#include "../sys/bind.h"
#include "../sys/errors.h"
#include "../sys/scan.h"
#include "publish.h"
#include "say.h"

struct undoing {
	const struct sysroot *root;
	struct report report;
	struct machine machine;
	struct selector selector;
	bool all; /* no selector was given */
	unsigned done;
	unsigned failed;
};

/* Whether the line is of a function that is to be given back; *index: where it stands in the machine. */
static bool is_meant(const struct undoing *u, const struct report_device *d, int *index)
{
	if (d->outcome != OUTCOME_BOUND || !d->has_address)
		return false;
	*index = machine_by_address(&u->machine, &d->address);
	/* Another device may stand there by now. */
	if (*index < 0 || !identity_equal(&d->identity, &u->machine.devices[*index].identity))
		return u->all;
	return u->all || selector_means(&u->selector, &u->machine, *index);
}

/* What the report says of it from now on. */
static void mark_released(struct undoing *u, struct report_device *d)
{
	d->outcome = OUTCOME_RELEASED;
	d->reason = REASON_OFF;
	snprintf(d->text, sizeof(d->text), "given back by earlybind-init undo");
	u->done++;
}

/* What a hang would leave behind is told before. */
static void give_back(struct undoing *u, struct report_device *d, int index)
{
	char address[ADDRESS_LEN], was[DRIVER_LEN];

	address_print(&d->address, address);
	if (index < 0 || !identity_equal(&d->identity, &u->machine.devices[index].identity)) {
		say(STDOUT_FILENO, "%s: it is not there any more\n", address);
		mark_released(u, d);
		return;
	}
	say(STDOUT_FILENO, "%s: giving it back ...\n", address);
	snprintf(was, sizeof(was), "%s", d->driver);
	bind_release(u->root, &d->address);
	bind_current(u->root, &d->address, d->driver);
	if (d->driver[0] && strcmp(d->driver, was) == 0) {
		say(STDERR_FILENO, "%s: %s still has it\n", address, was);
		u->failed++;
		return;
	}
	if (!d->driver[0])
		bind_announce(u->root, &d->address);
	say(STDOUT_FILENO, "%s: %s%s\n", address,
	    d->driver[0] ? "now has the driver " : "has no driver yet; udev was told of it", d->driver);
	mark_released(u, d);
}

static int undo_all(struct undoing *u)
{
	int index = -1, ret = 0;

	for (size_t i = 0; i < u->report.n_devices; i++)
		if (is_meant(u, &u->report.devices[i], &index))
			give_back(u, &u->report.devices[i], index);
	if (u->done) {
		report_count(&u->report);
		ret = publish_report(u->root, &u->report);
	}
	if (ret < 0)
		say(STDERR_FILENO, "/" REPORT_FILE " cannot be written: %s\n", error_name(ret));
	if (!u->done && !u->failed)
		say(STDOUT_FILENO, "nothing to give back\n");
	return u->failed || ret < 0 ? 1 : 0;
}

int undo(const struct sysroot *r, const char *selector)
{
	struct undoing u = { .root = r, .all = selector == NULL };
	struct syntax_error err;
	int ret;

	if (selector && selector_read(selector, strlen(selector), &u.selector, &err) < 0) {
		say(STDERR_FILENO, "'%s' is no selector: expected %s\n", selector, err.expected);
		return 2;
	}
	ret = published(r, &u.report);
	if (ret < 0) {
		say(STDERR_FILENO, "/" REPORT_FILE " cannot be read: %s\n", error_name(ret));
		return 1;
	}
	ret = scan_machine(r, &u.machine);
	if (ret < 0) {
		say(STDERR_FILENO, "/sys/bus/pci cannot be read: %s\n", error_name(ret));
		return 1;
	}
	return undo_all(&u);
	/* The process ends here: nothing is freed. */
}
