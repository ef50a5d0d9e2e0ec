/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UEFI 2.10, numbers little-endian:
 *
 *	option = attributes (4) length-of-path (2) description (UTF-16, ends in 0) path options
 *	path   = *node end                                       3.1.3; of several paths the first counts
 *	node   = type (1) subtype (1) length-of-node (2) ...     10.3.1
 *	end    = 7f ff 04 00
 *	file   = 04 04 length-of-node (2) name (UTF-16, may end in 0)   10.3.5.4
 *	drive  = 04 01 2a 00 number (4) start (8) size (8) signature (16) format (1) kind-of-signature (1)     10.3.5.1
 */
#include "boot_entry.h"

#define OPTION_LEN 6
#define NODE_LEN 4
#define DRIVE_LEN 42
#define ACTIVE 1 /* of the attributes */

enum { TYPE_MEDIA = 0x04, TYPE_END = 0x7f, SUBTYPE_DRIVE = 0x01, SUBTYPE_FILE = 0x04 };
enum { SIGNED_BY_MBR = 1, SIGNED_BY_GUID = 2 };

static unsigned number16(const uint8_t *p)
{
	return p[0] | (unsigned)p[1] << 8;
}

static unsigned number32(const uint8_t *p)
{
	return number16(p) | number16(p + 2) << 16;
}

static int print_drive(const uint8_t *node, char uuid[PARTUUID_LEN])
{
	const uint8_t *s = node + 24;
	unsigned part = number32(node + 4);

	switch (node[41]) {
	case SIGNED_BY_MBR:
		snprintf(uuid, PARTUUID_LEN, "%08x-%02x", number32(s), part & 0xff);
		return part && part <= 0xff ? 0 : -EBADMSG;
	case SIGNED_BY_GUID:
		snprintf(uuid, PARTUUID_LEN, "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", number32(s),
			 number16(s + 4), number16(s + 6), s[8], s[9], s[10], s[11], s[12], s[13], s[14], s[15]);
		return 0;
	default:
		return -ENOENT;
	}
}

/* 1: a node of *size bytes, *path moves behind it; 0: the end; -EBADMSG. */
static int next_node(const uint8_t **path, size_t *len, const uint8_t **node, size_t *size)
{
	*node = *path;
	if (*len < NODE_LEN)
		return -EBADMSG;
	if (**node == TYPE_END)
		return 0;
	*size = number16(*node + 2);
	if (*size < NODE_LEN || *size > *len)
		return -EBADMSG;
	*path += *size;
	*len -= *size;
	return 1;
}

int boot_entry_file(const uint8_t **path, size_t *len, const uint8_t **name, size_t *name_len)
{
	const uint8_t *node;
	size_t size, n = 0;
	int ret = next_node(path, len, &node, &size);

	if (ret <= 0)
		return ret;
	if (node[0] != TYPE_MEDIA || node[1] != SUBTYPE_FILE)
		return -ENOENT;
	*name = node + NODE_LEN;
	while (n + 2 <= size - NODE_LEN && number16(*name + n))
		n += 2;
	*name_len = n;
	return 1;
}

static int find_drive(const uint8_t *path, size_t len, char uuid[PARTUUID_LEN])
{
	const uint8_t *node;
	size_t size;
	int ret;

	while ((ret = next_node(&path, &len, &node, &size)) > 0)
		if (node[0] == TYPE_MEDIA && node[1] == SUBTYPE_DRIVE)
			return size == DRIVE_LEN ? print_drive(node, uuid) : -EBADMSG;
	return ret ? ret : -ENOENT;
}

int boot_entry_split(const uint8_t *data, size_t len, struct boot_option *out)
{
	size_t path, at = OPTION_LEN;

	if (len < OPTION_LEN)
		return -EBADMSG;
	path = number16(data + 4);
	while (at + 2 <= len && number16(data + at))
		at += 2;
	*out = (struct boot_option){ .active = data[0] & ACTIVE, .title = data + OPTION_LEN };
	out->title_len = at - OPTION_LEN;
	at += 2;
	if (at > len || path > len - at)
		return -EBADMSG;
	out->path = data + at;
	out->path_len = path;
	out->data = out->path + path;
	out->data_len = len - at - path;
	return 0;
}

int boot_entry_partition(const uint8_t *data, size_t len, char uuid[PARTUUID_LEN])
{
	struct boot_option option;
	int ret = boot_entry_split(data, len, &option);

	return ret ? ret : find_drive(option.path, option.path_len, uuid);
}
