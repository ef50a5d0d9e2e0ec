/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "cmdline.h"
#include "unit.h"

static struct cmdline cmdline(const char *text)
{
	struct cmdline c;

	assert_int_equal(cmdline_parse(text, strlen(text), &c), 0);
	return c;
}

/* What next_arg of Linux makes of each line; words are divided by '|' here. */
static void words_and_quotes_are_cut_as_the_kernel_cuts_them(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{ "", "" },
		{ " \n", "" },
		{ "BOOT_IMAGE=/vmlinuz root=UUID=1 ro quiet\n", "BOOT_IMAGE=/vmlinuz|root=UUID=1|ro|quiet" },
		{ "a\tb\vc\fd\re\240f", "a|b|c|d|e|f" },
		{ "a=\"b c\" d", "a=b c|d" },
		{ "\"a=b c\" d", "a=b c|d" },
		{ "\"a b\" d", "a b|d" },
		{ "a=b\" c\"d e", "a=b\" c\"d|e" }, /* quotes inside stay */
		{ "a=\"b\"c d", "a=b\"c|d" },
		{ "a=b\" c\" d", "a=b\" c\"|d" },
		{ "a=\"b c", "a=b c" }, /* never closed */
		{ "a=\"", "a=" },
		{ "a=\"\" b", "a=|b" },
		{ "\"", "" },
		{ "\"\" b", "b" }, /* an empty word is none */
		{ "\"a=\"b\"\" c", "a=b\"|c" },
		{ "=a=\"b c\"", "=a=b c" }, /* a name is not empty: the second one counts */
		{ "a=b=\"c d\"", "a=b=\"c d\"" },
		{ "\"a=\"b c\"", "a=b|c\"" }, /* the value's quote closes the word's */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct cmdline c = cmdline(cases[i].text);
		char got[256] = "";

		for (size_t n = 0; n < c.n_words; n++)
			sprintf(got + strlen(got), "%s%s", n ? "|" : "", c.words[n]);
		if (strcmp(got, cases[i].words))
			fail_msg("`%s` gave `%s`", cases[i].text, got);
		cmdline_free(&c);
	}
}

