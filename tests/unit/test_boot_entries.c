/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the files of boot loaders are found, and what is said of those that cannot be read. */
#include "entries.h"

#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/earlybind-entries-XXXXXX";

/* Runs a shell command in an empty directory. */
static void shell(const char *command)
{
	char text[4096];

	assert_true((size_t)snprintf(text, sizeof(text), "cd %s && chmod -R u+rwx . && rm -rf ./* && %s", folder,
				     command) < sizeof(text));
	assert_int_equal(system(text), 0);
}

/* To root no mode is a limit, so that this is read as nobody. */
static void entries_there(const char *expected)
{
	struct boot_entries e;
	struct sysroot r;

	assert_int_equal(sysroot_open(&r, folder), 0);
	assert_int_equal(geteuid() ? 0 : seteuid(65534), 0);
	assert_int_equal(boot_entries_read(&r, &e), 0);
	assert_int_equal(seteuid(getuid()), 0);
	sysroot_close(&r);
	entries_are(&e, expected);
}

static void entries_of_each_file_system_are_read_once(void **s)
{
	(void)s;
	shell("mkdir -p boot/loader/entries boot/efi/loader/entries && ln -s boot/efi efi &&"
	      " echo 'linux /a' >boot/loader/entries/a.conf && echo 'linux /b' >boot/efi/loader/entries/b.conf");
	entries_there("bls boot/loader/entries/a.conf\n\tid a.conf\n\tkernel a\n"
		      "bls efi/loader/entries/b.conf\n\tid b.conf\n\tkernel b\n");
}

#define EFIVARS "sys/firmware/efi/efivars/"
#define GLOBAL "-8be4df61-93ca-11d2-aa0d-00e098032b8c"

/* Limine's files, GRUB's and unified images; of the firmware's what is in BootOrder, in that order. */
static void each_loader_is_asked(void **s)
{
	(void)s;
	shell("mkdir -p efi/EFI/Linux efi/EFI/fedora boot/grub2 " EFIVARS " &&"
	      " echo 'menuentry g { linux /g }' | tee boot/grub2/custom.cfg >efi/EFI/fedora/grub.cfg &&"
	      " printf '/l\\npath: boot():/l\\n' >efi/limine.conf && : >efi/EFI/Linux/u.EFI && : >efi/EFI/Linux/u.txt "
	      "&&"
	      " for n in 1 2 A; do printf \"\\7\\0\\0\\0\\1\\0\\0\\0\\4\\000$n\\0\\0\\0\\177\\377\\4\\0\" >" EFIVARS
	      "Boot000$n" GLOBAL "; done &&"
	      " printf '\\7\\0\\0\\0\\012\\0\\1\\0\\12\\0\\11\\0' >" EFIVARS "BootOrder" GLOBAL);
	entries_there("grub boot/grub2/custom.cfg:1\n\ttitle g\n\tkernel g\n"
		      "grub efi/EFI/fedora/grub.cfg:1\n\ttitle g\n\tkernel g\n"
		      "limine efi/limine.conf:1\n\ttitle l\n\tkernel l\n"
		      "uki efi/EFI/Linux/u.EFI\n\tid u.efi\n\tprogram EFI/Linux/u.EFI\n"
		      "firmware " EFIVARS "Boot000A" GLOBAL "\n\tid Boot000A\n\ttitle A\n"
		      "firmware " EFIVARS "Boot0001" GLOBAL "\n\tid Boot0001\n\ttitle 1\n");
}

/* What tuned and grub2-mkconfig set for GRUB; another loader knows no variables. */
static void variables_of_grub_are_told(void **s)
{
	(void)s;
	shell("mkdir -p boot/loader/entries boot/grub2 efi/loader/entries && cd boot &&"
	      " printf 'linux /k\\ninitrd /i $tuned_initrd ${more}/j\\noptions $kernelopts a=$ $none${tuned_params}\\n'"
	      " | tee loader/entries/f.conf >../efi/loader/entries/s.conf && printf 'set tuned_initrd=\"\"\\nif [ -z"
	      " \"$kernelopts\" ]; then\\nset kernelopts=\"root=UUID=2 ro\"\\nfi\\ntuned_params=quiet; more=/m\\n' "
	      ">grub2/grub.cfg");
	entries_there(
		"bls boot/loader/entries/f.conf\n\tid f.conf\n\tkernel k\n\tinitrd i\n\tinitrd m/j\n"
		"\toptions root=UUID=2 ro a=$ quiet\n"
		"bls efi/loader/entries/s.conf\n\tid s.conf\n\tkernel k\n\tinitrd i\n\tinitrd $tuned_initrd (unknown)\n"
		"\tinitrd ${more}/j (unknown)\n\toptions $kernelopts a=$ $none${tuned_params}\n");
	shell("mkdir -p boot/loader/entries boot/grub2 && cd boot && : >grub2/grub.cfg &&"
	      " printf 'linux /k\\noptions $kernelopts\\n' >loader/entries/f.conf &&"
	      " printf '# GRUB Environment Block\\nkernelopts=root=/dev/\\\\\\\\x ro\\n####' >grub2/grubenv");
	entries_there("bls boot/loader/entries/f.conf\n\tid f.conf\n\tkernel k\n\toptions root=/dev/\\x ro\n");
}

static void a_root_without_loaders_has_no_entries(void **s)
{
	(void)s;
	shell("true");
	entries_there("");
	shell("mkdir boot && : >efi && echo >boot/efi");
	entries_there("");
}

static void what_cannot_be_read_is_told(void **s)
{
	(void)s;
	shell("mkdir -p boot/loader/entries efi/loader/entries && echo 'linux /a' >boot/loader/entries/a.conf &&"
	      " chmod 0 boot/loader/entries/a.conf && chmod 0 efi");
	entries_there("unread boot/loader/entries/a.conf: Permission denied\nunread efi: Permission denied\n");
	shell("mkdir -p boot/loader/entries && chmod 0 boot/loader/entries");
	entries_there("unread boot/loader/entries: Permission denied\n");
	shell("mkdir -p boot/loader/entries && truncate -s 100M boot/loader/entries/a.conf");
	entries_there("unread boot/loader/entries/a.conf: File too large\n");
}

static void what_is_no_file_is_not_waited_for(void **s)
{
	(void)s;
	shell("mkdir -p boot/loader/entries/b.conf && mkfifo boot/loader/entries/a.conf &&"
	      " ln -s loop.conf boot/loader/entries/loop.conf && ln -s none boot/loader/entries/none.conf");
	entries_there("unread boot/loader/entries/loop.conf: Too many levels of symbolic links\n");
}

static int make_folder(void **s)
{
	(void)s;
	return mkdtemp(folder) && chmod(folder, 0777) == 0 ? 0 : -1;
}

static int remove_folder(void **s)
{
	(void)s;
	shell("true");
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_of_each_file_system_are_read_once),
		cmocka_unit_test(each_loader_is_asked),
		cmocka_unit_test(variables_of_grub_are_told),
		cmocka_unit_test(a_root_without_loaders_has_no_entries),
		cmocka_unit_test(what_is_no_file_is_not_waited_for),
		cmocka_unit_test(what_cannot_be_read_is_told),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
