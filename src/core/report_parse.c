/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading is the host tool's: the boot program only writes reports. */
#include "compat.h"

#include "array.h"
#include "record.h"
#include "report.h"
#include "report_lines.h"

/* What a line of this kind fills; NULL: no memory. */
static void *line_base(struct report *r, int id)
{
	if (id == LINE_DEVICE)
		return array_grow(&r->devices, &r->n_devices, sizeof(*r->devices));
	if (id == LINE_NOTE)
		return array_grow(&r->notes, &r->n_notes, sizeof(*r->notes));
	return r;
}

static int parse_line(struct report *r, char *line, struct plan_error *err)
{
	struct fields fields;
	const char *word;
	void *base;
	int id;

	fields_start(&fields, line);
	word = field_next(&fields);
	for (id = 0; word && id < LINE_COUNT; id++)
		if (!strcmp(report_records[id].keyword, word))
			break;
	if (!word || id == LINE_COUNT)
		return line_complain(err, EXPECTED("unknown line"));
	if ((id == LINE_PLAN) != (err->line == 2) || r->complete)
		return line_complain(err, EXPECTED("the line stands in the wrong place, or twice"));
	base = line_base(r, id);
	if (!base)
		return -ENOMEM;
	r->complete = id == LINE_SUMMARY;
	return record_parse(&report_records[id], r->version, &fields, base, err);
}

/*
 * report = header plan *( device | note ) [ summary ]
 * header = "earlybind-report " version
 */
static int parse_lines(struct report *r, const char *text, size_t len, struct plan_error *err)
{
	char line[LINE_MAX_BYTES];
	int ret;

	for (err->line = 1;; err->line++) {
		ret = line_take(&text, &len, line, err);
		if (ret < 0)
			return ret;
		if (ret == 0)
			break;
		ret = err->line == 1 ? line_header(line, "report", 1, REPORT_VERSION, &r->version, err)
				     : parse_line(r, line, err);
		if (ret)
			return ret;
	}
	if (err->line > 2)
		return 0;
	err->line = 0;
	return line_complain(err, EXPECTED("it is truncated: no plan line"));
}

int report_parse(const char *text, size_t len, struct report *out, struct plan_error *err)
{
	int ret;

	memset(out, 0, sizeof(*out));
	memset(err, 0, sizeof(*err));
	ret = parse_lines(out, text, len, err);
	if (ret)
		report_free(out);
	else
		err->line = 0;
	return ret;
}
