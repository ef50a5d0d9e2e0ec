/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "report.h"

static const char sample[] =
	"earlybind-report 2\n"
	"plan 17bbbe3058ba4ddb active 6.1.0-56-amd64\n"
	"device 0000:06:00.0 _SB_.PCI0 03.1/00.0 10de:13c2:10de:1116:030000 1 bound - vfio-pci -\n"
	"device 0000:06:00.1 _SB_.PCI0 03.1/00.1 10de:0fbb:10de:1116:040300 1 bound moved vfio-pci was 0000:05:00.1\n"
	"device 0000:08:00.0 0000:00 1d.0/00.0 1002:73bf:1002:0e3a:030000 2 released probe-failed cx88\\x20audio error "
	"-22\n"
	"device - 0000:00 - 1002:73bf:1002:0e3a:030000 - refused absent - -\n"
	"note ignored-ids - 0000:06:00.0 vfio-pci.ids=10de:13c2 \\xc3\\xa9\n"
	"note timeout 3 - -\n"
	"summary 2 1 1 187\n";

static int parse(const char *text, struct report *out, struct plan_error *err)
{
	return report_parse(text, strlen(text), out, err);
}

static void a_report_reads_as_it_is_written(void **state)
{
	struct text printed = { 0 };
	struct plan_error err;
	struct report r;

	(void)state;
	assert_int_equal(parse(sample, &r, &err), 0);
	assert_true(r.hash == 0x17bbbe3058ba4ddbull);
	assert_int_equal(r.state, PLAN_ACTIVE);
	assert_string_equal(r.text, "6.1.0-56-amd64");
	assert_int_equal(r.n_devices, 4);
	assert_int_equal(r.devices[1].reason, REASON_MOVED);
	assert_string_equal(r.devices[1].text, "was 0000:05:00.1");
	assert_int_equal(r.devices[2].outcome, OUTCOME_RELEASED);
	assert_int_equal(r.devices[2].rule, 2);
	assert_string_equal(r.devices[2].driver, "cx88 audio");
	assert_false(r.devices[3].has_address);
	assert_int_equal(r.devices[3].path.hops, 0);
	assert_int_equal(r.devices[3].rule, 0);
	assert_string_equal(r.devices[3].driver, "");
	assert_int_equal(r.n_notes, 2);
	assert_true(r.notes[0].has_address && r.notes[0].address.bus == 6 && !r.notes[0].rule);
	assert_true(!r.notes[1].has_address && r.notes[1].rule == 3);
	assert_string_equal(r.notes[0].text, "vfio-pci.ids=10de:13c2 \xc3\xa9");
	assert_true(r.complete);
	assert_int_equal(r.milliseconds, 187);
	assert_int_equal(report_print(&r, &printed), 0);
	assert_string_equal(printed.data, sample);
	text_free(&printed);
	report_free(&r);
}

static void a_report_without_its_summary_is_read_as_incomplete(void **state)
{
	const size_t len = strlen(sample) - strlen("summary 2 1 1 187\n");
	struct text printed = { 0 };
	struct report_device absent;
	struct plan_error err;
	struct report r;

	(void)state;
	assert_int_equal(report_parse(sample, len, &r, &err), 0);
	assert_false(r.complete);
	assert_int_equal(report_print(&r, &printed), 0);
	assert_int_equal(printed.len, len);
	absent = r.devices[3];
	assert_int_equal(report_add_device(&r, &absent), 0);
	assert_int_equal(report_add_device(&r, &absent), 0);
	report_count(&r);
	assert_true(r.complete);
	assert_int_equal(r.bound, 2);
	assert_int_equal(r.refused, 3);
	assert_int_equal(r.failed, 1);
	text_free(&printed);
	report_free(&r);
}

static void a_report_of_version_1_has_notes_without_rule_and_address(void **state)
{
	static const char old[] = "earlybind-report 1\nplan 17bbbe3058ba4ddb trial boot 1 of 2\n"
				  "note display 0000:03:00.0 shows the boot\nsummary 0 0 0 1\n";
	struct plan_error err;
	struct report r;

	(void)state;
	assert_int_equal(parse(old, &r, &err), 0);
	assert_int_equal(r.version, 1);
	assert_int_equal(r.state, PLAN_TRIAL);
	assert_string_equal(r.notes[0].text, "0000:03:00.0 shows the boot");
	assert_true(!r.notes[0].rule && !r.notes[0].has_address);
	report_free(&r);
}

/* Whole lines may be missing at the end: that is a report of a run that was cut short. */
static void a_report_cut_inside_a_line_fails(void **state)
{
	(void)state;
	for (size_t len = 0; len < strlen(sample); len++) {
		char *exact = malloc(len + 1); /* a read behind the end is found by the sanitizers */
		bool whole = len && sample[len - 1] == '\n' && len > strlen("earlybind-report 2\n");
		struct plan_error err;
		struct report r;

		memcpy(exact, sample, len);
		exact = realloc(exact, len ? len : 1);
		assert_int_equal(report_parse(exact, len, &r, &err), whole ? 0 : -EBADMSG);
		assert_true(whole || *err.text);
		report_free(&r);
		free(exact);
	}
}

