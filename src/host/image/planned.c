/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "planned.h"

#include <unistd.h>

#include "../../sys/scan.h"
#include "../lib/row.h"
#include "../lib/say.h"
#include "../state/files.h"
#include "../state/open_card.h"
#include "../state/waiting.h"
#include "../storage/needs.h"

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

static int lost_lock(const struct sysroot *root, const struct config *config, char why[IMAGE_WHY_LEN])
{
	struct plan_error wrong = { 0 };
	struct plan lock = { 0 };
	int err = lock_load(root, &lock, &wrong);
	char place[16];

	plan_free(&lock);
	if (err == -ENOENT && needs_lock(config))
		snprintf(why, IMAGE_WHY_LEN, "/%s is missing: run `earlybind accept`", LOCK_FILE);
	else if (err && err != -ENOENT)
		snprintf(why, IMAGE_WHY_LEN, "/%s%s: %s%s", LOCK_FILE, error_place(&wrong, place),
			 lock_problem(err, &wrong), err == -EACCES || err == -EPERM ? " (try sudo)" : "");
	return err == -ENOMEM ? err : 0;
}

int planned_lost(const struct sysroot *root, const struct config *config, char why[IMAGE_WHY_LEN])
{
	*why = '\0';
	if (config->n_rules && !config->unreadable)
		return lost_lock(root, config, why);
	if (config->unreadable)
		snprintf(why, IMAGE_WHY_LEN, "not all of the configuration can be read%s",
			 geteuid() ? " (try sudo)" : "");
	else if (config_errors(config))
		snprintf(why, IMAGE_WHY_LEN, "the configuration has wrong lines, and no rule that can be used");
	return 0;
}

/* What is warned of, not what is made, may depend on this machine. */
static void forgive_absent(const struct sysroot *root, const struct config *config, const struct plan *lock,
			   struct composition *c)
{
	struct machine m;

	if (!waiting_count(c) || scan_machine(root, &m) < 0)
		return;
	waiting_forgive_absent(config, lock, &m, c);
	machine_free(&m);
}

int planned_compose(const struct sysroot *root, const struct config *config, bool say, struct composition *out)
{
	struct plan lock = { 0 };
	struct plan_error wrong = { 0 };
	bool asked;
	int err = lock_load(root, &lock, &wrong);

	memset(out, 0, sizeof(*out));
	if (err == -ENOMEM)
		return err;
	if (err && err != -ENOENT) {
		if (say)
			warn_lock(err, &wrong);
		return 0;
	}
	err = compose(config, err ? NULL : &lock, out);
	if (!err && say)
		forgive_absent(root, config, &lock, out);
	plan_free(&lock);
	if (!err && out->plan.n_rules) {
		err = needs_guard_image(root, &out->plan, &asked);
		if (!err && say)
			err = open_cards_note(root, config, out, asked);
		if (err)
			composition_free(out);
	}
	if (!err && say)
		planned_warn(config, out->notes, out->n_notes);
	return err;
}

int planned_image(const struct sysroot *root, const char *kernel, struct image *out, char why[IMAGE_WHY_LEN])
{
	struct composition made = { 0 };
	struct config config = { 0 };
	int err = config_load(root, &config);

	memset(out, 0, sizeof(*out));
	*why = '\0';
	if (!err)
		err = planned_lost(root, &config, why);
	if (!err && *why)
		err = -ENODATA;
	if (!err)
		err = planned_compose(root, &config, false, &made);
	if (err && !*why)
		snprintf(why, IMAGE_WHY_LEN, "%s", strerror(-err));
	if (!err && made.plan.n_rules)
		err = image_make(root, kernel, &made.plan, out, why);
	composition_free(&made);
	config_free(&config);
	return err;
}
