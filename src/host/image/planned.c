/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "planned.h"

#include <unistd.h>

#include "../lib/row.h"
#include "../lib/say.h"
#include "../state/files.h"
#include "../state/open_card.h"
#include "../state/waiting.h"

/* A remedy is told once, not with every warning of its kind. That an optional card is not there is none. */
void planned_warn(const struct config *config, const struct report_note *notes, size_t n)
{
	bool told[REASON_COUNT] = { false };
	char line[ROW_LINE_LEN];

	for (size_t i = 0; i < n; i++) {
		enum reason reason = notes[i].reason;
		const char *remedy = told[reason] ? "" : reason_remedy(reason);
		struct row row = { .kind = ROW_NOTE };

		if (reason == REASON_ABSENT)
			continue;
		row_set_note(&row, &notes[i], config_rule(config, notes[i].rule));
		say_warning("%s%s%s%s", row_line(&row, line), *remedy ? " (" : "", remedy, *remedy ? ")" : "");
		told[reason] = true;
	}
}

static const char *lock_problem(int err, const struct plan_error *wrong)
{
	return err == -EPROTONOSUPPORT ? "made by another version of earlybind"
	       : *wrong->text          ? wrong->text
				       : strerror(-err);
}

static void warn_lock(int err, const struct plan_error *wrong)
{
	if (err == -EBADMSG && wrong->line)
		say_warning("lock-broken: /%s:%u: %s; nothing is bound (%s)", LOCK_FILE, wrong->line, wrong->text,
			    reason_remedy(REASON_LOCK_BROKEN));
	else if (err == -EACCES || err == -EPERM)
		say_warning("/%s: %s: nothing is bound (try sudo)", LOCK_FILE, wrong->text);
	else
		say_warning("lock-broken: /%s: %s; nothing is bound (%s)", LOCK_FILE, lock_problem(err, wrong),
			    reason_remedy(REASON_LOCK_BROKEN));
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
			 lock_problem(boot->lock_error, &boot->lock_wrong), boot->lock_hidden ? " (try sudo)" : "");
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
int planned_complain(const struct sysroot *root, struct next_boot *boot)
{
	int ret = 0;

	config_complain(&boot->config);
	if (boot->lock_hidden || boot->lock_broken) {
		warn_lock(boot->lock_error, &boot->lock_wrong);
		return 0;
	}
	if (waiting_count(&boot->composition) && next_boot_scan(root, boot))
		waiting_forgive_absent(&boot->config, &boot->lock, &boot->machine, &boot->composition);
	if (boot->composition.plan.n_rules)
		ret = open_cards_note(boot);
	if (ret == 0)
		planned_warn(&boot->config, boot->composition.notes, boot->composition.n_notes);
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
