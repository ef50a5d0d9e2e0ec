/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole locks and plans: what is read is printed as the same bytes, what is damaged is not read. */
#include "plan_text.h"

/* Hash and CRC of both were computed by another program (Python's zlib). */
static const char sample_plan[] =
	"earlybind-plan 2\n"
	"kernel 6.1.0-56-amd64\n"
	"lock cec978990754238a\n"
	"hash 17bbbe3058ba4ddb\n"
	"module early efivarfs.ko\n"
	"module late vfio.ko enable_unsafe_noiommu_mode=0\n"
	"module late vfio-pci.ko disable_vga=1 disable_idle_d3=1\n"
	"set timeout 20\n"
	"keep 0000:00:14.0\n"
	"keep 8086:2922\n"
	"guard twin accept 2 _SB_.PCI0 02.0/00 10de:13c2:10de:1116:030000 - GeForce GTX 970, the other one\n"
	"guard boot-disk image - 0000:c0 03.2/00.0 144d:a808:144d:a801:010802 0025385b11b0a1c2 /etc/fstab:3 / is on "
	"nvme0n1p2 \\x5c\n"
	"rule 1 driver=vfio-pci allow=- at=boot id=- optional=0 live=0 vf=- /etc/earlybind.conf:4 10de:13c2\n"
	"card 1 _SB_.PCI0 03.1/00 10de:13c2:10de:1116:030000 - 0000:06:00.0\n"
	"function 03.1/00.0 10de:13c2:10de:1116:030000\n"
	"function 03.1/00.1 10de:0fbb:10de:1116:040300\n"
	"rule 2 driver=mlx5_vfio_pci,vfio-pci allow=display,in-use at=claim id=10de:2204 optional=1 live=0 vf=- "
	"/etc/earlybind.d/a\\x20b.conf:12 0000:00:01.1/00\n"
	"card 2 0000:00 01.1/00 10de:2204:10de:1116:030000 - -\n"
	"function 01.1/00.0 10de:2204:10de:1116:030000\n"
	"rule 3 driver=auto allow=- at=boot id=- optional=0 live=1 vf=- -:0 1002:73bf\n"
	"end 4df5774d\n";

static const char sample_lock[] =
	"earlybind-lock 2\n"
	"rule 1 driver=auto allow=- at=boot id=- optional=0 live=0 vf=- /etc/earlybind.conf:1 0000:06:00.0\n"
	"card 1 _SB_.PC06 03.1/00.0 10de:13c2:10de:1116:030000 48b02d0001020304 0000:06:00.0\n"
	"function 03.1/00.0 10de:13c2:10de:1116:030000\n"
	"end b5a4281a\n";

/* As version 1 spelled sample_lock, with guards before it. */
#define OLD_RULE                                                                                                       \
	"rule 1 driver=auto allow=- at=boot id=- optional=0 live=0 /etc/earlybind.conf:1 0000:06:00.0\n"               \
	"card 1 _SB_.PC06 03.1/00.0 10de:13c2:10de:1116:030000 48b02d0001020304 0000:06:00.0\n"                        \
	"function 03.1/00.0 10de:13c2:10de:1116:030000\n"
#define OLD_GUARD(text) "guard twin _SB_.PCI0 02.0/00 10de:13c2:10de:1116:030000 - " text "\n"

static void assert_prints(const struct plan *p, const char *expected)
{
	struct text printed = { 0 };

	assert_int_equal(plan_print(p, &printed), 0);
	assert_string_equal(printed.data, expected);
	text_free(&printed);
}

