/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker.h"

#include "../core/boot_display.h"
#include "../core/note.h"
#include "../core/word.h"
#include "../sys/bind.h"
#include "../sys/efivar.h"
#include "../sys/errors.h"
#include "../sys/iomem.h"
#include "../sys/module.h"
#include "../sys/scan.h"
#include "intruder.h"
#include "variables.h"
#include "work.h"

#define PLAN_MAX (1 << 20)

static void cannot_be_read(struct work *w, const char *what, int error)
{
	work_plan(w, PLAN_BROKEN, "%s cannot be read: %s", what, error_name(error));
}

/* 0, or it cannot be used and that was told. */
static int read_one(struct work *w, enum plan_kind kind, const char *path)
{
	const char *name = kind == KIND_LOCK ? "lock" : "plan";
	struct plan_error error = { 0 };
	char *text;
	size_t len;
	int ret = sysroot_read_all(w->root, path, PLAN_MAX, &text, &len);

	if (ret == 0) {
		ret = plan_load(kind, text, len, &w->plan, &error);
		free(text);
	}
	if (error.text[0] && error.line)
		work_plan(w, PLAN_BROKEN, "%s line %u: %s", name, error.line, error.text);
	else if (error.text[0])
		work_plan(w, PLAN_BROKEN, "%s: %s", name, error.text);
	else if (ret < 0)
		work_plan(w, PLAN_BROKEN, "the %s cannot be read: %s", name, error_name(ret));
	else /* its hash and timeout hold from here on, whatever hangs before there are decisions */
		work_plan(w, PLAN_BROKEN, "no decision");
	return ret;
}

/*
 * A plan without rules is that of `earlybind image --base`: it knows kernel and modules, and the host has put its lock
 * beside it, or there is nothing to do. 0, or it cannot be used and that was told.
 */
static int read_plan(struct work *w)
{
	int ret = read_one(w, KIND_PLAN, IMAGE_PLAN);
	struct plan base = w->plan;

	if (ret < 0 || base.n_rules || !sysroot_exists(w->root, IMAGE_LOCK))
		return ret;
	ret = read_one(w, KIND_LOCK, IMAGE_LOCK);
	memcpy(w->plan.kernel, base.kernel, sizeof(base.kernel));
	w->plan.modules = base.modules;
	w->plan.n_modules = base.n_modules;
	return ret;
}

/* Without the command line nobody could be asked for earlybind=off. */
static int read_cmdline(struct work *w)
{
	char *text;
	size_t len;
	int ret = sysroot_read_all(w->root, "proc/cmdline", 1 << 16, &text, &len);

	if (ret == 0) {
		ret = cmdline_parse(text, len, &w->cmdline);
		free(text);
	}
	if (ret < 0)
		cannot_be_read(w, "the kernel command line", ret);
	return ret;
}

/*
 * async_probe for the late ones, the parameters of the plan, those of the command line. The last look at what the
 * kernel is given: whatever put the plan together, no ids= gets past this.
 */
static int insert(const struct work *w, const struct plan_module *module)
{
	struct text wanted = { 0 }, params = { 0 };
	char name[MODULE_FILE_LEN];
	bool ids;
	int ret;

	module_name(module->file, name, sizeof(name));
	text_add(&wanted, module->params);
	cmdline_module_params(&w->cmdline, name, &wanted, &ids);
	text_add(&params, module->early ? "" : "async_probe");
	if (params_filter(name, wanted.data ? wanted.data : "", &params) > 0)
		work_note(w, REASON_IGNORED_IDS, "ids= in the plan's parameters of %s", module->file);
	ret = wanted.error ? wanted.error : params.error;
	if (ret == 0)
		ret = module_insert(w->root, module->file, params.data);
	text_free(&wanted);
	text_free(&params);
	return ret;
}

/*
 * Without EFI some kernels refuse efivarfs, and none has a use for it. With earlybind=off it alone is loaded: a
 * variable that was meant for this boot must not outlive it.
 */
static bool is_of_use(const struct work *w, const struct plan_module *module)
{
	return strcmp(module->file, "efivarfs.ko") == 0 ? sysroot_exists(w->root, EFIVAR_FIRMWARE) : !w->cmdline.off;
}

