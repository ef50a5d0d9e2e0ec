/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries of type 1 of the Boot Loader Specification, as distributions write them. */
#include "entries.h"

#include "host/loader/bls.h"

static void systemd_boot_of_debian_and_arch(void **s)
{
	(void)s;
	entries_of(bls_parse, "efi", "efi/loader/entries/4b1d-6.12.117+deb13-amd64+3-1.conf",
		   "# Boot Loader Specification type#1 entry\n"
		   "title      Debian GNU/Linux 13 (trixie)\n"
		   "version    6.12.117+deb13-amd64\n"
		   "machine-id 4b1d0a2b3c4d5e6f708192a3b4c5d6e7\n"
		   "sort-key   debian\n"
		   "options    root=UUID=0b1c-2d ro quiet\n"
		   "linux      /4b1d/6.12.117+deb13-amd64/linux\n"
		   "initrd     /4b1d/6.12.117+deb13-amd64/initrd.img-6.12.117+deb13-amd64\n",
		   "bls efi/loader/entries/4b1d-6.12.117+deb13-amd64+3-1.conf\n"
		   "\tid 4b1d-6.12.117+deb13-amd64.conf\n\ttitle Debian GNU/Linux 13 (trixie)\n"
		   "\tversion 6.12.117+deb13-amd64\n\tmachine 4b1d0a2b3c4d5e6f708192a3b4c5d6e7\n"
		   "\tkernel 4b1d/6.12.117+deb13-amd64/linux\n"
		   "\tinitrd 4b1d/6.12.117+deb13-amd64/initrd.img-6.12.117+deb13-amd64\n"
		   "\toptions root=UUID=0b1c-2d ro quiet\n");
	entries_of(bls_parse, "boot", "boot/loader/entries/arch.conf",
		   "title \"Arch Linux\"\r\nlinux /vmlinuz-linux\r\ninitrd /amd-ucode.img\r\n"
		   "initrd\t/initramfs-linux.img\r\noptions root=LABEL=arch rw\r\n options loglevel=3\r\n",
		   "bls boot/loader/entries/arch.conf\n\tid arch.conf\n\ttitle Arch Linux\n\tkernel vmlinuz-linux\n"
		   "\tinitrd amd-ucode.img\n\tinitrd initramfs-linux.img\n\toptions root=LABEL=arch rw loglevel=3\n");
}

static void pop_os_has_a_copy_of_its_initrd_on_the_esp(void **s)
{
	(void)s;
	entries_of(bls_parse, "boot/efi", "boot/efi/loader/entries/Pop_OS-current.conf",
		   "title Pop!_OS\nlinux /EFI/Pop_OS-0b5e6f70-1111-4222-8333-444455556666/vmlinuz.efi\n"
		   "initrd /EFI/Pop_OS-0b5e6f70-1111-4222-8333-444455556666/initrd.img\n"
		   "options root=UUID=0b5e6f70-1111-4222-8333-444455556666 ro quiet loglevel=0 splash\n",
		   "bls boot/efi/loader/entries/Pop_OS-current.conf\n\tid Pop_OS-current.conf\n\ttitle Pop!_OS\n"
		   "\tkernel EFI/Pop_OS-0b5e6f70-1111-4222-8333-444455556666/vmlinuz.efi\n"
		   "\tinitrd EFI/Pop_OS-0b5e6f70-1111-4222-8333-444455556666/initrd.img\n"
		   "\toptions root=UUID=0b5e6f70-1111-4222-8333-444455556666 ro quiet loglevel=0 splash\n");
}

static void what_is_too_long_for_a_path_is_unknown(void **s)
{
	struct boot_text text = { .base = "efi", .source = "efi/loader/entries/l.conf" };
	struct boot_entries e = { 0 };
	struct text t = { 0 };

	(void)s;
	text_addf(&t, "linux /%04096d\ninitrd /%04097d\n", 0, 0);
	text.data = t.data;
	text.len = t.len;
	assert_int_equal(bls_parse(&text, &e), 0);
	assert_int_equal(e.n, 1);
	assert_false(e.items[0].kernel.unknown);
	assert_true(e.items[0].initrds[0].unknown);
	boot_entries_free(&e);
	text_free(&t);
}

