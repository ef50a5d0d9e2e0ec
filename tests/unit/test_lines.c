/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "array.h"
#include "lines.h"

static void text_grows_and_keeps_what_it_has(void **state)
{
	struct text t = { 0 };

	(void)state;
	text_add(&t, "");
	assert_string_equal(t.data, "");
	for (int i = 0; i < 1000; i++)
		text_addf(&t, "%d,", i % 10);
	assert_int_equal(t.error, 0);
	assert_int_equal(t.len, 2000);
	assert_int_equal(strlen(t.data), 2000);
	assert_memory_equal(t.data + 1980, "0,1,2,3,4,5,6,7,8,9,", 21);
	text_free(&t);
	assert_null(t.data);
}

static void text_add_free_escapes_what_is_not_plain_ascii(void **state)
{
	static const struct {
		const char *text, *escaped;
	} cases[] = {
		{ "two words", "two words" },
		{ "caf\xc3\xa9", "caf\\xc3\\xa9" },
		{ "a\\b", "a\\x5cb" },
		{ "a\nb\t\x7f", "a\\x0ab\\x09\\x7f" },
		{ "-", "\\x2d" },
		{ "--", "--" },
		{ "", "-" },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		struct text t = { 0 };
		struct fields f;
		char line[64];

		text_add_free(&t, cases[i].text);
		assert_string_equal(t.data, cases[i].escaped);
		strcpy(line, t.data);
		fields_start(&f, line);
		assert_string_equal(field_rest(&f), cases[i].text);
		text_free(&t);
	}
}

static void text_add_free_takes_null_for_none(void **state)
{
	struct text t = { 0 };

	(void)state;
	text_add_free(&t, NULL);
	text_add(&t, " ");
	text_add_file(&t, NULL);
	assert_string_equal(t.data, "- -");
	text_free(&t);
}

static void text_add_file_escapes_spaces_too(void **state)
{
	struct text t = { 0 };
	char name[] = "/etc/a\\x20b\\x5c.conf";

	(void)state;
	text_add_file(&t, "/etc/a b\\.conf");
	assert_string_equal(t.data, name);
	text_free(&t);
	assert_int_equal(unescape(name), 0);
	assert_string_equal(name, "/etc/a b\\.conf");
}

static void a_long_text_is_cut_to_its_line_and_never_in_an_escape(void **state)
{
	char plain[600], bytes[600];
	struct text t = { 0 };

	(void)state;
	memset(plain, 'x', sizeof(plain) - 1);
	memset(bytes, '\xff', sizeof(bytes) - 1);
	plain[sizeof(plain) - 1] = bytes[sizeof(bytes) - 1] = '\0';
	text_add(&t, "first line\nnote timeout ");
	text_add_free(&t, plain);
	text_end_line(&t);
	assert_int_equal(t.error, 0);
	assert_int_equal(t.len, 11 + LINE_MAX_BYTES);
	text_free(&t);

	text_add(&t, "note timeout ");
	text_add_free(&t, bytes);
	text_end_line(&t);
	assert_int_equal(t.error, 0);
	assert_int_equal(t.len, 13 + 4 * ((LINE_MAX_BYTES - 14) / 4) + 1);
	assert_string_equal(t.data + t.len - 5, "\\xff\n");
	text_free(&t);
}

static void a_line_over_the_limit_is_an_error_that_stays(void **state)
{
	char fits[LINE_MAX_BYTES], over[LINE_MAX_BYTES + 1];
	struct text t = { 0 };
	size_t len;

	(void)state;
	memset(fits, 'x', sizeof(fits) - 1);
	memset(over, 'x', sizeof(over) - 1);
	fits[sizeof(fits) - 1] = over[sizeof(over) - 1] = '\0';
	text_add_file(&t, fits);
	text_end_line(&t);
	assert_int_equal(t.error, 0);
	text_add_rest(&t, over);
	text_end_line(&t);
	assert_int_equal(t.error, -E2BIG);
	len = t.len;
	text_add(&t, "more");
	text_addf(&t, "%d", 1);
	text_add_free(&t, "more");
	text_end_line(&t);
	assert_int_equal(t.len, len);
	text_free(&t);
}

/* The result for one text: how many lines were read before `error`, the last result of line_next. */
static unsigned read_lines(const char *text, size_t len, int *error)
{
	char line[LINE_MAX_BYTES];
	unsigned lines = 0;

	while ((*error = line_next(&text, &len, line)) > 0)
		lines++;
	return lines;
}

static void lines_are_printable_ascii_and_end_in_lf(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		unsigned lines;
		int error;
	} cases[] = {
		{ "", 0, 0, 0 },
		{ "a\n\nb c~\n", 8, 3, 0 },
		{ "a\nb", 3, 1, -EBADMSG },
		{ "a\r\n", 3, 0, -EBADMSG },
		{ "a\tb\n", 4, 0, -EBADMSG },
		{ "a\0b\n", 4, 0, -EBADMSG },
		{ "a\n\x7f\n", 4, 1, -EBADMSG },
		{ "\xc3\xa9\n", 3, 0, -EBADMSG },
	};
	int error;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(read_lines(cases[i].text, cases[i].len, &error), cases[i].lines);
		assert_int_equal(error, cases[i].error);
	}
}

