/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of lock and plan, each with its CRC right: what no plan may hold is refused where it stands. */
#include "plan_text.h"

struct case_of_body {
	const char *body;
	unsigned line, column;
};

static void assert_lock_fails(const struct case_of_body *c)
{
	struct plan_error err;
	struct plan p;
	int ret = parse_sealed(KIND_LOCK, c->body, &p, &err);

	if (ret != -EBADMSG || err.line != c->line || err.column != c->column)
		fail_msg("%s gives %d at %u:%u, %s", c->body, ret, err.line, err.column, err.text);
	assert_true(*err.text);
}

static void good_locks_are_read(void **state)
{
	static const char *const bodies[] = {
		"",
		GOOD,
		"set timeout 1\n",
		"set timeout 60\n",
		LIVE("1", "10de:13c2"),
		RULE("1", "10de:13c2"),
		GUARD("twin", "text"),
		GUARD("twin", "-"),
		GUARD("twin", " two spaces "),
		RULE("1", "10de:13c2") RULE("2", "0000:06:00.0") CARD("2") FUNCTION RULE("3", "0000:00:03.1/00"),
		RULE_VF("0-0"),
		RULE_VF("4-65535"),
		"guard twin accept 1 0000:00 02.0/00 " GPU " - -\n" GOOD,
		RULE_WITH(NAME_31 ",pci-stub", "display,keyboard,in-use", "claim", "10de:13c2", "1", "-:0"),
	};
	struct plan_error err;
	struct plan p;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(bodies); i++) {
		if (parse_sealed(KIND_LOCK, bodies[i], &p, &err))
			fail_msg("%s gives %u:%u %s", bodies[i], err.line, err.column, err.text);
		plan_free(&p);
	}
}