static void a_plan_reads_as_it_is_written(void **state)
{
	struct plan_error err;
	struct plan p;

	(void)state;
	assert_int_equal(plan_parse(KIND_PLAN, sample_plan, strlen(sample_plan), &p, &err), 0);
	assert_string_equal(p.kernel, "6.1.0-56-amd64");
	assert_int_equal(p.timeout, 20);
	assert_int_equal(p.n_modules, 3);
	assert_true(p.modules[0].early);
	assert_string_equal(p.modules[0].params, "");
	assert_false(p.modules[2].early);
	assert_string_equal(p.modules[2].file, "vfio-pci.ko");
	assert_string_equal(p.modules[2].params, "disable_vga=1 disable_idle_d3=1");
	assert_int_equal(p.n_keeps, 2);
	assert_int_equal(p.n_guards, 2);
	assert_int_equal(p.guards[0].reason, REASON_TWIN);
	assert_true(p.guards[0].serial == 0);
	assert_true(p.guards[1].serial == 0x0025385b11b0a1c2ull);
	assert_int_equal(p.guards[1].origin, GUARD_OF_IMAGE);
	assert_string_equal(p.guards[1].text, "/etc/fstab:3 / is on nvme0n1p2 \\");
	assert_int_equal(p.n_rules, 3);
	assert_string_equal(p.rules[1].driver, "mlx5_vfio_pci,vfio-pci");
	assert_int_equal(p.rules[1].allow, ALLOW_DISPLAY | ALLOW_IN_USE);
	assert_int_equal(p.rules[1].at, AT_CLAIM);
	assert_true(p.rules[1].has_id && p.rules[1].optional && !p.rules[1].live);
	assert_string_equal(p.rules[1].file, "/etc/earlybind.d/a b.conf");
	assert_int_equal(p.rules[1].line, 12);
	assert_true(p.rules[2].live);
	assert_string_equal(p.rules[2].file, "");
	assert_int_equal(p.n_cards, 2);
	assert_true(p.cards[0].has_address);
	assert_int_equal(p.cards[0].n_functions, 2);
	assert_int_equal(p.cards[0].functions[1].identity.device, 0x0fbb);
	assert_false(p.cards[1].has_address);
	assert_ptr_equal(plan_rule(&p, 2), &p.rules[1]);
	assert_null(plan_rule(&p, 0));
	assert_null(plan_rule(&p, 4));
	assert_prints(&p, sample_plan);
	plan_free(&p);
	plan_free(&p);
}

static void a_lock_reads_as_it_is_written(void **state)
{
	struct plan_error err;
	struct plan p;

	(void)state;
	assert_int_equal(plan_parse(KIND_LOCK, sample_lock, strlen(sample_lock), &p, &err), 0);
	assert_int_equal(p.kind, KIND_LOCK);
	assert_int_equal(p.timeout, 0);
	assert_false(p.cards[0].path.slot);
	assert_true(p.hash != 0);
	assert_prints(&p, sample_lock);
	plan_free(&p);
}

static void a_lock_is_no_plan_and_a_plan_no_lock(void **state)
{
	struct plan_error err;
	struct plan p;

	(void)state;
	assert_int_equal(plan_parse(KIND_PLAN, sample_lock, strlen(sample_lock), &p, &err), -EBADMSG);
	assert_string_equal(err.text, "this is no earlybind plan");
	assert_int_equal(plan_parse(KIND_LOCK, sample_plan, strlen(sample_plan), &p, &err), -EBADMSG);
	assert_string_equal(err.text, "this is no earlybind lock");
	assert_int_equal(parse_sealed(KIND_LOCK, "kernel 6.1\n", &p, &err), -EBADMSG);
	assert_int_equal(err.line, 2);
}

static int parse_old(const char *body, struct plan *out, struct plan_error *err)
{
	struct text t = { 0 };
	int ret;

	text_addf(&t, "earlybind-lock 1\n%s", body);
	text_addf(&t, "end %08x\n", (unsigned)crc32_of(t.data, t.len));
	assert_int_equal(plan_parse(KIND_LOCK, t.data, t.len, out, err), -EPROTONOSUPPORT);
	ret = lock_parse(t.data, t.len, out, err);
	text_free(&t);
	return ret;
}

