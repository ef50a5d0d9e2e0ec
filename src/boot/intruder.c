/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "intruder.h"

#include "../sys/bind.h"

#define DRIVERS "sys/bus/pci/drivers"

/* NULL: the plan does not name the device. Of two for one device, that of the entry which has it. */
static struct decision *decision_of(const struct work *w, int device)
{
	struct decision *found = NULL;

	for (size_t i = 0; i < w->decisions.n; i++) {
		struct decision *d = &w->decisions.items[i];

		if (d->device == device && (!found || d->line.outcome == OUTCOME_BOUND))
			found = d;
	}
	return found;
}

/* A line for a device that the plan does not name. */
static struct report_device line_of(const struct device *dev)
{
	struct report_device line = { .has_address = true,
				      .address = dev->address,
				      .root = dev->root,
				      .path = dev->path,
				      .identity = dev->identity };

	return line;
}

/*
 * It is not probed again: a leftover ID would have it bound again, and the host's driver takes it when it is loaded.
 */
static void release(struct work *w, int index, const char *driver)
{
	struct device *dev = &w->machine.devices[index];
	struct decision *d = decision_of(w, index);
	struct message m = { .kind = d ? MESSAGE_RESULT : MESSAGE_DEVICE };
	bool failed;

	if (d && d->line.outcome == OUTCOME_BOUND)
		return; /* it is to be bound */
	m.device = d ? d->line : line_of(dev);
	m.index = d ? (unsigned)(d - w->decisions.items) : 0;
	work_step(w, "unbinding what %s took by itself", driver);
	failed = bind_unbind(w->root, &dev->address, driver) < 0;
	bind_current(w->root, &dev->address, m.device.driver);
	failed = failed && strcmp(m.device.driver, driver) == 0;
	snprintf(m.device.text, sizeof(m.device.text), "%s took it by itself%s", driver, failed ? " and keeps it" : "");
	m.device.outcome = failed ? OUTCOME_BOUND : OUTCOME_RELEASED;
	m.device.reason = REASON_BOUND_BY_KERNEL;
	memcpy(dev->driver, m.device.driver, sizeof(dev->driver));
	work_tell(w, &m);
}

struct looked_at {
	struct work *work;
	const char *driver;
};

/* What we bound ourselves has its driver in the machine's picture, as what had it before. */
static int look_at(void *self, const char *name)
{
	const struct looked_at *l = self;
	const struct machine *m = &l->work->machine;
	struct address address;
	int index = address_parse(name, &address) == 0 ? machine_by_address(m, &address) : -1;

	if (index >= 0 && strcmp(m->devices[index].driver, l->driver) != 0)
		release(l->work, index, l->driver);
	return 0;
}

static void look_at_driver(struct work *w, const char *driver)
{
	char path[sizeof(DRIVERS) + DRIVER_LEN];

	snprintf(path, sizeof(path), DRIVERS "/%s", driver);
	if (sysroot_each(w->root, path, look_at, &(struct looked_at){ w, driver }) < 0)
		return; /* it is not registered */
}

/* Whether a rule before this one asks for the same drivers: nearly always all do. */
static bool was_listed(const struct plan *p, size_t rule)
{
	for (size_t i = 0; i < rule; i++)
		if (strcmp(p->rules[i].driver, p->rules[rule].driver) == 0)
			return true;
	return false;
}

void intruders_release(struct work *w)
{
	const struct plan *p = &w->plan;
	char driver[DRIVER_LEN];

	work_step(w, "reading the drivers' devices again");
	for (size_t i = 0; i < p->n_rules; i++) {
		const char *list = was_listed(p, i) ? "" : p->rules[i].driver;

		while ((list = rule_driver_next(list, driver)))
			look_at_driver(w, driver);
	}
}