static void a_line_with_a_bad_field_fails_there(void **state)
{
	static const struct case_of_body cases[] = {
		{ "\n", 2, 0 },
		{ "surprise\n", 2, 0 },
		{ "keep\n", 2, 0 },
		{ "keep  0000:00:14.0\n", 2, 6 },
		{ "keep 0000:00:14.0 \n", 2, 19 },
		{ "keep 0000:00:14.0 x\n", 2, 19 },
		{ " keep 0000:00:14.0\n", 2, 0 },
		{ "keep 0000:00:14.0\r\n", 2, 0 },
		{ "keep 0000:00:1\t4.0\n", 2, 0 },
		{ "keep nonsense\n", 2, 6 },
		{ "set timeout 0\n", 2, 5 },
		{ "set timeout 61\n", 2, 5 },
		{ "set timeout 07\n", 2, 5 },
		{ "set timeout\n", 2, 5 },
		{ "set timeout 7 8\n", 2, 5 },
		{ "set colour 7\n", 2, 5 },
		{ "set\n", 2, 0 },
		{ GUARD("-", "lock"), 2, 0 },
		{ GUARD("because", "lock"), 2, 7 },
		{ GUARD("twin", "text \\x4"), 2, 66 },
		{ "guard twin accept - 0000:00 02.0/00 " GPU " -\n", 2, 0 },
		{ "guard twin accept - 0000:00 02.0/00 " GPU " 12345 lock\n", 2, 64 },
		{ "guard twin accept - 0000:00 02.0/00 " GPU " 00000000000000AB lock\n", 2, 64 },
		{ "guard twin accept - 0000:00 02.0/00 " GPU " 00000000000000abc lock\n", 2, 64 },
		{ "guard twin accept - 0000:00 02.0/00 10de:13c2 - lock\n", 2, 37 },
		{ "guard twin accept - 0000:00 02.8/00 " GPU " - lock\n", 2, 29 },
		{ "guard twin accept - 00:00 02.0/00 " GPU " - lock\n", 2, 21 },
		{ "guard twin 0000:00 02.0/00 " GPU " - lock\n", 2, 12 },
		{ "guard twin lock - 0000:00 02.0/00 " GPU " - text\n", 2, 12 },
		{ "guard twin accept 01 0000:00 02.0/00 " GPU " - text\n", 2, 19 },
		{ "guard twin accept 0000:00 02.0/00 " GPU " - text\n", 2, 19 },
		{ RULE("one", "10de:13c2"), 2, 6 },
		{ RULE("4294967296", "10de:13c2"), 2, 6 },
		{ RULE("1", "10de"), 2, 90 },
		{ RULE_WITH("", "-", "boot", "-", "0", "f:1"), 2, 8 },
		{ RULE_WITH("vfio-pci,", "-", "boot", "-", "0", "f:1"), 2, 8 },
		{ RULE_WITH("vfio,,pci", "-", "boot", "-", "0", "f:1"), 2, 8 },
		{ RULE_WITH("../vfio", "-", "boot", "-", "0", "f:1"), 2, 8 },
		{ RULE_WITH(NAME_31 "x", "-", "boot", "-", "0", "f:1"), 2, 8 },
		{ RULE_WITH(NAME_31 "," NAME_31 "," NAME_31 "," NAME_31, "-", "boot", "-", "0", "f:1") "x\n", 3, 0 },
		{ RULE_WITH(NAME_31 "," NAME_31 "," NAME_31 ",0123456789abcde,0123456789abcdef", "-", "boot", "-", "0",
			    "f:1"),
		  2, 8 },
		{ RULE_WITH(NAME_31 "," NAME_31 "," NAME_31 "," NAME_31 ",x", "-", "boot", "-", "0", "f:1"), 2, 8 },
		{ RULE_WITH("auto", "", "boot", "-", "0", "f:1"), 2, 20 },
		{ RULE_WITH("auto", "mouse", "boot", "-", "0", "f:1"), 2, 20 },
		{ RULE_WITH("auto", "display,", "boot", "-", "0", "f:1"), 2, 20 },
		{ RULE_WITH("auto", "-", "noon", "-", "0", "f:1"), 2, 28 },
		{ RULE_WITH("auto", "-", "boot", "10de", "0", "f:1"), 2, 36 },
		{ RULE_WITH("auto", "-", "boot", "-", "2", "f:1"), 2, 41 },
		{ RULE_WITH("auto", "-", "boot", "-", "0", "f"), 2, 64 },
		{ RULE_WITH("auto", "-", "boot", "-", "0", ":1"), 2, 64 },
		{ RULE_WITH("auto", "-", "boot", "-", "0", "f:01"), 2, 64 },
		{ RULE_WITH("auto", "-", "boot", "-", "0", "f\\:1"), 2, 64 },
		{ "rule 1 allow=- driver=auto at=boot id=- optional=0 live=0 vf=- f:1 10de:13c2\n", 2, 8 },
		{ RULE_VF("3"), 2, 59 },
		{ RULE_VF("3-2"), 2, 59 },
		{ RULE_VF("0-65536"), 2, 59 },
		{ RULE_VF("0-1,3-4"), 2, 59 },
		{ RULE_VF("-1"), 2, 59 },
		{ "rule 1 driver=auto allow=- at=boot id=- optional=0 live=0 f:1 10de:13c2\n", 2, 59 },
		{ RULE("1", "10de:13c2") "card 1 0000:00 03.1/00 " GPU " - 06:00.0\n", 3, 53 },
		{ RULE("1", "10de:13c2") CARD("1") "function 03.1 " GPU " x\n", 4, 42 },
		{ RULE("1", "10de:13c2") CARD("-") FUNCTION, 3, 0 },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++)
		assert_lock_fails(&cases[i]);
}

