/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "uki.h"

#include "bytes.h"

#define PE_OFFSET_AT 0x3c
#define COFF_LEN 24 /* with the signature "PE\0\0" */
#define SECTION_LEN 40
#define NAME_LEN 8

bool uki_is_pe(const unsigned char *data, size_t len)
{
	return len >= 2 && data[0] == 'M' && data[1] == 'Z';
}

/* The section's size in memory is the true one; the one in the file is rounded up, or smaller if zeros follow. */
static size_t size_of(const unsigned char *section)
{
	uint32_t in_memory = little_endian(section + 8, 4), in_file = little_endian(section + 16, 4);

	return in_memory && in_memory < in_file ? in_memory : in_file;
}

int uki_section_place(const unsigned char *data, size_t len, const char *name, unsigned *at, size_t *offset,
		      size_t *size)
{
	size_t pe, table;
	unsigned n;

	if (!uki_is_pe(data, len) || len < PE_OFFSET_AT + 4)
		return -EBADMSG;
	pe = little_endian(data + PE_OFFSET_AT, 4);
	if (pe > len || len - pe < COFF_LEN || memcmp(data + pe, "PE\0", 4) != 0)
		return -EBADMSG;
	n = little_endian(data + pe + 6, 2);
	table = pe + COFF_LEN + little_endian(data + pe + 20, 2);
	if (table > len || (len - table) / SECTION_LEN < n)
		return -EBADMSG;
	while (*at < n) {
		const unsigned char *section = data + table + (*at)++ * SECTION_LEN;

		if (strncmp((const char *)section, name, NAME_LEN) != 0)
			continue;
		*offset = little_endian(section + 20, 4);
		*size = size_of(section);
		return 0;
	}
	return -ENODATA;
}

int uki_section_next(const unsigned char *data, size_t len, const char *name, unsigned *at, const unsigned char **start,
		     size_t *size)
{
	size_t offset;
	int error = uki_section_place(data, len, name, at, &offset, size);

	if (error)
		return error;
	if (offset > len || *size > len - offset)
		return -EBADMSG;
	*start = data + offset;
	return 0;
}

int uki_section(const unsigned char *data, size_t len, const char *name, const unsigned char **start, size_t *size)
{
	unsigned at = 0;

	return uki_section_next(data, len, name, &at, start, size);
}
