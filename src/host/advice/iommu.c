/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "advice_run.h"

#include <ctype.h>

#define CPUINFO_MAX (1u << 20)

/* How each kind of processor is told, and its IOMMU switched on. */
static const struct maker {
	const char *cpu;      /* a line of /proc/cpuinfo starts so, blanks left out */
	const char *table;    /* the ACPI table by which the firmware announces the IOMMU */
	const char *firmware; /* what the setup calls it */
	const char *word;     /* the kernel's for it, which =on switches on if it leaves it off; NULL: none */
} makers[] = {
	{ "vendor_id:GenuineIntel", "DMAR", "VT-d (Intel Virtualization Technology for Directed I/O)", "intel_iommu" },
	{ "vendor_id:AuthenticAMD", "IVRS", "IOMMU or AMD-Vi (often below AMD CBS, NBIO; SVM is another option)",
	  NULL },
	{ "vendor_id:HygonGenuine", "IVRS", "IOMMU or AMD-Vi", NULL },
	{ "CPUimplementer:", "IORT", "SMMU", NULL },
};

/* drivers/iommu/intel/iommu.c, amd/init.c, arch/x86/kernel/pci-dma.c: words that switch it off. */
static const char *const off_words[] = { "iommu", "intel_iommu", "amd_iommu" };

static bool has_line(const char *text, const char *start)
{
	for (const char *line = text; line; line = strchr(line, '\n')) {
		const char *want = start;

		line += *line == '\n';
		for (const char *s = line; *want && *s && *s != '\n'; s++) {
			if (*s == ' ' || *s == '\t')
				continue;
			if (*s != *want)
				break;
			want++;
		}
		if (!*want)
			return true;
	}
	return false;
}

/* NULL: another. */
static const struct maker *find_maker(const struct sysroot *r)
{
	const struct maker *found = NULL;
	char *text;
	size_t len;

	if (sysroot_read_all(r, "proc/cpuinfo", CPUINFO_MAX, &text, &len) < 0)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(makers) && !found; i++)
		if (has_line(text, makers[i].cpu))
			found = &makers[i];
	free(text);
	return found;
}

/* Whether the kernel's command line has the word with this value, of several divided by commas: intel_iommu=on,sm_on.
 */
static bool has_word(const char *cmdline, const char *word, const char *value)
{
	size_t len = strlen(word), size = strlen(value);

	for (const char *s = cmdline; (s = strstr(s, word)); s += len) {
		if ((s != cmdline && s[-1] != ' ') || s[len] != '=')
			continue;
		for (const char *v = s + len; *v == '=' || *v == ','; v += strcspn(v, ", \n"))
			if (strncmp(++v, value, size) == 0 && strchr(", \n", v[size]))
				return true;
	}
	return false;
}

/* What is known of this machine's. */
struct iommu {
	const struct sysroot *root;
	char cmdline[4096];
};

static bool is_off_by_word(const struct iommu *x, struct iommu_finding *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(off_words); i++)
		if (has_word(x->cmdline, off_words[i], "off")) {
			snprintf(out->step, sizeof(out->step), "remove %s=off from the kernel command line",
				 off_words[i]);
			return true;
		}
	return false;
}

/* The hypervisor has it, and shows it to no guest and not to dom0 either (drivers/xen/xen-pciback). */
static bool is_xen(const struct sysroot *r)
{
	char type[8];

	return sysroot_exists(r, "proc/xen/capabilities") ||
	       (sysroot_read(r, "sys/hypervisor/type", type, sizeof(type)) >= 0 && strncmp(type, "xen", 3) == 0);
}

static void find_xen(const struct device *d, struct iommu_finding *out)
{
	char address[ADDRESS_LEN] = "0000:BB:DD.F";

	if (d)
		address_print(&d->address, address);
	snprintf(out->what, sizeof(out->what),
		 "this is Xen, whose hypervisor has the IOMMU: no device has an IOMMU group, and vfio-pci can bind "
		 "nothing");
	snprintf(out->step, sizeof(out->step),
		 "Xen keeps a device for its guests by xen-pciback.hide=(%s) on the kernel command line", address);
}

static void find_off(const struct iommu *x, struct iommu_finding *out)
{
	const struct maker *maker;
	char table[64];

	snprintf(out->what, sizeof(out->what),
		 "no device has an IOMMU group: the IOMMU is off, and vfio-pci can bind nothing");
	if (is_off_by_word(x, out))
		return;
	maker = find_maker(x->root);
	if (!maker) {
		snprintf(out->step, sizeof(out->step), "switch it on in the firmware setup");
		return;
	}
	snprintf(table, sizeof(table), "sys/firmware/acpi/tables/%s", maker->table);
	if (!sysroot_exists(x->root, table))
		snprintf(out->step, sizeof(out->step), "switch on %s in the firmware setup%s%s%s", maker->firmware,
			 maker->word ? ", and write " : "", maker->word ? maker->word : "",
			 maker->word ? "=on on the kernel command line" : "");
	else if (maker->word && !has_word(x->cmdline, maker->word, "on"))
		snprintf(out->step, sizeof(out->step), "the firmware has it on: write %s=on on the kernel command line",
			 maker->word);
	else
		snprintf(out->step, sizeof(out->step),
			 "the firmware announces one: the kernel log says why it is not used (`journalctl -k -b`)");
}

