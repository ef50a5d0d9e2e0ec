/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads twelve.conf and twelve.expected from $UNIT_DATA, else from tests/unit/data. */
#include "compat.h"

#include "config.h"
#include "unit.h"

#define CONF "/etc/earlybind.conf"
#define FORMS "a slot (06:00.0), a path (0000:00:03.1/00) or an ID (10de:13c2)"
#define OPTIONS "driver=, allow=, at=, optional, id= or live"

static struct config config_of(const char *text, size_t len)
{
	struct config c = { 0 };

	assert_int_equal(config_read(&c, CONF, text, len), 0);
	return c;
}

static struct config config(const char *text)
{
	return config_of(text, strlen(text));
}

static struct config good(const char *text)
{
	struct config c = config(text);

	if (c.n_problems)
		fail_msg("`%s`: %s", text, c.problems[0].message);
	return c;
}

static char *file(const char *name, size_t *len)
{
	const char *folder = getenv("UNIT_DATA");
	char path[512], *data = calloc(1, 65536);
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder ? folder : "tests/unit/data", name);
	f = fopen(path, "rb");
	if (!f)
		fail_msg("cannot open %s", path);
	*len = fread(data, 1, 65535, f);
	fclose(f);
	return data;
}

static void twelve_wrong_lines_are_named_and_the_right_one_is_read(void **state)
{
	size_t len, expected_len;
	char *text = file("twelve.conf", &len), *expected = file("twelve.expected", &expected_len);
	struct config c = config_of(text, len);
	struct text printed = { 0 };
	char buf[SELECTOR_LEN];

	(void)state;
	for (size_t i = 0; i < c.n_problems; i++)
		config_problem_print(&c.problems[i], &printed);
	assert_string_equal(printed.data, expected);
	assert_int_equal(config_errors(&c), 12);
	assert_int_equal(c.n_rules, 1);
	assert_string_equal(selector_print(&c.rules[0].selector, buf), "10de:13c2");
	assert_int_equal(c.rules[0].allow, ALLOW_DISPLAY);
	text_free(&printed);
	config_free(&c);
	free(text);
	free(expected);
}

static void a_rule_has_what_is_written_and_the_defaults(void **state)
{
	struct config c =
		good("bind 06:00\n"
		     "\n"
		     "bind 00:03.1/00 id=10de:13c2 driver=pci-stub allow=display at=boot optional # all of it\n");

	(void)state;
	assert_int_equal(c.n_rules, 2);
	assert_int_equal(c.rules[0].number, 1);
	assert_int_equal(c.rules[0].line, 1);
	assert_string_equal(c.rules[0].file, CONF);
	assert_string_equal(c.rules[0].driver, "vfio-pci");
	assert_int_equal(c.rules[0].allow, 0);
	assert_int_equal(c.rules[0].at, AT_BOOT);
	assert_false(c.rules[0].optional || c.rules[0].live || c.rules[0].has_id);
	assert_int_equal(c.rules[1].number, 2);
	assert_int_equal(c.rules[1].line, 3);
	assert_int_equal(c.rules[1].selector.kind, SELECTOR_PATH);
	assert_string_equal(c.rules[1].driver, "pci-stub");
	assert_int_equal(c.rules[1].allow, ALLOW_DISPLAY);
	assert_true(c.rules[1].optional);
	assert_true(c.rules[1].has_id);
	assert_int_equal(c.rules[1].id.device, 0x13c2);
	config_free(&c);
}

static void keep_and_set_are_read(void **state)
{
	struct config c = good("keep 00:14.0\nkeep 10de:0fbb # sound\nset timeout=15s\n");

	(void)state;
	assert_int_equal(c.n_keeps, 2);
	assert_int_equal(c.keeps[1].line, 2);
	assert_string_equal(c.keeps[1].file, CONF);
	assert_int_equal(c.keeps[1].selector.kind, SELECTOR_ID);
	assert_int_equal(c.timeout, 15);
	config_free(&c);
	c = good("set  timeout=1");
	assert_int_equal(c.timeout, 1);
	config_free(&c);
	c = good("set\ttimeout=60s");
	assert_int_equal(c.timeout, 60);
	config_free(&c);
}

