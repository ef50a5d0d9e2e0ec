/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of the report as tables; for report*.c alone. */
#ifndef EARLYBIND_REPORT_LINES_H
#define EARLYBIND_REPORT_LINES_H

#include "compat.h"
#include "record.h"

#define REPORT_HEADER "earlybind-report "
#define REPORT_VERSION RECORD_VERSION

enum report_line_id { LINE_PLAN, LINE_DEVICE, LINE_NOTE, LINE_SUMMARY, LINE_COUNT };

extern const struct record report_records[LINE_COUNT];

#endif
