/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "explain.h"

#include <unistd.h>

#include "publish.h"
#include "say.h"
#include "watch.h"

int explain(const struct sysroot *r)
{
	struct report report, earlier;
	char line[DEVICE_LINE_LEN];

	watch(r, true, &report);
	say(STDOUT_FILENO, "plan %s%s%s; a run now, with the machine as it is:\n", plan_state_words[report.state],
	    report.text[0] ? ": " : "", report.text);
	for (size_t i = 0; i < report.n_devices; i++)
		say(STDOUT_FILENO, "%s\n", publish_line(&report.devices[i], line));
	for (size_t i = 0; i < report.n_notes; i++)
		say(STDOUT_FILENO, "note: %s: %s\n", reason_word(report.notes[i].reason), report.notes[i].text);
	if (published(r, &earlier) == 0 && report_undone(&earlier))
		say(STDOUT_FILENO, "undo was run in this boot: a run now binds nothing\n");
	if (!report.n_devices)
		say(STDOUT_FILENO, "nothing to bind\n");
	return report.state == PLAN_BROKEN;
}
