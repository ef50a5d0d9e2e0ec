/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "selector.h"
#include "unit.h"

static struct selector selector(const char *text)
{
	struct syntax_error err;
	struct selector s;

	if (selector_parse(text, strlen(text), &s, &err) != 0)
		fail_msg("did not read `%s`: at %u expected %s", text, err.offset, err.expected);
	return s;
}

static void every_spelling_has_one_canonical_form(void **state)
{
	static const struct {
		const char *text, *printed;
		enum selector_kind kind;
	} cases[] = {
		{ "06:00", "0000:06:00", SELECTOR_SLOT },
		{ "06:00.0", "0000:06:00.0", SELECTOR_SLOT },
		{ "0000:06:00", "0000:06:00", SELECTOR_SLOT },
		{ "00000000:06:00.7", "0000:06:00.7", SELECTOR_SLOT },
		{ "10000:E1:1F.7", "10000:e1:1f.7", SELECTOR_SLOT },
		{ "00:03.1/00", "0000:00:03.1/00", SELECTOR_PATH },
		{ "0000:C0:03.1/00.0/1F.7", "0000:c0:03.1/00.0/1f.7", SELECTOR_PATH },
		{ "10de:13c2", "10de:13c2", SELECTOR_ID },
		{ "10DE:13C2", "10de:13c2", SELECTOR_ID },
		{ "10de:*", "10de:*", SELECTOR_ID },
		{ "10de:ffff", "10de:*", SELECTOR_ID },
		{ "FFFFFFFF:13c2", "*:13c2", SELECTOR_ID },
		{ "10de:13c2:*:ffff", "10de:13c2", SELECTOR_ID },
		{ "10de:13c2:1043:*", "10de:13c2:1043:*", SELECTOR_ID },
		{ "10de:13c2:1043:8508", "10de:13c2:1043:8508", SELECTOR_ID },
		{ "10de:13c2:1043:8508:*", "10de:13c2:1043:8508", SELECTOR_ID },
		{ "10de:13c2:1043:8508:030000", "10de:13c2:1043:8508:030000", SELECTOR_ID },
		{ "10de:13c2:*:*:030000:ffffff", "10de:13c2:*:*:030000", SELECTOR_ID },
		{ "10de:*:*:*:030000:ff0000", "10de:*:*:*:030000:ff0000", SELECTOR_ID },
		{ "10de:*:*:*:03ABCD:FF0000", "10de:*:*:*:030000:ff0000", SELECTOR_ID },
		{ "10de:*:*:*:030000:000000", "10de:*", SELECTOR_ID },
		{ "*:*:*:*:030000", "*:*:*:*:030000", SELECTOR_ID },
		{ "*:*:1043:*", "*:*:1043:*", SELECTOR_ID },
	};
	char buf[SELECTOR_LEN];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct selector s = selector(cases[i].text), again;

		assert_int_equal(s.kind, cases[i].kind);
		assert_string_equal(selector_print(&s, buf), cases[i].printed);
		again = selector(buf);
		assert_true(selector_equal(&s, &again));
	}
}

static void a_slot_has_its_parts(void **state)
{
	struct selector s = selector("12345:9a:1b.5");

	(void)state;
	assert_false(s.whole);
	assert_int_equal(s.address.domain, 0x12345);
	assert_int_equal(s.address.bus, 0x9a);
	assert_int_equal(s.address.dev, 0x1b);
	assert_int_equal(s.address.fn, 5);
	assert_true(selector("9a:1b").whole);
}

static void a_path_has_root_and_hops(void **state)
{
	struct selector s = selector("0001:c0:03.1/1f");

	(void)state;
	assert_true(s.whole);
	assert_int_equal(s.address.domain, 1);
	assert_int_equal(s.address.bus, 0xc0);
	assert_int_equal(s.path.hops, 2);
	assert_true(s.path.slot);
	assert_int_equal(s.path.hop[0], 3 << 3 | 1);
	assert_int_equal(s.path.hop[1], 0x1f << 3);
	s = selector("c0:03.1/1f.0");
	assert_false(s.whole);
	assert_false(s.path.slot);
}

