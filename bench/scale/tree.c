/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tree DIR FUNCTIONS CARDS: makes the tree of a big machine below DIR, as `--root DIR` reads it, with conf, lock and
 * plan for CARDS cards. tests/trees/mktree.sh makes small ones of any kind; of this size it would take minutes.
 *
 * Root buses with 24 root ports each; below a port stands a unit: graphics cards of three kinds (in one slot; behind a
 * switch of their own; with their audio across that switch), until there are CARDS and half as many again, then
 * drives, network cards and switches of them, until there are about FUNCTIONS functions. Two graphics cards of three
 * are locked, by their slots, and bound already; each third has a guard line: one like them that the host keeps.
 */
#include "../../src/core/compat.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../src/core/plan.h"
#include "../../src/core/selector.h"

#define KERNEL "6.1.0-builtin"
#define PORTS 24
#define PATH_BYTES 512

/* A function, as it is made, and where those behind it stand. */
struct place {
	char folder[PATH_BYTES]; /* below DIR */
	struct path path;
	unsigned bus; /* behind it, of a bridge */
	struct address address;
	struct identity identity;
};

static unsigned functions, cards;                /* as many are wanted */
static unsigned made, displays, locked, guarded; /* as many there are */
static unsigned domain, buses;
static struct root root;
static struct plan lock = { .kind = KIND_LOCK };
static FILE *conf;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "tree: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void folders(const char *path)
{
	char part[PATH_BYTES];

	for (const char *s = strchr(path + 1, '/');; s = strchr(s + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s", s ? (int)(s - path) : PATH_BYTES, path);
		if (mkdir(part, 0755) < 0 && errno != EEXIST)
			die(part);
		if (!s)
			return;
	}
}

static _printf_(3, 4) void put(const char *folder, const char *name, const char *fmt, ...)
{
	char path[PATH_BYTES + 64], text[512];
	va_list args;
	int fd, len;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	va_start(args, fmt);
	len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, text, (size_t)len) != len || close(fd) < 0)
		die(path);
}

/* A link in the folder, to `target` below sys. */
static void put_link(const char *folder, const char *name, const char *target)
{
	char path[PATH_BYTES + 64], text[2 * PATH_BYTES] = "";

	for (const char *s = strchr(folder, '/'); s; s = strchr(s + 1, '/'))
		strcat(text, "../");
	strcat(text, target);
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (symlink(text, path) < 0)
		die(path);
}

static void put_uevent(const struct place *p, const char *driver)
{
	const struct identity *i = &p->identity;
	char address[ADDRESS_LEN];

	put(p->folder, "uevent",
	    "%s%s%sPCI_CLASS=%X\nPCI_ID=%04X:%04X\nPCI_SUBSYS_ID=%04X:%04X\nPCI_SLOT_NAME=%s\n"
	    "MODALIAS=pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X\n",
	    driver ? "DRIVER=" : "", driver ? driver : "", driver ? "\n" : "", i->class, i->vendor, i->device,
	    i->subvendor, i->subdevice, address_print(&p->address, address), i->vendor, i->device, i->subvendor,
	    i->subdevice, i->class >> 16, i->class >> 8 & 0xff, i->class & 0xff);
}

/* Function fn of device dev behind `above`. */
static struct place function(const struct place *above, unsigned dev, unsigned fn, struct identity identity,
			     const char *driver)
{
	struct place p = { .path = above->path, .identity = identity };
	char address[ADDRESS_LEN], target[64];

	p.address = (struct address){ domain, (uint8_t)above->bus, (uint8_t)dev, (uint8_t)fn };
	p.path.hop[p.path.hops++] = (uint8_t)(dev << 3 | fn);
	snprintf(p.folder, sizeof(p.folder), "%.400s/%s", above->folder, address_print(&p.address, address));
	folders(p.folder);
	put_uevent(&p, driver);
	put(p.folder, "driver_override", "%s\n", driver && !strcmp(driver, "vfio-pci") ? driver : "(null)");
	if (class_sub(identity.class) == 0x0300)
		put(p.folder, "boot_vga", "%d\n", !made);
	snprintf(target, sizeof(target), "kernel/iommu_groups/%u", made++);
	put_link(p.folder, "iommu_group", target);
	snprintf(target, sizeof(target), "bus/pci/drivers/%s", driver ? driver : "");
	if (driver)
		put_link(p.folder, "driver", target);
	put_link("sys/bus/pci/devices", address, p.folder + strlen("sys/"));
	return p;
}