static void nothing_to_read_is_no_problem(void **state)
{
	static const char *const texts[] = { "", "\n", "\r\n", " \t\n", "#", "# only this", "\xef\xbb\xbf", "\n\n\n" };
	struct config c = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		c = good(texts[i]);
		assert_int_equal(c.n_rules, 0);
		config_free(&c);
	}
	assert_int_equal(config_read(&c, CONF, NULL, 0), 0);
	config_free(&c);
}

static void editors_marks_and_line_ends_are_accepted(void **state)
{
	static const char *const texts[] = { "\xef\xbb\xbf\x62ind 06:00\nkeep 07:00\n",
					     "bind 06:00\r\nkeep 07:00\r\n",
					     "bind 06:00\nkeep 07:00",
					     "bind 06:00\r\nkeep 07:00\r",
					     "  bind\t06:00 \t\n\tkeep  07:00\t",
					     "bind 06:00#x\nkeep 07:00 # \xc3\xa4 letter",
					     "# \xe2\x82\xac\n\n\nbind 06:00 # bind 07:00\nkeep 07:00 #" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct config c = good(texts[i]);

		assert_int_equal(c.n_rules, 1);
		assert_int_equal(c.n_keeps, 1);
		config_free(&c);
	}
}

static const struct mistake {
	const char *text; /* one line */
	unsigned column, width;
	const char *message;
	const char *hint;
} mistakes[] = {
	/* bytes */
	{ "bind \xc2\xa0x", 6, 8, "expected ASCII, not the byte \\xc2",
	  "this is a no-break space: write an ordinary one" },
	{ "bind 06:00 \xc3\xa4", 12, 4, "expected ASCII, not the byte \\xc3",
	  "other letters may stand in comments only" },
	{ "bind \xc2\xa3", 6, 4, "expected ASCII, not the byte \\xc2", "other letters may stand in comments only" },
	{ "\x80", 1, 4, "expected ASCII, not the byte \\x80", "other letters may stand in comments only" },
	{ "bind\x01 06:00", 5, 4, "expected text, not the control byte \\x01", NULL },
	{ "bind 06:00 # \x1b[0m", 14, 4, "expected text, not the control byte \\x1b", NULL },
	{ "bind 06:00\x7f", 11, 4, "expected text, not the control byte \\x7f", NULL },
	{ "# a\rbind 06:00", 4, 4, "expected no carriage return inside a line", "lines end in LF or CRLF" },
	{ "\r\r", 1, 4, "expected no carriage return inside a line", "lines end in LF or CRLF" },
	{ " \xef\xbb\xbfx", 2, 4, "expected ASCII, not the byte \\xef", "other letters may stand in comments only" },
	/* keywords */
	{ "bnid 06:00", 1, 4, "expected `bind`, `keep` or `set`, not `bnid`", "did you mean `bind`?" },
	{ "BIND 06:00", 1, 4, "expected `bind`, `keep` or `set`, not `BIND`", "keywords are lower case: write `bind`" },
	{ "kep 06:00", 1, 3, "expected `bind`, `keep` or `set`, not `kep`", "did you mean `keep`?" },
	{ "bindd 06:00", 1, 5, "expected `bind`, `keep` or `set`, not `bindd`", "did you mean `bind`?" },
	{ "bxxd 06:00", 1, 4, "expected `bind`, `keep` or `set`, not `bxxd`", NULL },
	{ "asset 06:00", 1, 5, "expected `bind`, `keep` or `set`, not `asset`", NULL },
	{ "release 06:00", 1, 7, "expected `bind`, `keep` or `set`, not `release`", NULL },
	{ "06:00 optional", 1, 5, "expected `bind`, `keep` or `set`, not `06:00`",
	  "a rule starts with its keyword: write `bind` before the selector" },
	{ "bind=06:00", 1, 10, "expected `bind`, `keep` or `set`, not `bind=06:00`", NULL },
	/* selectors */
	{ "bind", 5, 1, "expected a selector: " FORMS, NULL },
	{ "keep  # nothing", 5, 1, "expected a selector: " FORMS, NULL },
	{ "bind gpu", 6, 3, "expected " FORMS, NULL },
	{ "bind  06:00.9", 13, 1, "expected a function from 0 to 7", NULL },
	{ "bind 06:00.", 12, 1, "expected a function from 0 to 7", NULL },
	{ "\tbind\t6:00.0", 8, 5, "expected a bus of two digits", "a bus has two digits: write 06:00.0" },
	{ "bind *:*", 6, 3, "expected an ID with a vendor, a device or a class", "this ID would match every device" },
	{ "bind 06:00,07:00", 11, 6, "expected `.` and a function, or nothing more",
	  "a rule has one selector: write a line for each" },
	{ "bind 10de:13c2,10de:0fbb", 15, 10, "expected `:`, or nothing more",
	  "a rule has one selector: write a line for each" },
	/* options */
	{ "bind 06:00 07:00", 12, 5, "expected an option (" OPTIONS "), not `07:00`",
	  "a rule has one selector: write another line for this one" },
	{ "bind 06:00 optinal", 12, 7, "expected an option (" OPTIONS "), not `optinal`", "did you mean `optional`?" },
	{ "bind 06:00 Driver=vfio-pci", 12, 15, "expected an option (" OPTIONS "), not `Driver=vfio-pci`",
	  "keywords are lower case: write `driver=`" },
	{ "bind 06:00 drvier=vfio-pci", 12, 15, "expected an option (" OPTIONS "), not `drvier=vfio-pci`",
	  "did you mean `driver=`?" },
	{ "bind 06:00 =", 12, 1, "expected an option (" OPTIONS "), not `=`", NULL },
	{ "bind 06:00 force", 12, 5, "expected an option (" OPTIONS "), not `force`", NULL },
	{ "bind 06:00 driver", 18, 1, "expected `=` and a value behind `driver`", NULL },
	{ "bind 06:00 driver=", 19, 1, "expected vfio-pci or pci-stub behind `driver=`", NULL },
	{ "bind 06:00 driver=vfio_pci", 19, 8, "expected vfio-pci or pci-stub behind `driver=`, not `vfio_pci`",
	  "did you mean `vfio-pci`?" },
	{ "bind 06:00 driver=nvidia", 19, 6, "expected vfio-pci or pci-stub behind `driver=`, not `nvidia`", NULL },
	{ "bind 06:00 driver=vfio-pci,pci-stub", 19, 17,
	  "expected vfio-pci or pci-stub behind `driver=`, not `vfio-pci,pci-stub`", NULL },
	{ "bind 06:00 driver=pci-stub driver=pci-stub", 28, 15, "`driver=` stands in this rule already", NULL },
	{ "bind 06:00 optional optional", 21, 8, "`optional` stands in this rule already", NULL },
	{ "bind 06:00 optional=1", 20, 2, "expected `optional` without a value", NULL },
	{ "bind 06:00 allow=", 18, 1, "expected display, keyboard or in-use behind `allow=`", NULL },
	{ "bind 06:00 allow=screen", 18, 6, "expected display, keyboard or in-use behind `allow=`, not `screen`", NULL },
	{ "bind 06:00 allow=displai", 18, 7, "expected display, keyboard or in-use behind `allow=`, not `displai`",
	  "did you mean `display`?" },
	{ "bind 06:00 allow=display,", 26, 1, "expected display, keyboard or in-use behind `allow=`", NULL },
	{ "bind 06:00 allow=,display", 18, 1, "expected display, keyboard or in-use behind `allow=`", NULL },
	{ "bind 06:00 allow=display,display", 26, 7, "`display` stands in this list already", NULL },
	{ "bind 06:00 at=", 15, 1, "expected boot behind `at=`", NULL },
	{ "bind 06:00 at=once", 15, 4, "expected boot behind `at=`, not `once`", NULL },
	{ "bind 06:00 id=", 15, 1, "expected four hexadecimal digits or `*`", NULL },
	{ "bind 06:00 id=10de:13c", 23, 1, "expected four hexadecimal digits or `*`",
	  "an ID has four digits a part, not 3" },
	{ "bind 06:00 id=07:00", 17, 3, "expected four hexadecimal digits or `*`",
	  "an ID has four digits a part, not 2" },
	{ "bind 10de:13c2 id=10de:13c2", 16, 12, "`id=` is for rules with a slot or a path only", NULL },
	{ "bind 06:00 live", 12, 4, "`live` is for rules with an ID only", NULL },
	{ "bind 00:03.1/00 live", 17, 4, "`live` is for rules with an ID only", NULL },
	/* what has no effect yet */
	{ "bind 06:00 driver=auto", 12, 11, "`driver=auto` is not supported yet", NULL },
	{ "bind 06:00 at=claim", 12, 8, "`at=claim` is not supported yet", NULL },
	{ "bind 06:00 allow=display at=claim", 26, 8, "`at=claim` is not supported yet", NULL },
	{ "bind 10de:13c2 allow=display live", 6, 9,
	  "a `live` rule never takes the boot display: expected no `allow=display`", NULL },
	/* keep and set */
	{ "keep 06:00 optional", 12, 8, "expected nothing behind the selector of `keep`, not `optional`", NULL },
	{ "set", 4, 1, "expected a setting: timeout=SECONDS", NULL },
	{ "set =15", 5, 1, "expected a setting: timeout=SECONDS", NULL },
	{ "set tiemout=15", 5, 7, "expected a setting (timeout=SECONDS), not `tiemout`", "did you mean `timeout`?" },
	{ "set colour=red", 5, 6, "expected a setting (timeout=SECONDS), not `colour`", NULL },
	{ "set timeout", 12, 1, "expected `=` and a value behind `timeout`", NULL },
	{ "set timeout 15", 12, 1, "expected `=` and a value behind `timeout`",
	  "`=` stands between key and value, without spaces" },
	{ "set timeout = 15", 12, 1, "expected `=` and a value behind `timeout`",
	  "`=` stands between key and value, without spaces" },
	{ "set timeout= 15", 13, 1, "expected a value behind `timeout=`",
	  "`=` stands between key and value, without spaces" },
#define SECONDS "expected 1 to 60 seconds behind `timeout=`, as in timeout=15s"
	{ "set timeout=", 13, 1, SECONDS, NULL },
	{ "set timeout=0", 13, 1, SECONDS, NULL },
	{ "set timeout=61", 13, 2, SECONDS, NULL },
	{ "set timeout=015", 13, 3, SECONDS, NULL },
	{ "set timeout=150", 13, 3, SECONDS, NULL },
	{ "set timeout=5m", 13, 2, SECONDS, NULL },
	{ "set timeout=s", 13, 1, SECONDS, NULL },
	{ "set timeout=-5", 13, 2, SECONDS, NULL },
	{ "set timeout=5ss", 13, 3, SECONDS, NULL },
	{ "set timeout=15 20", 16, 2, "expected nothing behind the value of `set`, not `20`", NULL },
};

