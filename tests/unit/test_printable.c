/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What others wrote reaches a terminal as letters, and as nothing else. */
#include "unit.h"

#include "../../src/host/lib/printable.h"

static void expect(const char *text, const char *expected)
{
	char buf[PRINTABLE_MAX * 64 + 1];

	assert_string_equal(printable(text, buf, sizeof(buf)), expected);
	assert_true(strlen(buf) <= PRINTABLE_MAX * strlen(text));
}

static void letters_stay(void **s)
{
	(void)s;
	expect("", "");
	expect("a \\x1b [~\t", "a \\x1b [~\t");
	expect("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x92\xa9", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x92\xa9");
	expect("\xc2\xa0\xe2\x80\x8a", "\xc2\xa0\xe2\x80\x8a");
}

static void controls_are_escaped(void **s)
{
	(void)s;
	expect("\x1b[2K", "\\x1b[2K");
	expect("a\nearlybind: b\r", "a\\x0aearlybind: b\\x0d");
	expect("\x01\x1f\x7f", "\\x01\\x1f\\x7f");
	expect("\xc2\x80\xc2\x9b\xc2\x9f", "\\xc2\\x80\\xc2\\x9b\\xc2\\x9f");
}

/* As 8 bits a raw 9b is CSI, and in UTF-8 nothing: which of them the terminal reads nobody knows. */
static void what_is_no_utf8_is_escaped(void **s)
{
	(void)s;
	expect("\x9bm", "\\x9bm");
	expect("\xff\xc3", "\\xff\\xc3");
	expect("\xc0\x9b", "\\xc0\\x9b");
	expect("\xe2\x82", "\\xe2\\x82");
	expect("\xed\xa0\x80", "\\xed\\xa0\\x80");
	expect("\xc3\x1b", "\\xc3\\x1b");
}

static void what_turns_or_hides_text_is_escaped(void **s)
{
	(void)s;
	expect("\xe2\x80\xae", "\\xe2\\x80\\xae");
	expect("\xe2\x81\xa6", "\\xe2\\x81\\xa6");
	expect("\xe2\x80\xa8", "\\xe2\\x80\\xa8");
	expect("\xef\xbb\xbf", "\\xef\\xbb\\xbf");
	expect("\xf3\xa0\x81\x81", "\\xf3\\xa0\\x81\\x81");
}

/* libsmartcols escapes the rest. */
static void a_cell_has_nothing_that_turns_or_hides(void **s)
{
	char buf[PRINTABLE_MAX * 64 + 1];

	(void)s;
	assert_string_equal(printable_cell("caf\xc3\xa9 \x1b\xe2\x80\xae"
					   "a\xc2\xad\xff",
					   buf, sizeof(buf)),
			    "caf\xc3\xa9 \x1b\\u202ea\\u00ad\xff");
	assert_string_equal(printable_cell("a\xe2\x80\xae", buf, 7), "a");
}

static void a_cut_leaves_no_half(void **s)
{
	char buf[8];

	(void)s;
	assert_string_equal(printable("abcd\x1b", buf, sizeof(buf)), "abcd");
	assert_string_equal(printable("abc\x1b", buf, sizeof(buf)), "abc\\x1b");
	assert_string_equal(printable("abcdef\xc3\xa9", buf, sizeof(buf)), "abcdef");
	assert_string_equal(printable("abcdefghi", buf, sizeof(buf)), "abcdefg");
	assert_string_equal(printable("a", buf, 1), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(letters_stay),
		cmocka_unit_test(controls_are_escaped),
		cmocka_unit_test(what_is_no_utf8_is_escaped),
		cmocka_unit_test(what_turns_or_hides_text_is_escaped),
		cmocka_unit_test(a_cell_has_nothing_that_turns_or_hides),
		cmocka_unit_test(a_cut_leaves_no_half),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
