/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What parses as a report prints, and what was printed parses and prints as the same bytes. */
#include "compat.h"

#include "replay.h"
#include "report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct text first = { 0 }, second = { 0 };
	struct report report, empty = { 0 };
	struct plan_error err;
	int ret;

	ret = report_parse((const char *)data, len, &report, &err);
	if (ret) {
		if (memcmp(&report, &empty, sizeof(empty)) || (ret == -EBADMSG && !err.text[0]))
			abort();
		return 0;
	}
	ret = report_print(&report, &first);
	report_free(&report);
	if (ret || report_parse(first.data, first.len, &report, &err) || report_print(&report, &second))
		abort();
	if (first.len != second.len || memcmp(first.data, second.data, first.len))
		abort();
	report_free(&report);
	text_free(&first);
	text_free(&second);
	return 0;
}
