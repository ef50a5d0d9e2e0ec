/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other tools that give devices to a driver by their address. After buses were renumbered they take what stands there
 * then, a disk of the host too; and what they took is no device that a lock has:
 *
 *	/etc/driverctl.d/0000:06:00.0                                            driverctl(8): a file a device
 *	/etc/udev/rules.d/x.rules: KERNEL=="0000:06:00.0", ATTR{driver_override}="vfio-pci"
 *	xen-pciback.hide=(06:00.0)(06:00.1)   rd.qubes.hide_pci=06:00.0,07:00.0     on the kernel command line
 */
#include "../../core/selector.h"
#include "../../core/word.h"
#include "../lib/text_file.h"
#include "advice_run.h"

#define DRIVERCTL "etc/driverctl.d"

/* address: NULL where it is not by one. */
static int say(struct adviser *a, const char *file, const struct address *address)
{
	int device = address ? machine_by_address(a->machine, address) : -1;
	struct row *row = row_add(a->out, ROW_OVERRIDE, address);
	char text[ADDRESS_LEN] = "a device", identity[IDENTITY_LEN] = "-";

	if (row)
		snprintf(row->file, sizeof(row->file), "%s", file);
	if (address)
		address_print(address, text);
	if (device >= 0)
		identity_print(&a->machine->devices[device].identity, identity);
	return row_say(row,
		       "%s sets the driver of %s%s%.9s%s, too: it takes whatever stands there. If a rule means the "
		       "device, take this out",
		       file, text, device < 0 ? "" : " [", device < 0 ? "" : identity, device < 0 ? "" : "]");
}

/* The addresses in a text, divided by what is in none; how many, or -ENOMEM. */
static int say_each(struct adviser *a, const char *file, const char *text, size_t len)
{
	static const char part[] = "0123456789abcdefABCDEF:.";
	int found = 0;

	for (const char *s = text, *end = text + len; s < end;) {
		size_t n = strspn(s, part);
		struct syntax_error ignored;
		struct selector slot;

		n = n > (size_t)(end - s) ? (size_t)(end - s) : n;
		if (n && selector_read(s, n, &slot, &ignored) == 0 && slot.kind == SELECTOR_SLOT && !slot.whole) {
			if (say(a, file, &slot.address) < 0)
				return -ENOMEM;
			found++;
		}
		s += n ? n : 1;
	}
	return found;
}

static int read_driverctl(struct adviser *a)
{
	struct names names;
	int ret = sysroot_list(a->root, DRIVERCTL, &names);

	if (ret < 0)
		return ret == -ENOMEM ? ret : 0;
	for (size_t i = 0; i < names.n && ret >= 0; i++) {
		char file[ROW_FILE_LEN];

		snprintf(file, sizeof(file), "/" DRIVERCTL "/%s", names.items[i]);
		ret = say_each(a, file, names.items[i], strlen(names.items[i]));
	}
	names_free(&names);
	return ret < 0 ? ret : 0;
}

static int read_udev_line(const struct text_file_line *line, void *arg)
{
	int found;

	if (!line->text || *line->text == '#' || !strstr(line->text, "driver_override"))
		return 0;
	found = say_each(arg, line->where, line->text, strlen(line->text));
	return found ? (found < 0 ? found : 0) : say(arg, line->where, NULL);
}

static int read_udev(struct adviser *a)
{
	static const char *const directories[] = { "etc/udev/rules.d", "run/udev/rules.d",
						   "usr/local/lib/udev/rules.d" };
	int ret = 0;

	for (size_t i = 0; i < ARRAY_SIZE(directories) && ret == 0; i++)
		ret = text_file_lines_of_all(a->root, directories[i], ".rules", read_udev_line, a);
	return ret;
}

static int read_cmdline(struct adviser *a)
{
	static const char *const words[] = { "xen-pciback.hide=", "pciback.hide=", "rd.qubes.hide_pci=" };
	char cmdline[4096], *next = cmdline;
	int ret = 0;

	if (sysroot_read(a->root, "proc/cmdline", cmdline, sizeof(cmdline)) < 0)
		return 0;
	for (char *word; ret >= 0 && (word = word_take(&next));)
		for (size_t i = 0; i < ARRAY_SIZE(words) && ret >= 0; i++)
			if (strncmp(word, words[i], strlen(words[i])) == 0)
				ret = say_each(a, "/proc/cmdline", word + strlen(words[i]),
					       strlen(word + strlen(words[i])));
	return ret < 0 ? ret : 0;
}

/* Where there are no rules, those tools are what this machine uses. */
int advise_overrides(struct adviser *a)
{
	int ret;

	if (!a->boot->config.n_rules)
		return 0;
	ret = read_driverctl(a);
	if (ret == 0)
		ret = read_udev(a);
	return ret ? ret : read_cmdline(a);
}
