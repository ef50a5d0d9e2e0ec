/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "boot_display.h"

#define VGA BOOT_DISPLAY_VGA
#define CHILD BOOT_DISPLAY_FRAMEBUFFER
#define MEMORY BOOT_DISPLAY_MEMORY

/* Two devices with their classes and signs, and the signs that count then. */
static const struct {
	uint32_t class[2];
	unsigned signs[2];
	bool x86;
	unsigned counts[2];
} cases[] = {
	{ { 0x030000, 0x030000 }, { 0, 0 }, true, { 0, 0 } },
	{ { 0x030000, 0x030000 }, { VGA, 0 }, true, { VGA, 0 } },
	{ { 0x030000, 0x030000 }, { VGA, 0 }, false, { VGA, 0 } },
	{ { 0x030000, 0x030000 }, { VGA | MEMORY, 0 }, true, { VGA | MEMORY, 0 } },
	{ { 0x030000, 0x030000 }, { VGA, MEMORY }, true, { VGA, MEMORY } },
	{ { 0x030000, 0x030000 }, { VGA, MEMORY }, false, { 0, MEMORY } },
	{ { 0x030000, 0x030000 }, { VGA, BOOT_DISPLAY_REPORT }, false, { 0, BOOT_DISPLAY_REPORT } },
	{ { 0x030000, 0x038000 }, { VGA, CHILD }, true, { 0, CHILD } },
	{ { 0x030000, 0x038000 }, { VGA, CHILD }, false, { 0, CHILD } },
	{ { 0x030000, 0x030200 }, { VGA, MEMORY }, true, { 0, MEMORY } },
};

static void boot_vga_counts_where_no_owner_is_proven_and_beside_a_vga_on_x86(void **s)
{
	(void)s;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct device devices[2] = { 0 };
		struct machine m = { .devices = devices, .n = 2 };

		for (unsigned k = 0; k < 2; k++) {
			devices[k].identity.class = cases[i].class[k];
			devices[k].boot_display = cases[i].signs[k];
		}
		boot_display_settle(&m, cases[i].x86);
		for (unsigned k = 0; k < 2; k++)
			assert_int_equal(devices[k].boot_display, cases[i].counts[k]);
	}
}

static void an_owner_beside_another_boot_vga_is_split(void **s)
{
	struct device devices[2] = { { .boot_display = VGA }, { .boot_display = 0 } };
	struct machine m = { .devices = devices, .n = 2 };

	(void)s;
	assert_false(boot_display_is_split(&m));
	devices[1].boot_display = MEMORY;
	assert_true(boot_display_is_split(&m));
	devices[0].boot_display = VGA | MEMORY;
	assert_false(boot_display_is_split(&m));
}

static void each_sign_has_a_word(void **s)
{
	char words[BOOT_DISPLAY_WORDS];

	(void)s;
	assert_string_equal(boot_display_words(0, words), "");
	assert_string_equal(boot_display_words(VGA | MEMORY, words), " boot_vga framebuffer-memory");
	assert_string_equal(boot_display_words(15, words), " boot_vga firmware-framebuffer framebuffer-memory report");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boot_vga_counts_where_no_owner_is_proven_and_beside_a_vga_on_x86),
		cmocka_unit_test(an_owner_beside_another_boot_vga_is_split),
		cmocka_unit_test(each_sign_has_a_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
