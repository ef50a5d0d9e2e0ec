/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "segments.h"

#define UNPACKED_MAX (4ull << 30) /* of all segments together */

struct walk {
	const unsigned char *data;
	size_t len, at;
	unsigned number;   /* of the segment, from 1 */
	uint64_t unpacked; /* bytes so far */
	const struct newc_visitor *visitor;
	char *why;
};

static int fail(struct walk *w, int err, const char *what)
{
	snprintf(w->why, SEGMENTS_WHY_LEN, "segment %u, at byte %zu: %s", w->number, w->at, what);
	return err;
}

static int walk_plain(struct walk *w)
{
	char why[NEWC_WHY_LEN] = "";
	struct stream s;
	int err;

	stream_plain(&s, w->data + w->at, w->len - w->at, UNPACKED_MAX - w->unpacked);
	err = newc_walk(&s, w->visitor, why);
	if (err)
		return fail(w, err, why);
	w->at += (size_t)s.taken;
	w->unpacked += s.taken;
	return 0;
}

static size_t leading_zeros(const struct stream *s)
{
	size_t n = 0;

	while (n < s->left && !s->at[n])
		n++;
	return n;
}

/* Compressed data may hold several archives too, with zeros between. */
static int walk_inside(struct stream *s, const struct newc_visitor *v, char *why)
{
	int err = 0;

	while (!err && stream_more(s)) {
		if (*s->at == '0') {
			err = newc_walk(s, v, why);
		} else if (*s->at == '\0') {
			err = stream_read(s, NULL, leading_zeros(s));
		} else {
			snprintf(why, NEWC_WHY_LEN, "what is packed there is no cpio archive");
			err = -EBADMSG;
		}
	}
	if (!err && s->error) {
		snprintf(why, NEWC_WHY_LEN, "%s", stream_error(s->error));
		err = s->error;
	}
	return err;
}

static int walk_compressed(struct walk *w, const struct compression *c)
{
	size_t len = w->len - w->at;
	char why[NEWC_WHY_LEN] = "", what[NEWC_WHY_LEN + 32];
	struct stream s;
	int err;

	if (c->length)
		len = c->length(w->data + w->at, len);
	snprintf(what, sizeof(what), "%s: it is damaged or ends too early", c->name);
	if (!len)
		return fail(w, -EBADMSG, what);
	err = stream_compressed(&s, c, w->data + w->at, len, UNPACKED_MAX - w->unpacked);
	if (!err)
		err = walk_inside(&s, w->visitor, why);
	if (!err && !c->length)
		len = stream_consumed(&s);
	stream_close(&s);
	if (err == -EOPNOTSUPP)
		snprintf(why, sizeof(why), "this cannot be unpacked here, and so not verified");
	if (*why)
		snprintf(what, sizeof(what), "%s: %s", c->name, why);
	if (err || !len)
		return fail(w, err ? err : -EBADMSG, what);
	w->at += len;
	w->unpacked += s.taken;
	return 0;
}

static int walk_next(struct walk *w)
{
	const struct compression *c;

	w->number++;
	if (w->data[w->at] == '0' && w->at % 4 == 0)
		return walk_plain(w);
	c = compression_of(w->data + w->at, w->len - w->at);
	if (c)
		return walk_compressed(w, c);
	if (w->number > 1)
		return fail(w, -EBADMSG, "neither a cpio archive nor one that is compressed in a known way");
	snprintf(w->why, SEGMENTS_WHY_LEN, "this is no initramfs image");
	return -ENOEXEC;
}

int segments_walk(const unsigned char *data, size_t len, const struct newc_visitor *v, char why[SEGMENTS_WHY_LEN])
{
	struct walk w = { .data = data, .len = len, .visitor = v, .why = why };
	int err = 0;

	*why = '\0';
	for (;;) {
		while (w.at < len && !data[w.at])
			w.at++;
		if (w.at == len)
			break;
		err = walk_next(&w);
		if (err)
			return err;
	}
	if (w.number)
		return 0;
	snprintf(why, SEGMENTS_WHY_LEN, len ? "it holds nothing but zeros" : "it is empty");
	return -ENOEXEC;
}
