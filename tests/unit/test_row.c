/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A row has all its fields in JSON, and a next step is whole or none. */
#include "unit.h"

#include "../../src/host/lib/row.h"

static char *json_of(const struct rows *rows)
{
	char *text = NULL;
	size_t size = 0;
	struct json j = { .to = open_memstream(&text, &size) };

	assert_non_null(j.to);
	rows_json(rows, "rows", &j);
	fclose(j.to);
	return text;
}

static void expect_json(struct rows *rows, const char *expected)
{
	char *text = json_of(rows);

	assert_string_equal(text, expected);
	free(text);
	rows_free(rows);
}

static void what_is_not_set_is_null(void **s)
{
	struct rows rows = { 0 };

	(void)s;
	assert_int_equal(row_say(row_add(&rows, ROW_IOMMU, NULL), "it is %s", "off"), 0);
	expect_json(&rows, "\"rows\":[{\"kind\":\"iommu\",\"reason\":null,\"rule\":0,\"origin\":null,\"file\":null,"
			   "\"address\":null,\"next\":null,\"text\":\"it is off\"}]");
}

static void a_row_has_its_rule_and_the_words_of_its_next_step(void **s)
{
	static const struct address address = { .bus = 6 };
	struct rule rule = { .number = 2, .file = (char[]){ "/etc/earlybind.conf" }, .line = 7 };
	struct rows rows = { 0 };
	struct row *row = row_add(&rows, ROW_DRIFT, &address);

	(void)s;
	assert_non_null(row);
	row->reason = REASON_MOVED;
	row_set_rule(row, &rule);
	row_set_rule(row, NULL);
	row_set_next(row, "add %s allow=%s", "06:00", "display");
	expect_json(&rows, "\"rows\":[{\"kind\":\"drift\",\"reason\":\"moved\",\"rule\":2,"
			   "\"origin\":\"/etc/earlybind.conf:7\",\"file\":\"/etc/earlybind.conf\","
			   "\"address\":\"0000:06:00.0\",\"next\":[\"earlybind\",\"add\",\"06:00\",\"allow=display\"],"
			   "\"text\":null}]");
}

static void a_step_that_does_not_fit_is_none(void **s)
{
	char fits[ROW_NEXT_LEN - sizeof("earlybind") - 1], over[sizeof(fits) + 1];
	struct row row = { 0 };

	(void)s;
	memset(fits, 'x', sizeof(fits) - 1);
	fits[sizeof(fits) - 1] = '\0';
	memset(over, 'x', sizeof(over) - 1);
	over[sizeof(over) - 1] = '\0';
	row_set_next(&row, "%s", fits);
	assert_string_equal(row.next + sizeof("earlybind"), fits);
	row_set_next(&row, "%s", over);
	assert_string_equal(row.next, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_set_is_null),
		cmocka_unit_test(a_row_has_its_rule_and_the_words_of_its_next_step),
		cmocka_unit_test(a_step_that_does_not_fit_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
