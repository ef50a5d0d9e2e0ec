/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bind.h"

#include "attribute.h"
#include "display.h"

#define OVERRIDE "/driver_override"
#define UNBIND "/driver/unbind"

/* In a tree, attributes that take addresses keep every one that was written. */
static int write_attribute(const struct sysroot *r, const struct address *a, const char *name, const char *text,
			   bool append)
{
	char path[ATTRIBUTE_LEN];

	return sysroot_write(r, attribute_path(a, name, path), text, append);
}

/* An empty write changes nothing (drivers/base/driver.c: driver_set_override): a single LF clears. */
static int clear_override(const struct sysroot *r, const struct address *a)
{
	return write_attribute(r, a, OVERRIDE, "\n", false);
}

/* The address with LF: a tree then shows one a line. */
static int write_address(const struct sysroot *r, const struct address *a, const char *path)
{
	char text[ADDRESS_LEN + 1], address[ADDRESS_LEN];

	snprintf(text, sizeof(text), "%s\n", address_print(a, address));
	return sysroot_write(r, path, text, true);
}

static int unbind(const struct sysroot *r, const struct address *a)
{
	char path[ATTRIBUTE_LEN];

	return write_address(r, a, attribute_path(a, UNBIND, path));
}

static int probe(const struct sysroot *r, const struct address *a)
{
	return write_address(r, a, "sys/bus/pci/drivers_probe");
}

void bind_current(const struct sysroot *r, const struct address *a, char driver[DRIVER_LEN])
{
	attribute_link(r, a, "/driver", driver, DRIVER_LEN);
}

void bind_override(const struct sysroot *r, const struct address *a, char override[DRIVER_LEN])
{
	char text[DRIVER_LEN + 1];

	attribute_line(r, a, OVERRIDE, text, sizeof(text));
	snprintf(override, DRIVER_LEN, "%s", strcmp(text, "(null)") ? text : "");
}

int bind_to(const struct sysroot *r, const struct address *a, const char *now, const char *driver)
{
	char then[DRIVER_LEN], text[DRIVER_LEN + 1];
	int ret;

	if (strcmp(now, driver) == 0)
		return 0;
	snprintf(text, sizeof(text), "%s\n", driver);
	ret = write_attribute(r, a, OVERRIDE, text, false);
	if (ret == 0 && now[0])
		ret = unbind(r, a);
	if (ret == 0)
		ret = probe(r, a);
	/* drivers_probe says success whatever happens (drivers/base/bus.c: drivers_probe_store): only the link tells.
	 */
	bind_current(r, a, then);
	if (strcmp(then, driver) == 0)
		return 0;
	return ret < 0 ? ret : -ENODEV;
}

int bind_unbind(const struct sysroot *r, const struct address *a, const char *driver)
{
	char path[ATTRIBUTE_LEN];
	int cleared = clear_override(r, a), ret;

	/* By the driver's own file: drivers/base/bus.c: unbind_store refuses what another one has by now. */
	snprintf(path, sizeof(path), "sys/bus/pci/drivers/%s/unbind", driver);
	ret = write_address(r, a, path);
	return ret < 0 ? ret : cleared;
}

void bind_release(const struct sysroot *r, const struct address *a)
{
	char now[DRIVER_LEN], override[DRIVER_LEN];

	bind_current(r, a, now);
	bind_override(r, a, override);
	if (clear_override(r, a) < 0)
		return;
	/* Only what has the driver that was forced on it is unbound. */
	if (now[0] && strcmp(now, override) == 0 && unbind(r, a) < 0)
		return;
	if (probe(r, a) < 0)
		return;
}

void bind_announce(const struct sysroot *r, const struct address *a)
{
	if (write_attribute(r, a, "/uevent", "add\n", true) < 0)
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
	char folder[ATTRIBUTE_LEN], name[DISPLAY_CHILD_LEN];

	attribute_path(a, "", folder);
	if (display_child(r, folder, name))
		return unbind_platform(r, folder, name);
	/* Before 6.5 (drivers/firmware/sysfb.c: sysfb_parent_dev) they have no parent. */
	if (memory && display_child(r, "sys/devices/platform", name))
		return unbind_platform(r, "sys/devices/platform", name);
	return false;
}