static void every_mistake_has_its_place_and_its_hint(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		const struct mistake *m = &mistakes[i];
		struct config c = config(m->text);
		const struct config_problem *p = c.problems;

		if (c.n_problems != 1 || c.n_rules || c.n_keeps || c.timeout)
			fail_msg("`%s` was read, or gave %zu problems", m->text, c.n_problems);
		if (p->warning || p->line != 1 || p->column != m->column || p->width != m->width ||
		    strcmp(p->message, m->message) || strcmp(p->hint ? p->hint : "", m->hint ? m->hint : ""))
			fail_msg("`%s`: %u+%u: %s (%s)", m->text, p->column, p->width, p->message,
				 p->hint ? p->hint : "no hint");
		config_free(&c);
	}
}

static void a_bad_line_costs_only_itself(void **state)
{
	struct config c =
		config("bind 06:00\nbind 6:00\nbind 07:00 nonsense\nkeep 08:00\nset timeout=99\nset timeout=9");

	(void)state;
	assert_int_equal(config_errors(&c), 3);
	assert_int_equal(c.problems[1].line, 3);
	assert_int_equal(c.n_rules, 1);
	assert_int_equal(c.n_keeps, 1);
	assert_int_equal(c.timeout, 9);
	config_free(&c);
}

static void a_rule_said_twice_names_the_first(void **state)
{
	static const char *const twice[][2] = { { "06:00", "0000:06:00 optional" },
						{ "10de:13c2", "10DE:13C2:*:*:*" },
						{ "06:00 id=10de:13c2",
						  "06:00 driver=pci-stub id=10DE:13c2:ffff:ffff" } };
	static const char *const other[][2] = { { "06:00", "06:00.0" },
						{ "06:00", "06:00 id=10de:13c2" },
						{ "06:00 id=10de:13c2", "06:00 id=10de:13c3" } };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct config c = { 0 };
		char text[128];

		snprintf(text, sizeof(text), "\nbind %s\n", twice[i][0]);
		assert_int_equal(config_read(&c, "a.conf", text, strlen(text)), 0);
		snprintf(text, sizeof(text), "bind %s\n", twice[i][1]);
		assert_int_equal(config_read(&c, "b.conf", text, strlen(text)), 0);
		assert_int_equal(c.n_rules, 1);
		assert_int_equal(config_errors(&c), 1);
		assert_string_equal(c.problems[0].message, "this rule stands in a.conf:2 already");
		assert_string_equal(c.problems[0].file, "b.conf");
		assert_int_equal(c.problems[0].line, 1);
		config_free(&c);
		snprintf(text, sizeof(text), "bind %s\nbind %s\n", other[i][0], other[i][1]);
		c = good(text);
		assert_int_equal(c.n_rules, 2);
		config_free(&c);
	}
}

