/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the writer of a wrong selector most likely meant. Not for the boot program: it has nobody to tell. */
#include "compat.h"

#include "lines.h"
#include "selector.h"

/* A hint for 0x prefixes: the same text without them, if it is a selector (with only_id: an ID) then. */
static bool hint_prefix(const char *text, size_t len, bool only_id, struct syntax_error *err)
{
	struct syntax_error ignored;
	struct selector s;
	char plain[64];
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '0' && i + 1 < len && (text[i + 1] | 0x20) == 'x' &&
		    (!i || hex_digit(text[i - 1]) == 16))
			i++;
		else
			plain[n++] = text[i];
	}
	if (n == len || selector_read(plain, n, &s, &ignored) < 0 || (only_id && s.kind != SELECTOR_ID))
		return false;
	snprintf(err->buf, sizeof(err->buf), "write %s without 0x: %.*s", s.kind == SELECTOR_ID ? "IDs" : "slots",
		 (int)n, plain);
	err->hint = err->buf;
	return true;
}

/* The numbers of a text that looks like a slot, whatever stands between them. */
struct numbers {
	uint32_t value[4];
	size_t width[4];
	unsigned n;
	bool colons; /* nothing but colons between them */
};

static bool numbers_read(const char *text, size_t len, struct numbers *out)
{
	unsigned n = 0;

	*out = (struct numbers){ .colons = true };
	for (size_t i = 0; i < len; i++) {
		if (hex_digit(text[i]) < 16) {
			out->value[n] = out->value[n] << 4 | hex_digit(text[i]);
			out->width[n]++;
			continue;
		}
		if (!text[i] || !strchr(":._", text[i]) || !out->width[n] || ++n == ARRAY_SIZE(out->value))
			return false;
		out->colons &= text[i] == ':';
	}
	out->n = n + 1;
	return out->width[n] > 0;
}

/*
 * A hint for a slot with too few digits or the wrong signs between them. It never changes or adds a number, so it
 * never names another device than was meant.
 */
static void hint_slot(const char *text, size_t len, struct syntax_error *err)
{
	struct numbers f;
	char domain[12] = "", fixed[24];
	const uint32_t *v = f.value; /* v[0]: bus */
	const size_t *w = f.width;
	unsigned n;

	if (!numbers_read(text, len, &f))
		return;
	n = f.n;
	if (n == 4 || w[0] > 2) {
		/* 060:00.0 and 0000:06.0 may mean anything */
		if (w[0] > 8 || (n == 3 && (w[0] < 4 || !f.colons)))
			return;
		snprintf(domain, sizeof(domain), "%04x:", (unsigned)*v++);
		w++, n--;
	}
	if (!n || w[0] > 2 || (n > 1 && (w[1] > 2 || v[1] > 0x1f)) || (n > 2 && (w[2] > 1 || v[2] > 7)))
		return;
	snprintf(fixed, sizeof(fixed), n > 2 ? "%02x:%02x.%x" : "%02x:%02x", (unsigned)v[0] & 0xff,
		 (unsigned)v[1] & 0xff, (unsigned)v[2] & 7);
	if (n == 1)
		strcpy(fixed + 3, "DD.F");
	if (n > 1 && (w[0] < 2 || w[1] < 2))
		snprintf(err->buf, sizeof(err->buf), "a %s has two digits: write %s%s", w[0] < 2 ? "bus" : "device",
			 domain, fixed);
	else if (n > 1 && *domain)
		snprintf(err->buf, sizeof(err->buf), "write %s%s (domain:bus:device.function)", domain, fixed);
	else
		snprintf(err->buf, sizeof(err->buf), "write %s (bus:device.function) or %s%s with its domain", fixed,
			 *domain ? domain : "0000:", fixed);
	err->hint = err->buf;
}

int selector_parse(const char *text, size_t len, struct selector *out, struct syntax_error *err)
{
	if (selector_read(text, len, out, err) == 0)
		return 0;
	if (!err->hint && len < 64 && !hint_prefix(text, len, false, err) && out->kind == SELECTOR_SLOT)
		hint_slot(text, len, err);
	return -EINVAL;
}

int id_parse(const char *text, size_t len, struct id *out, struct syntax_error *err)
{
	if (id_read(text, len, out, err) == 0)
		return 0;
	if (!err->hint && len < 64)
		hint_prefix(text, len, true, err);
	return -EINVAL;
}
