/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of a text stays where it does not fit. */
#include "unit.h"

#include "lines.h"
#include "shorten.h"

static void expect(const char *text, size_t size, const char *expected)
{
	char *buf = malloc(size); /* so that sanitizers see its end */

	assert_non_null(buf);
	shorten(text, buf, size);
	assert_string_equal(buf, expected);
	free(buf);
}

static void what_fits_stays_as_it_is(void **s)
{
	(void)s;
	expect("", 32, "");
	expect("0123456789 123456789 123456789 1", 33, "0123456789 123456789 123456789 1");
	expect("a ... b", 32, "a ... b");
}

static void whole_words_of_the_middle_give_way(void **s)
{
	(void)s;
	expect("/etc/fstab:1: / is /dev/mapper/root, dm-0 (LVM sda2), on sda", 41,
	       "/etc/fstab:1: ... (LVM sda2), on sda");
	expect("/etc/fstab:1: / is /dev/mapper/root, dm-0 (LVM sda2), on sda", 42,
	       "/etc/fstab:1: ... dm-0 (LVM sda2), on sda");
}

static void one_mark_stands_for_all_that_is_left_out(void **s)
{
	(void)s;
	expect("one two ... five six seven eight nine ten", 32, "one two ... eight nine ten");
	expect("first ... xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx last", 32, "first ... last");
}

static void a_word_that_is_too_long_is_cut_between_characters(void **s)
{
	(void)s;
	expect("0123456789012345678901234567890123456789", 32, "0123456789 ...34567890123456789");
	/* A character of two bytes takes eight as TEXT. */
	expect("is \303\244\303\244\303\244\303\244\303\244\303\244", 32, "is ...\303\244\303\244\303\244");
}

/* Any bytes: it fits as TEXT, and holds no half of a character that was whole. */
static void whatever_it_is_the_result_fits(void **s)
{
	static const char *const parts[] = { "a", " ", "\303\244", "\342\202\254", "\\", "\200", " ... ", "word" };
	unsigned seed = 1;

	(void)s;
	for (unsigned round = 0; round < 20000; round++) {
		char text[400] = "", buf[64];
		struct text line = { 0 };

		for (unsigned i = 0; i < round % 90; i++) {
			seed = seed * 1103515245 + 12345;
			strcat(text, parts[(seed >> 16) % ARRAY_SIZE(parts)]);
		}
		shorten(text, buf, sizeof(buf));
		text_add_rest(&line, buf);
		assert_true(line.len < sizeof(buf));
		text_free(&line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_stays_as_it_is),
		cmocka_unit_test(whole_words_of_the_middle_give_way),
		cmocka_unit_test(one_mark_stands_for_all_that_is_left_out),
		cmocka_unit_test(a_word_that_is_too_long_is_cut_between_characters),
		cmocka_unit_test(whatever_it_is_the_result_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
