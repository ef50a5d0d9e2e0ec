/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "rule.h"

static struct rule made_rule(const char *selector, const char *id)
{
	struct rule r = { .number = 1, .driver = "auto", .has_id = id != NULL };
	struct syntax_error err;

	assert_int_equal(selector_parse(selector, strlen(selector), &r.selector, &err), 0);
	if (id)
		assert_int_equal(id_parse(id, strlen(id), &r.id, &err), 0);
	return r;
}

static void rules_are_the_same_by_selector_and_id_alone(void **state)
{
	struct rule a = made_rule("06:00", NULL), b = made_rule("0000:06:00", NULL);

	(void)state;
	b.number = 2;
	b.allow = ALLOW_DISPLAY;
	b.at = AT_CLAIM;
	b.optional = true;
	strcpy(b.driver, "vfio-pci");
	assert_true(rule_same(&a, &b));
	b = made_rule("06:00.0", NULL);
	assert_false(rule_same(&a, &b));
	b = made_rule("06:00", "10de:13c2");
	assert_false(rule_same(&a, &b));
	a = made_rule("06:00", "10de:13c2");
	assert_true(rule_same(&a, &b));
	a = made_rule("06:00", "10de:13c3");
	assert_false(rule_same(&a, &b));
}

static void the_allow_words_stand_at_their_bits(void **state)
{
	(void)state;
	assert_string_equal(allow_words[__builtin_ctz(ALLOW_DISPLAY)], "display");
	assert_string_equal(allow_words[__builtin_ctz(ALLOW_KEYBOARD)], "keyboard");
	assert_string_equal(allow_words[__builtin_ctz(ALLOW_IN_USE)], "in-use");
	assert_null(allow_words[3]);
}

static void a_freed_rule_can_be_freed_again(void **state)
{
	struct rule r = { .file = strdup("f") };

	(void)state;
	rule_free(&r);
	assert_null(r.file);
	rule_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_the_same_by_selector_and_id_alone),
		cmocka_unit_test(the_allow_words_stand_at_their_bits),
		cmocka_unit_test(a_freed_rule_can_be_freed_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
