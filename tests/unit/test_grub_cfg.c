/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Menus of GRUB as distributions and people write them. Reads NAME.cfg and what it has, NAME.entries, from
 * $UNIT_DATA/loader, else from tests/unit/data/loader.
 */
#include "entries.h"

#include "host/loader/grub_cfg.h"

static void menu_of(const char *name, const char *source)
{
	_cleanup_(free_pointer) char *data = entries_data(name, "cfg"), *expected = entries_data(name, "entries");

	entries_of(grub_cfg_parse, "boot", source, data, expected);
}

static void debian_with_memtest_windows_and_another_linux(void **s)
{
	(void)s;
	menu_of("debian", "boot/grub/grub.cfg");
}

static void opensuse_with_snapshots(void **s)
{
	(void)s;
	menu_of("opensuse", "boot/grub2/grub.cfg");
}

static void ubuntu_that_tries_without_an_initrd_first(void **s)
{
	(void)s;
	menu_of("ubuntu", "boot/grub/grub.cfg");
}

static void xen_has_its_kernel_in_a_module(void **s)
{
	(void)s;
	menu_of("xen", "boot/grub/grub.cfg");
}

static void what_people_write_by_hand(void **s)
{
	(void)s;
	menu_of("custom", "boot/grub/custom.cfg");
}

static void cfg(const char *data, const char *expected)
{
	entries_of(grub_cfg_parse, "boot", "g", data, expected);
}

static void what_is_damaged_has_what_can_be_read(void **s)
{
	(void)s;
	cfg("", "");
	cfg("}}} linux /a; initrd /b }", "");
	cfg("menuentry", "");
	cfg("menuentry {", "grub g:1\n");
	cfg("menuentry a {\r\n\tlinux /k\r\n\tinitrd /i\r\n}\r\n", "grub g:1\n\ttitle a\n\tkernel k\n\tinitrd i\n");
	cfg("\n\nmenuentry 'a {\nlinux /k\n}\n", "");
	cfg("menuentry a {\nlinux /k 'root=x\n", "grub g:1\n\ttitle a\n\tkernel k\n\toptions root=x\n\n");
	cfg("menuentry a {\nlinux /k \"$", "grub g:1\n\ttitle a\n\tkernel k\n\toptions $\n");
	cfg("menuentry a { linux /k ${x $ ${ $'y'\\", "grub g:1\n\ttitle a\n\tkernel k\n\toptions ${x $ ${ $y\n");
	cfg("menuentry a { initrd /i; menuentry b { initrd /j } initrd /k }\nsubmenu m { submenu { menuentry c { } } }",
	    "grub g:1\n\ttitle a\n\tinitrd i\ngrub g:1\n\ttitle b\n\tinitrd j\ngrub g:2\n\tmenu m>\n\ttitle c\n");
}

/* A value that holds another one twice, and so on, has an end; what is behind it is not taken for known. */
static void variables_have_an_end(void **s)
{
	struct text t = { 0 };
	struct boot_entries e = { 0 };
	struct boot_text text = { .base = "boot", .source = "g" };

	(void)s;
	text_add(&t, "a0=0123456789\n");
	for (unsigned i = 0; i < 40; i++)
		text_addf(&t, "a%u=$a%u$a%u\n", i + 1, i, i);
	text_add(&t, "menuentry x { linux /$a40; initrd /$a3 }\n");
	for (unsigned i = 0; i < 200; i++)
		text_addf(&t, "b%u=1\n", i);
	text_add(&t, "menuentry y { linux /k; initrd /$b1 }\n");
	text.data = t.data;
	text.len = t.len;
	assert_int_equal(grub_cfg_parse(&text, &e), 0);
	assert_int_equal(e.n, 2);
	assert_true(e.items[0].kernel.unknown);
	assert_false(e.items[0].initrds[0].unknown);
	assert_int_equal(strlen(e.items[0].initrds[0].path), 80);
	assert_true(e.items[1].kernel.unknown);
	assert_true(e.items[1].initrds[0].unknown);
	boot_entries_free(&e);
	text_free(&t);
}

/* So many that their array would be the memory's end; the caller learns that not all were read. */
static void entries_and_initrds_have_an_end(void **s)
{
	struct text t = { 0 };
	struct boot_entries e = { 0 };
	struct boot_text text = { .base = "boot", .source = "boot/grub/grub.cfg" };

	(void)s;
	text_add(&t, "menuentry a { initrd");
	for (unsigned i = 0; i < 1000; i++)
		text_addf(&t, " /%u", i);
	text_add(&t, " }\n");
	for (unsigned i = 0; i < 5000; i++)
		text_add(&t, "menuentry b {\n}\n");
	text.data = t.data;
	text.len = t.len;
	assert_int_equal(grub_cfg_parse(&text, &e), 0);
	assert_int_equal(e.n, 4096);
	assert_int_equal(e.items[0].n_initrds, 256);
	assert_false(e.items[0].initrds[254].unknown);
	assert_true(e.items[0].initrds[255].unknown);
	assert_int_equal(e.n_unread, 1);
	assert_int_equal(e.unread[0].error, -E2BIG);
	boot_entries_free(&e);
	text_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(debian_with_memtest_windows_and_another_linux),
		cmocka_unit_test(opensuse_with_snapshots),
		cmocka_unit_test(ubuntu_that_tries_without_an_initrd_first),
		cmocka_unit_test(xen_has_its_kernel_in_a_module),
		cmocka_unit_test(what_people_write_by_hand),
		cmocka_unit_test(what_is_damaged_has_what_can_be_read),
		cmocka_unit_test(variables_have_an_end),
		cmocka_unit_test(entries_and_initrds_have_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
