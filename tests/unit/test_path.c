/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "path.h"
#include "unit.h"

#define ACPI_63 "_SB_.PC00.ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ0"

static struct path path(const char *text)
{
	struct path p;

	if (path_parse(text, &p) != 0)
		fail_msg("did not read `%s`", text);
	return p;
}

static struct root root(const char *text)
{
	struct root r;

	if (root_parse(text, &r) != 0)
		fail_msg("did not read `%s`", text);
	return r;
}

static void roots_are_read_and_printed_again(void **state)
{
	static const char *const texts[] = {
		"_SB_.PC06", "_SB_.PCI0", "0000:00", "12345678:e0", "ABCD", "0000", ACPI_63
	};
	char buf[ROOT_LEN];

	(void)state;
	assert_int_equal(strlen(ACPI_63), ROOT_ACPI_LEN - 1);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct root r = root(texts[i]);

		assert_string_equal(root_print(&r, buf), texts[i]);
	}
}

static void what_is_no_root_is_refused(void **state)
{
	static const char *const texts[] = { "",        "\\_SB_.PC06", "_SB_ PC06", "-",         "000:00",
					     "0000:0",  "0000:00:",    "0000:000",  "0000:00.0", "000000000:00",
					     "0000:0A", "_SB_.PC0:00", ACPI_63 "1", "_SB_\xff" };
	struct root r;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (root_parse(texts[i], &r) != -EINVAL)
			fail_msg("read `%s`", texts[i]);
}

static void a_locked_acpi_path_decides_and_a_number_only_without_one(void **state)
{
	struct root present = { .domain = 0, .bus = 0xc0, .acpi = "_SB_.PC06" };
	struct root renumbered = { .domain = 0, .bus = 0xc1, .acpi = "_SB_.PC06" };
	struct root by_acpi = root("_SB_.PC06"), by_number = root("0000:c0"), other = root("_SB_.PC07");

	(void)state;
	assert_true(root_is(&by_acpi, &present));
	assert_true(root_is(&by_acpi, &renumbered));
	assert_true(root_is(&by_number, &present));
	assert_false(root_is(&by_number, &renumbered));
	assert_false(root_is(&other, &present));
	present.domain = 1;
	assert_false(root_is(&by_number, &present));
	present.acpi[0] = '\0';
	assert_false(root_is(&by_acpi, &present));
}

static void the_number_of_an_acpi_root_is_unknown(void **state)
{
	(void)state;
	assert_int_equal(root("_SB_.PC00").domain, ROOT_DOMAIN_UNKNOWN);
	assert_int_equal(root("0000:00").domain, 0);
}

static void paths_are_read_and_printed_again(void **state)
{
	static const char *const texts[] = { "00", "1f.7", "03.1/00", "03.1/00.0", "01.0/00.0/1f.3/00" };
	char buf[PATH_LEN];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct path p = path(texts[i]);

		assert_string_equal(path_print(&p, buf), texts[i]);
	}
}

static void a_path_has_its_hops_and_its_end(void **state)
{
	struct path p = path("03.1/1f");

	(void)state;
	assert_int_equal(p.hops, 2);
	assert_true(p.slot);
	assert_int_equal(p.hop[0], 0x03 << 3 | 1);
	assert_int_equal(p.hop[1], 0x1f << 3);
	assert_false(path("03.1/1f.0").slot);
}

static void the_deepest_path_fits_and_one_deeper_does_not(void **state)
{
	char text[PATH_LEN + 5] = "", buf[PATH_LEN];
	struct path p;

	(void)state;
	for (int i = 0; i < PATH_HOPS; i++)
		strcat(text, i ? "/1f.7" : "1f.7");
	assert_int_equal(path_parse(text, &p), 0);
	assert_int_equal(p.hops, PATH_HOPS);
	assert_string_equal(path_print(&p, buf), text);
	strcat(text, "/00.0");
	assert_int_equal(path_parse(text, &p), -EINVAL);
}

static void what_is_no_path_is_refused(void **state)
{
	static const char *const texts[] = { "",      "-",     "0",     "000",    "00.",    "00.8",    "20",
					     "20.0",  "00.0/", "/00",   "00//00", "00/00",  "00/00.0", "00.0//00",
					     "00.00", "1F",    "00.0 ", "0g",     "00.0/0", "00.a" };
	struct path p;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (path_parse(texts[i], &p) != -EINVAL)
			fail_msg("read `%s`", texts[i]);
}

static void no_path_prints_as_none(void **state)
{
	char buf[PATH_LEN];

	(void)state;
	assert_string_equal(path_print(&(struct path){ 0 }, buf), "-");
}

static void equal_means_every_hop_and_the_same_end(void **state)
{
	struct path a = path("03.1/00.0"), b = path("03.1/00.0");
	static const char *const others[] = { "03.1", "03.1/00", "03.1/00.1", "03.2/00.0", "03.1/00.0/00.0" };

	(void)state;
	assert_true(path_equal(&a, &b));
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		b = path(others[i]);
		assert_false(path_equal(&a, &b));
	}
}

static void a_slot_covers_its_functions_and_a_function_itself(void **state)
{
	static const struct {
		const char *p, *f;
		bool covers;
	} cases[] = {
		{ "03.1/00", "03.1/00.0", true },
		{ "03.1/00", "03.1/00.7", true },
		{ "03.1/00", "03.1/00", true },
		{ "03.1/00", "03.1/01.0", false },
		{ "03.1/00", "03.2/00.0", false },
		{ "03.1/00", "03.1/00.0/00.0", false },
		{ "03", "03.1", true },
		{ "03", "03.1/00.0", false },
		{ "03.1/00.0", "03.1/00.0", true },
		{ "03.1/00.0", "03.1/00.1", false },
		{ "03.1/00.0", "03.1/00", false },
		{ "03.1", "03.1/00.0", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct path p = path(cases[i].p), f = path(cases[i].f);

		if (path_covers(&p, &f) != cases[i].covers)
			fail_msg("%s covers %s", cases[i].p, cases[i].f);
	}
	assert_false(path_covers(&(struct path){ 0 }, &(struct path){ 0 }));
}

static void the_slot_of_a_function(void **state)
{
	struct path f = path("03.1/1f.7"), slot = path_slot(&f);
	char buf[PATH_LEN];

	(void)state;
	assert_string_equal(path_print(&slot, buf), "03.1/1f");
	assert_int_equal(slot.hop[1] & 7, 0);
	assert_string_equal(path_print(&f, buf), "03.1/1f.7");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roots_are_read_and_printed_again),
		cmocka_unit_test(what_is_no_root_is_refused),
		cmocka_unit_test(a_locked_acpi_path_decides_and_a_number_only_without_one),
		cmocka_unit_test(the_number_of_an_acpi_root_is_unknown),
		cmocka_unit_test(paths_are_read_and_printed_again),
		cmocka_unit_test(a_path_has_its_hops_and_its_end),
		cmocka_unit_test(the_deepest_path_fits_and_one_deeper_does_not),
		cmocka_unit_test(what_is_no_path_is_refused),
		cmocka_unit_test(no_path_prints_as_none),
		cmocka_unit_test(equal_means_every_hop_and_the_same_end),
		cmocka_unit_test(a_slot_covers_its_functions_and_a_function_itself),
		cmocka_unit_test(the_slot_of_a_function),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
