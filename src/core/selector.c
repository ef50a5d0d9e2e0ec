/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "lines.h"
#include "selector.h"

#define CLASS_ALL 0xffffffu

/* A place in the text that is being read. */
struct cursor {
	const char *text;
	size_t len;
	size_t pos;
	struct syntax_error *err;
};

static int fail(struct cursor *c, size_t offset, const char *expected)
{
	c->err->offset = (unsigned)offset;
	c->err->expected = expected;
	return -EINVAL;
}

/* How many hexadecimal digits stand at the cursor. */
static size_t digits(const struct cursor *c)
{
	size_t n = 0;

	while (c->pos + n < c->len && hex_digit(c->text[c->pos + n]) < 16)
		n++;
	return n;
}

static bool at(const struct cursor *c, char ch)
{
	return c->pos < c->len && c->text[c->pos] == ch;
}

static bool take(struct cursor *c, char ch)
{
	bool found = at(c, ch);

	c->pos += found;
	return found;
}

/* A number of min to max (at most 8) digits; `expected` says so. */
static int number(struct cursor *c, size_t min, size_t max, const char *expected, uint32_t *out)
{
	size_t n = digits(c);

	if (n < min || n > max)
		return fail(c, c->pos + (n < min ? n : max), expected);
	for (*out = 0; n; n--)
		*out = *out << 4 | hex_digit(c->text[c->pos++]);
	return 0;
}

static int end(struct cursor *c, const char *expected)
{
	return c->pos == c->len ? 0 : fail(c, c->pos, expected);
}

/* [dddd:]bb: */
static int bus(struct cursor *c, struct address *a)
{
	uint32_t value;

	if (digits(c) > 2) {
		if (number(c, 4, 8, EXPECTED("a domain of four to eight digits"), &a->domain) < 0)
			return -EINVAL;
		if (!take(c, ':'))
			return fail(c, c->pos, EXPECTED("`:` and a bus of two digits"));
	}
	if (number(c, 2, 2, EXPECTED("a bus of two digits"), &value) < 0)
		return -EINVAL;
	a->bus = (uint8_t)value;
	return take(c, ':') ? 0 : fail(c, c->pos, EXPECTED("`:` and a device of two digits"));
}

/* dd[.f] */
static int hop(struct cursor *c, uint8_t *out, bool *whole)
{
	uint32_t dev, fn = 0;

	if (number(c, 2, 2, EXPECTED("a device of two digits"), &dev) < 0)
		return -EINVAL;
	if (dev > 0x1f)
		return fail(c, c->pos - 2, EXPECTED("a device from 00 to 1f"));
	*whole = !take(c, '.');
	if (!*whole) {
		fn = c->pos < c->len ? hex_digit(c->text[c->pos]) : 16;
		if (fn > 7)
			return fail(c, c->pos, EXPECTED("a function from 0 to 7"));
		c->pos++;
	}
	*out = (uint8_t)(dev << 3 | fn);
	return 0;
}

static int slot(struct cursor *c, struct selector *s)
{
	uint8_t last;

	if (bus(c, &s->address) < 0 || hop(c, &last, &s->whole) < 0)
		return -EINVAL;
	s->address.dev = last >> 3;
	s->address.fn = last & 7;
	return end(c, s->whole ? EXPECTED("`.` and a function, or nothing more") : EXPECTED("nothing more"));
}

static int path(struct cursor *c, struct selector *s)
{
	struct path *p = &s->path;

	if (bus(c, &s->address) < 0)
		return -EINVAL;
	do {
		if (p->hops == PATH_HOPS)
			return fail(c, c->pos, EXPECTED("a path of at most 24 parts"));
		if (hop(c, &p->hop[p->hops++], &s->whole) < 0)
			return -EINVAL;
		if (s->whole && at(c, '/'))
			return fail(c, c->pos, EXPECTED("`.` and a function: only the last part may go without"));
	} while (take(c, '/'));
	p->slot = s->whole;
	return end(c, s->whole ? EXPECTED("`.` and a function, or nothing more") : EXPECTED("`/`, or nothing more"));
}

/* vvvv, "*", ffff or ffffffff */
static int id_part(struct cursor *c, uint32_t *out)
{
	size_t n = digits(c), start = c->pos;
	char after = start + n < c->len ? c->text[start + n] : ':';

	*out = ID_ANY;
	if (take(c, '*') || (n == 8 && number(c, 8, 8, NULL, out) == 0 && *out == ID_ANY))
		return 0;
	c->pos = start;
	if (number(c, 4, 4, EXPECTED("four hexadecimal digits or `*`"), out) < 0) {
		if (n && after == ':') {
			snprintf(c->err->buf, sizeof(c->err->buf), "an ID has four digits a part, not %u", (unsigned)n);
			c->err->hint = c->err->buf;
		}
		return -EINVAL;
	}
	if (*out == 0xffff)
		*out = ID_ANY;
	return 0;
}