static void insert_modules(const struct work *w, bool early)
{
	for (size_t i = 0; i < w->plan.n_modules; i++) {
		const struct plan_module *module = &w->plan.modules[i];
		int ret;

		if (module->early != early || !is_of_use(w, module))
			continue;
		work_step(w, "loading %s", module->file);
		ret = insert(w, module);
		/* An early one that finds nothing to drive: an IOMMU of another kind, or efi=noruntime. */
		if (ret < 0 && !(early && ret == -ENODEV))
			work_note(w, REASON_NO_DRIVER, "%s was not loaded: %s", module->file, error_name(ret));
	}
}

/* What the plan may mean; or-ed, a device. */
enum planned {
	PLANNED = 1,
	PLANNED_SERIAL = 2, /* by a serial number */
};

static void plan_identity(const struct machine *m, const struct identity *id, uint8_t what, uint8_t *planned)
{
	int first = machine_next_like(m, id, -1);

	if (first < 0 || (planned[first] & what) == what) /* all of one identity have it, or none */
		return;
	for (int i = first; i >= 0; i = machine_next_like(m, id, i))
		planned[i] |= what;
}

static void plan_id(const struct machine *m, const struct id *id, uint8_t *planned)
{
	for (size_t i = 0; i < m->n; i++)
		if (id_matches(id, &m->devices[i].identity))
			planned[i] |= PLANNED;
}

static void plan_place(const struct machine *m, const struct plan_card *open, uint8_t *planned)
{
	for (int i = -1; (i = machine_next_at(m, &open->root, &open->path, i)) >= 0;)
		if (plan_card_means(open, &m->devices[i].identity))
			planned[i] |= PLANNED;
}

/* What has the identity of a card, or of a guard with a serial number, or that an open card or a live rule can mean. */
static void mark_planned(const struct plan *p, const struct machine *m, uint8_t *planned)
{
	for (size_t i = 0; i < p->n_cards; i++)
		if (!p->cards[i].open)
			plan_identity(m, &p->cards[i].identity, PLANNED | (p->cards[i].serial ? PLANNED_SERIAL : 0),
				      planned);
	for (size_t i = 0; i < p->n_guards; i++)
		if (p->guards[i].serial)
			plan_identity(m, &p->guards[i].identity, PLANNED | PLANNED_SERIAL, planned);
	for (size_t i = 0; i < p->n_cards; i++)
		if (p->cards[i].open)
			plan_place(m, &p->cards[i], planned);
	for (size_t i = 0; i < p->n_rules; i++)
		if (p->rules[i].live)
			plan_id(m, &p->rules[i].selector.id, planned);
}

/* Reads the further attributes of what may be a planned card, with all its functions. -ENOMEM. */
static int scan_planned(struct work *w)
{
	struct machine *m = &w->machine;
	uint8_t *planned = calloc(m->n + 1, 1);

	if (!planned)
		return -ENOMEM;
	mark_planned(&w->plan, m, planned);
	for (int i = 0; i < (int)m->n; i++) {
		struct card card;

		if (!planned[i])
			continue;
		card = card_with(m, i);
		for (unsigned k = 0; k < card.n; k++)
			scan_details(w->root, m, card.member[k], planned[card.member[k]] & PLANNED_SERIAL);
	}
	free(planned);
	return 0;
}

/* 0: there are decisions. */
static int decide_all(struct work *w)
{
	int ret;

	work_step(w, "reading /sys/bus/pci");
	ret = scan_machine(w->root, &w->machine);
	if (ret < 0) {
		cannot_be_read(w, "/sys/bus/pci", ret);
		return ret;
	}
	/* Also where the plan will not be used: it is the boot that is off, not the plan. */
	if (!w->machine.boot.kdump && w->plan.n_rules)
		variables_read(w);
	if (strcmp(w->machine.boot.kernel, w->plan.kernel) != 0) {
		work_plan(w, PLAN_BROKEN, "the plan is for kernel %s, this is %s", w->plan.kernel,
			  *w->machine.boot.kernel ? w->machine.boot.kernel : "unknown");
		return -EINVAL;
	}
	scan_overrides(w->root, &w->machine);
	ret = scan_planned(w);
	if (ret == 0)
		ret = decide(&w->plan, &w->machine, &w->cmdline, &w->decisions);
	if (ret < 0) {
		work_plan(w, PLAN_BROKEN, "no memory to decide");
		return ret;
	}
	work_plan(w, w->decisions.state, "%s", w->text);
	return 0;
}

