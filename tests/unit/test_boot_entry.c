/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which partition a boot entry of the firmware names. */
#include "unit.h"

#include "boot_entry.h"

#define OPTION(length)                                                                                                 \
	"\1\0\0\0" length "\0"                                                                                         \
	"d\0e\0\0\0"
#define PCI_NODE "\1\1\6\0\0\35"
#define SIZES                                                                                                          \
	"\0\10\0\0\0\0\0\0"                                                                                            \
	"\0\0\20\0\0\0\0\0"
#define GUID_BYTES "\303\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17"
#define DRIVE(number, signature, kind) "\4\1\52\0" number "\0\0\0" SIZES signature "\2" kind
#define END "\177\377\4\0"

static void expect(const char *data, size_t len, int ret, const char *expected)
{
	uint8_t *copy = malloc(len ? len : 1); /* so that sanitizers see its end */
	char uuid[PARTUUID_LEN] = "";

	assert_non_null(copy);
	memcpy(copy, data, len);
	assert_int_equal(boot_entry_partition(copy, len, uuid), ret);
	if (!ret)
		assert_string_equal(uuid, expected);
	free(copy);
}

#define EXPECT(data, ret, expected) expect(data, sizeof(data) - 1, ret, expected)

static void a_partition_of_gpt_or_of_an_mbr(void **s)
{
	static const char guid[] = "030201c3-0504-0706-0809-0a0b0c0d0e0f";

	(void)s;
	EXPECT(OPTION("\56") DRIVE("\1", GUID_BYTES, "\2") END, 0, guid);
	EXPECT(OPTION("\64") PCI_NODE DRIVE("\1", GUID_BYTES, "\2") END "what the loader gets", 0, guid);
	EXPECT(OPTION("\56") DRIVE("\2", "\115\74\53\32\0\0\0\0\0\0\0\0\0\0\0\0", "\1") END, 0, "1a2b3c4d-02");
}

static void entries_that_name_none(void **s)
{
	(void)s;
	EXPECT(OPTION("\12") PCI_NODE END, -ENOENT, "");
	EXPECT(OPTION("\4") END, -ENOENT, "");
	EXPECT(OPTION("\56") DRIVE("\1", GUID_BYTES, "\0") END, -ENOENT, "");
	EXPECT(OPTION("\62") END DRIVE("\1", GUID_BYTES, "\2") END, -ENOENT, "");
}

static void what_is_no_entry(void **s)
{
	static const char whole[] = OPTION("\56") DRIVE("\1", GUID_BYTES, "\2") END;

	(void)s;
	for (size_t len = 0; len < sizeof(whole) - 1; len++)
		expect(whole, len, -EBADMSG, "");
	EXPECT(OPTION("\4") "\1\1\0\0", -EBADMSG, "");
	EXPECT(OPTION("\4") "\1\1\3\0", -EBADMSG, "");
	EXPECT(OPTION("\4") "\1\1\377\377", -EBADMSG, "");
	EXPECT(OPTION("\4") "\4\1\4\0", -EBADMSG, "");
	EXPECT(OPTION("\0"), -EBADMSG, "");
	EXPECT(OPTION("\56") DRIVE("\0", GUID_BYTES, "\1") END, -EBADMSG, "");
	EXPECT("\1\0\0\0\4\0"
	       "no end of it",
	       -EBADMSG, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_partition_of_gpt_or_of_an_mbr),
		cmocka_unit_test(entries_that_name_none),
		cmocka_unit_test(what_is_no_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