static void a_line_out_of_its_place_fails(void **state)
{
	static const struct case_of_body cases[] = {
		{ "set timeout 5\nset timeout 5\n", 3, 0 },
		{ "keep 0000:00:14.0\nset timeout 5\n", 3, 0 },
		{ GUARD("twin", "text") "keep 0000:00:14.0\n", 3, 0 },
		{ RULE("1", "10de:13c2") GUARD("twin", "text"), 3, 0 },
		{ GOOD "set timeout 5\n", 5, 0 },
		{ "end 00000000\n", 2, 0 },
		{ CARD("1") FUNCTION, 2, 0 },
		{ FUNCTION, 2, 0 },
		{ RULE("1", "10de:13c2") FUNCTION, 3, 0 },
		{ GOOD RULE("2", "1002:73bf") "function 03.1/00.1 " GPU "\n", 6, 0 },
		{ RULE("1", "10de:13c2") CARD("1"), 4, 0 },
		{ RULE("1", "10de:13c2") CARD("1") CARD("1") FUNCTION, 4, 0 },
		{ RULE("1", "10de:13c2") CARD("1") RULE("2", "1002:73bf"), 4, 0 },
		{ RULE("1", "10de:13c2") CARD("2") FUNCTION, 3, 0 },
		{ RULE("1", "10de:13c2") RULE("2", "1002:73bf") CARD("1") FUNCTION, 4, 0 },
		{ RULE("0", "10de:13c2"), 2, 0 },
		{ RULE("2", "10de:13c2"), 2, 0 },
		{ RULE("1", "10de:13c2") RULE("1", "1002:73bf"), 3, 0 },
		{ RULE("1", "10de:13c2") RULE("3", "1002:73bf"), 3, 0 },
		{ LIVE("1", "10de:13c2") CARD("1") FUNCTION, 3, 0 },
		{ GOOD FUNCTION, 5, 0 },
		{ RULE("1", "10de:13c2") CARD("1") "function 03.1/00 " GPU "\n", 4, 0 },
		{ RULE("1", "10de:13c2") RULE("2", "10de:13c2"), 0, 0 },
		{ "guard twin accept 2 0000:00 02.0/00 " GPU " - -\n" GOOD, 0, 0 },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++)
		assert_lock_fails(&cases[i]);
}

#define COMPLETE(n)                                                                                                    \
	"rule " n " driver=vfio-pci allow=- at=boot id=10de:13c2 optional=0 live=0 vf=- /etc/earlybind.conf:1 "        \
	"0000:00:03.1/00\n"
#define OPEN(identity) "card 1 0000:00 03.1/00 " identity " - -\n"

static void an_open_card_is_what_its_rule_says(void **state)
{
	static const struct case_of_body cases[] = {
		{ RULE("1", "10de:13c2") OPEN("10de:13c2"), 3, 0 },
		{ RULE("1", "0000:00:03.1/00") OPEN("10de:13c2"), 3, 0 },
		{ COMPLETE("1") OPEN("10de:13c3"), 3, 0 },
		{ COMPLETE("1") OPEN("10de"), 3, 24 },
		{ COMPLETE("1") "card 1 0000:00 03.1/00 10de:13c2 - 0000:06:00.0\n", 3, 0 },
		{ COMPLETE("1") "card 1 0000:00 03.1/00 10de:13c2 00000000000000ab -\n", 3, 0 },
		{ COMPLETE("1") "card 1 0000:00 03.2/00 10de:13c2 - -\n", 3, 0 },
		{ COMPLETE("1") "card 1 0000:01 03.1/00 10de:13c2 - -\n", 3, 0 },
		{ COMPLETE("1") "card 1 _SB_.PCI0 03.1/00 10de:13c2 - -\n", 3, 0 },
		{ COMPLETE("1") OPEN("10de:13c2") FUNCTION, 4, 0 },
		{ COMPLETE("1") OPEN("10de:13c2:*:*"), 3, 0 },
		{ COMPLETE("1") OPEN(GPU), 4, 0 },
		{ LIVE("1", "0000:00:03.1/00"), 2, 0 },
	};
	struct plan_error err;
	struct plan p;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++)
		assert_lock_fails(&cases[i]);
	assert_int_equal(parse_sealed(KIND_LOCK, COMPLETE("1") OPEN("10de:13c2") LIVE("2", "1002:*"), &p, &err), 0);
	assert_true(p.cards[0].open);
	assert_int_equal(p.cards[0].id.subvendor, ID_ANY);
	assert_int_equal(p.cards[0].identity.subvendor, 0);
	plan_free(&p);
	/* One that was accepted has its functions, and may lack its address. */
	assert_int_equal(parse_sealed(KIND_LOCK, COMPLETE("1") OPEN(GPU) FUNCTION, &p, &err), 0);
	assert_false(p.cards[0].open);
	plan_free(&p);
}

