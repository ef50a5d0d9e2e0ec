/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "address.h"
#include "unit.h"

static struct address parsed(const char *text)
{
	struct address a;

	assert_int_equal(address_parse(text, &a), 0);
	return a;
}

static void the_kernels_spelling_is_read_and_printed_again(void **state)
{
	static const char *const texts[] = { "0000:00:00.0", "0000:06:00.1", "0000:ff:1f.7", "10000:e1:00.0",
					     "ffffffff:00:00.0" };
	char buf[ADDRESS_LEN];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct address a = parsed(texts[i]);

		assert_string_equal(address_print(&a, buf), texts[i]);
	}
}

static void each_part_lands_in_its_field(void **state)
{
	struct address a = parsed("12345678:9a:1b.5");

	(void)state;
	assert_int_equal(a.domain, 0x12345678);
	assert_int_equal(a.bus, 0x9a);
	assert_int_equal(a.dev, 0x1b);
	assert_int_equal(a.fn, 5);
}

static void anything_else_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"0000",
		"0000:06",
		"0000:06:00",
		"0000:06:00.",
		"06:00.0",
		"000:06:00.0",
		"000000000:06:00.0",
		"0000:6:00.0",
		"0000:06:0.0",
		"0000:06:20.0",
		"0000:06:00.8",
		"0000:06:00.00",
		"0000:06:00.0 ",
		" 0000:06:00.0",
		"0000:06:00.0\n",
		"0000:06:1F.0",
		"0000.06:00.0",
		"0000:06.00.0",
		"0000:06:00:0",
		"0x0000:06:00.0",
		"0000:0g:00.0",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct address a = { 1, 2, 3, 4 };

		if (address_parse(texts[i], &a) != -EINVAL)
			fail_msg("read `%s`", texts[i]);
		assert_int_equal(a.domain, 1); /* untouched */
	}
}

static void order_is_that_of_domain_bus_device_function(void **state)
{
	static const char *const sorted[] = { "0000:00:00.0", "0000:00:00.7", "0000:00:01.0", "0000:00:1f.7",
					      "0000:01:00.0", "0000:ff:00.0", "0001:00:00.0", "ffffffff:00:00.0" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sorted); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(sorted); j++) {
			struct address a = parsed(sorted[i]), b = parsed(sorted[j]);
			int sign = (i > j) - (i < j), got = address_compare(&a, &b);

			assert_int_equal((got > 0) - (got < 0), sign);
		}
	}
}

static void a_slot_is_all_but_the_function(void **state)
{
	struct address a = parsed("0001:06:02.0"), b = parsed("0001:06:02.7");
	static const char *const others[] = { "0001:06:03.0", "0001:07:02.0", "0000:06:02.0", "10001:06:02.0" };

	(void)state;
	assert_true(address_same_slot(&a, &b));
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		b = parsed(others[i]);
		assert_false(address_same_slot(&a, &b));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernels_spelling_is_read_and_printed_again),
		cmocka_unit_test(each_part_lands_in_its_field),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(order_is_that_of_domain_bus_device_function),
		cmocka_unit_test(a_slot_is_all_but_the_function),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