#define FORMS "a slot (06:00.0), a path (0000:00:03.1/00) or an ID (10de:13c2)"
#define WRITE_SLOT "write 06:00.0 (bus:device.function) or 0000:06:00.0 with its domain"
#define ID_DIGITS "four hexadecimal digits or `*`"

static const struct mistake {
	const char *text;
	unsigned offset;
	const char *expected;
	const char *hint;
} mistakes[] = {
	{ "", 0, FORMS, NULL },
	{ "nvidia", 0, FORMS, NULL },
	{ "10de", 0, FORMS, NULL },
	/* slots */
	{ "6:00.0", 1, "a bus of two digits", "a bus has two digits: write 06:00.0" },
	{ "6:00", 1, "a bus of two digits", "a bus has two digits: write 06:00" },
	{ "06:0.0", 4, "a device of two digits", "a device has two digits: write 06:00.0" },
	{ "0000:6:00.0", 6, "a bus of two digits", "a bus has two digits: write 0000:06:00.0" },
	{ "06.00.0", 2, "`:` and a device of two digits", WRITE_SLOT },
	{ "06:00:0", 5, "`.` and a function, or nothing more", WRITE_SLOT },
	{ "06.00", 2, "`:` and a device of two digits",
	  "write 06:00 (bus:device.function) or 0000:06:00 with its domain" },
	{ "a6.1f.7", 2, "`:` and a device of two digits",
	  "write a6:1f.7 (bus:device.function) or 0000:a6:1f.7 with its domain" },
	{ "06.000.0", 2, "`:` and a device of two digits", NULL },
	{ "06:000.0", 5, "a device of two digits", NULL },
	{ "0000:060:00.0", 7, "a bus of two digits", NULL },
	{ "12345678.9a.1b.5", 8, "`:` and a bus of two digits", "write 12345678:9a:1b.5 (domain:bus:device.function)" },
	{ "06::00.0", 3, "a device of two digits", NULL },
	{ "06;00;0", 0, FORMS, NULL },
	{ "0000:06:0", 9, "a device of two digits", "a device has two digits: write 0000:06:00" },
	{ "0000:06:00:0", 10, "`.` and a function, or nothing more",
	  "write 0000:06:00.0 (domain:bus:device.function)" },
	{ "0000:06", 7, "`:` and a device of two digits",
	  "write 06:DD.F (bus:device.function) or 0000:06:DD.F with its domain" },
	{ "0000:6", 6, "a bus of two digits", "write 06:DD.F (bus:device.function) or 0000:06:DD.F with its domain" },
	{ "000:06:00.0", 3, "a domain of four to eight digits", "write 0000:06:00.0 (domain:bus:device.function)" },
	{ "000000000:06:00.0", 8, "a domain of four to eight digits", NULL },
	{ "060:00.0", 3, "a domain of four to eight digits", NULL },
	{ "0000:06.0", 7, "`:` and a device of two digits", NULL },
	{ "06:20.0", 3, "a device from 00 to 1f", NULL },
	{ "06:00.8", 6, "a function from 0 to 7", NULL },
	{ "06:00.", 6, "a function from 0 to 7", NULL },
	{ "06:00.0x", 7, "nothing more", NULL },
	{ "06:00.00", 7, "nothing more", NULL },
	{ "06:00 ", 5, "`.` and a function, or nothing more", NULL },
	{ "0g:00.0", 1, "a bus of two digits", NULL },
	{ "0x06:0x00.0", 1, "a bus of two digits", "write slots without 0x: 06:00.0" },
	/* paths */
	{ "00:03/00.0", 5, "`.` and a function: only the last part may go without", NULL },
	{ "00:03.1/", 8, "a device of two digits", NULL },
	{ "00:03.1//00", 8, "a device of two digits", NULL },
	{ "00:03.1/00.0/", 13, "a device of two digits", NULL },
	{ "/00:03.1", 0, "a bus of two digits", NULL },
	{ "00:03.1/00.8", 11, "a function from 0 to 7", NULL },
	{ "00:03.1/20", 8, "a device from 00 to 1f", NULL },
	{ "00:03.1/00.0x", 12, "`/`, or nothing more", NULL },
	{ "00:03.1/00x", 10, "`.` and a function, or nothing more", NULL },
	{ "03.1/00", 2, "`:` and a device of two digits", NULL },
	/* IDs */
	{ "10de:13c", 8, ID_DIGITS, "an ID has four digits a part, not 3" },
	{ "10de:13c22", 9, ID_DIGITS, "an ID has four digits a part, not 5" },
	{ "10de:13", 7, ID_DIGITS, "an ID has four digits a part, not 2" },
	{ "1de:13c", 3, ID_DIGITS, "an ID has four digits a part, not 3" },
	{ "1de:13c2", 3, ID_DIGITS, "an ID has four digits a part, not 3" },
	{ "000010de:13c2", 4, ID_DIGITS, "an ID has four digits a part, not 8" },
	{ "10de:13cg", 8, ID_DIGITS, NULL },
	{ "0x10de:0x13c2", 1, ID_DIGITS, "write IDs without 0x: 10de:13c2" },
	{ "10de:0X13C2", 6, ID_DIGITS, "write IDs without 0x: 10de:13C2" },
	{ "10x3:13c2", 2, ID_DIGITS, NULL },
	{ "10de:13c2:1043", 14, "`:` and a subsystem device ID of four digits", NULL },
	{ "10de:13c2:", 10, ID_DIGITS, NULL },
	{ "10de:13c2x", 9, "`:`, or nothing more", NULL },
	{ "10de:13c2:*:*:0300", 18, "a class of six digits or `*`", "all of class 0300 is 030000:ffff00 (class:mask)" },
	{ "10de:13c2:*:*:03000", 19, "a class of six digits or `*`", NULL },
	{ "10de:13c2:*:*:0300000", 20, "a class of six digits or `*`", NULL },
	{ "10de:13c2:*:*:ffffff", 14, "a class, or `*` for any", NULL },
	{ "10de:13c2:*:*:030000:ff", 23, "a mask of six digits", NULL },
	{ "10de:13c2:*:*:030000:ff0000:", 27, "nothing more", NULL },
	{ "10de:13c2:*:*:*:ff0000", 15, "nothing more", NULL },
	{ "*:*", 0, "an ID with a vendor, a device or a class", "this ID would match every device" },
	{ "ffff:ffff:ffff:ffff:*", 0, "an ID with a vendor, a device or a class", "this ID would match every device" },
};

