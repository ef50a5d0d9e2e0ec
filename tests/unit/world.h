/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Simulated machines for the properties: slots with cards, which are moved, removed, swapped and added, and buses that
 * are renumbered.
 *
 * Every simulated card has a number of its own that nothing in the core reads (device.override): so a test knows
 * whether what is bound is the very card that was accepted, not only one like it.
 */
#ifndef EARLYBIND_WORLD_H
#define EARLYBIND_WORLD_H

#include "unit.h"

#include "boot_display.h"
#include "device.h"
#include "need.h"

#define SLOTS 8
#define ROOTS 2
#define PORTS (SLOTS / ROOTS)

/* A model that can be plugged in; two functions at most. */
struct model {
	uint16_t vendor, device;
	uint32_t class[2];
	bool serial;
	uint16_t second[2]; /* vendor and device of the second function, where they are not its own next ones */
	bool bridge;        /* it has the header of one, whatever its class */
};

static const struct model models[] = {
	{ 0x10de, 0x13c2, { 0x030000, 0x040300 }, false, { 0 }, false },
	{ 0x1002, 0x67df, { 0x030000, 0x040300 }, false, { 0 }, false },
	{ 0x1234, 0x1111, { 0x038000 }, false, { 0 }, false },
	{ 0x10de, 0x2204, { 0x030200 }, false, { 0 }, false },
	{ 0x10de, 0x2684, { 0x030000 }, true, { 0 }, false },
	{ 0x1b21, 0x1080, { 0x040300 }, false, { 0 }, false },
	{ 0x13f6, 0x8788, { 0x040300 }, true, { 0 }, false },
	{ 0x1b36, 0x000c, { 0x060400 }, false, { 0 }, false },
	{ 0x1912, 0x0014, { 0x0c0330 }, false, { 0 }, false },
	/* Its second function is like a whole card of another model: MODEL_MIXED. */
	{ 0x1002, 0x73bf, { 0x030000, 0x038000 }, false, { 0x1234, 0x1111 }, false },
	{ 0x144d, 0xa808, { 0x010802 }, false, { 0 }, false },
	{ 0x10de, 0x22a3, { 0x068000 }, false, { 0 }, false },
	{ 0x10b5, 0x87d0, { 0x068000 }, false, { 0 }, true },
};

#define MODEL_MIXED 9

struct plugged {
	unsigned card; /* its number; 0: the slot is empty */
	bool keyboard; /* plugged into this USB controller */
	unsigned model;
	uint64_t serial;
	bool no_group; /* the IOMMU does not know it */
};

/* How the second root bus is named: by ACPI, not at all (its number counts), or as the first one is. */
enum second_root { SECOND_ACPI, SECOND_NUMBER, SECOND_SAME };

/* A machine is two root buses with root ports of the same places, and a slot behind each port. */
struct world {
	struct plugged slot[SLOTS];
	unsigned bus0; /* of the first port: renumbering shifts it */
	enum second_root second;
	uint8_t second_bus; /* of the second root: renumbering shifts it */
	unsigned primary;   /* the slot of boot_vga; SLOTS: none */
	unsigned owner;     /* one more than the slot of the firmware framebuffer's owner; 0: none is proven */
	bool x86;
	unsigned external; /* the slots from this one on are behind Thunderbolt, as the host tells; 0: none is */
	bool encrypted, other_keyboard;
	unsigned boot_disk, in_use; /* the cards that the boot, and the host now, cannot do without; 0: none */
};

static uint64_t state;

static inline unsigned pick(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)((state >> 11) % n);
}

static inline bool shows(const struct plugged *p)
{
	uint32_t sub = models[p->model].class[0] >> 8;

	return p->card && (sub == 0x0300 || sub == 0x0380);
}

static inline void choose_primary(struct world *w)
{
	w->primary = SLOTS;
	for (unsigned i = 0, from = pick(SLOTS); i < SLOTS; i++)
		if (shows(&w->slot[(from + i) % SLOTS]))
			w->primary = (from + i) % SLOTS;
}

static inline bool is_gpu(const struct plugged *p)
{
	return p->card && models[p->model].class[0] >> 16 == 0x03;
}

static inline void choose_owner(struct world *w)
{
	w->owner = 0;
	for (unsigned i = 0, from = pick(SLOTS); i < SLOTS; i++)
		if (is_gpu(&w->slot[(from + i) % SLOTS]) && pick(2))
			w->owner = (from + i) % SLOTS + 1;
}

static inline bool is_vga(const struct plugged *p)
{
	return p->card && models[p->model].class[0] >> 8 == 0x0300;
}

