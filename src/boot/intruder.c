/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "intruder.h"

#include "../sys/bind.h"

#define DRIVERS "sys/bus/pci/drivers"

/* The decision of each device, counted from 1; 0: there is none. NULL: no memory. */
static size_t *decisions_by_device(const struct work *w)
{
	size_t *decided = calloc(w->machine.n + 1, sizeof(*decided));

	for (size_t i = 0; decided && i < w->decisions.n; i++) {
		const struct decision *d = &w->decisions.items[i];

		/* Of two for one device, that of the entry which has it. */
		if (d->device >= 0 && (!decided[d->device] || d->line.outcome == OUTCOME_BOUND))
			decided[d->device] = i + 1;
	}
	return decided;
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
static void release(struct work *w, int index, size_t decided, const char *driver)
{
	struct device *dev = &w->machine.devices[index];
	struct decision *d = decided ? &w->decisions.items[decided - 1] : NULL;
	struct message m = { .kind = d ? MESSAGE_RESULT : MESSAGE_DEVICE, .index = (unsigned)decided - 1 };
	struct report_device *line = &m.device;
	bool still;

	*line = d ? d->line : line_of(dev);
	work_step(w, "unbinding what %s took by itself", driver);
	still = bind_unbind(w->root, &dev->address, driver) < 0;
	bind_current(w->root, &dev->address, line->driver);
	still = still && strcmp(line->driver, driver) == 0;
	snprintf(line->text, sizeof(line->text), "%s took it by itself%s%s, and %s", driver,
		 d && d->reason ? ", though refused " : "", d && d->reason ? reason_word(d->reason) : "",
		 still ? "could not be unbound" : "was unbound again");
	line->outcome = still ? OUTCOME_BOUND : OUTCOME_RELEASED;
	line->reason = REASON_BOUND_BY_KERNEL;
	if (d)
		d->line = *line;
	memcpy(dev->driver, line->driver, sizeof(dev->driver));
	work_tell(w, &m);
}

static void look_at(struct work *w, const char *driver, const size_t *decided)
{
	char path[sizeof(DRIVERS) + DRIVER_LEN];
	struct address address;
	struct names names;

	snprintf(path, sizeof(path), DRIVERS "/%s", driver);
	if (sysroot_list(w->root, path, &names) < 0)
		return; /* it is not registered */
	for (size_t i = 0; i < names.n; i++) {
		int index =
			address_parse(names.items[i], &address) == 0 ? machine_by_address(&w->machine, &address) : -1;

		if (index < 0 || strcmp(w->machine.devices[index].driver, driver) == 0)
			continue;
		if (!decided[index] || w->decisions.items[decided[index] - 1].line.outcome != OUTCOME_BOUND)
			release(w, index, decided[index], driver);
	}
	names_free(&names);
}

/* The drivers of all rules, each once. */
static int target_drivers(const struct plan *p, struct names *out)
{
	char driver[DRIVER_LEN];

	for (size_t i = 0; i < p->n_rules; i++)
		for (const char *list = p->rules[i].driver; (list = rule_driver_next(list, driver));) {
			size_t k = 0;

			while (k < out->n && strcmp(out->items[k], driver) != 0)
				k++;
			if (k == out->n && names_add(out, driver) < 0)
				return -ENOMEM;
		}
	return 0;
}

void intruders_release(struct work *w)
{
	size_t *decided = decisions_by_device(w);
	struct names drivers = { 0 };

	work_step(w, "reading the drivers' devices again");
	if (!decided || target_drivers(&w->plan, &drivers) < 0)
		work_note(w, REASON_BOUND_BY_KERNEL, "no memory to look for what was taken by itself");
	for (size_t i = 0; decided && i < drivers.n; i++)
		look_at(w, drivers.items[i], decided);
	names_free(&drivers);
	free(decided);
}