static struct place bridge(const struct place *above, unsigned dev, unsigned vendor)
{
	struct identity identity = { (uint16_t)vendor, 0x1901, 0, 0, 0x060400 };
	struct place p = function(above, dev, 0, identity, "pcieport");

	p.bus = buses++;
	return p;
}

/* --- units ---------------------------------------------------------------------------------------------------------
 */

static void lock_card(const struct place *display, const struct place *audio)
{
	struct rule rule = { .number = ++locked, .driver = "vfio-pci", .line = locked };
	struct plan_card card = { .rule = rule.number,
				  .root = root,
				  .path = path_slot(&display->path),
				  .identity = display->identity,
				  .has_address = true,
				  .address = display->address,
				  .n_functions = 2 };
	char selector[SELECTOR_LEN];

	card.functions[0] = (struct plan_function){ display->path, display->identity };
	card.functions[1] = (struct plan_function){ audio->path, audio->identity };
	rule.selector = (struct selector){ .kind = SELECTOR_SLOT, .whole = true, .address = display->address };
	rule.file = strdup("/etc/earlybind.conf");
	if (!rule.file || plan_add_rule(&lock, &rule) || plan_add_card(&lock, &card))
		die("lock");
	fprintf(conf, "bind %s\n", selector_print(&rule.selector, selector));
}

static void guard_card(const struct place *display)
{
	struct plan_guard guard = { .reason = REASON_TWIN,
				    .root = root,
				    .path = path_slot(&display->path),
				    .identity = display->identity,
				    .text = strdup("lock the host keeps it") };

	if (!guard.text || plan_add_guard(&lock, &guard))
		die("lock");
	guarded++;
}

/* Kind 0 stands in one slot; 1 behind a switch of its own; 2 has its audio elsewhere below that switch. */
static void graphics(const struct place *port)
{
	static const struct {
		uint16_t vendor, display, audio;
	} kinds[] = { { 0x10de, 0x2684, 0x22ba }, { 0x1002, 0x744c, 0xab30 }, { 0x8086, 0x56a0, 0x4f90 } };
	unsigned kind = displays % ARRAY_SIZE(kinds), model = displays / 3 % 2;
	bool take = displays++ % 9 < 6 && locked < cards;
	const char *driver = take ? "vfio-pci" : NULL;
	struct identity display = { kinds[kind].vendor, (uint16_t)(kinds[kind].display + model), 0x1043, 0x889d,
				    0x030000 };
	struct identity audio = { kinds[kind].vendor, kinds[kind].audio, 0x1043, 0x889d, 0x040300 };
	struct place up, down, d, a;

	if (kind == 0) {
		down = *port;
	} else {
		up = bridge(port, 0, kinds[kind].vendor);
		down = bridge(&up, 1, kinds[kind].vendor);
	}
	d = function(&down, 0, 0, display, driver);
	if (kind == 2)
		down = bridge(&up, 4, kinds[kind].vendor);
	a = function(&down, 0, kind != 2, audio, driver);
	if (take)
		lock_card(&d, &a);
	else
		guard_card(&d);
}

static void drive(const struct place *port)
{
	function(port, 0, 0, (struct identity){ 0x144d, 0xa808, 0x144d, 0xa801, 0x010802 }, "nvme");
}