static void the_longest_line_has_512_bytes_with_its_lf(void **state)
{
	char text[LINE_MAX_BYTES + 2];
	int error;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[LINE_MAX_BYTES - 1] = '\n';
	assert_int_equal(read_lines(text, LINE_MAX_BYTES, &error), 1);
	assert_int_equal(error, 0);
	text[LINE_MAX_BYTES - 1] = 'x';
	text[LINE_MAX_BYTES] = '\n';
	read_lines(text, LINE_MAX_BYTES + 1, &error);
	assert_int_equal(error, -EMSGSIZE);
	read_lines(text, LINE_MAX_BYTES - 1, &error); /* no LF, and not too long */
	assert_int_equal(error, -EBADMSG);
}

static void fields_are_divided_by_exactly_one_space(void **state)
{
	char good[] = "card 1 rest of it", twice[] = "a  b", after[] = "a ", before[] = " a";
	struct fields f;

	(void)state;
	fields_start(&f, good);
	assert_string_equal(field_next(&f), "card");
	assert_int_equal(f.next - f.start + 1, 6);
	assert_string_equal(field_next(&f), "1");
	assert_string_equal(field_rest(&f), "rest of it");
	assert_null(field_next(&f));
	assert_null(field_rest(&f));

	fields_start(&f, twice);
	assert_string_equal(field_next(&f), "a");
	assert_null(field_next(&f));
	fields_start(&f, after);
	assert_string_equal(field_next(&f), "a");
	assert_non_null(f.next);
	assert_null(field_next(&f));
	assert_null(field_rest(&f));
	fields_start(&f, before);
	assert_null(field_next(&f));
}

static void unescape_refuses_what_no_printer_writes(void **state)
{
	static const char *const bad[] = { "\\", "a\\", "\\x", "\\x4", "\\x4g", "\\xC3", "\\n", "\\\\", "\\x00" };

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		char copy[16];

		strcpy(copy, bad[i]);
		assert_int_equal(unescape(copy), -EINVAL);
	}
}

static void crc_and_hash_have_the_published_values(void **state)
{
	(void)state;
	assert_int_equal(crc32_of("123456789", 9), 0xcbf43926);
	assert_int_equal(crc32_of("", 0), 0);
	assert_true(fnv1a64(FNV1A64_START, "", 0) == 0xcbf29ce484222325ull);
	assert_true(fnv1a64(FNV1A64_START, "a", 1) == 0xaf63dc4c8601ec8cull);
	assert_true(fnv1a64(FNV1A64_START, "foobar", 6) == 0x85944171f73967e8ull);
}

static void hex_take_takes_exactly_its_digits(void **state)
{
	const char *s = "00aff", *upper = "0A", *few = "abc";
	uint32_t value = 7;

	(void)state;
	assert_int_equal(hex_take(&s, 4, &value), 0);
	assert_int_equal(value, 0xaf);
	assert_string_equal(s, "f");
	assert_int_equal(hex_take(&upper, 2, &value), -EINVAL);
	assert_int_equal(hex_take(&few, 4, &value), -EINVAL);
	assert_int_equal(value, 0xaf);
}

static void decimals_have_no_sign_no_leading_zero_and_32_bits(void **state)
{
	static const char *const bad[] = { "",   "00", "01", "-1",         "+1",
					   " 1", "1 ", "1a", "4294967296", "99999999999999999999" };
	unsigned value = 7;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(decimal_parse(bad[i], &value), -EINVAL);
	assert_int_equal(value, 7);
	assert_int_equal(decimal_parse("4294967295", &value), 0);
	assert_true(value == 4294967295u);
	assert_int_equal(decimal_parse("0", &value), 0);
	assert_int_equal(value, 0);
}

static void arrays_grow_and_start_zeroed(void **state)
{
	unsigned *numbers = NULL;
	size_t n = 0;

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(array_add(&numbers, &n, &i, sizeof(i)), 0);
	assert_int_equal(*(unsigned *)array_grow(&numbers, &n, sizeof(*numbers)), 0);
	assert_int_equal(n, 101);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(numbers[i], i);
	free(numbers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_grows_and_keeps_what_it_has),
		cmocka_unit_test(text_add_free_escapes_what_is_not_plain_ascii),
		cmocka_unit_test(text_add_free_takes_null_for_none),
		cmocka_unit_test(text_add_file_escapes_spaces_too),
		cmocka_unit_test(a_long_text_is_cut_to_its_line_and_never_in_an_escape),
		cmocka_unit_test(a_line_over_the_limit_is_an_error_that_stays),
		cmocka_unit_test(lines_are_printable_ascii_and_end_in_lf),
		cmocka_unit_test(the_longest_line_has_512_bytes_with_its_lf),
		cmocka_unit_test(fields_are_divided_by_exactly_one_space),
		cmocka_unit_test(unescape_refuses_what_no_printer_writes),
		cmocka_unit_test(crc_and_hash_have_the_published_values),
		cmocka_unit_test(hex_take_takes_exactly_its_digits),
		cmocka_unit_test(decimals_have_no_sign_no_leading_zero_and_32_bits),
		cmocka_unit_test(arrays_grow_and_start_zeroed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