/* The host tool reads it where a driver has removed the signs since. Without memory it is left out. */
static void note_boot_display(struct work *w)
{
	for (size_t i = 0; i < w->machine.n; i++) {
		const struct device *d = &w->machine.devices[i];
		char address[ADDRESS_LEN], words[BOOT_DISPLAY_WORDS];

		if (d->boot_display &&
		    note_add_about(&w->decisions.notes, &w->decisions.n_notes, REASON_DISPLAY, 0, &d->address,
				   "%s is the boot display:%s", address_print(&d->address, address),
				   boot_display_words(d->boot_display, words)) < 0)
			return;
	}
}

static void tell_decisions(const struct work *w)
{
	for (size_t i = 0; i < w->decisions.n; i++) {
		const struct decision *d = &w->decisions.items[i];
		struct message m = { .kind = MESSAGE_DEVICE, .pending = d->bind && !w->dry, .device = d->line };

		work_tell(w, &m);
	}
	for (size_t i = 0; i < w->decisions.n_notes; i++)
		work_tell_note(w, &w->decisions.notes[i]);
}

/* The first driver of the list that is registered. */
static bool find_driver(const struct sysroot *r, const char *list, char driver[DRIVER_LEN])
{
	while ((list = rule_driver_next(list, driver)))
		if (module_has_driver(r, driver))
			return true;
	driver[0] = '\0';
	return false;
}

static void finish(const struct work *w, size_t index, struct report_device *line, enum outcome outcome,
		   enum reason reason, const char *text)
{
	struct message m = { .kind = MESSAGE_RESULT, .index = (unsigned)index };

	line->outcome = outcome;
	line->reason = reason;
	snprintf(line->text, sizeof(line->text), "%s", text);
	bind_current(w->root, &line->address, line->driver);
	m.device = *line;
	work_tell(w, &m);
}

/*
 * Since 6.0 vfio_pci_core.c: vfio_pci_vga_init removes the framebuffer of a class 0300 device itself, and nothing can
 * bind it again. pci-stub does not.
 */
static bool kernel_drops_framebuffer(const struct work *w, const struct device *dev, const char *driver)
{
	return class_sub(dev->identity.class) == 0x0300 && strcmp(driver, "pci-stub") != 0 &&
	       !(w->machine.boot.kernel[0] < '6' && w->machine.boot.kernel[1] == '.');
}

static bool ignores_sysfb_word(const struct cmdline *c)
{
	static const char word[] = "initcall_blacklist=";

	for (size_t i = 0; i < c->n_words; i++)
		if (strncmp(c->words[i], word, sizeof(word) - 1) == 0 &&
		    word_in_list(c->words[i] + sizeof(word) - 1, "sysfb_init"))
			return true;
	return false;
}

/* A firmware framebuffer's memory may belong to its platform device, which no unbinding gives back (sysfb_simplefb.c).
 */
static bool is_held(const struct work *w, const struct device *dev, const char *driver, char text[REPORT_TEXT_LEN])
{
	char address[ADDRESS_LEN], holder[32];

	if (class_base(dev->identity.class) != CLASS_DISPLAY ||
	    !iomem_holder(w->root, address_print(&dev->address, address), driver, holder, sizeof(holder)))
		return false;
	snprintf(text, REPORT_TEXT_LEN, "%s holds its memory: %s", holder,
		 ignores_sysfb_word(&w->cmdline)
			 ? "initcall_blacklist=sysfb_init is ignored"
			 : "try initcall_blacklist=sysfb_init (no console without a GPU driver)");
	return true;
}

/* 0: bound. Its line has the driver that it has now. */
static int bind_one(struct work *w, size_t index, const char *driver)
{
	struct decision *d = &w->decisions.items[index];
	struct device *dev = &w->machine.devices[d->device];
	enum reason reason = d->reason;
	char override[DRIVER_LEN], text[REPORT_TEXT_LEN], address[ADDRESS_LEN];
	int ret;

	work_step(w, "binding %s to %s", address_print(&dev->address, address), driver);
	bind_override(w->root, &dev->address, override);
	if (strcmp(d->line.driver, driver) == 0 && strcmp(override, driver) != 0)
		reason = REASON_BOUND_BY_KERNEL;
	ret = bind_to(w->root, &dev->address, d->line.driver, driver);
	if (ret < 0) {
		snprintf(text, sizeof(text), "%s did not take it%s%s", driver, ret == -ENODEV ? "" : ": ",
			 ret == -ENODEV ? "" : error_name(ret));
		work_step(w, "releasing %s", address);
		bind_release(w->root, &dev->address);
		finish(w, index, &d->line, OUTCOME_RELEASED, REASON_PROBE_FAILED, text);
		return ret;
	}
	if (dev->boot_display && !kernel_drops_framebuffer(w, dev, driver))
		bind_drop_framebuffer(w->root, &dev->address, dev->boot_display & BOOT_DISPLAY_MEMORY);
	snprintf(text, sizeof(text), "%s", d->line.text);
	if (is_held(w, dev, driver, text))
		reason = REASON_FRAMEBUFFER_HELD;
	finish(w, index, &d->line, OUTCOME_BOUND, reason, text);
	memcpy(dev->driver, d->line.driver, sizeof(dev->driver));
	return 0;
}

