/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What accept does not ask of rules with at=claim, because the host has their cards until they are claimed. */
#include "unit.h"

#include "accept.h"
#include "boot_display.h"
#include "need.h"

/* 01 is the boot display, 02 a display; 03 has the only keyboard, and 04 is the host's: in use, or the boot's. */
static struct machine a_machine(enum reason reason)
{
	static const uint32_t classes[] = { 0x030000, 0x030000, 0x0c0330, 0x010802 };
	struct machine m = { .devices = calloc(4, sizeof(*m.devices)),
			     .n = 4,
			     .host.needs = calloc(1, sizeof(*m.host.needs)) };

	assert_non_null(m.devices);
	assert_non_null(m.host.needs);
	for (unsigned i = 0; i < 4; i++)
		m.devices[i] = (struct device){ .address = { .bus = 0, .dev = (uint8_t)(i + 1) },
						.identity = { 0x8086, (uint16_t)(1 + i), 0, 0, classes[i] },
						.path = { .hops = 1, .hop = { (uint8_t)((i + 1) << 3) } },
						.boot_display = i == 0 ? BOOT_DISPLAY_VGA : 0,
						.keyboard = i == 2,
						.iommu_group = (int)i };
	m.host.needs[m.host.n_needs++] = (struct need){ .reason = reason, .device = 3 };
	m.host.root_encrypted = true;
	assert_int_equal(machine_link(&m), 0);
	return m;
}

/* claimed: a bit a rule. "DEV locked|REASON" of what accept makes of them. No text can say at=claim yet. */
static void expect(enum reason reason, const char *rules, unsigned claimed, const char *expected)
{
	struct machine m = a_machine(reason);
	struct config config = { 0 };
	struct acceptance a;
	char text[256] = "";
	size_t len = 0;

	assert_int_equal(config_read(&config, "conf", rules, strlen(rules)), 0);
	assert_int_equal(config.n_problems, 0);
	for (size_t i = 0; i < config.n_rules; i++)
		config.rules[i].at = claimed & 1u << i ? AT_CLAIM : AT_BOOT;
	assert_int_equal(accept_rules(&config, &m, NULL, NULL, &a), 0);
	for (size_t i = 0; i < a.n_lines; i++)
		if (a.lines[i].rule)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%02x %s\n",
						card_main(&a.lines[i].card)->address.dev,
						a.lines[i].reason ? reason_word(a.lines[i].reason) : "locked");
	assert_string_equal(text, expected);
	acceptance_free(&a);
	config_free(&config);
	machine_free(&m);
}

static void display_keyboard_and_in_use_do_not_count(void **s)
{
	static const char *const rules = "bind 00:01.0\nbind 00:03.0\nbind 00:04.0\n";

	(void)s;
	expect(REASON_IN_USE, rules, 0, "01 display\n03 keyboard\n04 in-use\n");
	expect(REASON_IN_USE, rules, 7, "01 locked\n03 locked\n04 locked\n");
}

static void a_boot_disk_does(void **s)
{
	(void)s;
	expect(REASON_BOOT_DISK, "bind 00:04.0\n", 1, "04 boot-disk\n");
}

static void what_is_claimed_later_is_left_to_the_boot(void **s)
{
	static const char *const rules = "bind 00:01.0 allow=display\nbind 00:02.0\n";

	(void)s;
	expect(REASON_IN_USE, rules, 0, "01 locked\n02 display\n");
	expect(REASON_IN_USE, rules, 1, "01 locked\n02 locked\n");
	expect(REASON_IN_USE, rules, 2, "01 locked\n02 locked\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(display_keyboard_and_in_use_do_not_count),
		cmocka_unit_test(a_boot_disk_does),
		cmocka_unit_test(what_is_claimed_later_is_left_to_the_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
