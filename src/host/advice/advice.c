/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "advice_run.h"

#include "../../sys/bind.h"

/* A patch that some kernels carry. */
static int advise_acs(struct adviser *a)
{
	static const char word[] = "pcie_acs_override=";
	char cmdline[4096];
	const char *at;

	if (sysroot_read(a->root, "proc/cmdline", cmdline, sizeof(cmdline)) < 0)
		return 0;
	at = strstr(cmdline, word);
	if (!at || (at != cmdline && at[-1] != ' '))
		return 0;
	return row_say(
		row_add(a->out, ROW_ACS, NULL),
		"%s on the kernel command line splits IOMMU groups that the hardware does not keep apart: devices of "
		"one real group can reach each other's memory, the host's and the virtual machine's",
		word);
}

/* IOMMU groups, by their numbers. */
struct groups {
	const struct machine *machine;
	struct chains chains; /* devices */
	bool *bound;          /* a flag a device */
	bool *told;           /* the group was, of its first device */
};

static int groups_make(struct groups *g, const struct adviser *a)
{
	*g = (struct groups){ .machine = a->machine,
			      .bound = next_boot_bound(a->boot),
			      .told = calloc(a->machine->n + 1, sizeof(*g->told)) };
	if (!g->bound || !g->told || chains_make(&g->chains, a->machine->n) < 0)
		return -ENOMEM;
	for (int i = (int)a->machine->n; i--;)
		chains_add(&g->chains, i, (uint64_t)a->machine->devices[i].iommu_group);
	return 0;
}

static void groups_free(struct groups *g)
{
	chains_free(&g->chains);
	free(g->told);
	free(g->bound);
}

/* The next device of the group behind `after`, -1: the first; -1: no other. */
static int groups_next(const struct groups *g, int group, int after)
{
	int i = after < 0 ? chains_first(&g->chains, (uint64_t)group) : g->chains.next[after];

	while (i >= 0 && g->machine->devices[i].iommu_group != group)
		i = g->chains.next[i];
	return i;
}

/* Whether a bound function is the first of its group, in the order of the plan. */
static bool groups_is_news(struct groups *g, int group)
{
	int first = group < 0 ? -1 : groups_next(g, group, -1);

	if (first < 0 || g->told[first])
		return false;
	g->told[first] = true;
	return true;
}

/*
 * Whether what has this driver leaves its group to vfio. Since 6.0 those with .driver_managed_dma do
 * (drivers/pci/pcie/portdrv.c, drivers/pci/pci-stub.c), whatever the header; before, what is no endpoint did, too.
 */
static bool shares_group(const char *driver)
{
	return !*driver || strcmp(driver, "pcieport") == 0 || strcmp(driver, "pci-stub") == 0;
}

/* What of a group stays with the host and has a driver. */
struct others {
	const struct device *first, *bridge; /* or NULL */
	unsigned n;
	char driver[DRIVER_LEN]; /* of the bridge */
	char names[300];
};

/* The drivers of now. What struct next_boot has for them are those of the next boot. */
static void find_others(const struct adviser *a, const struct groups *g, int group, struct others *out)
{
	memset(out, 0, sizeof(*out));
	for (int i = -1; (i = groups_next(g, group, i)) >= 0;) {
		const struct device *d = &a->machine->devices[i];
		char address[ADDRESS_LEN], driver[DRIVER_LEN];
		size_t len = strlen(out->names);

		if (g->bound[i])
			continue;
		bind_current(a->root, &d->address, driver);
		if (shares_group(driver))
			continue;
		out->first = out->n++ ? out->first : d;
		snprintf(out->names + len, sizeof(out->names) - len, "%s%s (%s)", len ? ", " : "",
			 address_print(&d->address, address), driver);
		if (!device_is_bridge(d) || out->bridge)
			continue;
		out->bridge = d;
		snprintf(out->driver, sizeof(out->driver), "%s", driver);
	}
}

/* No bridge can be bound to vfio-pci. The first of them is told of. */
static void bridge_step(const struct others *others, char *buf, size_t size)
{
	char address[ADDRESS_LEN];

	*buf = '\0';
	if (!others->bridge)
		return;
	address_print(&others->bridge->address, address);
	if (device_is_isa_bridge(others->bridge))
		snprintf(buf, size,
			 ". %s is a bridge: `earlybind add %s driver=pci-stub` keeps %s off it, or blacklist %s",
			 address, address, others->driver, others->driver);
	else
		snprintf(buf, size, ". %s is a bridge: blacklist %s", address, others->driver);
}

/* VFIO opens a group only when all in it is with vfio, with no driver, or with one that does no DMA of its own. */
static int advise_group(struct adviser *a, const struct groups *g, const struct device *bound)
{
	char address[ADDRESS_LEN], step[200];
	struct others others;

	find_others(a, g, bound->iommu_group, &others);
	if (!others.n)
		return 0;
	bridge_step(&others, step, sizeof(step));
	return row_say(
		row_add(a->out, ROW_GROUP, &others.first->address),
		"%s shares IOMMU group %d with %s, which %s with the host: the VM cannot use it until %s bound too, or "
		"%s unloaded%s",
		address_print(&bound->address, address), bound->iommu_group, others.names,
		others.n == 1 ? "stays" : "stay", others.n == 1 ? "that one is" : "they are",
		others.n == 1 ? "its driver is" : "their drivers are", step);
}

static int advise_groups(struct adviser *a)
{
	struct groups g _cleanup_(groups_free);
	int ret = groups_make(&g, a);

	for (size_t i = 0; i < a->decisions->n && ret == 0; i++) {
		const struct decision *d = &a->decisions->items[i];
		const struct device *bound = d->bind ? &a->machine->devices[d->device] : NULL;

		if (bound && groups_is_news(&g, bound->iommu_group))
			ret = advise_group(a, &g, bound);
	}
	return ret;
}

static int (*const advisers[])(struct adviser *a) = {
	[ROW_IOMMU] = advise_iommu,
	[ROW_ACS] = advise_acs,
	[ROW_GROUP] = advise_groups,
	[ROW_REGION] = advise_regions,
	[ROW_OVERRIDE] = advise_overrides,
	[ROW_DRIFT] = advise_drift,
	[ROW_VM] = advise_vms,
};

int advise(const struct sysroot *root, const struct next_boot *boot, unsigned kinds, struct rows *out)
{
	struct adviser a = { root, boot, &boot->composition.plan, &boot->machine, &boot->decisions, out };
	int ret = 0;

	memset(out, 0, sizeof(*out));
	for (unsigned i = 0; i < ARRAY_SIZE(advisers) && ret == 0; i++)
		if (kinds & 1u << i)
			ret = advisers[i](&a);
	if (ret < 0)
		rows_free(out);
	return ret;
}

const struct row *advice_of_card(const struct rows *advices, size_t card)
{
	for (size_t i = 0; i < advices->n; i++)
		if (advices->items[i].kind == ROW_DRIFT && advices->items[i].card == (int)card)
			return &advices->items[i];
	return NULL;
}
