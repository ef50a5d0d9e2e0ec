/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "explain.h"

#include <unistd.h>

#include "publish.h"
#include "say.h"
#include "watch.h"

/* After undo a run binds nothing, whatever it would decide. */
static void hold_undone(const struct sysroot *r, struct report *report)
{
	struct report earlier;

	if (published(r, &earlier) < 0 || !report_undone(&earlier))
		return;
	for (size_t i = 0; i < report->n_devices; i++) {
		struct report_device *d = &report->devices[i];

		if (d->outcome != OUTCOME_BOUND)
			continue;
		d->outcome = OUTCOME_REFUSED;
		d->reason = REASON_OFF;
		snprintf(d->text, sizeof(d->text), "undo was run in this boot: a run now binds nothing");
	}
}

int explain(const struct sysroot *r)
{
	struct report report;
	char line[DEVICE_LINE_LEN];

	watch(r, true, &report);
	hold_undone(r, &report);
	say(STDOUT_FILENO, "plan %s%s%s; a run now, with the machine as it is:\n", plan_state_words[report.state],
	    report.text[0] ? ": " : "", report.text);
	for (size_t i = 0; i < report.n_devices; i++)
		say(STDOUT_FILENO, "%s\n", publish_line(&report.devices[i], line));
	for (size_t i = 0; i < report.n_notes; i++)
		say(STDOUT_FILENO, "note: %s: %s\n", reason_word(report.notes[i].reason), report.notes[i].text);
	if (!report.n_devices)
		say(STDOUT_FILENO, "nothing to bind\n");
	return report.state == PLAN_BROKEN;
}
