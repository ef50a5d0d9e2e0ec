/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "row.h"

#include <stdarg.h>

#include "../../core/array.h"

/* Its word, and what its text leaves to what stands before it. */
static const struct {
	const char *word;
	bool reason, place;
} kinds[ROW_KINDS] = {
	[ROW_IOMMU] = { "iommu", false, false },       [ROW_ACS] = { "acs-override", false, false },
	[ROW_GROUP] = { "group", false, false },       [ROW_REGION] = { "reserved-region", false, false },
	[ROW_OVERRIDE] = { "override", false, false }, [ROW_DRIFT] = { "drift", false, false },
	[ROW_VM] = { "vm-definition", false, false },  [ROW_NOTE] = { "note", true, true },
	[ROW_RULE] = { "rule", false, true },          [ROW_BOOT] = { "boot", true, false },
	[ROW_CHOICE] = { "choice", true, true },       [ROW_IMAGE] = { "image", false, false },
};

struct row *row_add(struct rows *rows, enum row_kind kind, const struct address *address)
{
	struct row *row = array_grow(&rows->items, &rows->n, sizeof(*row));

	if (!row) {
		rows->lost = true;
		return NULL;
	}
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

void rows_tell(struct rows *rows, enum row_level level, const char *fmt, ...)
{
	struct row *row = row_add(rows, ROW_IMAGE, NULL);
	va_list args;

	if (!row)
		return;
	row->level = level;
	va_start(args, fmt);
	vsnprintf(row->text, sizeof(row->text), fmt, args);
	va_end(args);
}

void row_set_rule(struct row *row, const struct rule *rule)
{
	if (!rule)
		return;
	row->rule = rule->number;
	row->line = rule->line;
	snprintf(row->file, sizeof(row->file), "%s", rule->file);
}

void row_set_note(struct row *row, const struct report_note *note, const struct rule *rule)
{
	row->reason = note->reason;
	if (note->has_address)
		address_print(&note->address, row->address);
	snprintf(row->text, sizeof(row->text), "%s", note->text);
	row_set_rule(row, rule);
}

void row_set_next(struct row *row, const char *fmt, ...)
{
	const size_t first = sizeof("earlybind"), room = sizeof(row->next) - first - 1;
	char *words = row ? row->next + first : NULL;
	va_list args;
	int len;

	if (!row)
		return;
	snprintf(row->next, sizeof(row->next), "earlybind");
	va_start(args, fmt);
	len = vsnprintf(words, room, fmt, args);
	va_end(args);
	if ((size_t)len >= room)
		row->next[0] = '\0';
	else
		words[len + 1] = '\0';
	for (; (words = strchr(words, ' ')); words++)
		*words = '\0';
}

void rows_free(struct rows *rows)
{
	free(rows->items);
	memset(rows, 0, sizeof(*rows));
}

/* FILE, or FILE:LINE. */
#define PLACE_LEN (ROW_FILE_LEN + 12)
static const char *place_print(const struct row *row, char buf[PLACE_LEN])
{
	snprintf(buf, PLACE_LEN, row->line ? "%s:%u" : "%s", row->file, row->line);
	return buf;
}

const char *row_line(const struct row *row, char buf[ROW_LINE_LEN])
{
	bool reason = kinds[row->kind].reason && row->reason, place = kinds[row->kind].place && *row->file;
	char at[PLACE_LEN];

	snprintf(buf, ROW_LINE_LEN, "%s%s%s%s%s", reason ? reason_word(row->reason) : "", reason ? ": " : "",
		 place ? place_print(row, at) : "", place ? ": " : "", row->text);
	return buf;
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

static void row_json(const struct row *row, struct json *j)
{
	char place[PLACE_LEN];

	json_open(j, NULL, '{');
	json_string(j, "kind", kinds[row->kind].word);
	json_string(j, "reason", row->reason ? reason_word(row->reason) : NULL);
	json_number(j, "rule", row->rule);
	json_string(j, "origin", place_print(row, place));
	json_string(j, "file", row->file);
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