static void what_changes_nothing_is_a_warning(void **state)
{
	struct config c = config("keep 06:00\nkeep 0000:06:00\nset timeout=5\nset timeout=7s\n");

	(void)state;
	assert_int_equal(config_errors(&c), 0);
	assert_int_equal(c.n_problems, 2);
	assert_true(c.problems[0].warning);
	assert_string_equal(c.problems[0].message, "this rule stands in " CONF ":1 already");
	assert_int_equal(c.n_keeps, 1);
	assert_true(c.problems[1].warning);
	assert_int_equal(c.problems[1].line, 4);
	assert_string_equal(c.problems[1].message, "`timeout=` was set to 5s before; this one counts");
	assert_int_equal(c.timeout, 7);
	config_free(&c);
}

static void a_line_has_at_most_511_bytes(void **state)
{
	char text[600];
	struct config c;

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text, "bind 06:00", 10);
	c = config_of(text, 511);
	assert_int_equal(c.n_problems, 0);
	assert_int_equal(c.n_rules, 1);
	config_free(&c);
	text[511] = '\r';
	text[512] = '\n';
	c = config_of(text, 513);
	assert_int_equal(c.n_problems, 0);
	config_free(&c);
	text[511] = ' ';
	c = config_of(text, 512);
	assert_int_equal(c.n_rules, 0);
	assert_int_equal(c.n_problems, 1);
	assert_int_equal(c.problems[0].column, 0);
	assert_string_equal(c.problems[0].message, "expected at most 511 bytes in a line, not 512");
	assert_true(strlen(c.problems[0].source) < 80);
	config_free(&c);
}