/* Which the kernel can leave out (drivers/iommu/intel/iommu.c: init_no_remapping_devices). */
static bool is_intel_graphics(const struct device *d)
{
	return d->identity.vendor == 0x8086 && class_base(d->identity.class) == 0x03 && d->path.hops == 1;
}

/* Debian's kernels leave it out, too, where the command line does not say intel_iommu=on (intgpu_off is theirs). */
static void find_graphics(const struct iommu *x, struct iommu_finding *out)
{
	static const char *const words[] = { "igfx_off", "intgpu_off" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (has_word(x->cmdline, "intel_iommu", words[i])) {
			snprintf(out->what, sizeof(out->what), "%s of intel_iommu= leaves out the integrated GPU",
				 words[i]);
			snprintf(out->step, sizeof(out->step), "remove %s from the kernel command line, and reboot",
				 words[i]);
			return;
		}
	snprintf(out->what, sizeof(out->what), "the IOMMU leaves out the integrated GPU");
	if (has_word(x->cmdline, "intel_iommu", "on"))
		snprintf(out->step, sizeof(out->step), "the kernel log says why (`journalctl -k -b`)");
	else
		snprintf(out->step, sizeof(out->step),
			 "write intel_iommu=on on the kernel command line, and reboot: some kernels need it for that");
}

static void find_one(const struct iommu *x, const struct device *d, struct iommu_finding *out)
{
	if (class_sub(d->identity.class) == 0x0806) {
		snprintf(out->what, sizeof(out->what), "it is the IOMMU itself");
		snprintf(out->step, sizeof(out->step), "no virtual machine can have it");
	} else if (is_intel_graphics(d)) {
		find_graphics(x, out);
	} else {
		snprintf(out->what, sizeof(out->what),
			 "the IOMMU is on, but the firmware's tables leave this device out");
		snprintf(out->step, sizeof(out->step),
			 "look in the kernel log for it (`journalctl -k -b`); a firmware update may list it");
	}
}

static bool is_on(const struct machine *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->devices[i].iommu_group >= 0)
			return true;
	return false;
}

void iommu_find(const struct sysroot *r, const struct machine *m, const struct device *d, struct iommu_finding *out)
{
	struct iommu x = { .root = r };

	if (sysroot_read(r, "proc/cmdline", x.cmdline, sizeof(x.cmdline)) < 0)
		x.cmdline[0] = '\0';
	if (is_on(m) && d)
		find_one(&x, d, out);
	else if (is_xen(r))
		find_xen(d, out);
	else
		find_off(&x, out);
}

static int say(struct adviser *a, const struct device *d, bool all)
{
	struct row *row = row_add(a->out, ROW_IOMMU, all ? NULL : &d->address);
	struct iommu_finding found;
	char address[ADDRESS_LEN];

	iommu_find(a->root, a->machine, d, &found);
	found.step[0] = (char)toupper((unsigned char)found.step[0]);
	if (row)
		row->reason = REASON_NO_IOMMU;
	return row_say(row, "%s%s%s. %s", all ? "" : address_print(&d->address, address),
		       all ? "" : " has no IOMMU group: ", found.what, found.step);
}

/* Where there is none at all, once; else of each function that is refused for it. */
int advise_iommu(struct adviser *a)
{
	const struct device *first = NULL;
	bool on = is_on(a->machine);
	int ret = 0;

	for (size_t i = 0; i < a->decisions->n && ret == 0; i++) {
		const struct decision *d = &a->decisions->items[i];
		const struct device *device = d->device < 0 ? NULL : &a->machine->devices[d->device];

		if (!device || device->iommu_group >= 0 || !(d->refusing & REASON_BIT(REASON_NO_IOMMU)))
			continue;
		first = first ? first : device;
		ret = on ? say(a, device, false) : 0;
	}
	return on || ret < 0 ? ret : say(a, first, true);
}

/*
 * A line of the type "direct" in a group's reserved_regions: memory that the firmware goes on using through the device
 * (Intel's RMRR). What of it is "direct-relaxable" the kernel gives up (drivers/iommu/iommu.c: require_direct).
 */
static bool find_region(const struct sysroot *r, int group, char start[32])
{
	char path[80], text[4096], type[32];

	snprintf(path, sizeof(path), "sys/kernel/iommu_groups/%d/reserved_regions", group);
	if (sysroot_read(r, path, text, sizeof(text)) < 0)
		return false;
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (sscanf(line, "%31s %*s %31s", start, type) == 2 && strcmp(type, "direct") == 0)
			return true;
	return false;
}

int advise_regions(struct adviser *a)
{
	char start[32], address[ADDRESS_LEN];
	int ret = 0;

	for (size_t i = 0; i < a->decisions->n && ret == 0; i++) {
		const struct decision *one = &a->decisions->items[i];
		const struct device *d = one->bind && one->main ? &a->machine->devices[one->device] : NULL;

		if (!d || !find_region(a->root, d->iommu_group, start))
			continue;
		ret = row_say(row_add(a->out, ROW_REGION, &d->address),
			      "%s is in IOMMU group %d, and the firmware reserves memory for that (%s, direct): the "
			      "kernel gives "
			      "the group to no virtual machine. Look for it in the firmware setup, or use another slot",
			      address_print(&d->address, address), d->iommu_group, start);
	}
	return ret;
}