static void every_mistake_has_its_place_and_its_hint(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		const struct mistake *m = &mistakes[i];
		struct syntax_error err = { 0 };
		struct selector s;

		if (selector_parse(m->text, strlen(m->text), &s, &err) != -EINVAL)
			fail_msg("read `%s`", m->text);
		if (err.offset != m->offset || strcmp(err.expected, m->expected) ||
		    strcmp(err.hint ? err.hint : "", m->hint ? m->hint : ""))
			fail_msg("`%s`: at %u expected %s (%s)", m->text, err.offset, err.expected,
				 err.hint ? err.hint : "no hint");
	}
}

static void the_deepest_path_fits_and_one_deeper_does_not(void **state)
{
	char text[SELECTOR_LEN + 8] = "ffffffff:00:1f.7", buf[SELECTOR_LEN];
	struct syntax_error err;
	struct selector s;

	(void)state;
	for (int i = 1; i < PATH_HOPS; i++)
		strcat(text, "/1f.7");
	s = selector(text);
	assert_string_equal(selector_print(&s, buf), text);
	strcat(text, "/00.0");
	assert_int_equal(selector_parse(text, strlen(text), &s, &err), -EINVAL);
	assert_int_equal(err.offset, strlen(text) - 4);
	assert_string_equal(err.expected, "a path of at most 24 parts");
}

static void nothing_behind_the_length_is_read(void **state)
{
	struct syntax_error err;
	struct selector s;

	(void)state;
	assert_int_equal(selector_parse("06:00.0", 5, &s, &err), 0);
	assert_true(s.whole);
	assert_int_equal(selector_parse("06:00\0", 6, &s, &err), -EINVAL);
	assert_int_equal(err.offset, 5);
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		size_t len = strlen(mistakes[i].text);
		char *exact = memcpy(malloc(len + !len), mistakes[i].text, len); /* for the address sanitizer */

		assert_int_equal(selector_parse(exact, len, &s, &err), -EINVAL);
		assert_int_equal(err.offset, mistakes[i].offset);
		free(exact);
	}
}