/* class[:mask], a class without mask compares all of it */
static int id_class(struct cursor *c, struct id *id)
{
	size_t start = c->pos;

	if (take(c, '*'))
		return end(c, EXPECTED("nothing more"));
	if (number(c, 6, 6, EXPECTED("a class of six digits or `*`"), &id->class) < 0) {
		if (digits(c) == 4)
			c->err->hint = EXPECTED("all of class 0300 is 030000:ffff00 (class:mask)");
		return -EINVAL;
	}
	if (id->class == CLASS_ALL)
		return fail(c, start, EXPECTED("a class, or `*` for any"));
	id->mask = CLASS_ALL;
	if (take(c, ':') && number(c, 6, 6, EXPECTED("a mask of six digits"), &id->mask) < 0)
		return -EINVAL;
	id->class &= id->mask;
	return end(c, EXPECTED("nothing more"));
}

/* vvvv:dddd[:ssss:ssss[:class[:mask]]] */
static int id(struct cursor *c, struct id *id)
{
	*id = (struct id){ ID_ANY, ID_ANY, ID_ANY, ID_ANY, 0, 0 };
	if (id_part(c, &id->vendor) < 0)
		return -EINVAL;
	if (!take(c, ':'))
		return fail(c, c->pos, EXPECTED("`:` and a device ID of four digits"));
	if (id_part(c, &id->device) < 0)
		return -EINVAL;
	if (take(c, ':')) {
		if (id_part(c, &id->subvendor) < 0)
			return -EINVAL;
		if (!take(c, ':'))
			return fail(c, c->pos, EXPECTED("`:` and a subsystem device ID of four digits"));
		if (id_part(c, &id->subdevice) < 0 || (take(c, ':') && id_class(c, id) < 0))
			return -EINVAL;
	}
	if (end(c, EXPECTED("`:`, or nothing more")) < 0)
		return -EINVAL;
	if ((id->vendor & id->device & id->subvendor & id->subdevice) == ID_ANY && !id->mask) {
		c->err->hint = EXPECTED("this ID would match every device");
		return fail(c, 0, EXPECTED("an ID with a vendor, a device or a class"));
	}
	return 0;
}

/* What the writer most likely meant: no kind is a prefix of another, so this only chooses the better message. */
int selector_read(const char *text, size_t len, struct selector *out, struct syntax_error *err)
{
	struct cursor c = { text, len, 0, err };
	const char *colon = memchr(text, ':', len);
	size_t first = colon ? (size_t)(colon - text) : len, second = 0;

	memset(out, 0, sizeof(*out));
	err->hint = NULL;
	if (memchr(text, '/', len)) {
		out->kind = SELECTOR_PATH;
		return path(&c, out);
	}
	if (colon)
		while (first + 1 + second < len && text[first + 1 + second] != ':' && text[first + 1 + second] != ',')
			second++;
	/* 10de:13c and 10de:13 want to be IDs, 0000:06 and 060:00 do not */
	if (second > 3 || (second == 3 && first > 2) || memchr(text, '*', len) ||
	    (first == 4 && first + 1 + second == len && memcmp(text, "0000", 4)))
		out->kind = SELECTOR_ID;
	if (memchr(text, '.', len))
		out->kind = SELECTOR_SLOT;
	else if (!colon)
		return fail(&c, 0, EXPECTED("a slot (06:00.0), a path (0000:00:03.1/00) or an ID (10de:13c2)"));
	return out->kind == SELECTOR_ID ? id(&c, &out->id) : slot(&c, out);
}

int id_read(const char *text, size_t len, struct id *out, struct syntax_error *err)
{
	struct cursor c = { text, len, 0, err };

	err->hint = NULL;
	return id(&c, out);
}

char *selector_print(const struct selector *s, char buf[SELECTOR_LEN])
{
	int n;

	switch (s->kind) {
	case SELECTOR_ID:
		return id_print(&s->id, buf);
	case SELECTOR_PATH:
		n = snprintf(buf, SELECTOR_LEN, "%04x:%02x:", (unsigned)s->address.domain, (unsigned)s->address.bus);
		path_print(&s->path, buf + n);
		return buf;
	default:
		address_print(&s->address, buf);
		if (s->whole)
			*strrchr(buf, '.') = '\0';
		return buf;
	}
}

bool selector_equal(const struct selector *a, const struct selector *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == SELECTOR_ID)
		return id_equal(&a->id, &b->id);
	if (a->kind == SELECTOR_PATH)
		return a->address.domain == b->address.domain && a->address.bus == b->address.bus &&
		       path_equal(&a->path, &b->path);
	return a->whole == b->whole && address_same_slot(&a->address, &b->address) &&
	       (a->whole || a->address.fn == b->address.fn);
}

bool selector_names(const struct selector *s, const struct address *a, const struct root *root, const struct path *p,
		    const struct identity *i)
{
	switch (s->kind) {
	case SELECTOR_ID:
		return i && id_matches(&s->id, i);
	case SELECTOR_PATH:
		return root && p && root->domain != ROOT_DOMAIN_UNKNOWN && root->domain == s->address.domain &&
		       root->bus == s->address.bus && path_covers(&s->path, p);
	default:
		return a && address_same_slot(&s->address, a) && (s->whole || s->address.fn == a->fn);
	}
}