/*
 * Reads the drivers of the card's functions again; it has `n`. True: one that is a display has got a driver since it
 * was decided, which says so in `text`.
 */
static bool is_busy_now(struct work *w, size_t first, size_t n, const char *driver, char text[REPORT_TEXT_LEN])
{
	bool busy = false;

	for (size_t i = first; i < first + n; i++) {
		struct decision *d = &w->decisions.items[i];
		char before[DRIVER_LEN];

		if (!d->bind)
			continue;
		memcpy(before, d->line.driver, sizeof(before));
		bind_current(w->root, &d->line.address, d->line.driver);
		if (class_base(d->line.identity.class) != CLASS_DISPLAY || !d->line.driver[0] ||
		    strcmp(d->line.driver, driver) == 0 || strcmp(d->line.driver, before) == 0)
			continue;
		snprintf(text, REPORT_TEXT_LEN, "%s has taken it meanwhile", d->line.driver);
		busy = true;
	}
	return busy;
}

/* All functions of one card, the main one first: if that fails, the others stay with the host. */
static void bind_card(struct work *w, size_t first, size_t n)
{
	char driver[DRIVER_LEN], text[REPORT_TEXT_LEN];
	bool there = find_driver(w->root, w->decisions.items[first].drivers, driver), failed = false;
	bool busy = there && is_busy_now(w, first, n, driver, text);

	for (size_t i = first; i < first + n; i++) {
		struct decision *d = &w->decisions.items[i];

		if (!d->bind)
			continue;
		if (!there)
			finish(w, i, &d->line, OUTCOME_REFUSED, REASON_NO_DRIVER, d->drivers);
		else if (busy)
			finish(w, i, &d->line, OUTCOME_REFUSED, REASON_BUSY, text);
		else if (failed)
			finish(w, i, &d->line, OUTCOME_REFUSED, REASON_PROBE_FAILED, "the card's main function failed");
		else if (bind_one(w, i, driver) < 0)
			failed = d->main;
	}
}

/* How many decisions from this one on are of one card: they stand together. *bind: whether one is to be bound. */
static size_t card_decisions(const struct decisions *all, size_t first, bool *bind)
{
	size_t n = 0;

	for (*bind = false; first + n < all->n && all->items[first + n].card == all->items[first].card; n++)
		*bind |= all->items[first + n].bind;
	return n;
}

/* Loads the target drivers and binds, once all is decided. */
static void bind_all(struct work *w)
{
	bool used = w->decisions.state == PLAN_ACTIVE || w->decisions.state == PLAN_TRIAL, bind;

	variables_count(w, w->decisions.state == PLAN_TRIAL);
	/*
	 * Also when all was refused: whoever loads vfio-pci later, with an `ids=` of modprobe.d, then finds it loaded
	 * without, and it takes nothing behind the guards' back.
	 */
	if (!used || !w->plan.n_rules)
		return;
	insert_modules(w, false);
	intruders_release(w);
	for (size_t i = 0, n; i < w->decisions.n; i += n) {
		n = card_decisions(&w->decisions, i, &bind);
		if (bind)
			bind_card(w, i, n);
	}
	/* With async_probe a driver may take a device after its module is in. */
	intruders_release(w);
}

void worker_run(const struct sysroot *r, int pipe_fd, bool dry)
{
	struct work w = { .root = r, .pipe_fd = pipe_fd, .dry = dry };
	struct message done = { .kind = MESSAGE_DONE };

	work_step(&w, "reading the plan");
	if (read_plan(&w) == 0 && read_cmdline(&w) == 0) {
		if (!dry && !sysroot_exists(r, "proc/vmcore"))
			insert_modules(&w, true);
		if (decide_all(&w) == 0) {
			if (!dry)
				note_boot_display(&w);
			tell_decisions(&w);
			if (!dry)
				bind_all(&w);
		}
		variables_done(&w);
	}
	work_tell(&w, &done);
	/* The process ends here: nothing is freed. */
}
