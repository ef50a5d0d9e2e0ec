/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "contents.h"

#include <fnmatch.h>
#include <sys/stat.h>

#include "../../core/array.h"

#define CONTENTS_MAX 4096           /* far more than any image has of what is asked for */
#define CONTENTS_BYTES (256u << 20) /* of all of them */

struct collector {
	const char *const *patterns;
	struct contents *out;
	unsigned archive;
	size_t bytes;
	bool links; /* second walk: only for the data of hard links */
};

void contents_free(struct contents *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->items[i].name);
		free(c->items[i].data);
	}
	free(c->items);
	memset(c, 0, sizeof(*c));
}

struct content *contents_find(const struct contents *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->items[i].name, name) == 0)
			return &c->items[i];
	return NULL;
}

const struct content *contents_next(const struct contents *c, const char *pattern, size_t *at)
{
	while (*at < c->n) {
		const struct content *item = &c->items[(*at)++];

		if (fnmatch(pattern, item->name, FNM_PATHNAME) == 0)
			return item;
	}
	return NULL;
}

static bool is_asked_for(const struct collector *c, const char *name)
{
	for (const char *const *p = c->patterns; *p; p++)
		if (fnmatch(*p, name, FNM_PATHNAME) == 0)
			return true;
	return false;
}

/* A hard link whose data stands with another name: cpio writes it with the last, others with the first. */
static bool lacks_data(const struct content *item)
{
	return S_ISREG(item->mode) && item->nlink > 1 && !item->len;
}

static bool is_link_of(const struct content *item, unsigned archive, const struct newc_entry *e)
{
	return lacks_data(item) && item->archive == archive && e->nlink > 1 && item->ino == e->ino &&
	       item->major == e->major && item->minor == e->minor;
}

static bool wants(void *self, const struct newc_entry *e)
{
	const struct collector *c = self;

	if (!c->links)
		return (S_ISREG(e->mode) || S_ISLNK(e->mode)) && is_asked_for(c, e->name);
	for (size_t i = 0; i < c->out->n; i++)
		if (S_ISREG(e->mode) && e->size && is_link_of(&c->out->items[i], c->archive, e))
			return true;
	return false;
}

static int store(struct collector *c, struct content *item, const struct newc_entry *e)
{
	size_t len = e->data ? e->size : 0;
	char *data = len > CONTENTS_BYTES - c->bytes ? NULL : malloc(len + 1);

	if (!data)
		return len > CONTENTS_BYTES - c->bytes ? -EFBIG : -ENOMEM;
	c->bytes += len;
	memcpy(data, e->data ? e->data : "", len + 1);
	free(item->data);
	item->data = data;
	item->len = len;
	return 0;
}

static int visit_name(struct collector *c, const struct newc_entry *e)
{
	struct content *item = contents_find(c->out, e->name);

	if (!item) {
		char *name = c->out->n < CONTENTS_MAX ? strdup(e->name) : NULL;

		if (!name)
			return c->out->n < CONTENTS_MAX ? -ENOMEM : -EFBIG;
		item = array_grow(&c->out->items, &c->out->n, sizeof(*item));
		if (!item) {
			free(name);
			return -ENOMEM;
		}
		item->name = name;
	}
	item->mode = e->mode;
	item->archive = c->archive;
	item->ino = e->ino;
	item->major = e->major;
	item->minor = e->minor;
	item->nlink = e->nlink;
	return store(c, item, e);
}

static int visit(void *self, struct newc_entry *e)
{
	struct collector *c = self;
	int err = 0;

	if (!c->links)
		return is_asked_for(c, e->name) ? visit_name(c, e) : 0;
	if (!e->data)
		return 0;
	for (size_t i = 0; i < c->out->n && !err; i++)
		if (is_link_of(&c->out->items[i], c->archive, e))
			err = store(c, &c->out->items[i], e);
	return err;
}

static void trailer(void *self)
{
	((struct collector *)self)->archive++;
}

int contents_read(const unsigned char *data, size_t len, const char *const *patterns, struct contents *out,
		  char why[SEGMENTS_WHY_LEN])
{
	struct collector c = { .patterns = patterns, .out = out };
	const struct newc_visitor v = { .wants = wants, .visit = visit, .trailer = trailer, .self = &c };
	int err;

	memset(out, 0, sizeof(*out));
	err = segments_walk(data, len, &v, why);
	for (size_t i = 0; i < out->n && !err; i++) {
		if (!lacks_data(&out->items[i]))
			continue;
		c.links = true;
		c.archive = 0;
		err = segments_walk(data, len, &v, why);
		break;
	}
	if (err)
		contents_free(out);
	return err;
}
