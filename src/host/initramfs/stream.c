/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stream.h"

#include <archive.h>
#include <archive_entry.h>

void stream_plain(struct stream *s, const unsigned char *data, size_t len, uint64_t limit)
{
	*s = (struct stream){ .at = data, .left = len, .limit = limit };
}

/* Just the one filter, which was recognised by its magic number. */
int stream_packed(struct stream *s, const struct packing *p, const unsigned char *data, size_t len, uint64_t limit)
{
	struct archive_entry *entry;
	int ret;

	*s = (struct stream){ .limit = limit, .archive = archive_read_new() };
	if (!s->archive)
		return s->error = -ENOMEM;
	/* ARCHIVE_WARN would be a filter that starts another program: not here. */
	if (!p->filter || p->filter(s->archive) != ARCHIVE_OK)
		return s->error = -EOPNOTSUPP;
	if (archive_read_support_format_raw(s->archive) != ARCHIVE_OK ||
	    archive_read_support_format_empty(s->archive) != ARCHIVE_OK ||
	    archive_read_open_memory(s->archive, data, len) != ARCHIVE_OK)
		return s->error = -EBADMSG;
	ret = archive_read_next_header(s->archive, &entry);
	if (ret != ARCHIVE_OK && ret != ARCHIVE_EOF)
		return s->error = -EBADMSG;
	return 0;
}

size_t stream_consumed(const struct stream *s)
{
	return (size_t)archive_filter_bytes(s->archive, -1);
}

void stream_close(struct stream *s)
{
	if (s->archive)
		archive_read_free(s->archive);
	s->archive = NULL;
}

bool stream_more(struct stream *s)
{
	const void *block;
	la_int64_t offset;
	int ret;

	while (!s->left && s->archive && !s->error) {
		ret = archive_read_data_block(s->archive, &block, &s->left, &offset);
		if (ret == ARCHIVE_EOF) {
			s->left = 0;
			return false;
		}
		if (ret != ARCHIVE_OK) {
			s->left = 0;
			s->error = -EBADMSG;
		}
		s->at = block;
	}
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
