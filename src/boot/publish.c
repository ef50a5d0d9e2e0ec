/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "publish.h"

#include "../sys/errors.h"
#include "../sys/kmsg.h"

#define REPORT_FILE "run/earlybind/report"

static void write_report(const struct sysroot *r, const struct report *report)
{
	struct text text = { 0 };
	int ret = report_print(report, &text);

	if (ret == 0)
		ret = sysroot_mkdirs(r, "run/earlybind", 0755);
	if (ret == 0)
		ret = sysroot_replace(r, REPORT_FILE, text.data, text.len, 0644);
	if (ret < 0)
		kmsg(r, KMSG_ERROR, "/" REPORT_FILE " cannot be written: %s", error_name(ret));
	text_free(&text);
}

static void log_device(const struct sysroot *r, const struct report_device *d)
{
	char address[ADDRESS_LEN], identity[IDENTITY_LEN];

	kmsg(r, d->outcome == OUTCOME_BOUND ? KMSG_INFO : KMSG_WARNING, "%s %.9s %s%s%s%s%s%s%s",
	     d->has_address ? address_print(&d->address, address) : "-", identity_print(&d->identity, identity),
	     outcome_words[d->outcome], d->reason ? " " : "", d->reason ? reason_word(d->reason) : "",
	     d->driver[0] ? ", driver " : "", d->driver, d->text[0] ? ": " : "", d->text);
}

void publish(const struct sysroot *r, const struct report *report)
{
	write_report(r, report);
	for (size_t i = 0; i < report->n_devices; i++)
		log_device(r, &report->devices[i]);
	for (size_t i = 0; i < report->n_notes; i++)
		kmsg(r, KMSG_WARNING, "%s: %s", reason_word(report->notes[i].reason), report->notes[i].text);
	if (report->state != PLAN_ACTIVE)
		kmsg(r, KMSG_WARNING, "plan %s%s%s", plan_state_words[report->state], report->text[0] ? ": " : "",
		     report->text);
	kmsg(r, KMSG_INFO,
	     "%u bound, %u refused, %u failed in %lu ms; the kernel command line word earlybind=off turns "
	     "this off",
	     report->bound, report->refused, report->failed, report->milliseconds);
}
