/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "trial.h"

static int parse(const char *text, struct trial *out)
{
	return trial_parse(text, strlen(text), out);
}

static void a_trial_reads_as_it_is_written(void **state)
{
	struct trial t = { .lock = 0x00cec978990754ull, .hash = 0x00bbbe3058ba4ddbull, .attempts = 2 }, again;
	char text[TRIAL_TEXT_LEN];

	(void)state;
	assert_string_equal(trial_print(&t, text), "2 0000cec978990754 00bbbe3058ba4ddb 2");
	assert_int_equal(parse(text, &again), 0);
	assert_memory_equal(&again, &t, sizeof(t));
	t = (struct trial){ .hash = ~0ull, .attempts = 4294967295u };
	assert_int_equal(parse(trial_print(&t, text), &again), 0);
	assert_memory_equal(&again, &t, sizeof(t));
}

static void one_of_version_1_is_of_any_lock(void **state)
{
	struct trial t;

	(void)state;
	assert_int_equal(parse("1 00bbbe3058ba4ddb 1", &t), 0);
	assert_true(t.any_lock && t.hash == 0x00bbbe3058ba4ddbull && t.attempts == 1);
	assert_int_equal(trial_state(&t, 5, t.hash), TRIAL_ON);
	assert_int_equal(trial_state(&t, 0, t.hash), TRIAL_ON);
	assert_int_equal(trial_state(&t, 5, 6), TRIAL_ON);
	assert_int_equal(trial_state(&t, 0, 6), TRIAL_NONE);
	t.attempts = 2;
	assert_int_equal(trial_state(&t, 5, t.hash), TRIAL_FAILED);
	t.attempts = 1;
	trial_count(&t, 5, t.hash);
	assert_true(!t.any_lock && t.lock == 5 && t.attempts == 2);
}

static void another_version_is_told_from_wrong_content(void **state)
{
	static const char *const other[] = { "3 0000000000000000 00bbbe3058ba4ddb 0", "3", "17 anything at all",
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
		"2",
		"2 00bbbe3058ba4ddb 0",
		"2 00bbbe3058ba4ddb 00bbbe3058ba4ddb",
		"2 00bbbe3058ba4ddb 00bbbe3058ba4ddb ",
		"2 00bbbe3058ba4ddb 00bbbe3058ba4ddb 01",
		"2 00bbbe3058ba4ddb 0000000000000000 1",
		"2 00bbbe3058ba4dd 00bbbe3058ba4ddb 1",
		"2 - 00bbbe3058ba4ddb 1",
		"1 00bbbe3058ba4ddb 00bbbe3058ba4ddb 1",
	};
	struct trial t;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(parse(wrong[i], &t), -EBADMSG);
	assert_int_equal(trial_parse("1 00bbbe3058ba4ddb 0\0", 21, &t), -EBADMSG);
	assert_int_equal(parse("3                                                              ", &t), -EBADMSG);
}

static void two_boots_end_a_trial(void **state)
{
	struct trial t = { .lock = 3, .hash = 7 };

	(void)state;
	assert_int_equal(trial_state(&t, 3, 7), TRIAL_ON);
	t.attempts = 1;
	assert_int_equal(trial_state(&t, 3, 7), TRIAL_ON);
	t.attempts = 2;
	assert_int_equal(trial_state(&t, 3, 7), TRIAL_FAILED);
	t.attempts = 4294967295u;
	assert_int_equal(trial_state(&t, 3, 7), TRIAL_FAILED);
}

static void another_plan_of_its_lock_is_on_trial_anew(void **state)
{
	struct trial t = { .lock = 3, .hash = 7, .attempts = 2 };

	(void)state;
	assert_int_equal(trial_state(&t, 3, 8), TRIAL_ON);
	trial_count(&t, 3, 8);
	assert_true(t.lock == 3 && t.hash == 8 && t.attempts == 1);
	trial_count(&t, 3, 8);
	assert_int_equal(trial_state(&t, 3, 8), TRIAL_FAILED);
	/* Without a lock nothing tells that it is one. */
	t.lock = 0;
	assert_int_equal(trial_state(&t, 0, 9), TRIAL_NONE);
	assert_int_equal(trial_state(&t, 0, 8), TRIAL_FAILED);
}

static void a_plan_of_another_lock_is_not_on_trial(void **state)
{
	struct trial t = { .lock = 3, .hash = 7, .attempts = 2 };

	(void)state;
	assert_int_equal(trial_state(&t, 4, 7), TRIAL_NONE);
	assert_int_equal(trial_state(&t, 0, 7), TRIAL_NONE);
	t.lock = 0;
	assert_int_equal(trial_state(&t, 4, 7), TRIAL_NONE);
}

/*
 * Every order of eight edits and boots, with an image made after each edit: plans of one lock, one of another, one of
 * none. What nobody confirms binds in two boots in a row at most, but for what was never on trial.
 */
#define STEPS 8
#define EDITS 4

static const struct edited {
	uint64_t lock, hash;
} edits[EDITS] = { { 3, 7 }, { 3, 8 }, { 4, 7 }, { 0, 7 } };

static void try_steps(unsigned steps)
{
	struct trial t = { .lock = 3, .hash = 7 };
	const struct edited *now = &edits[0];
	unsigned used = 0;

	for (unsigned i = 0; i < STEPS; i++, steps /= EDITS + 1) {
		struct trial before = t;
		enum trial_state is;

		if (steps % (EDITS + 1) < EDITS) {
			used = now == &edits[steps % (EDITS + 1)] ? used : 0;
			now = &edits[steps % (EDITS + 1)];
			continue;
		}
		is = trial_state(&t, now->lock, now->hash);
		assert_int_equal(is == TRIAL_NONE, now->lock != 3);
		if (is == TRIAL_ON)
			trial_count(&t, now->lock, now->hash);
		else
			assert_memory_equal(&t, &before, sizeof(t));
		used += is == TRIAL_ON;
		assert_in_range(used, 0, TRIAL_BOOTS);
		assert_true(is != TRIAL_FAILED || t.attempts == TRIAL_BOOTS);
	}
}

static void no_edit_escapes_a_stand_down(void **state)
{
	unsigned all = 1;

	(void)state;
	for (unsigned i = 0; i < STEPS; i++)
		all *= EDITS + 1;
	for (unsigned steps = 0; steps < all; steps++)
		try_steps(steps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trial_reads_as_it_is_written),
		cmocka_unit_test(one_of_version_1_is_of_any_lock),
		cmocka_unit_test(another_version_is_told_from_wrong_content),
		cmocka_unit_test(anything_else_is_wrong),
		cmocka_unit_test(two_boots_end_a_trial),
		cmocka_unit_test(another_plan_of_its_lock_is_on_trial_anew),
		cmocka_unit_test(a_plan_of_another_lock_is_not_on_trial),
		cmocka_unit_test(no_edit_escapes_a_stand_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