/* An id with all its parts looks like an identity, but its class counts as a whole. */
static void an_open_card_of_a_full_id(void **state)
{
	struct plan_error err;
	struct plan p;

	(void)state;
	assert_int_equal(parse_sealed(KIND_LOCK,
				      "rule 1 driver=vfio-pci allow=- at=boot id=" GPU
				      " optional=0 live=0 vf=- f:1 0000:00:03.1/00\n" OPEN(GPU),
				      &p, &err),
			 0);
	assert_true(p.cards[0].open);
	assert_false(plan_card_means(&p.cards[0], &(struct identity){ 0x10de, 0x13c2, 0x10de, 0x1116, 0x038000 }));
	assert_true(plan_card_means(&p.cards[0], &(struct identity){ 0x10de, 0x13c2, 0x10de, 0x1116, 0x030000 }));
	plan_free(&p);
}

static void the_complaint_says_what_is_wrong(void **state)
{
	static const struct {
		const char *body, *text;
	} cases[] = {
		{ "kernel 6.1\n", "unknown line" },
		{ "set timeout 5\nset timeout 5\n", "the line stands in the wrong place, or twice" },
		{ RULE("1", "10de:13c2") RULE("2", "10de:13c2"), "two rules have the same selector and id" },
		{ RULE("1", "10de:13c2") CARD("1"), "the card before has no function line" },
		{ GOOD FUNCTION, "the same function twice" },
		{ "keep nonsense\n", "expected SELECTOR" },
		{ "keep 00:14.0\n", "the line is not spelled as earlybind spells it" },
	};
	struct plan_error err;
	struct plan p;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(parse_sealed(KIND_LOCK, cases[i].body, &p, &err), -EBADMSG);
		assert_string_equal(err.text, cases[i].text);
	}
}

static void only_the_printed_spelling_is_read(void **state)
{
	static const struct case_of_body cases[] = {
		{ "keep 00:14.0\n", 2, 0 },
		{ "keep 0000:00:14.0\nkeep 00000000:00:14.1\n", 3, 0 },
		{ RULE("1", "10de:13c2:*:*"), 2, 0 },
		{ RULE_WITH("auto", "in-use,display", "boot", "-", "0", "f:1"), 2, 0 },
		{ RULE_WITH("auto", "display,display", "boot", "-", "0", "f:1"), 2, 0 },
		{ RULE_WITH("auto", "-", "boot", "10de:13c2:*:*", "0", "f:1"), 2, 0 },
		{ RULE_WITH("auto", "-", "boot", "-", "0", "\\x66:1"), 2, 0 },
		{ GUARD("twin", "text \\x41"), 2, 0 },
		{ "guard twin accept - 0000:00 02.0/00 " GPU " 0000000000000000 text\n", 2, 0 },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++)
		assert_lock_fails(&cases[i]);
}

