/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libarchive's filters for xz, zstd and lz4 take all that follows for more of the same and fail on another segment, so
 * the end of these members must be known: liblzma and libzstd tell it, of lz4 the headers that its formats describe.
 * The filters for gzip, bzip2 and lzma stop.
 */
#include "compression.h"

#include <archive.h>
#include <zstd.h>

#include "bytes.h"

#define LZ4_LEGACY 0x184c2102u
/* A block of this many bytes, compressed, has at most LZ4_compressBound() of it. */
#define LZ4_LEGACY_BLOCK (8u << 20)
#define LZ4_LEGACY_MAX (LZ4_LEGACY_BLOCK + LZ4_LEGACY_BLOCK / 255 + 16)

/* Moves *at by n. False: the data ends before. */
static bool pass(size_t *at, size_t n, size_t len)
{
	if (n > len - *at)
		return false;
	*at += n;
	return true;
}

/* Goes by the sizes in the headers of the blocks. */
static size_t zstd_length(const unsigned char *data, size_t len)
{
	size_t length = ZSTD_findFrameCompressedSize(data, len);

	return ZSTD_isError(length) ? 0 : length;
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

static const struct compression compressions[] = {
	{ "gzip", { 0x1f, 0x8b }, 2, archive_read_support_filter_gzip, NULL, false },
	{ "bzip2", { 'B', 'Z', 'h' }, 3, archive_read_support_filter_bzip2, NULL, false },
	{ "lzma", { 0x5d, 0, 0 }, 3, archive_read_support_filter_lzma, NULL, false },
	{ "xz", { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6, NULL, NULL, true },
	{ "zstd", { 0x28, 0xb5, 0x2f, 0xfd }, 4, archive_read_support_filter_zstd, zstd_length, false },
	{ "lz4", { 0x02, 0x21, 0x4c, 0x18 }, 4, archive_read_support_filter_lz4, lz4_legacy_length, false },
	{ "lzop", { 0x89, 'L', 'Z', 'O' }, 4, NULL, NULL, false },
	{ "lz4", { 0x04, 0x22, 0x4d, 0x18 }, 4, archive_read_support_filter_lz4, lz4_length, false },
};

const struct compression *compression_of(const unsigned char *data, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(compressions); i++)
		if (len >= compressions[i].magic_len &&
		    memcmp(data, compressions[i].magic, compressions[i].magic_len) == 0)
			return &compressions[i];
	return NULL;
}
