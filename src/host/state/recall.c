/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recall.h"

#include "../../core/boot_display.h"
#include "../../sys/display.h"
#include "../../sys/scan.h"
#include "../machine/machine.h"
#include "files.h"

/*
 * A driver that took the boot display has removed the firmware's framebuffer, and where nothing else proves it,
 * what the boot program saw before counts. A report that cannot be read says nothing here: `status` tells why.
 */
static int recall_boot_display(const struct sysroot *r, struct machine *m)
{
	struct plan_error err;
	struct report report;
	int ret = boot_display_is_proven(m) ? -ENOENT : report_load(r, &report, &err);

	if (ret < 0)
		return ret == -ENOMEM ? ret : 0;
	for (size_t i = 0; i < report.n_notes; i++) {
		int k = report_note_is_boot_display(&report.notes[i]) ? machine_by_address(m, &report.notes[i].address)
								      : -1;

		if (k >= 0 && !m->devices[k].boot_display && class_base(m->devices[k].identity.class) == CLASS_DISPLAY)
			m->devices[k].boot_display = BOOT_DISPLAY_REPORT;
	}
	report_free(&report);
	display_settle(r, m);
	return 0;
}

int recall_details(const struct sysroot *root, struct storage *storage, struct machine *m)
{
	int ret = machine_details(root, storage, m);

	return ret < 0 ? ret : recall_boot_display(root, m);
}

int recall_machine(const struct sysroot *root, struct machine *out)
{
	struct storage storage = { 0 };
	int ret = scan_machine(root, out);

	if (ret < 0)
		return ret;
	ret = recall_details(root, &storage, out);
	storage_free(&storage);
	if (ret < 0)
		machine_free(out);
	return ret;
}