static void network(const struct place *port)
{
	for (unsigned fn = 0; fn < 4; fn++)
		function(port, 0, fn, (struct identity){ 0x15b3, 0x1017, 0x15b3, 0x0006, 0x020000 }, "mlx5_core");
}

static void big_switch(const struct place *port)
{
	struct place up = bridge(port, 0, 0x10b5);

	for (unsigned dev = 0; dev < 4 && made < functions; dev++) {
		struct place down = bridge(&up, dev, 0x10b5);

		network(&down);
	}
}

static void unit(const struct place *port)
{
	static void (*const others[])(const struct place *) = { drive, network, drive, big_switch };

	if (locked < cards)
		graphics(port);
	else
		others[made % ARRAY_SIZE(others)](port);
}

/* A root bus with an ACPI path; what stands at 00:02.0 of the first is the boot display. */
static void root_bus(void)
{
	struct place bus = { .bus = 0 }, port;

	root = (struct root){ .domain = domain };
	snprintf(root.acpi, sizeof(root.acpi), "_SB_.P%03X", domain);
	snprintf(bus.folder, sizeof(bus.folder), "sys/devices/pci%04x:00", domain);
	folders(bus.folder);
	strcat(bus.folder, "/firmware_node");
	folders(bus.folder);
	put(bus.folder, "path", "\\%s\n", root.acpi);
	*strrchr(bus.folder, '/') = '\0';
	buses = 1;
	if (!made)
		function(&bus, 2, 0, (struct identity){ 0x8086, 0x4680, 0x1043, 0x8882, 0x030000 }, "i915");
	for (unsigned dev = 3; dev < 3 + PORTS && made < functions; dev++) {
		port = bridge(&bus, dev, 0x8086);
		if (made < functions)
			unit(&port);
	}
	domain++;
}

/* --- the files that go with it ---------------------------------------------------------------------------------------
 */

static void print_plan(const char *folder, const char *name, enum plan_kind kind)
{
	struct text text = { 0 };
	char path[PATH_BYTES];
	FILE *f;

	lock.kind = kind;
	snprintf(lock.kernel, sizeof(lock.kernel), KERNEL);
	folders(folder);
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = plan_print(&lock, &text) ? NULL : fopen(path, "w");
	if (!f || fwrite(text.data, 1, text.len, f) != text.len || fclose(f))
		die(path);
	text_free(&text);
}

static void begin(const char *dir)
{
	static const char *const drivers[] = { "vfio-pci", "i915", "pcieport", "nvme", "mlx5_core" };
	char path[PATH_BYTES];

	folders(dir);
	if (chdir(dir) < 0)
		die(dir);
	folders("sys/bus/pci/devices");
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++) {
		snprintf(path, sizeof(path), "sys/bus/pci/drivers/%s", drivers[i]);
		folders(path);
		put(path, "unbind", "%s", "");
	}
	put("sys/bus/pci", "drivers_probe", "%s", "");
	folders("proc/sys/kernel");
	put("proc/sys/kernel", "osrelease", KERNEL "\n");
	put("proc", "cmdline", "ro quiet\n");
	folders("run");
	folders("dev");
	put("dev", "kmsg", "%s", "");
	folders("etc");
	conf = fopen("etc/earlybind.conf", "w");
	if (!conf)
		die("etc/earlybind.conf");
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fputs("usage: tree DIR FUNCTIONS CARDS\n", stderr);
		return 2;
	}
	functions = (unsigned)strtoul(argv[2], NULL, 10);
	cards = (unsigned)strtoul(argv[3], NULL, 10);
	begin(argv[1]);
	while (made < functions)
		root_bus();
	if (fclose(conf))
		die("etc/earlybind.conf");
	print_plan("etc", "earlybind.lock", KIND_LOCK);
	print_plan("usr/lib/earlybind", "plan", KIND_PLAN);
	printf("%u functions, %u cards locked, %u guarded\n", made, locked, guarded);
	return locked < cards;
}