static void a_lock_of_version_1_says_the_same(void **state)
{
	struct plan_error err;
	struct plan old, new;

	(void)state;
	assert_int_equal(lock_parse(sample_lock, strlen(sample_lock), &new, &err), 0);
	assert_int_equal(new.version, 2);
	assert_int_equal(parse_old(OLD_RULE, &old, &err), 0);
	assert_int_equal(old.version, 1);
	assert_true(old.hash == new.hash &&old.lock == new.hash);
	assert_prints(&old, sample_lock);
	plan_free(&old);
	plan_free(&new);
	assert_int_equal(
		parse_old(OLD_GUARD("lock") OLD_GUARD("image  / is on sda") OLD_GUARD("lock x\\x5c"), &old, &err), 0);
	assert_int_equal(old.guards[0].origin, GUARD_OF_ACCEPT);
	assert_string_equal(old.guards[0].text, "");
	assert_int_equal(old.guards[1].origin, GUARD_OF_IMAGE);
	assert_string_equal(old.guards[1].text, " / is on sda");
	assert_string_equal(old.guards[2].text, "x\\");
	plan_free(&old);
}

static void a_damaged_lock_of_version_1_is_damaged(void **state)
{
	static const char *const bodies[] = {
		OLD_GUARD("locked"),
		OLD_GUARD("-"),
		OLD_GUARD("images of it"),
		"guard twin accept - _SB_.PCI0 02.0/00 10de:13c2:10de:1116:030000 - lock\n",
		"surprise\n",
		OLD_RULE OLD_RULE
	};
	static const struct plan empty;
	struct plan_error err;
	struct plan p;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(bodies); i++) {
		assert_int_equal(parse_old(bodies[i], &p, &err), -EBADMSG);
		assert_true(*err.text);
		assert_memory_equal(&p, &empty, sizeof(p));
	}
	assert_int_equal(lock_parse("earlybind-lock 1\n", 17, &p, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "truncated"));
	assert_int_equal(lock_parse("earlybind-lock 3\n", 17, &p, &err), -EPROTONOSUPPORT);
	assert_non_null(strstr(err.text, "reads version 2"));
}

/* A copy that ends where the text ends, so that a sanitizer sees a read behind it. */
static char *exact_copy(const char *text, size_t len)
{
	char *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	memcpy(copy, text, len);
	return copy;
}

static void a_plan_truncated_at_any_byte_fails(void **state)
{
	static const struct plan empty;

	(void)state;
	for (size_t len = 0; len < strlen(sample_plan); len++) {
		char *copy = exact_copy(sample_plan, len);
		struct plan_error err;
		struct plan p;

		assert_int_equal(plan_parse(KIND_PLAN, copy, len, &p, &err), -EBADMSG);
		assert_true(*err.text);
		assert_memory_equal(&p, &empty, sizeof(p));
		free(copy);
	}
}

static void a_plan_with_any_byte_changed_fails(void **state)
{
	const size_t len = strlen(sample_plan);
	char *copy = exact_copy(sample_plan, len);

	(void)state;
	for (size_t i = 0; i < len; i++) {
		for (unsigned mask = 1; mask < 256; mask = mask < 128 ? 2 * mask : mask + 127) {
			struct plan_error err;
			struct plan p;

			copy[i] ^= (char)mask;
			assert_true(plan_parse(KIND_PLAN, copy, len, &p, &err) < 0);
			copy[i] ^= (char)mask;
		}
	}
	free(copy);
}

static void another_version_is_named_as_such(void **state)
{
	static const char *const texts[] = { "earlybind-plan 3\nanything\n", "earlybind-plan 1\n", "earlybind-plan 0\n",
					     "earlybind-plan 10\n" };
	struct plan_error err;
	struct plan p;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_int_equal(plan_parse(KIND_PLAN, texts[i], strlen(texts[i]), &p, &err), -EPROTONOSUPPORT);
		assert_int_equal(err.line, 1);
		assert_non_null(strstr(err.text, "reads version 2"));
	}
}

static void what_is_no_plan_at_all_fails(void **state)
{
	static const char *const texts[] = {
		"",
		"\n",
		"\177ELF\1\1",
		"earlybind-plan\n",
		"earlybind-plan \n",
		"earlybind-plan 01\n",
		"earlybind-plan 2",
		"earlybind-plan 2\n",
		"earlybind-plan 2 \n",
		" earlybind-plan 2\n",
		"earlybind-plan 2\r\nend 00000000\r\n",
	};
	struct plan_error err;
	struct plan p;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_int_equal(plan_parse(KIND_PLAN, texts[i], strlen(texts[i]), &p, &err), -EBADMSG);
		assert_true(*err.text);
	}
}