/* What is printed for a text, and how many problems that was. */
static size_t printed_size(const char *text, size_t len, size_t *problems)
{
	struct config c = config_of(text, len);
	struct text t = { 0 };
	size_t size;

	for (size_t i = 0; i < c.n_problems; i++)
		config_problem_print(&c.problems[i], &t);
	size = t.len;
	*problems = c.n_problems;
	text_free(&t);
	config_free(&c);
	return size;
}

static void a_megabyte_of_anything_prints_little(void **state)
{
	size_t len = 1 << 20, problems;
	char *text = malloc(len);
	uint32_t random = 1;

	(void)state;
	memset(text, 0, len);
	assert_true(printed_size(text, len, &problems) < 1000);
	assert_int_equal(problems, 1);
	for (size_t i = 0; i < len; i++)
		text[i] = (char)((random = random * 1664525 + 1013904223) >> 24);
	assert_true(printed_size(text, len, &problems) < 50000);
	assert_int_equal(problems, 21);
	memset(text, '#', len);
	assert_true(printed_size(text, len, &problems) < 1000);
	for (size_t i = 0; i < len; i++)
		text[i] = "x\n"[i & 1];
	assert_true(printed_size(text, len, &problems) < 50000);
	assert_int_equal(problems, 21);
	free(text);
}

