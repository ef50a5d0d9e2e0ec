/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "word.h"

/*
 * words = [ word *( blank word ) ]
 * word  = name [ "=" value ]       a quote at the word's or the value's start, and the one that ends the word, go
 * blank = " " | TAB | LF | VT | FF | CR | 0xa0, not between quotes; a backslash escapes nothing
 */

/* lib/ctype.c: the bytes that have _S in _ctype. */
bool word_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || (unsigned char)c == 0xa0;
}

/* lib/cmdline.c: next_arg. */
const char *word_next(const char **cursor, size_t *len)
{
	const char *word = *cursor, *end;
	bool inside = false;

	while (word_blank(*word))
		word++;
	for (end = word; *end && (inside || !word_blank(*end)); end++)
		inside ^= *end == '"';
	*len = (size_t)(end - word);
	*cursor = end + (*end != '\0');
	return *len ? word : NULL;
}

char *word_take(char **cursor)
{
	const char *next = *cursor, *found;
	char *word, *end, *equals;
	bool quoted;
	size_t len;

	found = word_next(&next, &len);
	if (!found)
		return NULL;
	word = *cursor + (found - *cursor);
	*cursor += next - *cursor;
	end = word + len;
	*end = '\0';
	quoted = *word == '"';
	word += quoted;
	equals = *word ? strchr(word + 1, '=') : NULL; /* a name is not empty */
	if ((quoted || (equals && equals[1] == '"')) && end > word && end[-1] == '"')
		*--end = '\0';
	/* the opening quote may have been the closing one: a=" */
	if (equals && equals + 1 < end && equals[1] == '"')
		memmove(equals + 1, equals + 2, (size_t)(end - equals - 1));
	return word;
}

bool word_in_list(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (; list; list = strchr(list, ',') ? strchr(list, ',') + 1 : NULL)
		if (strncmp(list, word, len) == 0 && (list[len] == ',' || list[len] == '\0'))
			return true;
	return false;
}
