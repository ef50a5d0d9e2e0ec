/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "address.h"
#include "lines.h"

/*
 * address = domain ":" bus ":" dev "." fn
 * domain  = 4*8 hex, bus = 2 hex, dev = 2 hex up to 1f, fn = 0 to 7; lower case
 */
int address_parse(const char *text, struct address *out)
{
	size_t digits = strspn(text, "0123456789abcdef");
	uint32_t domain, bus, dev, fn;

	if (digits < 4 || digits > 8 || hex_take(&text, (unsigned)digits, &domain) < 0 || *text++ != ':')
		return -EINVAL;
	if (hex_take(&text, 2, &bus) < 0 || *text++ != ':')
		return -EINVAL;
	if (hex_take(&text, 2, &dev) < 0 || dev > 0x1f || *text++ != '.')
		return -EINVAL;
	if (hex_take(&text, 1, &fn) < 0 || fn > 7 || *text)
		return -EINVAL;
	*out = (struct address){ domain, (uint8_t)bus, (uint8_t)dev, (uint8_t)fn };
	return 0;
}

char *address_print(const struct address *a, char buf[ADDRESS_LEN])
{
	/* fn & 7: the compiler then knows that it fits */
	snprintf(buf, ADDRESS_LEN, "%04x:%02x:%02x.%x", (unsigned)a->domain, (unsigned)a->bus, (unsigned)a->dev,
		 a->fn & 7u);
	return buf;
}

/* The address as one number that has its order. */
static uint64_t address_rank(const struct address *a)
{
	return (uint64_t)a->domain << 24 | (uint32_t)a->bus << 16 | (uint32_t)a->dev << 8 | a->fn;
}

int address_compare(const struct address *a, const struct address *b)
{
	uint64_t x = address_rank(a), y = address_rank(b);

	return (x > y) - (x < y);
}

bool address_same_slot(const struct address *a, const struct address *b)
{
	return address_rank(a) >> 8 == address_rank(b) >> 8;
}
