/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display.h"

#include "../core/boot_display.h"
#include "../core/lines.h"
#include "attribute.h"

/* drivers/firmware/sysfb.c and sysfb_simplefb.c name the platform devices so. */
static const char *const platform_devices[] = { "efi-framebuffer.", "simple-framebuffer.", "vesa-framebuffer.",
						"platform-framebuffer." };
/* The resources' names in /proc/iomem: sysfb_simplefb.c, efifb.c, vesafb.c, simplefb.c, and of drivers/gpu/drm/sysfb.
 */
static const char *const memory_names[] = {
	"BOOTFB", "efifb", "vesafb", "simplefb", "simple-framebuffer", "simpledrm", "efidrm", "vesadrm",
};

#define BOOT_PARAMS "sys/kernel/boot_params" /* arch/x86/kernel/ksysfs.c: on x86 alone */
#define CLASS_DISPLAY 0x03
#define CLASS_VGA 0x0300
#define FRAMEBUFFERS 4

/* Where the firmware's framebuffers lie in memory. */
struct framebuffers {
	uint64_t base[FRAMEBUFFERS]; /* physical address of the first byte */
	unsigned n;
};

static int take_child(void *found, const char *name)
{
	for (size_t k = 0; k < ARRAY_SIZE(platform_devices); k++)
		if (strncmp(name, platform_devices[k], strlen(platform_devices[k])) == 0) {
			snprintf(found, DISPLAY_CHILD_LEN, "%s", name);
			return 1;
		}
	return 0;
}

bool display_child(const struct sysroot *r, const char *folder, char name[DISPLAY_CHILD_LEN])
{
	return sysroot_each(r, folder, take_child, name) == 1;
}

static void add_base(struct framebuffers *out, uint64_t base)
{
	if (base && out->n < FRAMEBUFFERS)
		out->base[out->n++] = base;
}

/* " c0000000-c03e7fff : efifb"; without privilege all addresses read 0. */
static void from_iomem(const struct sysroot *r, struct framebuffers *out)
{
	char *text, *rest, *line;
	size_t len;

	if (sysroot_read_all(r, "proc/iomem", 1 << 20, &text, &len) < 0)
		return;
	for (rest = text; (line = strsep(&rest, "\n"));) {
		const char *start = line, *name = strchr(line, ':');

		for (size_t k = 0; name && name[1] && k < ARRAY_SIZE(memory_names); k++)
			if (strncmp(name + 2, memory_names[k], strlen(memory_names[k])) == 0)
				add_base(out, hex_number(&start));
	}
	free(text);
}

/*
 * x86: the screen_info that the boot loader left, also where no framebuffer driver claimed it or a native one has
 * replaced it. Offsets of include/uapi/linux/screen_info.h; boot_params starts with it.
 */
static void from_boot_params(const struct sysroot *r, struct framebuffers *out)
{
	enum { IS_VGA = 0x0f, LFB_BASE = 0x18, CAPABILITIES = 0x36, EXT_LFB_BASE = 0x3a, SIZE = 0x40 };
	enum { TYPE_VLFB = 0x23, TYPE_EFI = 0x70, CAPABILITY_64BIT = 2 };
	unsigned char b[SIZE];
	uint64_t base;
	uint32_t low, high, capabilities;

	if (sysroot_pread(r, BOOT_PARAMS "/data", b, sizeof(b), 0) != SIZE)
		return;
	if (b[IS_VGA] != TYPE_VLFB && b[IS_VGA] != TYPE_EFI)
		return;
	memcpy(&low, b + LFB_BASE, sizeof(low));
	memcpy(&high, b + EXT_LFB_BASE, sizeof(high));
	memcpy(&capabilities, b + CAPABILITIES, sizeof(capabilities));
	base = low;
	if (capabilities & CAPABILITY_64BIT)
		base |= (uint64_t)high << 32;
	add_base(out, base);
}

/* One line of `resource` a BAR: "0xSTART 0xEND 0xFLAGS". */
static bool owns_memory(const struct sysroot *r, const struct address *a, const struct framebuffers *fbs)
{
	char path[ATTRIBUTE_LEN], text[2048];
	const char *s = text;

	if (sysroot_read(r, attribute_path(a, "/resource", path), text, sizeof(text)) < 0)
		return false;
	while (*s) {
		uint64_t start = hex_number(&s), end = hex_number(&s);

		for (unsigned i = 0; i < fbs->n; i++)
			if (end && fbs->base[i] >= start && fbs->base[i] <= end)
				return true;
		s = strchr(s, '\n');
		if (!s)
			break;
		s++;
	}
	return false;
}

static unsigned read_signs(const struct sysroot *r, const struct device *d)
{
	char path[ATTRIBUTE_LEN], text[8], name[64];
	unsigned found = 0;

	if (class_sub(d->identity.class) == CLASS_VGA &&
	    attribute_line(r, &d->address, "/boot_vga", text, sizeof(text)) && text[0] == '1')
		found |= BOOT_DISPLAY_VGA;
	if (display_child(r, attribute_path(&d->address, "", path), name))
		found |= BOOT_DISPLAY_FRAMEBUFFER;
	return found;
}

/* What the kernel has not given its framebuffer as a parent is known by its memory. */
static void find_memory(const struct sysroot *r, struct machine *m)
{
	struct framebuffers fbs = { 0 };

	from_iomem(r, &fbs);
	if (!fbs.n)
		from_boot_params(r, &fbs);
	for (size_t i = 0; i < m->n && fbs.n; i++)
		if (class_base(m->devices[i].identity.class) == CLASS_DISPLAY &&
		    owns_memory(r, &m->devices[i].address, &fbs))
			m->devices[i].boot_display |= BOOT_DISPLAY_MEMORY;
}

void display_find(const struct sysroot *r, struct machine *m)
{
	bool any = false;

	for (size_t i = 0; i < m->n; i++) {
		struct device *d = &m->devices[i];

		if (class_base(d->identity.class) != CLASS_DISPLAY)
			continue;
		d->boot_display = read_signs(r, d);
		any = true;
	}
	if (any && !boot_display_is_proven(m))
		find_memory(r, m);
	display_settle(r, m);
}

void display_settle(const struct sysroot *r, struct machine *m)
{
	if (boot_display_is_split(m))
		boot_display_settle(m, sysroot_exists(r, BOOT_PARAMS));
}
