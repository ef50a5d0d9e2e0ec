/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "row.h"

#include <stdarg.h>

#include "../../core/array.h"
#include "say.h"

static const char *const kind_words[ROW_KINDS] = {
	[ROW_IOMMU] = "iommu", [ROW_ACS] = "acs-override", [ROW_GROUP] = "group",
	[ROW_DRIFT] = "drift", [ROW_VM] = "vm-definition",
};

struct row *row_add(struct rows *rows, enum row_kind kind, const struct address *address)
{
	struct row *row = array_grow(&rows->items, &rows->n, sizeof(*row));

	if (!row)
		return NULL;
	row->kind = kind;
	row->card = -1;
	if (address)
		address_print(address, row->address);
	return row;
}

int row_say(struct row *row, const char *fmt, ...)
{
	va_list args;

	if (!row)
		return -ENOMEM;
	va_start(args, fmt);
	vsnprintf(row->text, sizeof(row->text), fmt, args);
	va_end(args);
	return 0;
}

void row_set_rule(struct row *row, const struct rule *rule)
{
	if (!rule)
		return;
	row->rule = rule->number;
	row->line = rule->line;
	snprintf(row->file, sizeof(row->file), "%s", rule->file);
}

/* Whether the word fits, with its NUL and the one at the end of all. */
static bool add_word(struct row *row, size_t *len, const char *word)
{
	size_t size = strlen(word) + 1;

	if (*len + size >= sizeof(row->next))
		return false;
	memcpy(row->next + *len, word, size);
	*len += size;
	row->next[*len] = '\0';
	return true;
}

void row_set_next(struct row *row, ...)
{
	const char *word = "earlybind";
	bool fits = true;
	size_t len = 0;
	va_list words;

	va_start(words, row);
	for (; word && fits; word = va_arg(words, const char *))
		fits = add_word(row, &len, word);
	va_end(words);
	if (!fits)
		row->next[0] = '\0';
}

void rows_free(struct rows *rows)
{
	free(rows->items);
	memset(rows, 0, sizeof(*rows));
}

void rows_warn(const struct rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		say_warning("%s", rows->items[i].text);
}

static void next_json(const struct row *row, struct json *j)
{
	if (!*row->next) {
		json_string(j, "next", NULL);
		return;
	}
	json_open(j, "next", '[');
	for (const char *word = row->next; *word; word += strlen(word) + 1)
		json_string(j, NULL, word);
	json_close(j, ']');
}

/* FILE, or FILE:LINE. */
static void origin_json(const struct row *row, struct json *j)
{
	char place[ROW_FILE_LEN + 12];

	snprintf(place, sizeof(place), row->line ? "%s:%u" : "%s", row->file, row->line);
	json_string(j, "origin", place);
	json_string(j, "file", row->file);
}

static void row_json(const struct row *row, struct json *j)
{
	json_open(j, NULL, '{');
	json_string(j, "kind", kind_words[row->kind]);
	json_string(j, "reason", row->reason ? reason_word(row->reason) : NULL);
	json_number(j, "rule", row->rule);
	origin_json(row, j);
	json_string(j, "address", row->address);
	next_json(row, j);
	json_string(j, "text", row->text);
	json_close(j, '}');
}

void rows_json(const struct rows *rows, const char *name, struct json *j)
{
	json_open(j, name, '[');
	for (size_t i = 0; i < rows->n; i++)
		row_json(&rows->items[i], j);
	json_close(j, ']');
}
