/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "advice.h"

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

void iommu_explain(const struct sysroot *r, char *buf, size_t size)
{
	static const char off[] = "no device has an IOMMU group: the IOMMU is off, and vfio-pci can bind nothing";
	const struct maker *maker = find_maker(r);
	char cmdline[4096], table[64];
	bool announced;

	if (sysroot_read(r, "proc/cmdline", cmdline, sizeof(cmdline)) < 0)
		cmdline[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(off_words); i++)
		if (has_word(cmdline, off_words[i], "off")) {
			snprintf(buf, size, "%s. Remove %s=off from the kernel command line", off, off_words[i]);
			return;
		}
	if (!maker) {
		snprintf(buf, size, "%s. Switch it on in the firmware setup", off);
		return;
	}
	snprintf(table, sizeof(table), "sys/firmware/acpi/tables/%s", maker->table);
	announced = sysroot_exists(r, table);
	if (!announced)
		snprintf(buf, size, "%s. Switch on %s in the firmware setup%s%s%s", off, maker->firmware,
			 maker->word ? ", and write " : "", maker->word ? maker->word : "",
			 maker->word ? "=on on the kernel command line" : "");
	else if (maker->word && !has_word(cmdline, maker->word, "on"))
		snprintf(buf, size, "%s. The firmware has it on: write %s=on on the kernel command line", off,
			 maker->word);
	else
		snprintf(buf, size,
			 "%s, though the firmware announces one: the kernel log says why (`journalctl -k -b`)", off);
}