/* Whether the slot's card shows the boot: boot_vga counts where nothing is proven, and beside a VGA on x86. */
static inline bool is_boot_display(const struct world *w, unsigned slot)
{
	if (w->owner == slot + 1)
		return true;
	return w->primary == slot && (!w->owner || (w->x86 && is_vga(&w->slot[w->owner - 1])));
}

static inline void choose_needs(struct world *w)
{
	w->boot_disk = pick(2) ? w->slot[pick(SLOTS)].card : 0;
	w->in_use = pick(4) ? 0 : w->slot[pick(SLOTS)].card;
}

static inline struct plugged card_of_model(unsigned *cards, unsigned model)
{
	struct plugged p = { .card = ++*cards, .model = model };

	p.serial = models[model].serial ? 0x1000 + p.card : 0;
	return p;
}

static inline struct plugged new_card(unsigned *cards)
{
	struct plugged p = card_of_model(cards, pick(ARRAY_SIZE(models)));

	p.no_group = !pick(10);
	p.keyboard = models[p.model].class[0] == 0x0c0330 && pick(2);
	return p;
}

static inline struct world new_world(unsigned *cards)
{
	struct world w = { .bus0 = 1, .second_bus = 0x80, .encrypted = !pick(4), .other_keyboard = !pick(3) };

	w.second = pick(20) ? pick(2) : SECOND_SAME;
	for (unsigned i = 0; i < SLOTS; i++)
		if (pick(3))
			w.slot[i] = i && w.slot[i - 1].card && !pick(4) ? card_of_model(cards, w.slot[i - 1].model)
									: new_card(cards);
	w.x86 = pick(2);
	w.external = pick(4) ? 0 : SLOTS - 2;
	choose_primary(&w);
	choose_owner(&w);
	choose_needs(&w);
	return w;
}

/* One is gone, and another of its kind has its slot. */
static inline void replace_with_like(struct world *w, unsigned slot)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		if (i == slot || !w->slot[i].card || !w->slot[slot].card || w->slot[i].model != w->slot[slot].model)
			continue;
		w->slot[slot] = w->slot[i];
		w->slot[i] = (struct plugged){ 0 };
		return;
	}
}

static inline void change(struct world *w, unsigned *cards)
{
	unsigned a = pick(SLOTS), b = pick(SLOTS);
	struct plugged p = w->slot[a];

	switch (pick(8)) {
	case 0: /* moved, or two swapped */
		w->slot[a] = w->slot[b];
		w->slot[b] = p;
		break;
	case 1:
		w->slot[a] = (struct plugged){ 0 };
		break;
	case 2:
		if (!w->slot[a].card)
			w->slot[a] = pick(4) ? new_card(cards) : card_of_model(cards, MODEL_MIXED);
		break;
	case 3:
		choose_primary(w);
		choose_owner(w);
		break;
	case 4:
		w->bus0 = 1 + pick(40);
		break;
	case 6:
		replace_with_like(w, a);
		break;
	case 5:
		w->second_bus = (uint8_t)(0x80 + pick(4));
		break;
	default:
		break;
	}
	if (w->primary == SLOTS || !shows(&w->slot[w->primary]))
		choose_primary(w);
	if (w->owner && !is_gpu(&w->slot[w->owner - 1]))
		choose_owner(w);
}

static inline struct root root_of(const struct world *w, unsigned slot)
{
	bool second = slot >= PORTS;
	struct root root = { .bus = second ? w->second_bus : 0 };

	if (!second || w->second != SECOND_NUMBER)
		snprintf(root.acpi, sizeof(root.acpi), "_SB_.%s", second && w->second == SECOND_ACPI ? "PC80" : "PCI0");
	return root;
}

/* The root port above a slot, dev << 3 | fn: the last two of a root are functions of one device. */
static inline uint8_t port_of(unsigned slot)
{
	unsigned port = slot % PORTS;

	return (uint8_t)(port == PORTS - 1 ? port << 3 | 1 : (port + 1) << 3);
}

static inline unsigned bus_of(const struct world *w, unsigned slot)
{
	return slot < PORTS ? w->bus0 + slot : w->second_bus + 1 + slot - PORTS;
}

static inline bool is_external(const struct world *w, unsigned slot)
{
	return w->external && slot >= w->external;
}