static void another_layout_is_named_as_such(void **state)
{
	static const char *const versions[] = { "earlybind-report 0\nplan - off\n", "earlybind-report 3\nnew 1\n" };
	struct plan_error err;
	struct report r;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(versions); i++) {
		assert_int_equal(parse(versions[i], &r, &err), -EPROTONOSUPPORT);
		assert_non_null(strstr(err.text, "version"));
		assert_int_equal(err.line, 1);
	}
}

#define START "earlybind-report 2\nplan - off -\n"
#define DEVICE "device 0000:06:00.0 0000:00 02.0 10de:13c2:10de:1116:030000 "
#define DRIVER_31 "abcdefghijabcdefghijabcdefghijk"

static void malformed_reports_fail_at_their_line_and_column(void **state)
{
	static const struct {
		const char *text;
		unsigned line, column;
	} cases[] = {
		{ "", 0, 0 },
		{ "earlybind-plan 1\n", 1, 0 },
		{ "earlybind-report 01\n", 1, 0 },
		{ "earlybind-report 2\r\nplan - off -\r\n", 1, 0 },
		{ "earlybind-report 2\n", 0, 0 },
		{ "earlybind-report 2\nnote off - - -\n", 2, 0 },
		{ "earlybind-report 2\nplan - asleep -\n", 2, 8 },
		{ "earlybind-report 2\nplan 17BBBE3058BA4DDB off -\n", 2, 6 },
		{ "earlybind-report 2\nplan - off\n", 2, 0 },
		{ START "plan - off -\n", 3, 0 },
		{ START "\n", 3, 0 },
		{ START "unknown\n", 3, 0 },
		{ START "note none - - -\n", 3, 6 },
		{ START "note off -  \\\n", 3, 12 },
		{ START "summary 0 0 0 1\nnote off - - -\n", 4, 0 },
		{ START "summary 0 0 0 1\nsummary 0 0 0 1\n", 4, 0 },
		{ START "summary 0 0 0\n", 3, 0 },
		{ START "summary 0 0 0 1 \n", 3, 17 },
		{ START "summary 0 0 0 01\n", 3, 15 },
		{ START "summary 0 0 4294967296 1\n", 3, 13 },
		{ START "device 06:00.0 0000:00 02.0 10de:13c2:10de:1116:030000 1 bound - - -\n", 3, 8 },
		{ START DEVICE "x bound - - -\n", 3, 61 },
		{ START DEVICE "1 taken - - -\n", 3, 63 },
		{ START DEVICE "1 bound - " DRIVER_31 "x -\n", 3, 71 },
		{ START DEVICE "1 bound - \\x2 -\n", 3, 71 },
	};
	struct plan_error err;
	struct report r;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(parse(cases[i].text, &r, &err), -EBADMSG);
		assert_true(*err.text);
		assert_int_equal(err.line, cases[i].line);
		assert_int_equal(err.column, cases[i].column);
	}
	assert_int_equal(parse(START DEVICE "1 bound - " DRIVER_31 " -\n", &r, &err), 0);
	report_free(&r);
}

static void a_text_that_is_too_long_is_cut_on_print_and_refused_on_read(void **state)
{
	char bytes[2 * REPORT_TEXT_LEN], line[2 * REPORT_TEXT_LEN + 64];
	struct text printed = { 0 }, again = { 0 };
	struct report_note late = { .reason = REASON_TIMEOUT }, off = { .reason = REASON_OFF };
	struct report r = { 0 }, back;
	struct plan_error err;

	(void)state;
	memset(bytes, '\xc3', sizeof(bytes) - 1);
	bytes[sizeof(bytes) - 1] = '\0';
	snprintf(late.text, sizeof(late.text), "%s", bytes);
	assert_int_equal(report_add_note(&r, &late), 0);
	assert_int_equal(report_add_note(&r, &off), 0);
	assert_int_equal(report_print(&r, &printed), 0);
	assert_int_equal(report_parse(printed.data, printed.len, &back, &err), 0);
	assert_int_equal(report_print(&back, &again), 0);
	assert_string_equal(printed.data, again.data);
	report_free(&r);
	report_free(&back);
	text_free(&printed);
	text_free(&again);

	memset(bytes, 'x', REPORT_TEXT_LEN);
	bytes[REPORT_TEXT_LEN] = '\0';
	snprintf(line, sizeof(line), START "note off - - %s\n", bytes);
	assert_int_equal(parse(line, &r, &err), -EBADMSG);
}

static void a_line_over_512_bytes_is_refused(void **state)
{
	char text[700] = START "note off - - ";
	struct plan_error err;
	struct report r;

	(void)state;
	memset(text + strlen(text), 'x', 600);
	text[650] = '\n';
	text[651] = '\0';
	assert_int_equal(parse(text, &r, &err), -EBADMSG);
	assert_string_equal(err.text, "the line is too long");
	assert_int_equal(err.line, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_reads_as_it_is_written),
		cmocka_unit_test(a_report_without_its_summary_is_read_as_incomplete),
		cmocka_unit_test(a_report_of_version_1_has_notes_without_rule_and_address),
		cmocka_unit_test(a_report_cut_inside_a_line_fails),
		cmocka_unit_test(another_layout_is_named_as_such),
		cmocka_unit_test(malformed_reports_fail_at_their_line_and_column),
		cmocka_unit_test(a_text_that_is_too_long_is_cut_on_print_and_refused_on_read),
		cmocka_unit_test(a_line_over_512_bytes_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
