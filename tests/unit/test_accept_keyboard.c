/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard for keyboards, where the root waits for a passphrase and where it does not. */
#include "unit.h"

#include "accept.h"

/* USB controllers, each alone in its slot; keyboards: whether one is plugged into the first, a bit each. */
static struct machine controllers(unsigned n, unsigned keyboards)
{
	struct machine m = { .devices = calloc(n, sizeof(*m.devices)), .n = n };

	assert_non_null(m.devices);
	for (unsigned i = 0; i < n; i++) {
		m.devices[i] = (struct device){ .address = { .bus = 0, .dev = (uint8_t)(i + 1) },
						.identity = { 0x8086, (uint16_t)(1 + i), 0, 0, 0x0c0330 },
						.path = { .hops = 1, .hop = { (uint8_t)((i + 1) << 3) } },
						.iommu_group = (int)i,
						.keyboard = keyboards & 1u << i };
	}
	assert_int_equal(machine_link(&m), 0);
	return m;
}

static struct machine two_controllers(bool first, bool second)
{
	return controllers(2, (first ? 1 : 0) | (second ? 2 : 0));
}

/* What `accept` makes of the rules: "bus:dev locked|REASON" of its lines, then the guards with their slot. */
static void expect(struct machine *m, const char *rules, const char *expected)
{
	struct config config = { 0 };
	struct acceptance a;
	char text[256] = "";
	size_t len = 0;

	assert_int_equal(config_read(&config, "conf", rules, strlen(rules)), 0);
	assert_int_equal(config.n_problems, 0);
	assert_int_equal(accept_rules(&config, m, NULL, NULL, &a), 0);
	for (size_t i = 0; i < a.n_lines; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%02x %s\n",
					card_main(&a.lines[i].card)->address.dev,
					a.lines[i].reason ? reason_word(a.lines[i].reason) : "locked");
	for (size_t i = 0; i < a.lock.n_guards; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "guard %s %02x\n",
					reason_word(a.lock.guards[i].reason), a.lock.guards[i].path.hop[0] >> 3);
	assert_string_equal(text, expected);
	acceptance_free(&a);
	config_free(&config);
	machine_free(m);
}

static void only_keyboard_every_one_stays_where_the_root_is_encrypted(void **s)
{
	struct machine m = two_controllers(true, true);

	(void)s;
	m.host.root_encrypted = true;
	expect(&m, "bind 00:01.0\n", "01 keyboard\nguard keyboard 01\nguard keyboard 02\n");
	m = two_controllers(true, true);
	m.host.root_encrypted = m.host.other_keyboard = true;
	expect(&m, "bind 00:01.0\nbind 00:02.0\n", "01 keyboard\n02 keyboard\nguard keyboard 01\nguard keyboard 02\n");
	m = two_controllers(true, false);
	m.host.root_encrypted = true;
	expect(&m, "bind 00:02.0\n", "02 locked\nguard keyboard 01\n");
	m = two_controllers(true, true);
	m.host.root_encrypted = true;
	expect(&m, "bind 00:01.0 allow=keyboard\n", "01 locked\nguard keyboard 02\n");
}

static void else_the_last_one_stays(void **s)
{
	struct machine m = two_controllers(true, true);

	(void)s;
	expect(&m, "bind 00:01.0\n", "01 locked\nguard keyboard 02\n");
	m = two_controllers(true, true);
	expect(&m, "bind 00:02.0\nbind 00:01.0\n", "02 locked\n01 keyboard\nguard keyboard 01\n");
	m = two_controllers(true, true);
	expect(&m, "bind 00:01.0\nbind 00:02.0 allow=keyboard\n", "01 keyboard\n02 locked\nguard keyboard 01\n");
	m = two_controllers(true, true);
	m.host.other_keyboard = true;
	expect(&m, "bind 00:01.0\nbind 00:02.0\n", "01 locked\n02 locked\n");
	m = two_controllers(true, true);
	m.host.other_keyboard = true;
	expect(&m, "bind 00:01.0\n", "01 locked\n");
}

static void without_a_keyboard_there_is_none_to_keep(void **s)
{
	struct machine m = two_controllers(false, false);

	(void)s;
	m.host.root_encrypted = true;
	expect(&m, "bind 00:01.0\nbind 00:02.0\n", "01 locked\n02 locked\n");
}

/* Also when the keep line goes. */
static void a_kept_controller_has_its_keyboard(void **s)
{
	struct machine m = two_controllers(true, true);

	(void)s;
	expect(&m, "bind 00:01.0\nkeep 00:02.0\n", "01 locked\nguard keyboard 02\n");
}

static void every_one_that_is_left_has_a_guard(void **s)
{
	struct machine m = controllers(4, 7);

	(void)s;
	expect(&m, "bind 00:01.0\n", "01 locked\nguard keyboard 02\nguard keyboard 03\n");
	m = controllers(4, 7);
	expect(&m, "bind 00:04.0\n", "04 locked\nguard keyboard 01\nguard keyboard 02\nguard keyboard 03\n");
	m = controllers(4, 7);
	m.host.other_keyboard = true;
	expect(&m, "bind 00:01.0\n", "01 locked\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_keyboard_every_one_stays_where_the_root_is_encrypted),
		cmocka_unit_test(else_the_last_one_stays),
		cmocka_unit_test(without_a_keyboard_there_is_none_to_keep),
		cmocka_unit_test(a_kept_controller_has_its_keyboard),
		cmocka_unit_test(every_one_that_is_left_has_a_guard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
