/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "unit.h"
#include "word.h"

/* The bytes 9 to 13, 32 and 160 have _S in lib/ctype.c of Linux, and no other. */
static void blanks_are_those_of_the_kernels_table(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++)
		assert_int_equal(word_blank((char)c), (c >= 9 && c <= 13) || c == 32 || c == 160);
}

static void words_keep_their_quotes_and_end_at_every_blank(void **state)
{
	static const struct {
		const char *text, *words; /* divided by '|' */
	} cases[] = {
		{ "", "" },
		{ " \240\t", "" },
		{ "a b", "a|b" },
		{ "a=1\302\240ids=1:2", "a=1\302|ids=1:2" }, /* a no-break space in UTF-8 */
		{ "a=1\240ids=1:2", "a=1|ids=1:2" },
		{ "a=\"b\240c\" d", "a=\"b\240c\"|d" },
		{ "\"a=b c\"d e", "\"a=b c\"d|e" },
		{ "a=\\\"b c\\\" d", "a=\\\"b c\\\"|d" }, /* nothing escapes a quote */
		{ "a=\"b c", "a=\"b c" },
		{ "a ", "a" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *cursor = cases[i].text, *word;
		char got[64] = "";
		size_t len;

		while ((word = word_next(&cursor, &len)))
			sprintf(got + strlen(got), "%s%.*s", *got ? "|" : "", (int)len, word);
		if (strcmp(got, cases[i].words))
			fail_msg("`%s` gave `%s`", cases[i].text, got);
	}
}

static void a_word_is_taken_without_the_quotes_that_the_kernel_takes(void **state)
{
	char text[] = "a=\"b c\" \"d e\"\240\" f=\"";
	char *cursor = text;

	(void)state;
	assert_string_equal(word_take(&cursor), "a=b c");
	assert_string_equal(word_take(&cursor), "d e");
	assert_string_equal(word_take(&cursor), " f=");
	assert_null(word_take(&cursor));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blanks_are_those_of_the_kernels_table),
		cmocka_unit_test(words_keep_their_quotes_and_end_at_every_blank),
		cmocka_unit_test(a_word_is_taken_without_the_quotes_that_the_kernel_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
