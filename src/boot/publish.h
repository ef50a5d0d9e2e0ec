/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EARLYBIND_PUBLISH_H
#define EARLYBIND_PUBLISH_H

#include "../core/compat.h"
#include "../core/report.h"
#include "../sys/sysroot.h"

#define REPORT_FILE "run/earlybind/report"
#define DEVICE_LINE_LEN 400

/* Writes /run/earlybind/report. 0 or -errno. */
int publish_report(const struct sysroot *r, const struct report *report) _must_check_;
/* The same, and a line a device and one summary to the kernel log. */
void publish(const struct sysroot *r, const struct report *report);
/* "0000:06:00.0 10de:13c2 bound, driver vfio-pci"; returns buf. */
char *publish_line(const struct report_device *d, char buf[DEVICE_LINE_LEN]);

/* The report that this boot's run left. 0; -ENOENT: there is none; -EBADMSG, -EPROTONOSUPPORT, -errno: *out is empty.
 */
int published(const struct sysroot *r, struct report *out) _must_check_;

#endif