static void problems_behind_the_twentieth_are_counted(void **state)
{
	struct text t = { 0 }, printed = { 0 };
	struct config c;

	(void)state;
	for (int i = 0; i < 21; i++)
		text_add(&t, "x\n");
	text_add(&t, "bind 06:00\n");
	c = config_of(t.data, t.len);
	assert_int_equal(c.n_problems, 21);
	assert_int_equal(c.n_rules, 1);
	config_problem_print(&c.problems[20], &printed);
	assert_string_equal(printed.data, CONF ": and 1 more line like these\n");
	assert_false(c.problems[20].warning);
	config_free(&c);
	text_free(&printed);
	text_free(&t);
	for (int i = 0; i < 23; i++)
		text_add(&t, "keep 06:00\n");
	c = config_of(t.data, t.len);
	config_problem_print(&c.problems[20], &printed);
	assert_string_equal(printed.data, CONF ": warning: and 2 more lines like these\n");
	assert_int_equal(config_errors(&c), 0);
	config_free(&c);
	text_free(&printed);
	text_free(&t);
}

static void rules_have_a_limit(void **state)
{
	struct text t = { 0 };
	struct config c;

	(void)state;
	for (unsigned i = 0; i < 1001; i++)
		text_addf(&t, "bind 10de:%04x\nkeep 1002:%04x\n", i, i);
	c = config_of(t.data, t.len);
	assert_int_equal(c.n_rules, 1000);
	assert_int_equal(c.n_keeps, 1000);
	assert_int_equal(config_errors(&c), 2);
	assert_string_equal(c.problems[0].message, "expected at most 1000 `bind` rules");
	config_free(&c);
	text_free(&t);
}