static void a_plan_has_kernel_lock_and_hash_and_sane_modules(void **state)
{
	static const struct case_of_body bad[] = {
		{ "", 2, 0 },
		{ "kernel 6.1\n", 3, 0 },
		{ "hash cbf29ce484222325\n", 2, 0 },
		{ "hash cbf29ce484222325\nkernel 6.1\n", 2, 0 },
		{ "kernel 6.1\nhash cbf29ce484222325\n", 3, 0 },
		{ "kernel 6.1\n" LOCK "kernel 6.1\nhash cbf29ce484222325\n", 4, 0 },
		{ HEAD LOCK, 5, 0 },
		{ HEAD "hash cbf29ce484222325\n", 5, 0 },
		{ "kernel 6.1\n" LOCK "module late vfio.ko\n", 4, 0 },
		{ "kernel 6.1\n" LOCK "hash cbf29ce484222324\n", 0, 0 },
		{ "kernel 6.1 6.2\n" LOCK "hash cbf29ce484222325\n", 2, 12 },
		{ "kernel 6.1\nlock -\nhash cbf29ce484222325\n", 3, 0 },
		{ "kernel 6.1\nlock 0\nhash cbf29ce484222325\n", 3, 6 },
		{ HEAD "module later vfio.ko\n", 5, 8 },
		{ HEAD "module late\n", 5, 0 },
		{ HEAD "module late vfio.ko \n", 5, 21 },
		{ HEAD "module late vfio.ko.xz\n", 5, 0 },
		{ HEAD "module late .ko\n", 5, 0 },
		{ HEAD "module late ..\n", 5, 0 },
		{ HEAD "module late ../vfio.ko\n", 5, 0 },
		{ HEAD "module late a/b.ko\n", 5, 0 },
		{ HEAD "module late a\\x20b.ko\n", 5, 0 },
		{ HEAD "module late " NAME_31 NAME_31 "1234567.ko\n", 5, 13 },
		{ HEAD "module late vfio.ko a=\\\n", 5, 21 },
		{ HEAD "module late vfio.ko -\n", 5, 0 },
	};
	struct plan_error err;
	struct plan p;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		int ret = parse_sealed(KIND_PLAN, bad[i].body, &p, &err);

		if (ret != -EBADMSG || err.line != bad[i].line || err.column != bad[i].column)
			fail_msg("%s gives %d at %u:%u, %s", bad[i].body, ret, err.line, err.column, err.text);
	}
	assert_int_equal(parse_sealed(KIND_PLAN, HEAD, &p, &err), 0);
	assert_int_equal(parse_sealed(KIND_PLAN, HEAD "module late x.ko a=\\x5c b\n", &p, &err), 0);
	assert_string_equal(p.modules[0].params, "a=\\ b");
	plan_free(&p);
}

static void a_card_has_at_most_its_functions(void **state)
{
	struct text body = { 0 };
	struct plan_error err;
	struct plan p;

	(void)state;
	text_add(&body, RULE("1", "10de:13c2") CARD("1"));
	for (unsigned i = 0; i < CARD_FUNCTIONS; i++)
		text_addf(&body, "function %02x.0 " GPU "\n", i);
	assert_int_equal(parse_sealed(KIND_LOCK, body.data, &p, &err), 0);
	assert_int_equal(p.cards[0].n_functions, CARD_FUNCTIONS);
	plan_free(&p);
	text_add(&body, "function 1f.0 " GPU "\n");
	assert_int_equal(parse_sealed(KIND_LOCK, body.data, &p, &err), -EBADMSG);
	assert_int_equal(err.line, 4 + CARD_FUNCTIONS);
	assert_string_equal(err.text, "the card has too many functions");
	text_free(&body);
}

static void a_line_over_512_bytes_fails(void **state)
{
	struct text body = { 0 };
	struct plan_error err;
	struct plan p;

	(void)state;
	text_add(&body, HEAD "module late x.ko ");
	for (unsigned i = 0; i < LINE_MAX_BYTES - 17 - 1; i++)
		text_add(&body, "a");
	text_add(&body, "\n");
	assert_int_equal(parse_sealed(KIND_PLAN, body.data, &p, &err), 0);
	plan_free(&p);
	body.data[body.len - 1] = 'a';
	text_add(&body, "\n");
	assert_int_equal(parse_sealed(KIND_PLAN, body.data, &p, &err), -EBADMSG);
	assert_int_equal(err.line, 5);
	assert_string_equal(err.text, "the line is too long");
	text_free(&body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_locks_are_read),
		cmocka_unit_test(a_line_with_a_bad_field_fails_there),
		cmocka_unit_test(a_line_out_of_its_place_fails),
		cmocka_unit_test(an_open_card_is_what_its_rule_says),
		cmocka_unit_test(an_open_card_of_a_full_id),
		cmocka_unit_test(the_complaint_says_what_is_wrong),
		cmocka_unit_test(only_the_printed_spelling_is_read),
		cmocka_unit_test(a_plan_has_kernel_lock_and_hash_and_sane_modules),
		cmocka_unit_test(a_card_has_at_most_its_functions),
		cmocka_unit_test(a_line_over_512_bytes_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
