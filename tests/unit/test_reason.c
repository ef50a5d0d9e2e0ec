/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "reason.h"

static void every_reason_has_a_word_of_its_own(void **state)
{
	(void)state;
	for (unsigned i = 0; i < REASON_COUNT; i++) {
		enum reason back = REASON_COUNT;

		assert_non_null(reason_word((enum reason)i));
		assert_int_equal(reason_parse(reason_word((enum reason)i), &back), 0);
		assert_int_equal(back, i);
	}
}

static void words_are_lower_case_with_dashes(void **state)
{
	(void)state;
	for (unsigned i = 0; i < REASON_COUNT; i++) {
		const char *word = reason_word((enum reason)i);

		assert_int_equal(strspn(word, "abcdefghijklmnopqrstuvwxyz-"), strlen(word));
	}
	assert_string_equal(reason_word(REASON_NONE), "-");
	assert_string_equal(reason_word(REASON_OTHER_DEVICE), "other-device");
	assert_string_equal(reason_word(REASON_NOT_SUPPORTED_YET), "not-supported-yet");
}

static void what_is_no_reason_is_refused(void **state)
{
	static const char *const bad[] = { "", "Display", "display ", "displa", "other_device", "in-use-now" };
	enum reason out = REASON_BUSY;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(reason_parse(bad[i], &out), -EINVAL);
	assert_int_equal(out, REASON_BUSY);
}

/* They are put into sentences: "0000:06:00.0: it is ... To change that: ..." */
static void every_reason_has_a_meaning_that_fits_into_a_sentence(void **state)
{
	(void)state;
	for (unsigned i = 0; i < REASON_COUNT; i++) {
		const char *meaning = reason_meaning((enum reason)i), *remedy = reason_remedy((enum reason)i);

		assert_non_null(meaning);
		assert_non_null(remedy);
		assert_true(strlen(meaning) > 10);
		assert_true(meaning[strlen(meaning) - 1] != '.');
		assert_true(!*remedy || remedy[strlen(remedy) - 1] != '.');
	}
	assert_string_equal(reason_meaning(REASON_DISPLAY), "the host needs it for its picture");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reason_has_a_word_of_its_own),
		cmocka_unit_test(words_are_lower_case_with_dashes),
		cmocka_unit_test(what_is_no_reason_is_refused),
		cmocka_unit_test(every_reason_has_a_meaning_that_fits_into_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
