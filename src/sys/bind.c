/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bind.h"

#include "display.h"

#define ATTRIBUTE_LEN 96
#define DEVICES "sys/bus/pci/devices/"
#define DRIVERS "sys/bus/pci/drivers/"
/* An empty write changes nothing (drivers/base/driver.c: driver_set_override): a single LF clears. */
#define CLEARED "\n"

/* The attributes that may be written. In a tree those that take addresses keep every one that was written. */
enum attribute { OVERRIDE, UNBIND, PROBE, UEVENT };
static const struct {
	const char *format; /* of the address */
	bool append;
} attributes[] = {
	[OVERRIDE] = { DEVICES "%s/driver_override", false },
	[UNBIND] = { DEVICES "%s/driver/unbind", true },
	[PROBE] = { "sys/bus/pci/drivers_probe", true },
	[UEVENT] = { DEVICES "%s/uevent", true },
};

static int write_attribute(const struct sysroot *r, const struct address *a, enum attribute which, const char *text)
{
	char path[ATTRIBUTE_LEN], address[ADDRESS_LEN];

	snprintf(path, sizeof(path), attributes[which].format, address_print(a, address));
	return sysroot_write(r, path, text, attributes[which].append);
}

/* The address as it is written, with LF: a tree then shows one a line. */
static int write_address(const struct sysroot *r, const struct address *a, enum attribute which)
{
	char text[ADDRESS_LEN + 1];

	address_print(a, text);
	strcat(text, "\n");
	return write_attribute(r, a, which, text);
}

void bind_current(const struct sysroot *r, const struct address *a, char driver[DRIVER_LEN])
{
	char path[ATTRIBUTE_LEN], address[ADDRESS_LEN], link[256], *name;

	driver[0] = '\0';
	snprintf(path, sizeof(path), DEVICES "%s/driver", address_print(a, address));
	if (sysroot_readlink(r, path, link, sizeof(link)) <= 0)
		return;
	name = strrchr(link, '/');
	snprintf(driver, DRIVER_LEN, "%s", name ? name + 1 : link);
}

void bind_override(const struct sysroot *r, const struct address *a, char override[DRIVER_LEN])
{
	char path[ATTRIBUTE_LEN], address[ADDRESS_LEN], text[DRIVER_LEN + 1];

	override[0] = '\0';
	snprintf(path, sizeof(path), DEVICES "%s/driver_override", address_print(a, address));
	if (sysroot_read(r, path, text, sizeof(text)) <= 0 || strncmp(text, "(null)", 6) == 0)
		return;
	text[strcspn(text, "\n")] = '\0';
	snprintf(override, DRIVER_LEN, "%s", text);
}

int bind_to(const struct sysroot *r, const struct address *a, const char *now, const char *driver)
{
	char then[DRIVER_LEN], text[DRIVER_LEN + 1];
	int ret;

	if (strcmp(now, driver) == 0)
		return 0;
	snprintf(text, sizeof(text), "%s\n", driver);
	ret = write_attribute(r, a, OVERRIDE, text);
	if (ret == 0 && now[0])
		ret = write_address(r, a, UNBIND);
	if (ret == 0)
		ret = write_address(r, a, PROBE);
	/* drivers_probe says success whatever happens (drivers/base/bus.c: drivers_probe_store): only the link tells.
	 */
	bind_current(r, a, then);
	if (strcmp(then, driver) == 0)
		return 0;
	return ret < 0 ? ret : -ENODEV;
}

int bind_unbind(const struct sysroot *r, const struct address *a, const char *driver)
{
	char path[ATTRIBUTE_LEN], text[ADDRESS_LEN + 1];
	int cleared, ret;

	cleared = write_attribute(r, a, OVERRIDE, CLEARED);
	/* By the driver's own file: drivers/base/bus.c: unbind_store refuses what another one has by now. */
	snprintf(path, sizeof(path), DRIVERS "%s/unbind", driver);
	address_print(a, text);
	strcat(text, "\n");
	ret = sysroot_write(r, path, text, true);
	return ret < 0 ? ret : cleared;
}

void bind_release(const struct sysroot *r, const struct address *a)
{
	char now[DRIVER_LEN], override[DRIVER_LEN];

	bind_current(r, a, now);
	bind_override(r, a, override);
	if (write_attribute(r, a, OVERRIDE, CLEARED) < 0)
		return;
	/* Only what has the driver that was forced on it is unbound. */
	if (now[0] && strcmp(now, override) == 0 && write_address(r, a, UNBIND) < 0)
		return;
	if (write_address(r, a, PROBE) < 0)
		return;
}

void bind_announce(const struct sysroot *r, const struct address *a)
{
	if (write_attribute(r, a, UEVENT, "add\n") < 0)
		return; /* nobody asked for more than a driver that is loaded already */
}

static bool unbind_platform(const struct sysroot *r, const char *folder, const char *name)
{
	char path[ATTRIBUTE_LEN + 96];

	snprintf(path, sizeof(path), "%s/%s/driver/unbind", folder, name);
	return sysroot_write(r, path, name, true) == 0;
}

bool bind_drop_framebuffer(const struct sysroot *r, const struct address *a, bool memory)
{
	char folder[ATTRIBUTE_LEN], address[ADDRESS_LEN], name[64];

	snprintf(folder, sizeof(folder), DEVICES "%s", address_print(a, address));
	if (display_child(r, folder, name, sizeof(name)))
		return unbind_platform(r, folder, name);
	/* Before 6.5 (drivers/firmware/sysfb.c: sysfb_parent_dev) they have no parent. */
	if (memory && display_child(r, "sys/devices/platform", name, sizeof(name)))
		return unbind_platform(r, "sys/devices/platform", name);
	return false;
}
