/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the firmware starts by itself, and unified kernel images. */
#include "entries.h"

#include "host/loader/efi_entries.h"
#include "host/loader/uki_entries.h"

#define SOURCE "sys/firmware/efi/efivars/Boot0003-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define GUID "\303\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17"
#define PARTUUID "PARTUUID=030201c3-0504-0706-0809-0a0b0c0d0e0f"

/* Bytes of a file that grows. */
struct bytes {
	char data[2048];
	size_t len;
};

static void add(struct bytes *b, const char *data, size_t len)
{
	assert_true(len <= sizeof(b->data) - b->len);
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

static void add_number(struct bytes *b, unsigned value, unsigned bytes)
{
	while (bytes--) {
		add(b, (char[1]){ (char)value }, 1);
		value >>= 8;
	}
}

static void add_utf16(struct bytes *b, const char *text)
{
	for (; *text; text++)
		add(b, (char[2]){ *text }, 2);
}

static void add_drive(struct bytes *b)
{
	add(b, "\4\1\52\0\1\0\0\0", 8);
	add_number(b, 2048, 4);
	add_number(b, 0, 4);
	add_number(b, 4096, 4);
	add_number(b, 0, 4);
	add(b, GUID "\2\2", 18);
}

static void add_file(struct bytes *b, const char *name)
{
	add(b, "\4\4", 2);
	add_number(b, (unsigned)(4 + 2 * strlen(name) + 2), 2);
	add_utf16(b, name);
	add_number(b, 0, 2);
}

/* A variable with a path of these names, each a node, on a partition or not. */
static struct bytes variable(unsigned attributes, bool drive, const char *const names[2], const char *data)
{
	struct bytes path = { .len = 0 }, b = { .len = 0 };

	if (drive)
		add_drive(&path);
	for (size_t i = 0; i < 2 && names[i]; i++)
		add_file(&path, names[i]);
	add(&path, "\177\377\4\0", 4);
	add_number(&b, 7, 4);
	add_number(&b, attributes, 4);
	add_number(&b, (unsigned)path.len, 2);
	add_utf16(&b, "Arch");
	add_number(&b, 0xe9, 2);
	add_number(&b, 0, 2);
	add(&b, path.data, path.len);
	add_utf16(&b, data);
	return b;
}

static void is(const struct bytes *b, const char *expected)
{
	char *copy = malloc(b->len ? b->len : 1); /* so that sanitizers see its end */
	struct boot_text text = { "", SOURCE, copy, b->len, NULL };
	struct boot_entries e = { 0 };

	assert_non_null(copy);
	memcpy(copy, b->data, b->len);
	assert_int_equal(efi_entries_parse(&text, &e), 0);
	entries_are(&e, expected);
	free(copy);
}

#define HEAD "firmware " SOURCE "\n\tid Boot0003\n\ttitle Arch\303\251\n"

static void a_program_on_a_partition(void **s)
{
	struct bytes uki = variable(1, true, (const char *const[2]){ "\\EFI\\Linux\\arch.efi" }, ""),
		     two = variable(1, true, (const char *const[2]){ "\\EFI", "Linux\\arch.efi" }, "a"),
		     here = variable(1, false, (const char *const[2]){ "\\EFI\\x.efi" }, "");

	(void)s;
	is(&uki, HEAD "\tprogram " PARTUUID " EFI/Linux/arch.efi\n");
	is(&two, HEAD "\tprogram " PARTUUID " EFI/Linux/arch.efi\n");
	is(&here, HEAD "\tprogram EFI/x.efi (unknown)\n");
}

static void a_kernel_with_its_initrds_on_the_command_line(void **s)
{
	struct bytes b = variable(1, true, (const char *const[2]){ "\\vmlinuz-linux" },
				  "root=LABEL=a initrd=\\ucode.img rw initrd=/initramfs-linux.img");

	(void)s;
	is(&b, HEAD "\tkernel " PARTUUID " vmlinuz-linux\n\tinitrd " PARTUUID " ucode.img\n\tinitrd " PARTUUID
		    " initramfs-linux.img\n\toptions root=LABEL=a initrd=\\ucode.img rw initrd=/initramfs-linux.img\n");
}

static void what_the_firmware_does_not_start(void **s)
{
	struct bytes off = variable(0, true, (const char *const[2]){ "\\EFI\\a.efi" }, ""),
		     whole = variable(1, true, (const char *const[2]){ "\\a" }, ""),
		     binary = variable(1, true, (const char *const[2]){ "\\a" }, "WINDOWS\1"), none = whole;

	(void)s;
	is(&off, "");
	for (none.len = 0; none.len < whole.len; none.len++)
		is(&none, "");
	is(&whole, HEAD "\tprogram " PARTUUID " a\n");
	is(&binary, HEAD "\tprogram " PARTUUID " a\n");
}

/* A PE program with these sections: name, text. */
static struct bytes program(const char *const sections[][2], unsigned n)
{
	struct bytes b = { .len = 0 };
	unsigned at = 0x40 + 24 + n * 40;

	add(&b, "MZ", 2);
	while (b.len < 0x3c)
		add_number(&b, 0, 1);
	add_number(&b, 0x40, 4);
	add(&b, "PE\0\0\144\206", 6);
	add_number(&b, n, 2);
	while (b.len < 0x40 + 24)
		add_number(&b, 0, 1);
	for (unsigned i = 0; i < n; i++) {
		unsigned len = (unsigned)strlen(sections[i][1]);
		char name[8] = "";

		memcpy(name, sections[i][0], strlen(sections[i][0]));
		add(&b, name, 8);
		add_number(&b, len, 4);
		add_number(&b, 0, 4);
		add_number(&b, len, 4);
		add_number(&b, at, 4);
		for (unsigned k = 0; k < 4; k++)
			add_number(&b, 0, 4);
		at += len;
	}
	for (unsigned i = 0; i < n; i++)
		add(&b, sections[i][1], strlen(sections[i][1]));
	return b;
}

static void unified(const struct bytes *b, const char *source, const char *expected)
{
	struct boot_text text = { "efi", source, b->data, b->len, NULL };
	struct boot_entries e = { 0 };

	assert_int_equal(uki_entries_parse(&text, &e), 0);
	entries_are(&e, expected);
}

static void a_unified_image_tells_its_release_and_command_line(void **s)
{
	static const char *const sections[][2] = {
		{ ".text", "code" },
		{ ".osrel", "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 13\"\n" },
		{ ".cmdline", "root=UUID=1 ro\n" },
		{ ".uname", "6.12.117" },
		{ ".initrd", "" },
		{ ".profile", "ID=other" },
		{ ".cmdline", "rescue" },
	};
	struct bytes whole = program(sections, ARRAY_SIZE(sections)), plain = program(sections, 1), none = { .len = 0 };

	(void)s;
	unified(&whole, "efi/EFI/Linux/4b1d-6.12.117+3-1.efi",
		"uki efi/EFI/Linux/4b1d-6.12.117+3-1.efi\n\tid 4b1d-6.12.117.efi\n\ttitle Debian GNU/Linux 13\n"
		"\tversion 6.12.117\n\tprogram EFI/Linux/4b1d-6.12.117+3-1.efi\n\toptions root=UUID=1 ro\n");
	unified(&plain, "efi/EFI/Linux/a.EFI", "uki efi/EFI/Linux/a.EFI\n\tid a.efi\n\tprogram EFI/Linux/a.EFI\n");
	unified(&none, "efi/EFI/Linux/a.efi", "uki efi/EFI/Linux/a.efi\n\tid a.efi\n\tprogram EFI/Linux/a.efi\n");
	for (whole.len = 0; whole.len < 0x40 + 24 + 7 * 40; whole.len++)
		unified(&whole, "efi/EFI/Linux/a.efi",
			"uki efi/EFI/Linux/a.efi\n\tid a.efi\n\tprogram EFI/Linux/a.efi\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_on_a_partition),
		cmocka_unit_test(a_kernel_with_its_initrds_on_the_command_line),
		cmocka_unit_test(what_the_firmware_does_not_start),
		cmocka_unit_test(a_unified_image_tells_its_release_and_command_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
