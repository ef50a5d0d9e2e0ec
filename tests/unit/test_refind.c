/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stanzas of rEFInd, and the command lines of what it finds by itself. */
#include "entries.h"

#include "host/loader/refind.h"

static void stanzas_and_their_submenus(void **s)
{
	(void)s;
	entries_of(refind_parse, "efi", "efi/EFI/refind/refind.conf",
		   "timeout 20\nloader /outside\n# menuentry Comment {\n"
		   "menuentry \"Arch Linux\" {\n\ticon /EFI/refind/icons/os_arch.png\n\tvolume \"Arch Linux\"\n"
		   "\tloader /boot/vmlinuz-linux\n\tinitrd /boot/initramfs-linux.img\n"
		   "\toptions \"root=PARTUUID=1 rw dyndbg=\"\"file a\"\" \"\n"
		   "\tsubmenuentry \"fallback\" {\n\t\tinitrd /boot/initramfs-linux-fallback.img\n\t}\n"
		   "\tsubmenuentry \"terminal\" {\n\t\tadd_options \"systemd.unit=multi-user.target\"\n\t}\n}\n"
		   "menuentry Off {\n\tloader /off\n\tdisabled\n}\n"
		   "menuentry Stub {\r\n\tvolume 4E4D4D22-81e9-4d8a-9b07-528d0bf1aa59\r\n\tloader \\vmlinuz\r\n"
		   "\toptions \"initrd=\\intel.img initrd=boot\\initrd-%v.img\"\r\n}\r\n"
		   "menuentry Windows {\n\tloader \\EFI\\Microsoft\\Boot\\bootmgfw.efi\n",
		   "refind efi/EFI/refind/refind.conf:10\n\tmenu Arch Linux\n\ttitle fallback\n"
		   "\tkernel LABEL=Arch Linux boot/vmlinuz-linux\n"
		   "\tinitrd LABEL=Arch Linux boot/initramfs-linux-fallback.img\n"
		   "\toptions root=PARTUUID=1 rw dyndbg=\"file a\" \n"
		   "refind efi/EFI/refind/refind.conf:13\n\tmenu Arch Linux\n\ttitle terminal\n"
		   "\tkernel LABEL=Arch Linux boot/vmlinuz-linux\n\tinitrd LABEL=Arch Linux boot/initramfs-linux.img\n"
		   "\toptions root=PARTUUID=1 rw dyndbg=\"file a\"  systemd.unit=multi-user.target\n"
		   "refind efi/EFI/refind/refind.conf:4\n\ttitle Arch Linux\n"
		   "\tkernel LABEL=Arch Linux boot/vmlinuz-linux\n\tinitrd LABEL=Arch Linux boot/initramfs-linux.img\n"
		   "\toptions root=PARTUUID=1 rw dyndbg=\"file a\" \n"
		   "refind efi/EFI/refind/refind.conf:21\n\ttitle Stub\n"
		   "\tkernel PARTUUID=4E4D4D22-81e9-4d8a-9b07-528d0bf1aa59 vmlinuz\n"
		   "\tinitrd PARTUUID=4E4D4D22-81e9-4d8a-9b07-528d0bf1aa59 intel.img\n"
		   "\tinitrd PARTUUID=4E4D4D22-81e9-4d8a-9b07-528d0bf1aa59 boot/initrd-%v.img (unknown)\n"
		   "\toptions initrd=\\intel.img initrd=boot\\initrd-%v.img\n"
		   "refind efi/EFI/refind/refind.conf:26\n\ttitle Windows\n"
		   "\tprogram EFI/Microsoft/Boot/bootmgfw.efi\n");
}

static void command_lines_beside_a_kernel(void **s)
{
	(void)s;
	entries_of(refind_parse_linux, "boot", "boot/refind_linux.conf",
		   "\"Boot with defaults\" \"root=UUID=1 rw initrd=boot\\initramfs-linux.img\"\n# \"no\" \"x\"\n\n"
		   "\"Boot to terminal\" \"root=UUID=1\"\n\"alone\"\n",
		   "refind boot/refind_linux.conf:1\n\ttitle Boot with defaults\n\tinitrd boot/initramfs-linux.img\n"
		   "\toptions root=UUID=1 rw initrd=boot\\initramfs-linux.img\n"
		   "refind boot/refind_linux.conf:4\n\ttitle Boot to terminal\n\tinitrd init%v (unknown)\n"
		   "\toptions root=UUID=1\n");
}

static void what_is_damaged_has_what_can_be_read(void **s)
{
	(void)s;
	entries_of(refind_parse, "efi", "r", "}\nsubmenuentry a {\nmenuentry\nloader\nmenuentry \"b\nloader \"/k\"\"",
		   "refind r:3\nrefind r:5\n\ttitle b\n\tkernel k\"\n");
	entries_of(refind_parse, "efi", "r", "menuentry a {\nsubmenuentry b {\nsubmenuentry c {\ninitrd /i\ndisabled",
		   "refind r:2\n\tmenu a\n\ttitle b\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stanzas_and_their_submenus),
		cmocka_unit_test(command_lines_beside_a_kernel),
		cmocka_unit_test(what_is_damaged_has_what_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
