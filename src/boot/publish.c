/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "publish.h"

#include "../sys/errors.h"
#include "../sys/kmsg.h"
#include "../sys/module.h"

#define REPORT_MAX (1 << 20)
#define PROGRAM "/" IMAGE_DIR "/earlybind-init"

int publish_report(const struct sysroot *r, const struct report *report)
{
	struct text text = { 0 };
	int ret = report_print(report, &text);

	if (ret == 0)
		ret = sysroot_mkdirs(r, "run/earlybind", 0755);
	if (ret == 0)
		ret = sysroot_replace(r, REPORT_FILE, text.data, text.len, 0644);
	text_free(&text);
	return ret;
}

int published(const struct sysroot *r, struct report *out)
{
	struct plan_error err;
	char *text;
	size_t len;
	int ret = sysroot_read_all(r, REPORT_FILE, REPORT_MAX, &text, &len);

	memset(out, 0, sizeof(*out));
	if (ret < 0)
		return ret;
	ret = report_parse(text, len, out, &err);
	free(text);
	return ret;
}

char *publish_line(const struct report_device *d, char buf[DEVICE_LINE_LEN])
{
	char address[ADDRESS_LEN], identity[IDENTITY_LEN];

	snprintf(buf, DEVICE_LINE_LEN, "%s %.9s %s%s%s%s%s%s%s",
		 d->has_address ? address_print(&d->address, address) : "-", identity_print(&d->identity, identity),
		 outcome_words[d->outcome], d->reason ? " " : "", d->reason ? reason_word(d->reason) : "",
		 d->driver[0] ? ", driver " : "", d->driver, d->text[0] ? ": " : "", d->text);
	return buf;
}

static void log_all(const struct sysroot *r, const struct report *report)
{
	char line[DEVICE_LINE_LEN];

	for (size_t i = 0; i < report->n_devices; i++)
		kmsg(r, report->devices[i].outcome == OUTCOME_BOUND ? KMSG_INFO : KMSG_WARNING, "%s",
		     publish_line(&report->devices[i], line));
	for (size_t i = 0; i < report->n_notes; i++) {
		const struct report_note *note = &report->notes[i];

		kmsg(r, report_note_is_boot_display(note) ? KMSG_INFO : KMSG_WARNING, "%s: %s",
		     reason_word(note->reason), note->text);
	}
	if (report->state != PLAN_ACTIVE)
		kmsg(r, KMSG_WARNING, "plan %s%s%s", plan_state_words[report->state], report->text[0] ? ": " : "",
		     report->text);
}

/* Whether a person could want something back: also what was given up may be bound. */
static bool may_be_undone(const struct report *report)
{
	for (size_t i = 0; i < report->n_devices; i++)
		if (report->devices[i].outcome == OUTCOME_BOUND || report->devices[i].reason == REASON_TIMEOUT)
			return true;
	return false;
}

void publish(const struct sysroot *r, const struct report *report)
{
	int ret = publish_report(r, report);

	if (ret < 0)
		kmsg(r, KMSG_ERROR, "/" REPORT_FILE " cannot be written: %s", error_name(ret));
	log_all(r, report);
	kmsg(r, KMSG_INFO,
	     "%u bound, %u refused, %u failed in %u ms; the kernel command line word earlybind=off turns "
	     "this off%s",
	     report->bound, report->refused, report->failed, report->milliseconds,
	     may_be_undone(report) ? "; in an emergency shell `" PROGRAM
				     " undo` gives back what was bound, and `" PROGRAM " explain` says why"
				   : "");
}
