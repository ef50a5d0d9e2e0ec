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

void row_set_command(struct row *row, const char *words)
{
	bool fits = add_word(row, &(size_t){ 0 }, "earlybind");
	size_t len = sizeof("earlybind");

	while (fits && *(words += strspn(words, " "))) {
		char word[ROW_NEXT_LEN];
		size_t n = strcspn(words, " ");

		snprintf(word, sizeof(word), "%.*s", (int)n, words);
		fits = n < sizeof(word) && add_word(row, &len, word);
		words += n;
	}
	if (!fits)
		row->next[0] = '\0';
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

/* What others named, a mount or a file, must not speak to a terminal. */
static const char *silence(char *line)
{
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	return line;
}

const char *row_line(const struct row *row, char buf[ROW_LINE_LEN])
{
	bool reason = kinds[row->kind].reason && row->reason, place = kinds[row->kind].place && *row->file;
	char at[PLACE_LEN];

	snprintf(buf, ROW_LINE_LEN, "%s%s%s%s%s", reason ? reason_word(row->reason) : "", reason ? ": " : "",
		 place ? place_print(row, at) : "", place ? ": " : "", row->text);
	return silence(buf);
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
