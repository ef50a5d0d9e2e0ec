/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "identity.h"
#include "unit.h"

static struct identity identity(const char *text)
{
	struct identity i;

	if (identity_parse(text, &i) != 0)
		fail_msg("did not read `%s`", text);
	return i;
}

static void an_identity_is_read_and_printed_again(void **state)
{
	struct identity i = identity("10de:13c2:1043:8508:030000");
	char buf[IDENTITY_LEN];

	(void)state;
	assert_int_equal(i.vendor, 0x10de);
	assert_int_equal(i.device, 0x13c2);
	assert_int_equal(i.subvendor, 0x1043);
	assert_int_equal(i.subdevice, 0x8508);
	assert_int_equal(i.class, 0x030000);
	assert_string_equal(identity_print(&i, buf), "10de:13c2:1043:8508:030000");
	i = identity("ffff:ffff:ffff:ffff:ffffff");
	assert_string_equal(identity_print(&i, buf), "ffff:ffff:ffff:ffff:ffffff");
}

static void what_is_no_identity_is_refused(void **state)
{
	static const char *const texts[] = { "",
					     "10de:13c2",
					     "10de:13c2:1043:8508",
					     "10de:13c2:1043:8508:",
					     "10de:13c2:1043:8508:0300",
					     "10de:13c2:1043:8508:0300000",
					     "10de:13c2:1043:8508:030000:",
					     "10DE:13c2:1043:8508:030000",
					     "*:13c2:1043:8508:030000",
					     "10de:13c2:1043:850:030000",
					     "10de:13c2:1043:85080:30000",
					     "10de.13c2:1043:8508:030000",
					     "10de:13c2:1043:8508:030000 " };
	struct identity i;

	(void)state;
	for (size_t n = 0; n < ARRAY_SIZE(texts); n++)
		if (identity_parse(texts[n], &i) != -EINVAL)
			fail_msg("read `%s`", texts[n]);
}

static void of_the_class_the_base_class_alone_compares(void **state)
{
	struct identity a = identity("8086:1912:1028:06b9:030000"), b = identity("8086:1912:1028:06b9:038012");
	static const char *const others[] = { "8087:1912:1028:06b9:030000", "8086:1913:1028:06b9:030000",
					      "8086:1912:1029:06b9:030000", "8086:1912:1028:06ba:030000",
					      "8086:1912:1028:06b9:020000" };

	(void)state;
	assert_true(identity_equal(&a, &b));
	for (size_t n = 0; n < ARRAY_SIZE(others); n++) {
		b = identity(others[n]);
		assert_false(identity_equal(&a, &b));
	}
}

static const struct id any = { ID_ANY, ID_ANY, ID_ANY, ID_ANY, 0, 0 };

static void an_id_prints_without_what_says_nothing(void **state)
{
	static const struct {
		struct id id;
		const char *text;
	} cases[] = {
		{ { 0x10de, 0x13c2, ID_ANY, ID_ANY, 0, 0 }, "10de:13c2" },
		{ { 0x10de, ID_ANY, ID_ANY, ID_ANY, 0, 0 }, "10de:*" },
		{ { ID_ANY, 0x13c2, ID_ANY, ID_ANY, 0, 0 }, "*:13c2" },
		{ { 1, 2, 3, ID_ANY, 0, 0 }, "0001:0002:0003:*" },
		{ { 1, 2, ID_ANY, 4, 0, 0 }, "0001:0002:*:0004" },
		{ { 1, 2, 3, 4, 0x030000, 0xffffff }, "0001:0002:0003:0004:030000" },
		{ { 1, 2, 3, 4, 0x030000, 0xff0000 }, "0001:0002:0003:0004:030000:ff0000" },
		{ { 1, 2, ID_ANY, ID_ANY, 0, 0xffffff }, "0001:0002:*:*:000000" },
		{ { 1, 2, 3, 4, 0x030000, 0 }, "0001:0002:0003:0004" },
		{ { 1, 2, 3, 4, 0x031234, 0xff0000 }, "0001:0002:0003:0004:030000:ff0000" },
		{ { ID_ANY, ID_ANY, ID_ANY, ID_ANY, 0x03, 0xff }, "*:*:*:*:000003:0000ff" },
		{ { 0xffff, 0, 0, 0, 0, 0 }, "ffff:0000:0000:0000" },
	};
	char buf[ID_LEN];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(id_print(&cases[i].id, buf), cases[i].text);
}

static void ids_are_equal_when_they_match_the_same(void **state)
{
	struct id a = { 1, 2, 3, 4, 0x030000, 0xff0000 }, b = { 1, 2, 3, 4, 0x031234, 0xff0000 };

	(void)state;
	assert_true(id_equal(&a, &b));
	b.mask = 0xffff00;
	assert_false(id_equal(&a, &b));
	b = a;
	b.class = 0x040000;
	assert_false(id_equal(&a, &b));
	for (int part = 0; part < 4; part++) {
		b = a;
		*(part == 0 ? &b.vendor : part == 1 ? &b.device : part == 2 ? &b.subvendor : &b.subdevice) = ID_ANY;
		assert_false(id_equal(&a, &b));
	}
}

static void an_id_matches_by_each_part_that_is_not_any(void **state)
{
	struct identity i = identity("10de:13c2:1043:8508:030000");
	struct id id = any;

	(void)state;
	assert_true(id_matches(&any, &i));
	id = (struct id){ 0x10de, 0x13c2, 0x1043, 0x8508, 0x030000, 0xffffff };
	assert_true(id_matches(&id, &i));
	id.vendor++;
	assert_false(id_matches(&id, &i));
	id = any;
	id.device = 0x13c3;
	assert_false(id_matches(&id, &i));
	id = any;
	id.subvendor = 0x1044;
	assert_false(id_matches(&id, &i));
	id = any;
	id.subdevice = 0x8509;
	assert_false(id_matches(&id, &i));
}

static void a_class_matches_under_its_mask(void **state)
{
	struct identity i = identity("10de:13c2:1043:8508:030200");
	struct id id = any;

	(void)state;
	id.class = 0x030000;
	id.mask = 0xff0000;
	assert_true(id_matches(&id, &i));
	id.mask = 0xffff00;
	assert_false(id_matches(&id, &i));
	id.mask = 0;
	assert_true(id_matches(&id, &i));
}

static void the_parts_of_a_class(void **state)
{
	(void)state;
	assert_int_equal(class_base(0x0c0330), 0x0c);
	assert_int_equal(class_sub(0x0c0330), 0x0c03);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_identity_is_read_and_printed_again),
		cmocka_unit_test(what_is_no_identity_is_refused),
		cmocka_unit_test(of_the_class_the_base_class_alone_compares),
		cmocka_unit_test(an_id_prints_without_what_says_nothing),
		cmocka_unit_test(ids_are_equal_when_they_match_the_same),
		cmocka_unit_test(an_id_matches_by_each_part_that_is_not_any),
		cmocka_unit_test(a_class_matches_under_its_mask),
		cmocka_unit_test(the_parts_of_a_class),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
