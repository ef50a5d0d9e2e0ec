/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stream.h"

#include <archive.h>
#include <archive_entry.h>
#include <lzma.h>

#define XZ_MEMORY (300u << 20) /* for a dictionary of 256 MiB; `xz -9` takes one of 64 */

struct xz {
	lzma_stream lzma;
	unsigned char block[1u << 16];
};

void stream_plain(struct stream *s, const unsigned char *data, size_t len, uint64_t limit)
{
	*s = (struct stream){ .at = data, .left = len, .limit = limit };
}

static int xz_open(struct stream *s, const unsigned char *data, size_t len)
{
	s->xz = malloc(sizeof(*s->xz));
	if (!s->xz)
		return -ENOMEM;
	s->xz->lzma = (lzma_stream)LZMA_STREAM_INIT;
	if (lzma_stream_decoder(&s->xz->lzma, XZ_MEMORY, 0) != LZMA_OK)
		return -ENOMEM;
	s->xz->lzma.next_in = data;
	s->xz->lzma.avail_in = len;
	return 0;
}

/* Just the one filter, which was recognised by its magic number. */
static int archive_open(struct stream *s, const struct compression *c, const unsigned char *data, size_t len)
{
	struct archive_entry *entry;
	int ret;

	s->archive = archive_read_new();
	if (!s->archive)
		return -ENOMEM;
	/* ARCHIVE_WARN would be a filter that starts another program: not here. */
	if (!c->filter || c->filter(s->archive) != ARCHIVE_OK)
		return -EOPNOTSUPP;
	if (archive_read_support_format_raw(s->archive) != ARCHIVE_OK ||
	    archive_read_support_format_empty(s->archive) != ARCHIVE_OK ||
	    archive_read_open_memory(s->archive, data, len) != ARCHIVE_OK)
		return -EBADMSG;
	ret = archive_read_next_header(s->archive, &entry);
	return ret == ARCHIVE_OK || ret == ARCHIVE_EOF ? 0 : -EBADMSG;
}

int stream_compressed(struct stream *s, const struct compression *c, const unsigned char *data, size_t len,
		      uint64_t limit)
{
	*s = (struct stream){ .limit = limit };
	s->error = c->is_xz ? xz_open(s, data, len) : archive_open(s, c, data, len);
	return s->error;
}

size_t stream_consumed(const struct stream *s)
{
	return s->xz ? (size_t)s->xz->lzma.total_in : (size_t)archive_filter_bytes(s->archive, -1);
}

void stream_close(struct stream *s)
{
	if (s->archive)
		archive_read_free(s->archive);
	s->archive = NULL;
	if (s->xz)
		lzma_end(&s->xz->lzma);
	free(s->xz);
	s->xz = NULL;
}

/* False: there is none, or s->error. After the end of its stream liblzma says so again. */
static bool xz_block(struct stream *s)
{
	lzma_stream *lzma = &s->xz->lzma;
	lzma_ret ret;

	lzma->next_out = s->xz->block;
	lzma->avail_out = sizeof(s->xz->block);
	ret = lzma_code(lzma, LZMA_FINISH);
	s->at = s->xz->block;
	s->left = sizeof(s->xz->block) - lzma->avail_out;
	if (ret == LZMA_OK || ret == LZMA_STREAM_END)
		return ret == LZMA_OK || s->left;
	s->left = 0;
	s->error = ret == LZMA_MEMLIMIT_ERROR ? -EFBIG : ret == LZMA_MEM_ERROR ? -ENOMEM : -EBADMSG;
	return false;
}

static bool archive_block(struct stream *s)
{
	const void *block;
	la_int64_t offset;
	int ret = archive_read_data_block(s->archive, &block, &s->left, &offset);

	s->at = block;
	if (ret == ARCHIVE_OK)
		return true;
	s->left = 0;
	if (ret != ARCHIVE_EOF)
		s->error = -EBADMSG;
	return false;
}

bool stream_more(struct stream *s)
{
	while (!s->left && !s->error && (s->archive || s->xz))
		if (!(s->xz ? xz_block(s) : archive_block(s)))
			return false;
	if (s->left && s->taken >= s->limit)
		s->error = -EFBIG;
	return s->left && !s->error;
}

int stream_read(struct stream *s, void *to, uint64_t n)
{
	while (n) {
		size_t part;

		if (!stream_more(s))
			return s->error ? s->error : -ENODATA;
		part = s->left < n ? s->left : (size_t)n;
		if (to) {
			memcpy(to, s->at, part);
			to = (char *)to + part;
		}
		s->at += part;
		s->left -= part;
		s->taken += part;
		n -= part;
	}
	return 0;
}

const char *stream_error(int error)
{
	return error == -ENODATA  ? "it ends in the middle of an archive: truncated"
	       : error == -EFBIG  ? "it is too large when unpacked"
	       : error == -ENOMEM ? strerror(ENOMEM)
				  : "its compressed data is damaged";
}
