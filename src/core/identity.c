/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "identity.h"
#include "lines.h"

#define CLASS_MASK 0xffffffu

/* identity = vvvv ":" dddd ":" ssss ":" ssss ":" cccccc, lower case */
int identity_parse(const char *text, struct identity *out)
{
	uint32_t part[4], class;

	for (unsigned i = 0; i < ARRAY_SIZE(part); i++)
		if (hex_take(&text, 4, &part[i]) < 0 || *text++ != ':')
			return -EINVAL;
	if (hex_take(&text, 6, &class) < 0 || *text)
		return -EINVAL;
	*out = (struct identity){ (uint16_t)part[0], (uint16_t)part[1], (uint16_t)part[2], (uint16_t)part[3], class };
	return 0;
}

char *identity_print(const struct identity *i, char buf[IDENTITY_LEN])
{
	snprintf(buf, IDENTITY_LEN, "%04x:%04x:%04x:%04x:%06x", (unsigned)i->vendor, (unsigned)i->device,
		 (unsigned)i->subvendor, (unsigned)i->subdevice, (unsigned)i->class & CLASS_MASK);
	return buf;
}

bool identity_equal(const struct identity *a, const struct identity *b)
{
	return a->vendor == b->vendor && a->device == b->device && a->subvendor == b->subvendor &&
	       a->subdevice == b->subdevice && class_base(a->class) == class_base(b->class);
}

uint64_t identity_hash(const struct identity *i)
{
	uint16_t parts[] = { i->vendor, i->device, i->subvendor, i->subdevice, class_base(i->class) };

	return fnv1a64(FNV1A64_START, parts, sizeof(parts));
}

static char *part_print(char *end, char before, uint32_t part)
{
	if (before)
		*end++ = before;
	if (part == ID_ANY)
		return strcpy(end, "*") + 1;
	return end + snprintf(end, 5, "%04x", (unsigned)part & 0xffff);
}

char *id_print(const struct id *id, char buf[ID_LEN])
{
	uint32_t mask = id->mask & CLASS_MASK;
	char *end = part_print(part_print(buf, 0, id->vendor), ':', id->device);

	if (mask || id->subvendor != ID_ANY || id->subdevice != ID_ANY)
		end = part_print(part_print(end, ':', id->subvendor), ':', id->subdevice);
	if (mask)
		end += snprintf(end, 8, ":%06x", (unsigned)(id->class & mask));
	if (mask && mask != CLASS_MASK)
		snprintf(end, 8, ":%06x", (unsigned)mask);
	return buf;
}

bool id_equal(const struct id *a, const struct id *b)
{
	return a->vendor == b->vendor && a->device == b->device && a->subvendor == b->subvendor &&
	       a->subdevice == b->subdevice && !((a->mask ^ b->mask) & CLASS_MASK) &&
	       !((a->class ^ b->class) & a->mask & CLASS_MASK);
}

static bool part_matches(uint32_t part, uint16_t value)
{
	return part == ID_ANY || part == value;
}

bool id_matches(const struct id *id, const struct identity *i)
{
	return part_matches(id->vendor, i->vendor) && part_matches(id->device, i->device) &&
	       part_matches(id->subvendor, i->subvendor) && part_matches(id->subdevice, i->subdevice) &&
	       !((id->class ^ i->class) & id->mask & CLASS_MASK);
}
