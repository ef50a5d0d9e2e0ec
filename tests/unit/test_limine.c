/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Menus of Limine, see test_grub_cfg.c. */
#include "entries.h"

#include "host/loader/limine.h"

static void menu_of(const char *name, const char *source)
{
	_cleanup_(free_pointer) char *data = entries_data(name, "cfg"), *expected = entries_data(name, "entries");

	entries_of(limine_parse, "boot", source, data, expected);
}

static void omarchy_with_unified_images_snapshots_and_windows(void **s)
{
	(void)s;
	menu_of("omarchy", "boot/limine.conf");
}

static void the_syntax_of_before_version_8(void **s)
{
	(void)s;
	menu_of("limine", "boot/limine.cfg");
}

static void conf(const char *data, const char *expected)
{
	entries_of(limine_parse, "boot", "l", data, expected);
}

static void what_is_damaged_has_what_can_be_read(void **s)
{
	(void)s;
	conf("", "");
	conf("path: boot():/outside\nmodule_path: boot():/outside\n", "");
	conf("/\nprotocol:\n/a\nprotocol\npath\n/b\nprotocol: linux", "limine l:6\n\ttitle b\n");
	conf("/a\r\npath: boot():///k#\r\n\tmodule_path:boot():i##\r\n",
	     "limine l:1\n\ttitle a\n\tkernel k\n\tinitrd i#\n");
	conf("/a\npath: boot(:/k\nmodule_path: #\nmodule_path: ://\nmodule_path: uuid():/x",
	     "limine l:1\n\ttitle a\n\tkernel boot(:/k (unknown)\n\tinitrd  (unknown)\n\tinitrd :// (unknown)\n"
	     "\tinitrd x (unknown)\n");
	conf("///a\npath: boot():/a\n/b\npath: boot():/b\n////c\npath: boot():/c\n//d\npath: boot():/d\n",
	     "limine l:1\n\ttitle a\n\tkernel a\nlimine l:3\n\ttitle b\n\tkernel b\n"
	     "limine l:5\n\tmenu b\n\ttitle c\n\tkernel c\nlimine l:7\n\tmenu b\n\ttitle d\n\tkernel d\n");
}

/* Deeper than there are names for. */
static void menus_have_an_end(void **s)
{
	struct text t = { 0 };
	struct boot_entries e = { 0 };
	struct boot_text text = { .base = "boot", .source = "l" };

	(void)s;
	for (unsigned i = 1; i <= 100; i++)
		text_addf(&t, "%0*d\n", (int)i, 0);
	for (size_t i = 0; i < t.len; i++)
		t.data[i] = t.data[i] == '0' ? '/' : '\n';
	text_add(&t, "path: boot():/x\n/last\npath: boot():/y\n");
	text.data = t.data;
	text.len = t.len;
	assert_int_equal(limine_parse(&text, &e), 0);
	assert_int_equal(e.n, 2);
	assert_string_equal(e.items[0].menu, ">>>>>>>>>>>>>>>");
	assert_string_equal(e.items[1].menu, "");
	boot_entries_free(&e);
	text_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(omarchy_with_unified_images_snapshots_and_windows),
		cmocka_unit_test(the_syntax_of_before_version_8),
		cmocka_unit_test(what_is_damaged_has_what_can_be_read),
		cmocka_unit_test(menus_have_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