static void an_id_alone_is_nothing_but_an_id(void **state)
{
	struct syntax_error err;
	struct id id;

	(void)state;
	assert_int_equal(id_parse("10de:13c2", 9, &id, &err), 0);
	assert_int_equal(id.vendor, 0x10de);
	assert_int_equal(id.device, 0x13c2);
	assert_int_equal(id.subvendor, ID_ANY);
	assert_int_equal(id.class, 0);
	assert_int_equal(id.mask, 0);
	assert_int_equal(id_parse("06:00.0", 7, &id, &err), -EINVAL);
	assert_int_equal(id_parse("", 0, &id, &err), -EINVAL);
	assert_int_equal(id_parse("0x06:0x00", 9, &id, &err), -EINVAL);
	assert_null(err.hint);
	assert_int_equal(id_parse("0x10de:0x13c2", 13, &id, &err), -EINVAL);
	assert_string_equal(err.hint, "write IDs without 0x: 10de:13c2");
}

static void different_selectors_differ(void **state)
{
	static const char *const texts[] = { "06:00",      "06:00.0",
					     "06:00.1",    "06:01",
					     "07:00",      "0001:06:00",
					     "00:03.1/00", "00:03.1/00.0",
					     "01:03.1/00", "0001:00:03.1/00",
					     "10de:13c2",  "10de:*",
					     "10de:13c3",  "10de:13c2:*:*:030000" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(texts); j++) {
			struct selector a = selector(texts[i]), b = selector(texts[j]);

			assert_int_equal(selector_equal(&a, &b), i == j);
		}
	}
}

static void a_selector_names_by_slot_path_or_identity(void **state)
{
	static const struct {
		const char *text;
		bool names;
	} cases[] = {
		{ "06:00", true },
		{ "06:00.1", true },
		{ "06:00.0", false },
		{ "06:01", false },
		{ "0001:06:00", false },
		{ "c0:03.1/00", true },
		{ "c0:03.1/00.1", true },
		{ "c0:03.1/00.0", false },
		{ "00:03.1/00", false },
		{ "0001:c0:03.1/00", false },
		{ "c0:03.2/00", false },
		{ "10de:0fbb", true },
		{ "10de:13c2", false },
		{ "*:*:*:*:040300", true },
		{ "ffffffff:00:03.1/00", false },
	};
	struct address a = { 0, 6, 0, 1 };
	struct root root = { .domain = 0, .bus = 0xc0, .acpi = "_SB_.PC06" };
	struct path p = { .hops = 2, .hop = { 3 << 3 | 1, 1 } };
	struct identity identity = { 0x10de, 0x0fbb, 0x1043, 0x8508, 0x040300 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct selector s = selector(cases[i].text);

		if (selector_names(&s, &a, &root, &p, &identity) != cases[i].names)
			fail_msg("%s", cases[i].text);
		assert_false(selector_names(&s, NULL, NULL, NULL, NULL));
	}
}

static void a_root_known_by_its_acpi_path_alone_is_no_number(void **state)
{
	struct root root;
	struct path p = { .hops = 2, .hop = { 3 << 3 | 1, 0 } };
	struct selector s = selector("0000:00:03.1/00"), last = selector("ffffffff:00:03.1/00");

	(void)state;
	assert_int_equal(root_parse("_SB_.PC06", &root), 0);
	assert_false(selector_names(&s, NULL, &root, &p, NULL));
	assert_false(selector_names(&last, NULL, &root, &p, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_spelling_has_one_canonical_form),
		cmocka_unit_test(a_slot_has_its_parts),
		cmocka_unit_test(a_path_has_root_and_hops),
		cmocka_unit_test(every_mistake_has_its_place_and_its_hint),
		cmocka_unit_test(the_deepest_path_fits_and_one_deeper_does_not),
		cmocka_unit_test(nothing_behind_the_length_is_read),
		cmocka_unit_test(an_id_alone_is_nothing_but_an_id),
		cmocka_unit_test(different_selectors_differ),
		cmocka_unit_test(a_selector_names_by_slot_path_or_identity),
		cmocka_unit_test(a_root_known_by_its_acpi_path_alone_is_no_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
