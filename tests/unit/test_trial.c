/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "trial.h"

static int parse(const char *text, struct trial *out)
{
	return trial_parse(text, strlen(text), out);
}

static void a_trial_reads_as_it_is_written(void **state)
{
	struct trial t = { .hash = 0x00bbbe3058ba4ddbull, .attempts = 2 }, again;
	char text[TRIAL_TEXT_LEN];

	(void)state;
	assert_string_equal(trial_print(&t, text), "1 00bbbe3058ba4ddb 2");
	assert_int_equal(parse(text, &again), 0);
	assert_true(again.hash == t.hash);
	assert_int_equal(again.attempts, 2);
	t.attempts = 4294967295u;
	t.hash = ~0ull;
	assert_int_equal(parse(trial_print(&t, text), &again), 0);
	assert_int_equal(again.attempts, 4294967295u);
}

static void another_version_is_told_from_wrong_content(void **state)
{
	static const char *const other[] = { "2 00bbbe3058ba4ddb 0", "2", "17 anything at all",
					     "0 00bbbe3058ba4ddb 0" };
	struct trial t;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(other); i++)
		assert_int_equal(parse(other[i], &t), -EPROTONOSUPPORT);
}

static void anything_else_is_wrong(void **state)
{
	static const char *const wrong[] = {
		"",
		" ",
		"1",
		"1 ",
		"1 00bbbe3058ba4ddb",
		"1 00bbbe3058ba4ddb ",
		"1 00bbbe3058ba4ddb x",
		"1 00bbbe3058ba4ddb -1",
		"1 00bbbe3058ba4ddb 01",
		"1 00bbbe3058ba4ddb 4294967296",
		"1 00bbbe3058ba4ddb 0 ",
		"1 00bbbe3058ba4ddb 0\n",
		"1  00bbbe3058ba4ddb 0",
		"1 00BBBE3058BA4DDB 0",
		"1 00bbbe3058ba4dd 0",
		"1 00bbbe3058ba4ddbb 0",
		"1 0000000000000000 0",
		"01 00bbbe3058ba4ddb 0",
		"x 00bbbe3058ba4ddb 0",
		" 1 00bbbe3058ba4ddb 0",
		"-",
	};
	struct trial t;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(parse(wrong[i], &t), -EBADMSG);
	assert_int_equal(trial_parse("1 00bbbe3058ba4ddb 0\0", 21, &t), -EBADMSG);
	assert_int_equal(parse("2                                                              ", &t), -EBADMSG);
}

static void two_boots_end_a_trial(void **state)
{
	struct trial t = { .hash = 7 };

	(void)state;
	assert_int_equal(trial_state(&t, 7), TRIAL_ON);
	assert_int_equal(trial_state(&t, 8), TRIAL_NONE);
	t.attempts = 1;
	assert_int_equal(trial_state(&t, 7), TRIAL_ON);
	t.attempts = 2;
	assert_int_equal(trial_state(&t, 7), TRIAL_FAILED);
	assert_int_equal(trial_state(&t, 8), TRIAL_NONE);
	t.attempts = 4294967295u;
	assert_int_equal(trial_state(&t, 7), TRIAL_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trial_reads_as_it_is_written),
		cmocka_unit_test(another_version_is_told_from_wrong_content),
		cmocka_unit_test(anything_else_is_wrong),
		cmocka_unit_test(two_boots_end_a_trial),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
