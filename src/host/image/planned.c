/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "planned.h"

#include <unistd.h>

#include "../state/files.h"
#include "../state/open_card.h"
#include "../state/waiting.h"

/*
 * A remedy is told once, not with every warning of its kind; what helps a rule that was not accepted, accept has to be
 * asked. That an optional card is not there is none.
 */
void planned_notes(const struct config *config, const struct report_note *notes, size_t n, struct rows *rows)
{
	reason_set told = 0;

	for (size_t i = 0; i < n; i++) {
		enum reason reason = notes[i].reason;
		bool silent = reason == REASON_NOT_ACCEPTED || told & REASON_BIT(reason);
		const char *remedy = silent ? "" : reason_remedy(reason);
		struct row *row = reason == REASON_ABSENT ? NULL : row_add(rows, ROW_NOTE, NULL);

		if (!row)
			continue;
		row_set_note(row, &notes[i], config_rule(config, notes[i].rule));
		snprintf(row->text, sizeof(row->text), "%s%s%s%s", notes[i].text, *remedy ? " (" : "", remedy,
			 *remedy ? ")" : "");
		told |= REASON_BIT(reason);
	}
}

static bool needs_lock(const struct config *config)
{
	for (size_t i = 0; i < config->n_rules; i++)
		if (!config->rules[i].live && !rule_is_complete(&config->rules[i]))
			return true;
	return false;
}

static void lost_lock(const struct next_boot *boot, char why[IMAGE_WHY_LEN])
{
	char place[16];

	if (boot->lock_error == -ENOENT && needs_lock(&boot->config))
		snprintf(why, IMAGE_WHY_LEN, "/%s is missing: run `earlybind accept`", LOCK_FILE);
	else if (boot->lock_hidden || boot->lock_broken)
		snprintf(why, IMAGE_WHY_LEN, "/%s%s: %s%s", LOCK_FILE, error_place(&boot->lock_wrong, place),
			 boot->lock_wrong.text, boot->lock_hidden ? " (try sudo)" : "");
}

void planned_lost(const struct next_boot *boot, char why[IMAGE_WHY_LEN])
{
	*why = '\0';
	if (boot->config.n_rules && !boot->config.unreadable)
		lost_lock(boot, why);
	else if (boot->config.unreadable)
		snprintf(why, IMAGE_WHY_LEN, "not all of the configuration can be read%s",
			 geteuid() ? " (try sudo)" : "");
	else if (config_errors(&boot->config))
		snprintf(why, IMAGE_WHY_LEN, "the configuration has wrong lines, and no rule that can be used");
}

/* What is warned of, not what is made, may depend on this machine. */
int planned_warnings(const struct sysroot *root, struct next_boot *boot, struct rows *rows)
{
	int ret = 0;

	if (boot->lock_hidden || boot->lock_broken)
		return next_boot_note_lock(boot, LEVEL_WARNING, rows);
	if (waiting_count(&boot->composition) && next_boot_scan(root, boot))
		waiting_forgive_absent(&boot->config, &boot->lock, &boot->machine, &boot->composition);
	if (boot->composition.plan.n_rules)
		ret = open_cards_note(boot);
	if (ret == 0)
		planned_notes(&boot->config, boot->composition.notes, boot->composition.n_notes, rows);
	return ret;
}

int planned_image(const struct sysroot *root, const struct next_boot *boot, const char *kernel, struct image *out,
		  char why[IMAGE_WHY_LEN])
{
	struct plan plan = boot->composition.plan, own = { 0 }; /* its kernel and its modules are its own */
	int err;

	memset(out, 0, sizeof(*out));
	planned_lost(boot, why);
	if (*why || !plan.n_rules)
		return *why ? -ENODATA : 0;
	err = image_make(root, kernel, &plan, out, why);
	own.modules = plan.modules;
	own.n_modules = plan.n_modules;
	plan_free(&own);
	return err;
}
