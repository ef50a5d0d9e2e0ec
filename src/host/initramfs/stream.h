/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bytes of one segment of an image, plain or decompressed. */
#ifndef EARLYBIND_STREAM_H
#define EARLYBIND_STREAM_H

#include "../../core/compat.h"
#include "compression.h"

struct archive;
struct xz;

struct stream {
	const unsigned char *at; /* what can be read without decompressing more */
	size_t left;
	uint64_t taken;          /* bytes read so far */
	uint64_t limit;          /* more than this is refused: -EFBIG */
	struct archive *archive; /* of these two a compressed stream has one */
	struct xz *xz;
	int error; /* -EBADMSG: damaged; -EFBIG; -ENOMEM */
};

void stream_plain(struct stream *s, const unsigned char *data, size_t len, uint64_t limit);
/* 0, -EBADMSG, -EOPNOTSUPP: it cannot be decompressed here, -ENOMEM. Whether or not it succeeds, stream_close()
 * follows. */
int stream_compressed(struct stream *s, const struct compression *c, const unsigned char *data, size_t len,
		      uint64_t limit) _must_check_;
/* How many bytes of the compressed data were read. */
size_t stream_consumed(const struct stream *s);
void stream_close(struct stream *s);

/* Whether there is a byte to read, which is then *s->at. False: the end, or s->error. */
bool stream_more(struct stream *s) _must_check_;
/* An error of stream_read() in words. */
const char *stream_error(int error);
/* Reads n bytes, or passes over them if `to` is NULL. 0; -ENODATA: it ends before; or s->error. */
int stream_read(struct stream *s, void *to, uint64_t n) _must_check_;

#endif