static void problems_print_as_compilers_print_them(void **state)
{
	static const struct {
		struct config_problem p;
		const char *printed;
	} cases[] = {
		{ { false, "a.conf", 3, 6, 4, "bind 06:9", "expected x", "write y" },
		  "a.conf:3:6: expected x\n    bind 06:9\n         ^~~~\n    hint: write y\n" },
		{ { true, "a.conf", 3, 3, 2, "\tb\tcd", "m", NULL },
		  "a.conf:3:3: warning: m\n    \tb\tcd\n    \t ^~\n" },
		{ { false, "a.conf", 1, 5, 1, "bind", "m", NULL }, "a.conf:1:5: m\n    bind\n        ^\n" },
		{ { false, "a.conf", 1, 3, 99, "bind", "m", NULL }, "a.conf:1:3: m\n    bind\n      ^~\n" },
		{ { false, "a.conf", 7, 0, 1, "bind...", "m", NULL }, "a.conf:7: m\n    bind...\n" },
		{ { false, "a b\x1b.conf", 0, 0, 1, "", "m", NULL }, "a b\\x1b.conf: m\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct text t = { 0 };

		config_problem_print(&cases[i].p, &t);
		assert_string_equal(t.data, cases[i].printed);
		text_free(&t);
	}
}

static void a_problem_of_a_whole_file_can_be_added(void **state)
{
	struct config c = { 0 };

	(void)state;
	assert_int_equal(config_add_problem(&c, "a.conf", false, "cannot be read: No such file or directory"), 0);
	assert_int_equal(config_add_problem(&c, "a.conf", true, "is empty"), 0);
	assert_int_equal(c.n_problems, 2);
	assert_int_equal(config_errors(&c), 1);
	assert_string_equal(c.problems[0].source, "");
	config_free(&c);
}

static void other_bytes_of_a_line_are_shown_as_escapes(void **state)
{
	struct config c = config_of("a\0\xff\tb\x1b", 6);

	(void)state;
	assert_string_equal(c.problems[0].source, "a\\x00\\xff\tb\\x1b");
	assert_int_equal(c.problems[0].column, 2);
	config_free(&c);
}

static void one_rule_from_words_follows_the_same_grammar(void **state)
{
	struct config c = good("bind 06:00\n");
	struct text t = { 0 };

	(void)state;
	assert_int_equal(config_read_rule(&c, "add", "10de:13c2 optional"), 0);
	assert_int_equal(c.n_rules, 2);
	assert_int_equal(c.rules[1].number, 2);
	assert_true(c.rules[1].optional);
	assert_int_equal(config_read_rule(&c, "add", "07:00 optinal"), -EINVAL);
	assert_int_equal(config_read_rule(&c, "add", "06:00"), -EINVAL);
	assert_int_equal(config_read_rule(&c, "add", "07:00\nbind 08:00"), -EINVAL);
	assert_int_equal(config_read_rule(&c, "add", "07:00 # x"), -EINVAL);
	assert_int_equal(config_read_rule(&c, "add", ""), -EINVAL);
	assert_int_equal(c.n_rules, 2);
	assert_int_equal(c.n_problems, 5);
	config_problem_print(&c.problems[0], &t);
	assert_string_equal(t.data, "add:1:12: expected an option (" OPTIONS "), not `optinal`\n"
				    "    bind 07:00 optinal\n"
				    "               ^~~~~~~\n"
				    "    hint: did you mean `optional`?\n");
	text_free(&t);
	config_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(twelve_wrong_lines_are_named_and_the_right_one_is_read),
		cmocka_unit_test(a_rule_has_what_is_written_and_the_defaults),
		cmocka_unit_test(keep_and_set_are_read),
		cmocka_unit_test(nothing_to_read_is_no_problem),
		cmocka_unit_test(editors_marks_and_line_ends_are_accepted),
		cmocka_unit_test(every_mistake_has_its_place_and_its_hint),
		cmocka_unit_test(a_bad_line_costs_only_itself),
		cmocka_unit_test(a_rule_said_twice_names_the_first),
		cmocka_unit_test(what_changes_nothing_is_a_warning),
		cmocka_unit_test(a_line_has_at_most_511_bytes),
		cmocka_unit_test(a_megabyte_of_anything_prints_little),
		cmocka_unit_test(problems_behind_the_twentieth_are_counted),
		cmocka_unit_test(rules_have_a_limit),
		cmocka_unit_test(problems_print_as_compilers_print_them),
		cmocka_unit_test(a_problem_of_a_whole_file_can_be_added),
		cmocka_unit_test(other_bytes_of_a_line_are_shown_as_escapes),
		cmocka_unit_test(one_rule_from_words_follows_the_same_grammar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
