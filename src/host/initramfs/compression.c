/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libarchive's filters for xz, zstd and lz4 take all that follows for more of the same and fail on another segment, so
 * these members are measured here, by the frames that their formats describe. Those for gzip, bzip2 and lzma stop.
 */
#include "compression.h"

#include <archive.h>

#include "../../core/lines.h"
#include "bytes.h"

#define LZ4_LEGACY 0x184c2102u
#define LZ4_LEGACY_BLOCK (8u << 20) /* a block of this many bytes, packed, has at most LZ4_compressBound() of it */
#define LZ4_LEGACY_MAX (LZ4_LEGACY_BLOCK + LZ4_LEGACY_BLOCK / 255 + 16)

/* Moves *at by n. False: the data ends before. */
static bool pass(size_t *at, size_t n, size_t len)
{
	if (n > len - *at)
		return false;
	*at += n;
	return true;
}

/* The 12 bytes of a stream footer: CRC32, backward size, flags, "YZ"; it points at an index with a CRC32 of its own. */
static bool is_xz_footer(const unsigned char *data, size_t at)
{
	const unsigned char *footer = data + at;
	uint64_t index = ((uint64_t)little_endian(footer + 4, 4) + 1) * 4;

	if (footer[10] != 'Y' || footer[11] != 'Z' || memcmp(footer + 8, data + 6, 2) != 0)
		return false;
	if (index < 8 || index > at - 12 || little_endian(footer, 4) != crc32_of(footer + 4, 6))
		return false;
	return data[at - index] == 0 && little_endian(footer - 4, 4) == crc32_of(data + at - index, (size_t)index - 4);
}

/*
 * The xz file format, section 2.1: blocks need not tell their size, so the footer is searched. All parts are multiples
 * of four bytes long; two checksums make a false footer as good as impossible.
 */
static size_t xz_length(const unsigned char *data, size_t len)
{
	for (size_t at = 20; at + 12 <= len; at += 4)
		if (is_xz_footer(data, at))
			return at + 12;
	return 0;
}

/* RFC 8878, section 3.1.1: a frame header, blocks, and a checksum if the descriptor says so. */
static size_t zstd_length(const unsigned char *data, size_t len)
{
	static const unsigned char content_bytes[] = { 0, 2, 4, 8 }, dictionary_bytes[] = { 0, 1, 2, 4 };
	unsigned descriptor = len > 4 ? data[4] : 0;
	bool single = descriptor & 0x20, last = false;
	size_t header = 1 + !single + dictionary_bytes[descriptor & 3] + content_bytes[descriptor >> 6];
	size_t at = 0;

	if (single && descriptor >> 6 == 0)
		header++;
	if (!pass(&at, 4, len) || !pass(&at, header, len))
		return 0;
	while (!last) {
		uint32_t block;

		if (!pass(&at, 3, len))
			return 0;
		block = little_endian(data + at - 3, 3);
		last = block & 1;
		/* type 1: one byte, to be repeated */
		if ((block >> 1 & 3) == 3 || !pass(&at, (block >> 1 & 3) == 1 ? 1 : block >> 3, len))
			return 0;
	}
	return pass(&at, descriptor & 4 ? 4 : 0, len) ? at : 0;
}

/* lz4_Frame_format.md: a header, blocks, an end mark, and a checksum if the flags say so. */
static size_t lz4_length(const unsigned char *data, size_t len)
{
	unsigned flags = len > 4 ? data[4] : 0;
	size_t at = 0, checksum = flags & 0x10 ? 4 : 0;
	uint32_t block;

	if (!pass(&at, 4, len) || !pass(&at, 3 + (flags & 8 ? 8 : 0) + (flags & 1 ? 4 : 0), len))
		return 0;
	for (;;) {
		if (!pass(&at, 4, len))
			return 0;
		block = little_endian(data + at - 4, 4);
		if (!block)
			break;
		if (!pass(&at, (block & 0x7fffffff), len) || !pass(&at, checksum, len))
			return 0;
	}
	return pass(&at, flags & 4 ? 4 : 0, len) ? at : 0;
}

/*
 * The legacy format has no end mark: as in the kernel's lib/decompress_unlz4.c it goes on with another magic number,
 * and ends at zeros or the end of the data; what is too large for the size of a block is the start of something else.
 */
static size_t lz4_legacy_length(const unsigned char *data, size_t len)
{
	size_t at = 4;

	while (len - at >= 4) {
		uint32_t block = little_endian(data + at, 4);

		if (block == LZ4_LEGACY) {
			at += 4;
			continue;
		}
		if (!block || block > LZ4_LEGACY_MAX)
			return at;
		at += 4;
		if (!pass(&at, block, len))
			return 0;
	}
	/* up to three bytes: padding, or the start of a block */
	for (size_t i = at; i < len; i++)
		if (data[i])
			return 0;
	return at;
}

static const struct packing packings[] = {
	{ "gzip", { 0x1f, 0x8b }, 2, archive_read_support_filter_gzip, NULL },
	{ "bzip2", { 'B', 'Z', 'h' }, 3, archive_read_support_filter_bzip2, NULL },
	{ "lzma", { 0x5d, 0, 0 }, 3, archive_read_support_filter_lzma, NULL },
	{ "xz", { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6, archive_read_support_filter_xz, xz_length },
	{ "zstd", { 0x28, 0xb5, 0x2f, 0xfd }, 4, archive_read_support_filter_zstd, zstd_length },
	{ "lz4", { 0x02, 0x21, 0x4c, 0x18 }, 4, archive_read_support_filter_lz4, lz4_legacy_length },
	{ "lzop", { 0x89, 'L', 'Z', 'O' }, 4, NULL, NULL },
	{ "lz4", { 0x04, 0x22, 0x4d, 0x18 }, 4, archive_read_support_filter_lz4, lz4_length },
};

const struct packing *packing_of(const unsigned char *data, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(packings); i++)
		if (len >= packings[i].magic_len && memcmp(data, packings[i].magic, packings[i].magic_len) == 0)
			return &packings[i];
	return NULL;
}
