/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "planned.h"

#include "../sys/scan.h"
#include "files.h"
#include "needs.h"
#include "open_card.h"
#include "waiting.h"

/* A remedy is told once, not with every warning of its kind. That an optional card is not there is none. */
void planned_warn(const struct report_note *notes, size_t n)
{
	bool told[REASON_COUNT] = { false };

	for (size_t i = 0; i < n; i++) {
		enum reason reason = notes[i].reason;
		const char *remedy = told[reason] ? "" : reason_remedy(reason);

		if (reason == REASON_ABSENT)
			continue;
		if (reason == REASON_NONE)
			say_warning("%s", notes[i].text);
		else
			say_warning("%s: %s%s%s%s", reason_word(reason), notes[i].text, *remedy ? " (" : "", remedy,
				    *remedy ? ")" : "");
		told[reason] = true;
	}
}

static void warn_lock(int err, const struct plan_error *wrong)
{
	if (err == -EBADMSG && wrong->line)
		say_warning("lock-broken: /%s:%u: %s; nothing is bound (%s)", LOCK_FILE, wrong->line, wrong->text,
			    reason_remedy(REASON_LOCK_BROKEN));
	else if (err == -EACCES || err == -EPERM)
		say_warning("/%s: %s: nothing is bound (try sudo)", LOCK_FILE, wrong->text);
	else
		say_warning("lock-broken: /%s: %s; nothing is bound (%s)", LOCK_FILE,
			    err == -EPROTONOSUPPORT ? "made by another version of earlybind"
			    : *wrong->text          ? wrong->text
						    : strerror(-err),
			    reason_remedy(REASON_LOCK_BROKEN));
}

/* What is warned of, not what is made, may depend on this machine. */
static void forgive_absent(const struct cli *cli, const struct config *config, const struct plan *lock,
			   struct composition *c)
{
	struct machine m;

	if (!waiting_count(c) || scan_machine(&cli->root, &m) < 0)
		return;
	waiting_forgive_absent(config, lock, &m, c);
	machine_free(&m);
}

int planned_compose(const struct cli *cli, const struct config *config, bool say, struct composition *out)
{
	struct plan lock = { 0 };
	struct plan_error wrong = { 0 };
	bool asked;
	int err = lock_load(&cli->root, &lock, &wrong);

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
		forgive_absent(cli, config, &lock, out);
	plan_free(&lock);
	if (!err && out->plan.n_rules) {
		err = needs_guard_image(&cli->root, &out->plan, &asked);
		if (!err && say)
			err = open_cards_note(&cli->root, out, asked);
		if (err)
			composition_free(out);
	}
	if (!err && say)
		planned_warn(out->notes, out->n_notes);
	return err;
}

int planned_image(const struct cli *cli, const char *kernel, struct image *out, char why[IMAGE_WHY_LEN])
{
	struct composition made = { 0 };
	struct config config = { 0 };
	int err = config_load(&cli->root, &config);

	memset(out, 0, sizeof(*out));
	if (!err)
		err = planned_compose(cli, &config, false, &made);
	if (err)
		snprintf(why, IMAGE_WHY_LEN, "%s", strerror(-err));
	else if (made.plan.n_rules)
		err = image_make(&cli->root, cli->root_dir, kernel, &made.plan, out, why);
	composition_free(&made);
	config_free(&config);
	return err;
}