static inline void add_function(struct machine *m, const struct world *w, unsigned slot, int fn,
				const struct identity *id)
{
	struct device *d = &m->devices[m->n++];
	uint8_t port = port_of(slot);

	memset(d, 0, sizeof(*d));
	d->identity = *id;
	d->iommu_group = 1 + (int)slot;
	d->root = root_of(w, slot);
	d->path.hops = 1;
	d->path.hop[0] = port;
	d->address = (struct address){ .bus = d->root.bus, .dev = port >> 3, .fn = port & 7 };
	if (fn < 0)
		return;
	d->path.hops = 2;
	d->path.hop[1] = (uint8_t)fn;
	d->address = (struct address){ .bus = (uint8_t)bus_of(w, slot), .fn = (uint8_t)fn };
	snprintf(d->override, sizeof(d->override), "%u", w->slot[slot].card);
	d->serial = w->slot[slot].serial;
	d->iommu_group = w->slot[slot].no_group ? -1 : d->iommu_group;
	d->keyboard = w->slot[slot].keyboard;
	if (w->primary == slot && fn == 0)
		d->boot_display |= BOOT_DISPLAY_VGA;
	if (w->owner == slot + 1 && fn == 0)
		d->boot_display |= BOOT_DISPLAY_MEMORY;
	d->external = is_external(w, slot);
	d->bridge_header = models[w->slot[slot].model].bridge;
}

/* The card whose function this is; 0: a port. */
static inline unsigned card_number(const struct device *d)
{
	return (unsigned)strtoul(d->override, NULL, 10);
}

static inline void add_needs(struct machine *m, const struct world *w)
{
	m->host.needs = calloc(2 * SLOTS, sizeof(*m->host.needs));
	assert_non_null(m->host.needs);
	for (int i = 0; i < (int)m->n; i++) {
		unsigned card = card_number(&m->devices[i]);

		if (!card || m->devices[i].address.fn)
			continue;
		if (card == w->boot_disk)
			m->host.needs[m->host.n_needs++] = (struct need){ .reason = REASON_BOOT_DISK, .device = i };
		else if (card == w->in_use)
			m->host.needs[m->host.n_needs++] = (struct need){ .reason = REASON_IN_USE, .device = i };
	}
}

static inline struct machine build(const struct world *w)
{
	struct machine m = { .devices = calloc(SLOTS * 3, sizeof(*m.devices)) };

	assert_non_null(m.devices);
	for (unsigned i = 0; i < SLOTS; i++) {
		const struct plugged *p = &w->slot[i];
		const struct model *model = &models[p->model];
		struct identity port = { 0x8086, 0x1901, 0, 0, 0x060400 };

		add_function(&m, w, i, -1, &port);
		for (int fn = 0; p->card && fn < 2 && model->class[fn]; fn++) {
			struct identity id = { model->vendor, (uint16_t)(model->device + fn), 0x1043, 0x85a0,
					       model->class[fn] };

			if (fn && model->second[0]) {
				id.vendor = model->second[0];
				id.device = model->second[1];
			}
			add_function(&m, w, i, fn, &id);
		}
	}
	m.host.root_encrypted = w->encrypted;
	m.host.other_keyboard = w->other_keyboard;
	assert_int_equal(machine_link(&m), 0);
	if (boot_display_is_split(&m))
		boot_display_settle(&m, w->x86);
	add_needs(&m, w);
	return m;
}

/* A line for one of its slots or models, or for what is not there. */
static inline void random_rule(const struct world *w, char *text, size_t size)
{
	static const char *const words[] = { " allow=display", " allow=keyboard", " allow=in-use" };
	unsigned s = pick(SLOTS), bus = bus_of(w, s), dev = port_of(s) >> 3, fn = port_of(s) & 7,
		 root = root_of(w, s).bus;
	const struct model *model = &models[w->slot[s].card ? w->slot[s].model : pick(ARRAY_SIZE(models))];
	const char *allow = pick(6) ? "" : words[pick(ARRAY_SIZE(words))];

	switch (pick(6)) {
	case 0:
		snprintf(text, size, "bind %02x:00%s\n", bus, allow);
		break;
	case 1:
		snprintf(text, size, "bind %02x:%02x.%u/00%s\n", root, dev, fn, allow);
		break;
	case 2:
		snprintf(text, size, "bind %02x:00.%u%s\n", bus, pick(2), allow);
		break;
	case 3:
		snprintf(text, size, "bind %02x:%02x.%u/00 id=%04x:%04x%s\n", root, dev, fn, model->vendor,
			 model->device, allow);
		break;
	case 4:
		snprintf(text, size, "bind %04x:%04x live\n", model->vendor, model->device);
		break;
	default:
		snprintf(text, size, "bind %04x:%04x%s\n", model->vendor, model->device + (pick(6) ? 0 : 1), allow);
	}
}

#endif