static void nothing_stands_behind_the_end(void **state)
{
	char text[sizeof(sample_plan) + 32];
	struct plan_error err;
	struct plan p;

	(void)state;
	snprintf(text, sizeof(text), "%s\n", sample_plan);
	assert_int_equal(plan_parse(KIND_PLAN, text, strlen(text), &p, &err), -EBADMSG);
	snprintf(text, sizeof(text), "%s#", sample_plan);
	assert_int_equal(plan_parse(KIND_PLAN, text, strlen(text), &p, &err), -EBADMSG);
	snprintf(text, sizeof(text), "%s%s", sample_plan, strstr(sample_plan, "end "));
	assert_int_equal(plan_parse(KIND_PLAN, text, strlen(text), &p, &err), -EBADMSG);
}

static void a_change_by_hand_is_called_so(void **state)
{
	char text[sizeof(sample_lock)];
	struct plan_error err;
	struct plan p;

	(void)state;
	strcpy(text, sample_lock);
	strstr(text, "optional=0")[9] = '1';
	assert_int_equal(plan_parse(KIND_LOCK, text, strlen(text), &p, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "changed by hand"));
	assert_int_equal(err.line, 0);
	assert_int_equal(plan_parse(KIND_LOCK, text, strlen(text) - 1, &p, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "truncated"));
}

static void the_crc_has_lower_case_digits(void **state)
{
	char text[sizeof(sample_plan)];
	struct plan_error err;
	struct plan p;

	(void)state;
	strcpy(text, sample_plan);
	for (char *c = strstr(text, "end ") + 4; *c; c++)
		if (*c >= 'a' && *c <= 'f')
			*c = (char)(*c - 'a' + 'A');
	assert_string_not_equal(text, sample_plan);
	assert_int_equal(plan_parse(KIND_PLAN, text, strlen(text), &p, &err), -EBADMSG);
}

static bool is_for(const char *text, const char *kernel)
{
	char is[KERNEL_LEN];

	return plan_tells_kernel(text, strlen(text), is) && strcmp(is, kernel) == 0;
}

static void a_plan_of_any_version_tells_its_kernel(void **state)
{
	(void)state;
	assert_true(is_for(sample_plan, "6.1.0-56-amd64"));
	assert_true(is_for("earlybind-plan 1\nkernel 6.1.0\n", "6.1.0"));
	assert_true(is_for("earlybind-plan 7\nkernel 6.1.0 more\nwhatever", "6.1.0"));
	assert_false(is_for(sample_plan, "6.1.0-56"));
	assert_false(is_for("earlybind-plan 2\nset kernel\nkernel 6.1.0\n", "6.1.0"));
	assert_false(is_for("earlybind-lock 2\nkernel 6.1.0\n", "6.1.0"));
	assert_false(is_for("a plan\nkernel 6.1.0\n", "6.1.0"));
	assert_false(is_for("earlybind-plan 2\nkernel\n", "6.1.0"));
	assert_false(is_for("earlybind-plan 2\nkernel 6.1.0", "6.1.0"));
	assert_false(is_for("", "6.1.0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plan_reads_as_it_is_written),
		cmocka_unit_test(a_lock_reads_as_it_is_written),
		cmocka_unit_test(a_lock_is_no_plan_and_a_plan_no_lock),
		cmocka_unit_test(a_lock_of_version_1_says_the_same),
		cmocka_unit_test(a_damaged_lock_of_version_1_is_damaged),
		cmocka_unit_test(a_plan_truncated_at_any_byte_fails),
		cmocka_unit_test(a_plan_with_any_byte_changed_fails),
		cmocka_unit_test(another_version_is_named_as_such),
		cmocka_unit_test(what_is_no_plan_at_all_fails),
		cmocka_unit_test(nothing_stands_behind_the_end),
		cmocka_unit_test(a_change_by_hand_is_called_so),
		cmocka_unit_test(the_crc_has_lower_case_digits),
		cmocka_unit_test(a_plan_of_any_version_tells_its_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
