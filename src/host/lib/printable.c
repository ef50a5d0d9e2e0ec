/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "printable.h"

size_t utf8_at(const char *text, uint32_t *out)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} forms[] = { { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 } };
	const unsigned char *s = (const unsigned char *)text;

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		if ((*s & forms[i].mask) != forms[i].lead)
			continue;
		*out = *s & (unsigned char)~forms[i].mask;
		for (size_t k = 1; k <= i + 1; k++) {
			if ((s[k] & 0xc0) != 0x80)
				return 0;
			*out = *out << 6 | (s[k] & 0x3f);
		}
		if (*out < forms[i].least || *out > 0x10ffff || (*out >= 0xd800 && *out < 0xe000))
			return 0;
		return i + 2;
	}
	return 0;
}

/* Unicode, general categories Cc, Cf (as far as it is invisible or turns the direction of what follows), Zl and Zp. */
static bool is_control(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} controls[] = {
		{ 0x80, 0x9f },     { 0xad, 0xad },     { 0x61c, 0x61c },   { 0x180e, 0x180e }, { 0x200b, 0x200f },
		{ 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe0fff },
	};

	for (size_t i = 0; i < ARRAY_SIZE(controls); i++)
		if (c >= controls[i].first && c <= controls[i].last)
			return true;
	return false;
}

/* The bytes at s that stay together, printed to `out`. */
#define PIECE_LEN (4 * 4 + 1)
static size_t piece(const char *s, char out[PIECE_LEN])
{
	bool plain = (*s >= ' ' && *s <= '~') || *s == '\t';
	size_t len = 1;

	if ((unsigned char)*s >= 0x80) {
		uint32_t c = 0;

		len = utf8_at(s, &c);
		plain = len && !is_control(c);
		len += !len;
	}
	if (plain)
		snprintf(out, PIECE_LEN, "%.*s", (int)len, s);
	for (size_t i = 0; i < len && !plain; i++)
		snprintf(out + 4 * i, PIECE_LEN - 4 * i, "\\x%02x", (unsigned char)s[i]);
	return len;
}

static size_t cell_piece(const char *s, char out[PIECE_LEN])
{
	uint32_t c = 0;
	size_t len = utf8_at(s, &c);

	if (len && is_control(c))
		snprintf(out, PIECE_LEN, "\\u%04x", (unsigned)c);
	else
		snprintf(out, PIECE_LEN, "%.*s", (int)(len ? len : 1), s);
	return len ? len : 1;
}

static const char *print_pieces(const char *text, size_t (*print)(const char *s, char out[PIECE_LEN]), char *buf,
				size_t size)
{
	char out[PIECE_LEN];
	size_t len = 0;

	while (*text) {
		text += print(text, out);
		if (len + strlen(out) >= size)
			break;
		len += (size_t)snprintf(buf + len, size - len, "%s", out);
	}
	buf[len] = '\0';
	return buf;
}

const char *printable(const char *text, char *buf, size_t size)
{
	return print_pieces(text, piece, buf, size);
}

const char *printable_cell(const char *text, char *buf, size_t size)
{
	return print_pieces(text, cell_piece, buf, size);
}
