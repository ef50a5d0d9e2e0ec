/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "shorten.h"

#define MARK " ..."
#define MARK_LEN (sizeof(MARK) - 1)
#define PRINT_MAX 8704 /* two paths, and what stands around them */

/* Bytes that it takes as TEXT; see lines.c. */
static size_t cost_of(char c)
{
	return c >= ' ' && c <= '~' && c != '\\' ? 1 : sizeof("\\xNN") - 1;
}

static bool is_continued(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* The length of what s starts with, up to the space behind a word where there is one. */
static size_t head_of(const char *s, size_t room)
{
	size_t n = 0, word = 0, used = 0;

	for (; s[n] && used + cost_of(s[n]) <= room; n++) {
		used += cost_of(s[n]);
		word = s[n] == ' ' ? n : word;
	}
	if (!s[n] || s[n] == ' ')
		word = n;
	while (!word && n && is_continued(s[n]))
		n--;
	n = word ? word : n;
	return n >= MARK_LEN && memcmp(s + n - MARK_LEN, MARK, MARK_LEN) == 0 ? n - MARK_LEN : n;
}

/* Where that starts which s ends with, at a space before a word where there is one. */
static const char *tail_of(const char *s, size_t room)
{
	const char *end = s + strlen(s), *at = end, *word = NULL;
	size_t used = 0;

	for (; at > s && used + cost_of(at[-1]) <= room; at--) {
		used += cost_of(at[-1]);
		word = at[-1] == ' ' ? at - 1 : word;
	}
	while (!word && at < end && is_continued(*at))
		at++;
	at = word ? word : at;
	return strncmp(at, MARK " ", MARK_LEN + 1) == 0 ? at + MARK_LEN : at;
}

void shorten(const char *s, char *buf, size_t size)
{
	size_t used = 0, head, len;
	const char *tail;

	for (const char *c = s; *c; c++)
		used += cost_of(*c);
	if (used < size) {
		memcpy(buf, s, strlen(s) + 1);
		return;
	}
	head = head_of(s, size / 3);
	used = MARK_LEN + 1;
	for (size_t i = 0; i < head; i++)
		used += cost_of(s[i]);
	tail = tail_of(s + head, size - used);
	len = strlen(tail);
	memcpy(buf, s, head);
	memcpy(buf + head, MARK, MARK_LEN);
	memcpy(buf + head + MARK_LEN, tail, len + 1);
}

void shorten_vprint(char *buf, size_t size, const char *fmt, va_list args)
{
	char whole[PRINT_MAX];

	vsnprintf(whole, sizeof(whole), fmt, args);
	shorten(whole, buf, size);
}

void shorten_print(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	shorten_vprint(buf, size, fmt, args);
	va_end(args);
}