static void grub_of_fedora_has_variables_and_several_initrds_a_line(void **s)
{
	(void)s;
	entries_of(bls_parse, "boot", "boot/loader/entries/1f2e-6.11.4-301.fc41.x86_64.conf",
		   "title Fedora Linux (6.11.4-301.fc41.x86_64) 41\nversion 6.11.4-301.fc41.x86_64\n"
		   "linux /boot/vmlinuz-6.11.4-301.fc41.x86_64\n"
		   "initrd /boot/initramfs-6.11.4-301.fc41.x86_64.img $tuned_initrd\n"
		   "options $kernelopts\ngrub_users $grub_users\ngrub_arg --unrestricted\ngrub_class fedora\n",
		   "bls boot/loader/entries/1f2e-6.11.4-301.fc41.x86_64.conf\n"
		   "\tid 1f2e-6.11.4-301.fc41.x86_64.conf\n\ttitle Fedora Linux (6.11.4-301.fc41.x86_64) 41\n"
		   "\tversion 6.11.4-301.fc41.x86_64\n\tkernel boot/vmlinuz-6.11.4-301.fc41.x86_64\n"
		   "\tinitrd boot/initramfs-6.11.4-301.fc41.x86_64.img\n\tinitrd $tuned_initrd (unknown)\n"
		   "\toptions $kernelopts\n");
}

static void a_program_has_its_initrds_in_itself(void **s)
{
	(void)s;
	entries_of(bls_parse, "efi", "efi/loader/entries/u.conf",
		   "title Unified\nuki /EFI/Custom/u.efi\narchitecture x64\n",
		   "bls efi/loader/entries/u.conf\n\tid u.conf\n\ttitle Unified\n\tfor x64\n"
		   "\tprogram EFI/Custom/u.efi\n");
	entries_of(bls_parse, "efi", "efi/loader/entries/w.conf", "efi /EFI/Microsoft/Boot/bootmgfw.efi",
		   "bls efi/loader/entries/w.conf\n\tid w.conf\n\tprogram EFI/Microsoft/Boot/bootmgfw.efi\n");
}

static void what_is_no_entry_has_none(void **s)
{
	struct boot_text text = { "efi", "efi/loader/entries/n.conf", "linux /a\0b\ninitrd /c\0\n\0", 24, NULL };
	struct boot_entries e = { 0 };

	(void)s;
	entries_of(bls_parse, "efi", "efi/loader/entries/e.conf", "", "");
	entries_of(bls_parse, "efi", "efi/loader/entries/e.conf", "title only\nlinux\nlinux \ninitrd\noptions", "");
	entries_of(bls_parse, "efi", "efi/loader/entries/e.conf", "linuxx /a\n#linux /b\ninitrd /c\n",
		   "bls efi/loader/entries/e.conf\n\tid e.conf\n\tinitrd c\n");
	assert_int_equal(bls_parse(&text, &e), 0);
	entries_are(&e, "bls efi/loader/entries/n.conf\n\tid n.conf\n\tkernel a\n\tinitrd c\n");
}

static void boot_counters_are_no_part_of_a_name(void **s)
{
	static const struct {
		const char *name;
		size_t stem;
	} names[] = {
		{ "a.conf", 1 },    { "a+3.conf", 1 },     { "a+3-1.conf", 1 }, { "a+.conf", 2 }, { "+3.conf", 2 },
		{ "a+3x.conf", 4 }, { "a+b+0-3.conf", 3 }, { ".conf", 5 },      { "a+3.efi", 7 }, { "", 0 },
	};

	(void)s;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(bls_stem(names[i].name, ".conf"), names[i].stem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(systemd_boot_of_debian_and_arch),
		cmocka_unit_test(pop_os_has_a_copy_of_its_initrd_on_the_esp),
		cmocka_unit_test(what_is_too_long_for_a_path_is_unknown),
		cmocka_unit_test(grub_of_fedora_has_variables_and_several_initrds_a_line),
		cmocka_unit_test(a_program_has_its_initrds_in_itself),
		cmocka_unit_test(what_is_no_entry_has_none),
		cmocka_unit_test(boot_counters_are_no_part_of_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
