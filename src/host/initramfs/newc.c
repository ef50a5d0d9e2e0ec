/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "newc.h"

#include "../../core/lines.h"

#define HEADER_LEN 110
#define CONTENT_MAX (64u << 20) /* of a file that is wanted: none of ours or of a generator's is near */

/* The fields of a header behind its magic, in their order. */
enum field { INO, MODE, UID, GID, NLINK, MTIME, SIZE, MAJOR, MINOR, RMAJOR, RMINOR, NAME_SIZE, CHECK, FIELDS };

static int fail(char *why, int err, const char *what)
{
	snprintf(why, NEWC_WHY_LEN, "%s", what);
	return err;
}

/* stream_read(), with what it found in words. */
static int take(struct stream *s, void *to, uint64_t n, char *why)
{
	int err = stream_read(s, to, n);

	return err ? fail(why, err == -ENODATA ? -EBADMSG : err, stream_error(err)) : 0;
}

static bool parse_header(const char *header, uint32_t fields[FIELDS])
{
	if (memcmp(header, "07070", 5) != 0 || (header[5] != '1' && header[5] != '2'))
		return false;
	for (unsigned f = 0; f < FIELDS; f++) {
		fields[f] = 0;
		for (unsigned i = 0; i < 8; i++) {
			unsigned digit = hex_digit(header[6 + 8 * f + i]);

			if (digit > 15)
				return false;
			fields[f] = fields[f] << 4 | digit;
		}
	}
	return true;
}

/* "./usr/lib", "/usr/lib" and "usr/lib" are one place. */
static void strip_start(char *name)
{
	size_t skip = 0;

	while (name[skip] == '/' || (name[skip] == '.' && name[skip + 1] == '/'))
		skip++;
	memmove(name, name + skip, strlen(name + skip) + 1);
}

static uint32_t padding(uint64_t len)
{
	return (uint32_t)(-len & 3);
}

/* 1: an entry; 0: the trailer; else -errno. */
static int read_header(struct stream *s, struct newc_entry *e, char *why)
{
	char header[HEADER_LEN];
	uint32_t f[FIELDS];
	int err = take(s, header, sizeof(header), why);

	if (err)
		return err;
	if (!parse_header(header, f))
		return fail(why, -EBADMSG, "an archive in it has a damaged header");
	if (f[NAME_SIZE] < 1 || f[NAME_SIZE] > NEWC_NAME_MAX)
		return fail(why, -EBADMSG, "an archive in it has a name of an impossible length");
	err = take(s, e->name, f[NAME_SIZE], why);
	if (!err)
		err = take(s, NULL, padding(HEADER_LEN + f[NAME_SIZE]), why);
	if (err)
		return err;
	if (memchr(e->name, '\0', f[NAME_SIZE]) != e->name + f[NAME_SIZE] - 1)
		return fail(why, -EBADMSG, "an archive in it has a damaged name");
	e->ino = f[INO];
	e->mode = (mode_t)f[MODE];
	e->nlink = f[NLINK];
	e->major = f[MAJOR];
	e->minor = f[MINOR];
	e->size = f[SIZE];
	if (strcmp(e->name, "TRAILER!!!") == 0)
		return 0;
	strip_start(e->name);
	return 1;
}

/* In steps: a damaged size must not cost the memory that it names. */
static int read_content(struct stream *s, struct newc_entry *e, char *why)
{
	size_t have = 0;

	if (e->size > CONTENT_MAX)
		return fail(why, -EFBIG, "a file in it is larger than any of its kind can be");
	do {
		size_t part = e->size - have < 1u << 20 ? e->size - have : 1u << 20;
		char *more = realloc(e->data, have + part + 1);
		int err;

		if (!more)
			return fail(why, -ENOMEM, strerror(ENOMEM));
		e->data = more;
		err = take(s, more + have, part, why);
		if (err)
			return err;
		have += part;
	} while (have < e->size);
	e->data[have] = '\0';
	return 0;
}

static int read_entry(struct stream *s, const struct newc_visitor *v, struct newc_entry *e, char *why)
{
	int err = v->wants(v->self, e) ? read_content(s, e, why) : take(s, NULL, e->size, why);

	if (!err)
		err = take(s, NULL, padding(e->size), why);
	if (!err) {
		err = v->visit(v->self, e);
		if (err)
			fail(why, err, strerror(-err));
	}
	free(e->data);
	e->data = NULL;
	return err;
}

int newc_walk(struct stream *s, const struct newc_visitor *v, char why[NEWC_WHY_LEN])
{
	struct newc_entry e = { .data = NULL };
	int ret;

	while ((ret = read_header(s, &e, why)) > 0) {
		ret = read_entry(s, v, &e, why);
		if (ret)
			return ret;
	}
	if (!ret)
		v->trailer(v->self);
	return ret;
}
