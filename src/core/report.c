/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "array.h"
#include "record.h"
#include "report.h"
#include "report_lines.h"

const char *const plan_state_words[PLAN_STATE_COUNT] = {
	[PLAN_ACTIVE] = "active", [PLAN_TRIAL] = "trial", [PLAN_STOOD_DOWN] = "stood-down",
	[PLAN_OFF] = "off",       [PLAN_KDUMP] = "kdump", [PLAN_BROKEN] = "broken",
};

const char *const outcome_words[OUTCOME_COUNT] = {
	[OUTCOME_BOUND] = "bound",
	[OUTCOME_REFUSED] = "refused",
	[OUTCOME_RELEASED] = "released",
};

static const struct field plan_fields[] = {
	{ "HASH", &hex64_field, FIELD_AT(report, hash) },
	{ "the state of the plan", &word_field, FIELD_AT(report, state), FIELD_WORDS(plan_state_words) },
	{ "TEXT", &buffer_field, FIELD_AT(report, text), .limit = REPORT_TEXT_LEN },
};
static const struct field device_fields[] = {
	{ "ADDRESS", &address_field, FIELD_AT(report_device, address), FIELD_HAS(report_device, has_address) },
	{ "ROOT", &root_field, FIELD_AT(report_device, root) },
	{ "PATH", &any_path_field, FIELD_AT(report_device, path) },
	{ "IDENTITY", &identity_field, FIELD_AT(report_device, identity) },
	{ "N", &number_field, FIELD_AT(report_device, rule) },
	{ "bound|refused|released", &word_field, FIELD_AT(report_device, outcome), FIELD_WORDS(outcome_words) },
	{ "REASON", &reason_field, FIELD_AT(report_device, reason) },
	{ "DRIVER", &name_field, FIELD_AT(report_device, driver), .limit = DRIVER_LEN },
	{ "TEXT", &buffer_field, FIELD_AT(report_device, text), .limit = REPORT_TEXT_LEN },
};
static const struct field note_fields[] = {
	{ "REASON", &reason_field, FIELD_AT(report_note, reason) },
	{ "N", &number_field, FIELD_AT(report_note, rule), .since = 2 },
	{ "ADDRESS", &address_field, FIELD_AT(report_note, address), FIELD_HAS(report_note, has_address), .since = 2 },
	{ "TEXT", &buffer_field, FIELD_AT(report_note, text), .limit = REPORT_TEXT_LEN },
};
static const struct field summary_fields[] = {
	{ "BOUND", &count_field, FIELD_AT(report, bound) },
	{ "REFUSED", &count_field, FIELD_AT(report, refused) },
	{ "FAILED", &count_field, FIELD_AT(report, failed) },
	{ "MILLISECONDS", &count_field, FIELD_AT(report, milliseconds) },
};

const struct record report_records[LINE_COUNT] = {
	[LINE_PLAN] = RECORD("plan", plan_fields),
	[LINE_DEVICE] = RECORD("device", device_fields),
	[LINE_NOTE] = RECORD("note", note_fields),
	[LINE_SUMMARY] = RECORD("summary", summary_fields),
};

void report_free(struct report *r)
{
	free(r->devices);
	free(r->notes);
	memset(r, 0, sizeof(*r));
}

int report_add_device(struct report *r, const struct report_device *d)
{
	return array_add(&r->devices, &r->n_devices, d, sizeof(*d));
}

int report_add_note(struct report *r, const struct report_note *note)
{
	return array_add(&r->notes, &r->n_notes, note, sizeof(*note));
}

bool report_note_is_boot_display(const struct report_note *note)
{
	return note->reason == REASON_DISPLAY && !note->rule && note->has_address;
}

bool report_undone(const struct report *r)
{
	for (size_t i = 0; i < r->n_devices; i++)
		if (r->devices[i].outcome == OUTCOME_RELEASED && r->devices[i].reason == REASON_OFF)
			return true;
	return false;
}

void report_count(struct report *r)
{
	unsigned counts[OUTCOME_COUNT] = { 0 };

	for (size_t i = 0; i < r->n_devices; i++)
		counts[r->devices[i].outcome]++;
	r->bound = counts[OUTCOME_BOUND];
	r->refused = counts[OUTCOME_REFUSED];
	r->failed = counts[OUTCOME_RELEASED];
	r->complete = true;
}

int report_print(const struct report *r, struct text *out)
{
	text_addf(out, REPORT_HEADER "%u\n", REPORT_VERSION);
	record_print(&report_records[LINE_PLAN], r, REPORT_VERSION, out);
	for (size_t i = 0; i < r->n_devices; i++)
		record_print(&report_records[LINE_DEVICE], &r->devices[i], REPORT_VERSION, out);
	for (size_t i = 0; i < r->n_notes; i++)
		record_print(&report_records[LINE_NOTE], &r->notes[i], REPORT_VERSION, out);
	if (r->complete)
		record_print(&report_records[LINE_SUMMARY], r, REPORT_VERSION, out);
	return out->error;
}