static void off_is_said_by_the_last_word_and_also_by_a_mistyped_one(void **state)
{
	static const struct {
		const char *text;
		bool off;
		const char *word;
	} cases[] = {
		{ "quiet", false, "" },
		{ "earlybind=off", true, "off" },
		{ "earlybind=on", false, "on" },
		{ "earlybind=off earlybind=on", false, "on" },
		{ "earlybind=on earlybind=off quiet", true, "off" },
		{ "earlybind=of", true, "of" },
		{ "earlybind=OFF", true, "OFF" },
		{ "earlybind=", true, "" },
		{ "earlybind=\"off\"", true, "off" },
		{ "\"earlybind=off\"", true, "off" },
		{ "-- earlybind=off", true, "off" },
		{ "earlybind", false, "" },
		{ "earlybindx=off", false, "" },
		{ "xearlybind=off", false, "" },
		{ "a=\"x earlybind=off\"", false, "" },
		{ "earlybind=0123456789012345678901234567890123456789", true, "0123456789012345678901234567890" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct cmdline c = cmdline(cases[i].text);

		if (c.off != cases[i].off || strcmp(c.off_word, cases[i].word))
			fail_msg("`%s` gave %d `%s`", cases[i].text, c.off, c.off_word);
		cmdline_free(&c);
	}
}

static void of_repeated_words_the_last_counts(void **state)
{
	static const char text[] = "root=/dev/sda1 xroot=/dev/sdc1 root=/dev/sdb1 quiet";
	struct cmdline c;

	(void)state;
	assert_int_equal(cmdline_parse(text, strlen(text), &c), 0);
	assert_string_equal(cmdline_last(&c, "root="), "/dev/sdb1");
	assert_string_equal(cmdline_last(&c, "quiet"), "");
	assert_null(cmdline_last(&c, "resume="));
	cmdline_free(&c);
}

static void the_last_skip_wins(void **state)
{
	struct cmdline c = cmdline("earlybind.skip=06:00,07:00 quiet earlybind.skip=10DE:13c2,0000:00:03.1/00");
	char buf[SELECTOR_LEN];

	(void)state;
	assert_int_equal(c.n_skip, 2);
	assert_int_equal(c.n_bad, 0);
	assert_string_equal(selector_print(&c.skip[0], buf), "10de:13c2");
	assert_string_equal(selector_print(&c.skip[1], buf), "0000:00:03.1/00");
	cmdline_free(&c);
	c = cmdline("earlybind.skip=06:00 earlybind.skip=");
	assert_int_equal(c.n_skip, 0);
	assert_int_equal(c.n_bad, 0);
	cmdline_free(&c);
}

static void the_lf_behind_an_open_quote_is_no_part_of_the_word(void **state)
{
	struct cmdline c;

	(void)state;
	assert_int_equal(cmdline_parse("earlybind.skip=\"06:00\n", 22, &c), 0);
	assert_int_equal(c.n_skip, 1);
	assert_int_equal(c.n_bad, 0);
	cmdline_free(&c);
}

static void a_malformed_skip_item_costs_only_itself(void **state)
{
	struct cmdline c = cmdline("earlybind.skip=6:00,06:00.0,,07:00,10de:13c,"
				   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	char buf[SELECTOR_LEN];

	(void)state;
	assert_int_equal(c.n_skip, 2);
	assert_string_equal(selector_print(&c.skip[0], buf), "0000:06:00.0");
	assert_string_equal(selector_print(&c.skip[1], buf), "0000:07:00");
	assert_int_equal(c.n_bad, 4);
	assert_string_equal(c.bad[0], "6:00");
	assert_string_equal(c.bad[1], "");
	assert_string_equal(c.bad[2], "10de:13c");
	assert_int_equal(strlen(c.bad[3]), CMDLINE_BAD_LEN - 1);
	cmdline_free(&c);
	c = cmdline("earlybind.skip=,,,");
	assert_int_equal(c.n_bad, 4);
	cmdline_free(&c);
}

static void a_module_gets_its_parameters_without_ids(void **state)
{
	static const struct {
		const char *text, *module, *params;
		bool ids;
	} cases[] = {
		{ "vfio_pci.disable_vga=1 quiet", "vfio-pci", " disable_vga=1", false },
		{ "vfio-pci.disable_vga=1 vfio_pci.nointxmask", "vfio_pci", " disable_vga=1 nointxmask", false },
		{ "vfio-pci.ids=10de:13c2 vfio-pci.disable_vga=1", "vfio-pci", " disable_vga=1", true },
		{ "pci_stub.ids=10de:13c2", "pci-stub", "", true },
		{ "\"vfio-pci.ids=10de:13c2\"", "vfio-pci", "", true },
		{ "foo.ids=1", "foo", " ids=1", false },
		{ "vfio_pci.idsx=1", "vfio-pci", " idsx=1", false },
		{ "vfio.x=1 vfio_pci_core.x=1 xvfio_pci.x=1", "vfio-pci", "", false },
		{ "vfio_pci=1 vfio_pci. a=vfio_pci.x", "vfio-pci", "", false },
		{ "m.p=\"a b\" \"m.q=c d\"", "m", " p=\"a b\" q=\"c d\"", false },
		{ "m.p=a\"b m.q=1", "m", "", false }, /* one word, cannot be said again: its quote would not end */
		{ "\"m.p q=1\" \"m.p q\" m.=1 m.=\"1 2\" m.r", "m", " r", false }, /* no names */
		{ "m.p=1 m.p=2", "m", " p=1 p=2", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct cmdline c = cmdline(cases[i].text);
		struct text params = { 0 };
		bool ids = !cases[i].ids;

		text_add(&params, "");
		cmdline_module_params(&c, cases[i].module, &params, &ids);
		if (strcmp(params.data, cases[i].params) || ids != cases[i].ids)
			fail_msg("`%s` gave `%s` %d", cases[i].text, params.data, ids);
		text_free(&params);
		cmdline_free(&c);
	}
}

static void ids_is_found_in_every_spelling(void **state)
{
	static const struct {
		const char *module, *param;
		bool ids;
	} cases[] = {
		{ "vfio-pci", "ids=10de:13c2", true }, { "vfio_pci", "ids=", true },
		{ "vfio-pci", "ids", true },           { "pci_stub", "\"ids=1:2\"", true },
		{ "pci-stub", "\"ids\"", true },       { "vfio-pci", "id=1", false },
		{ "vfio-pci", "idss=1", false },       { "vfio-pci", "", false },
		{ "vfio-pci", "\"", false },           { "vfio", "ids=1", false },
		{ "vfio-pci-core", "ids=1", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (param_is_ids(cases[i].module, cases[i].param, strlen(cases[i].param)) != cases[i].ids)
			fail_msg("%s %s", cases[i].module, cases[i].param);
	assert_false(param_is_ids("vfio-pci", "ids=1", 2));
}

static void no_ids_passes_the_filter_however_it_is_divided(void **state)
{
	static const struct {
		const char *module, *params, *passed;
		size_t dropped;
	} cases[] = {
		{ "vfio_pci", "", "", 0 },
		{ "vfio_pci", "disable_vga=1  x", " disable_vga=1 x", 0 },
		{ "vfio_pci", "disable_vga=1\302\240ids=1:2 y=2", " disable_vga=1\302 y=2", 1 },
		{ "vfio-pci", "ids=1:2\vids=3:4\240\"ids=5:6\"", "", 3 },
		{ "pci_stub", "\240ids=1:2", "", 1 },
		{ "vfio_pci", "x=\"a ids=1:2\"", " x=\"a ids=1:2\"", 0 }, /* inside of a value */
		{ "other", "ids=1:2", " ids=1:2", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct text passed = { 0 };
		size_t dropped;

		text_add(&passed, "");
		dropped = params_filter(cases[i].module, cases[i].params, &passed);
		if (strcmp(passed.data, cases[i].passed) || dropped != cases[i].dropped)
			fail_msg("`%s` gave `%s` %zu", cases[i].params, passed.data, dropped);
		text_free(&passed);
	}
}

static void dash_and_underscore_are_one(void **state)
{
	(void)state;
	assert_true(module_name_equal("vfio-pci", 8, "vfio_pci"));
	assert_true(module_name_equal("vfio_pci.x", 8, "vfio-pci"));
	assert_false(module_name_equal("vfio-pci", 8, "vfio_pci_core"));
	assert_false(module_name_equal("vfio-pci", 8, "vfio"));
	assert_false(module_name_equal("vfio", 4, "vfip"));
	assert_false(module_name_equal("", 0, "vfio"));
}

static void a_nul_byte_ends_the_command_line(void **state)
{
	struct cmdline c;

	(void)state;
	assert_int_equal(cmdline_parse("a earlybind=on\0 earlybind=off", 29, &c), 0);
	assert_int_equal(c.n_words, 2);
	assert_false(c.off);
	cmdline_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_and_quotes_are_cut_as_the_kernel_cuts_them),
		cmocka_unit_test(off_is_said_by_the_last_word_and_also_by_a_mistyped_one),
		cmocka_unit_test(of_repeated_words_the_last_counts),
		cmocka_unit_test(the_last_skip_wins),
		cmocka_unit_test(the_lf_behind_an_open_quote_is_no_part_of_the_word),
		cmocka_unit_test(a_malformed_skip_item_costs_only_itself),
		cmocka_unit_test(a_module_gets_its_parameters_without_ids),
		cmocka_unit_test(ids_is_found_in_every_spelling),
		cmocka_unit_test(no_ids_passes_the_filter_however_it_is_divided),
		cmocka_unit_test(dash_and_underscore_are_one),
		cmocka_unit_test(a_nul_byte_ends_the_command_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
