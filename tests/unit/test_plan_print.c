/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is printed, and the hash that names a plan. */
#include "plan_text.h"

static uint64_t hash_of(const char *body)
{
	struct plan_error err;
	uint64_t hash = 0;
	struct plan p;

	assert_int_equal(parse_sealed(KIND_LOCK, body, &p, &err), 0);
	assert_int_equal(plan_hash(&p, &hash), 0);
	assert_true(p.hash == hash);
	plan_free(&p);
	return hash;
}

static void the_hash_does_not_know_order_number_and_file(void **state)
{
	uint64_t hash = hash_of(GOOD RULE("2", "1002:73bf"));

	(void)state;
	assert_true(hash == hash_of(RULE("1", "1002:73bf") RULE("2", "10de:13c2") CARD("2") FUNCTION));
	assert_true(hash ==
		    hash_of("set timeout 9\nkeep 0000:00:14.0\n" GUARD("twin", "text") GOOD RULE("2", "1002:73bf")));
	assert_true(hash_of(RULE_WITH("auto", "-", "boot", "-", "0", "a:1")) ==
		    hash_of(RULE_WITH("auto", "-", "boot", "-", "0", "b:2")));
}

static void the_hash_knows_all_that_decides_a_binding(void **state)
{
	static const char *const bodies[] = {
		"",
		GOOD,
		RULE("1", "10de:13c2"),
		LIVE("1", "10de:13c2"),
		RULE_WITH("auto", "-", "boot", "-", "0", "f:1"),
		RULE_WITH("auto", "display", "boot", "-", "0", "f:1"),
		RULE_WITH("auto", "-", "claim", "-", "0", "f:1"),
		RULE_WITH("auto", "-", "boot", "10de:13c2", "0", "f:1"),
		RULE_WITH("auto", "-", "boot", "-", "1", "f:1"),
		RULE_VF("0-3"),
		RULE_VF("0-4"),
		GOOD "function 03.1/00.1 " GPU "\n",
		RULE("1", "10de:13c2") "card 1 0000:00 03.1/00 " GPU " 0000000000000001 0000:06:00.0\n" FUNCTION,
		RULE("1", "10de:13c2") "card 1 0000:00 03.1/00 " GPU " - -\n" FUNCTION,
		RULE("1", "10de:13c2") "card 1 0000:00 03.2/00 " GPU " - 0000:06:00.0\n" FUNCTION,
		GOOD RULE("2", "1002:73bf"),
		RULE("1", "10de:13c2") RULE("2", "1002:73bf") CARD("2") FUNCTION,
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(bodies); i++)
		for (unsigned j = 0; j < i; j++)
			assert_true(hash_of(bodies[i]) != hash_of(bodies[j]));
}

/* A plan made by hand, as accept and compose do it. */
static struct plan made_plan(void)
{
	struct plan p = { .kind = KIND_LOCK };
	struct plan_error err;

	assert_int_equal(parse_sealed(KIND_LOCK, RULE("1", "10de:13c2") RULE("2", "1002:73bf"), &p, &err), 0);
	return p;
}

static struct plan_card made_card(unsigned rule, uint8_t dev)
{
	struct plan_card c = { .rule = rule, .n_functions = 1, .path = { .hops = 1, .hop = { (uint8_t)(dev << 3) } } };

	c.functions[0].path = c.path;
	return c;
}

static void cards_print_behind_their_rules(void **state)
{
	struct plan p = made_plan();
	struct plan_card second = made_card(2, 2), first = made_card(1, 1);
	struct text printed = { 0 };
	struct plan_error err;
	struct plan back;

	(void)state;
	assert_int_equal(plan_add_card(&p, &second), 0);
	assert_int_equal(plan_add_card(&p, &first), 0);
	assert_int_equal(plan_print(&p, &printed), 0);
	assert_int_equal(plan_parse(KIND_LOCK, printed.data, printed.len, &back, &err), 0);
	assert_int_equal(back.cards[0].rule, 1);
	assert_int_equal(back.cards[1].rule, 2);
	text_free(&printed);
	plan_free(&back);
	plan_free(&p);
}

