/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings in JSON are ASCII, and mean the characters that they were given. */
#include "unit.h"

#include "../../src/host/lib/json.h"

static void expect_json(const char *value, const char *expected)
{
	char *text = NULL;
	size_t size = 0;
	struct json j = { .to = open_memstream(&text, &size) };

	assert_non_null(j.to);
	json_string(&j, NULL, value);
	fclose(j.to);
	assert_string_equal(text, expected);
	free(text);
}

static void utf8_is_escaped_as_characters(void **s)
{
	(void)s;
	expect_json("a \"b\" \\ \t", "\"a \\\"b\\\" \\\\ \\u0009\"");
	expect_json("\x7f", "\"\\u007f\"");
	expect_json("caf\xc3\xa9", "\"caf\\u00e9\"");
	expect_json("\xe2\x82\xac", "\"\\u20ac\"");
	expect_json("\xf0\x9f\x92\xa9", "\"\\ud83d\\udca9\"");
	expect_json("\xf4\x8f\xbf\xbf", "\"\\udbff\\udfff\"");
}

static void what_is_no_utf8_is_replaced_byte_by_byte(void **s)
{
	(void)s;
	expect_json("\xe9", "\"\\ufffd\"");
	expect_json("\xc3", "\"\\ufffd\"");
	expect_json("\xe2\x82", "\"\\ufffd\\ufffd\"");
	expect_json("\x80x", "\"\\ufffdx\"");
	expect_json("\xc0\xaf", "\"\\ufffd\\ufffd\"");
	expect_json("\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"");
	expect_json("\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
	expect_json("\xff", "\"\\ufffd\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_is_escaped_as_characters),
		cmocka_unit_test(what_is_no_utf8_is_replaced_byte_by_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