static void what_could_not_be_read_again_is_not_printed(void **state)
{
	struct plan p = made_plan();
	struct plan_card c = made_card(3, 1), none = made_card(1, 1), many = made_card(1, 1);
	struct plan_guard guard = { .reason = REASON_TWIN, .rule = 3, .text = strdup("") };
	struct selector second = p.rules[1].selector;
	struct text printed = { 0 };

	(void)state;
	none.n_functions = 0;
	many.n_functions = CARD_FUNCTIONS + 1;
	assert_int_equal(plan_add_card(&p, &c), 0);
	assert_int_equal(plan_print(&p, &printed), -EINVAL);
	p.cards[0] = none;
	assert_int_equal(plan_print(&p, &printed), -EINVAL);
	p.cards[0] = many;
	assert_int_equal(plan_print(&p, &printed), -EINVAL);
	p.n_cards = 0;
	p.rules[1].number = 3;
	assert_int_equal(plan_print(&p, &printed), -EINVAL);
	p.rules[1].number = 2;
	p.rules[1].selector = p.rules[0].selector;
	assert_int_equal(plan_print(&p, &printed), -EEXIST);
	p.rules[1].selector = second;
	assert_int_equal(plan_add_guard(&p, &guard), 0);
	assert_int_equal(plan_print(&p, &printed), -EINVAL);
	assert_null(printed.data);
	plan_free(&p);
}

static void module_parameters_are_never_cut(void **state)
{
	struct plan_module m = { .file = "x.ko", .params = malloc(600) };
	struct plan p = { .kind = KIND_PLAN, .kernel = "6.1" };
	struct text printed = { 0 };

	(void)state;
	memset(m.params, 'a', 599);
	m.params[599] = '\0';
	assert_int_equal(plan_add_module(&p, &m), 0);
	assert_int_equal(plan_print(&p, &printed), -E2BIG);
	text_free(&printed);
	plan_free(&p);
}

static void a_long_file_name_is_shortened_to_its_end(void **state)
{
	struct plan p = made_plan(), back;
	struct text printed = { 0 }, again = { 0 };
	struct plan_error err;

	(void)state;
	p.rules[0].file = realloc(p.rules[0].file, 300);
	memset(p.rules[0].file, '\xc3', 299);
	strcpy(p.rules[0].file + 290, "/end.conf");
	assert_int_equal(plan_print(&p, &printed), 0);
	assert_int_equal(plan_parse(KIND_LOCK, printed.data, printed.len, &back, &err), 0);
	assert_int_equal(strlen(back.rules[0].file), 64);
	assert_string_equal(back.rules[0].file + 64 - 9, "/end.conf");
	assert_int_equal(plan_print(&back, &again), 0);
	assert_string_equal(again.data, printed.data);
	text_free(&printed);
	text_free(&again);
	plan_free(&back);
	plan_free(&p);
}

static void a_print_behind_other_text_has_its_own_crc(void **state)
{
	struct plan p = made_plan(), back;
	struct text printed = { 0 };
	struct plan_error err;

	(void)state;
	text_add(&printed, "something before\n");
	assert_int_equal(plan_print(&p, &printed), 0);
	assert_int_equal(plan_parse(KIND_LOCK, printed.data + 17, printed.len - 17, &back, &err), 0);
	text_free(&printed);
	plan_free(&back);
	plan_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hash_does_not_know_order_number_and_file),
		cmocka_unit_test(the_hash_knows_all_that_decides_a_binding),
		cmocka_unit_test(cards_print_behind_their_rules),
		cmocka_unit_test(what_could_not_be_read_again_is_not_printed),
		cmocka_unit_test(module_parameters_are_never_cut),
		cmocka_unit_test(a_long_file_name_is_shortened_to_its_end),
		cmocka_unit_test(a_print_behind_other_text_has_its_own_crc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
