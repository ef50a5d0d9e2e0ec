/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resolve.h"

#include <ctype.h>
#include <strings.h>

#include "../../core/lines.h"

#define NAME_LEN 512
#define UDEV_MAX (64u << 10)

struct search {
	const struct sysroot *r;
	const struct blockdevs *b;
	bool *set;
	int found;
};

static void hit(struct search *s, size_t i)
{
	s->found += !s->set[i];
	s->set[i] = true;
}

static bool is_tag(const char *is, const char *value, enum tag tag)
{
	if (!is)
		return false;
	/* The kernel takes PARTUUID in either case (init/do_mounts.c), and so do people. */
	return tag == TAG_UUID || tag == TAG_PARTUUID ? strcasecmp(is, value) == 0 : strcmp(is, value) == 0;
}

static void by_tag(struct search *s, enum tag tag, const char *value)
{
	for (size_t i = 0; i < s->b->n; i++)
		if (is_tag(s->b->items[i].tags[tag], value, tag))
			hit(s, i);
}

/* init/do_mounts.c: PARTUUID=.../PARTNROFF=N is that many partitions behind it. */
static void by_partuuid(struct search *s, const char *value)
{
	char uuid[TAG_LEN];
	const char *slash = strchr(value, '/');
	int offset = 0;

	if (!slash || sscanf(slash, "/PARTNROFF=%d", &offset) != 1) {
		by_tag(s, TAG_PARTUUID, value);
		return;
	}
	snprintf(uuid, sizeof(uuid), "%.*s", (int)(slash - value), value);
	for (size_t i = 0; i < s->b->n; i++)
		for (size_t k = 0; is_tag(s->b->items[i].tags[TAG_PARTUUID], uuid, TAG_PARTUUID) && k < s->b->n; k++)
			if (s->b->items[k].disk == s->b->items[i].disk &&
			    (int)s->b->items[k].partno == (int)s->b->items[i].partno + offset)
				hit(s, k);
}

static bool is_type(const struct blockdev *d, const char *type)
{
	return d->tags[TAG_TYPE] && strcmp(d->tags[TAG_TYPE], type) == 0;
}

/* mdadm writes a:b:c:d, libblkid a-b-c-d-e of the same digits, and cryptsetup them alone. */
static bool starts_with_digits(const char *text, const char *start, const char **behind)
{
	for (;; text++, start++) {
		text += strspn(text, ":-");
		start += strspn(start, ":-");
		*behind = text;
		if (!*start || tolower((unsigned char)*text) != tolower((unsigned char)*start))
			return !*start;
	}
}

static bool same_digits(const char *a, const char *b)
{
	return starts_with_digits(a, b, &a) && !*a;
}

/*
 * rd.luks.uuid= may be the start of a UUID. With a header elsewhere no device carries it, but the mapping has it:
 * "CRYPT-LUKS2-digits-name".
 */
static void by_luks(struct search *s, const char *start)
{
	for (size_t i = 0; i < s->b->n; i++) {
		const struct blockdev *d = &s->b->items[i];
		const char *uuid = is_type(d, "crypto_LUKS") ? d->tags[TAG_UUID] : NULL;

		if (!uuid && d->dm_uuid && strncmp(d->dm_uuid, "CRYPT-LUKS", 10) == 0)
			uuid = d->dm_uuid + strcspn(d->dm_uuid + 10, "-") + 10;
		if (uuid && starts_with_digits(uuid, start, &uuid))
			hit(s, i);
	}
}

/* lvm2's libdm: a '-' in the names of group and volume is doubled, one '-' divides them. */
static void add_mangled(char *to, size_t size, const char *from, size_t len)
{
	size_t used = strlen(to);

	for (size_t i = 0; i < len && used + 2 < size; i++) {
		to[used++] = from[i];
		if (from[i] == '-')
			to[used++] = '-';
	}
	to[used] = '\0';
}

static void by_dm_name(struct search *s, const char *name)
{
	for (size_t i = 0; i < s->b->n; i++)
		if (s->b->items[i].dm_name && strcmp(s->b->items[i].dm_name, name) == 0)
			hit(s, i);
}

static void by_volume(struct search *s, const char *group, const char *volume)
{
	char name[NAME_LEN] = "";

	add_mangled(name, sizeof(name) - 2, group, (size_t)(volume - group) - 1);
	strcat(name, "-");
	add_mangled(name, sizeof(name), volume, strlen(volume));
	by_dm_name(s, name);
}

bool volume_is_of(const char *dm_name, const char *group)
{
	char name[NAME_LEN] = "";
	size_t len;

	add_mangled(name, sizeof(name) - 2, group, strlen(group));
	strcat(name, "-");
	len = strlen(name);
	return dm_name && strncmp(dm_name, name, len) == 0 && dm_name[len] != '-';
}

static void by_group(struct search *s, const char *group)
{
	for (size_t i = 0; i < s->b->n; i++) {
		const struct blockdev *d = &s->b->items[i];

		if (d->dm_uuid && strncmp(d->dm_uuid, "LVM-", 4) == 0 && volume_is_of(d->dm_name, group))
			hit(s, i);
	}
}

/* "8:1" of root= */
static void by_number(struct search *s, const char *name)
{
	unsigned major, minor;
	char behind;
	int i;

	if (sscanf(name, "%u:%u%c", &major, &minor, &behind) != 2)
		return;
	i = blockdev_by_number(s->b, major, minor);
	if (i >= 0)
		hit(s, (size_t)i);
}

/* What udev wrote of a device; NULL: nothing. */
static char *udev_record(const struct search *s, const struct blockdev *d)
{
	char path[64], *text;
	size_t len;

	snprintf(path, sizeof(path), "run/udev/data/b%u:%u", d->major, d->minor);
	return sysroot_read_all(s->r, path, UDEV_MAX, &text, &len) < 0 ? NULL : text;
}

/* mdadm --export, which udev keeps: also of arrays whose members have metadata of a BIOS (IMSM, DDF). */
static bool is_array(const struct search *s, const struct blockdev *d, const char *uuid)
{
	char *text = strncmp(d->name, "md", 2) == 0 ? udev_record(s, d) : NULL;
	char *at = text ? strstr(text, "E:MD_UUID=") : NULL;
	bool is = false;

	if (at) {
		at += strlen("E:MD_UUID=");
		at[strcspn(at, "\n")] = '\0';
		is = same_digits(at, uuid);
	}
	free(text);
	return is;
}

static void by_md(struct search *s, const char *uuid)
{
	for (size_t i = 0; i < s->b->n; i++) {
		const struct blockdev *d = &s->b->items[i];

		if (is_type(d, "linux_raid_member") ? d->tags[TAG_UUID] && same_digits(d->tags[TAG_UUID], uuid)
						    : is_array(s, d, uuid))
			hit(s, i);
	}
}

/* "S:disk/by-id/nvme-..." in udev's record of a device: where there are no links in /dev. */
static void by_udev_link(struct search *s, const char *name)
{
	char line[NAME_LEN];

	snprintf(line, sizeof(line), "S:%s", name);
	for (size_t i = 0; i < s->b->n; i++) {
		char *text = udev_record(s, &s->b->items[i]), *at;

		if (!text)
			continue;
		for (at = strstr(text, line); at; at = strstr(at + 1, line))
			if ((at == text || at[-1] == '\n') && strchr("\n", at[strlen(line)]))
				hit(s, i);
		free(text);
	}
}

/* The path that a link at dev/NAME names, as a name below dev; false: it is none, or leads out of /dev. */
static bool follow(const struct sysroot *r, char name[NAME_LEN])
{
	char path[NAME_LEN + 8], link[NAME_LEN], *folder;
	const char *to = link;

	snprintf(path, sizeof(path), "dev/%s", name);
	if (sysroot_readlink(r, path, link, sizeof(link)) <= 0)
		return false;
	if (strncmp(link, "/dev/", 5) == 0) {
		snprintf(name, NAME_LEN, "%s", link + 5);
		return true;
	}
	folder = strrchr(name, '/');
	while (strncmp(to, "../", 3) == 0) {
		if (!folder)
			return false;
		*folder = '\0';
		folder = strrchr(name, '/');
		to += 3;
	}
	if (*to == '/')
		return false;
	if (folder)
		folder[1] = '\0';
	else
		name[0] = '\0';
	if (strlen(name) + strlen(to) >= NAME_LEN)
		return false;
	strcat(name, to);
	return true;
}

static void by_node(struct search *s, const char *given)
{
	char name[NAME_LEN];
	int i;

	if (snprintf(name, sizeof(name), "%s", given) >= (int)sizeof(name))
		return;
	for (int links = 0; links < 8 && follow(s->r, name);)
		links++;
	i = blockdev_by_name(s->b, name);
	if (i >= 0)
		hit(s, (size_t)i);
}

#define DEV "/dev/"
static const struct {
	const char *word, *link;
	enum tag tag;
} tag_names[] = {
	{ "UUID=", DEV "disk/by-uuid/", TAG_UUID },
	{ "LABEL=", DEV "disk/by-label/", TAG_LABEL },
	{ "PARTUUID=", DEV "disk/by-partuuid/", TAG_PARTUUID },
	{ "PARTLABEL=", DEV "disk/by-partlabel/", TAG_PARTLABEL },
};

enum tag name_tag(const char *name, const char **value)
{
	for (size_t i = 0; i < ARRAY_SIZE(tag_names); i++) {
		size_t word = strlen(tag_names[i].word), link = strlen(tag_names[i].link);
		bool is_word = strncmp(name, tag_names[i].word, word) == 0;

		if (!is_word && strncmp(name, tag_names[i].link, link) != 0)
			continue;
		*value = name + (is_word ? word : link);
		return tag_names[i].tag;
	}
	*value = name;
	return TAG_COUNT;
}

/* A name below /dev. A link shows one of two disks with the same UUID: so the tag counts too. */
static void by_dev(struct search *s, const char *name)
{
	char value[NAME_LEN];
	const char *slash = strchr(name, '/');

	for (size_t i = 0; i < ARRAY_SIZE(tag_names); i++) {
		const char *start = tag_names[i].link + strlen(DEV);

		if (strncmp(name, start, strlen(start)) != 0)
			continue;
		snprintf(value, sizeof(value), "%s", name + strlen(start));
		if (unescape(value) == 0)
			by_tag(s, tag_names[i].tag, value);
	}
	by_node(s, name);
	if (s->found)
		return;
	if (strncmp(name, "mapper/", 7) == 0)
		by_dm_name(s, name + 7);
	else
		by_udev_link(s, name);
	if (!s->found && slash && !strchr(slash + 1, '/'))
		by_volume(s, name, slash + 1);
}

/* bcachefs names all its devices: "/dev/sda:/dev/sdb". One that is not there, and nobody knows what is meant. */
static void by_devs(struct search *s, const char *names)
{
	char name[NAME_LEN];
	int all = 0;

	for (const char *at = names, *next; at; at = next) {
		next = strstr(at, ":/dev/");
		snprintf(name, sizeof(name), "%.*s", (int)(next ? (size_t)(next - at) : strlen(at)), at);
		next = next ? next + strlen(":/dev/") : NULL;
		s->found = 0;
		by_dev(s, name);
		if (!s->found)
			return;
		all += s->found;
	}
	s->found = all;
}

static void by_id(struct search *s, const char *id)
{
	char name[NAME_LEN];

	snprintf(name, sizeof(name), "disk/by-id/%s", id);
	by_dev(s, name);
}

static void by_uuid(struct search *s, const char *value)
{
	by_tag(s, TAG_UUID, value);
}

static void by_label(struct search *s, const char *value)
{
	by_tag(s, TAG_LABEL, value);
}

static void by_partlabel(struct search *s, const char *value)
{
	by_tag(s, TAG_PARTLABEL, value);
}

static const struct {
	const char *start;
	void (*find)(struct search *s, const char *value);
} kinds[] = {
	{ "UUID=", by_uuid },
	{ "LABEL=", by_label },
	{ "CDLABEL=", by_label },
	{ "PARTUUID=", by_partuuid },
	{ "PARTLABEL=", by_partlabel },
	{ "ID=", by_id },
	{ "LUKS=", by_luks },
	{ "MD=", by_md },
	{ "VG=", by_group },
	{ "/dev/", by_devs },
	{ "", by_number },
};

int resolve_device(const struct sysroot *r, const struct blockdevs *b, const char *name, bool *set)
{
	struct search s = { .r = r, .b = b, .set = set };
	char value[NAME_LEN];
	const char *quote;
	size_t k = 0, len;

	memset(set, 0, b->n * sizeof(*set));
	while (strncmp(name, kinds[k].start, strlen(kinds[k].start)) != 0)
		k++;
	name += strlen(kinds[k].start);
	/* libblkid takes either quote (blkid_parse_tag_string). */
	quote = *name == '\'' ? "'" : "\"";
	name += *name == *quote;
	len = strcspn(name, quote);
	if (len == 0 || len >= sizeof(value))
		return 0;
	snprintf(value, sizeof(value), "%.*s", (int)len, name);
	kinds[k].find(&s, value);
	return s.found;
}

int resolve_pool(const struct blockdevs *b, const char *pool, bool *set)
{
	struct search s = { .b = b, .set = set };

	memset(set, 0, b->n * sizeof(*set));
	for (size_t i = 0; i < b->n; i++)
		if (is_type(&b->items[i], "zfs_member") &&
		    (!*pool || is_tag(b->items[i].tags[TAG_LABEL], pool, TAG_LABEL)))
			hit(&s, i);
	return s.found;
}

bool name_is_unique(const char *name)
{
	static const char *const starts[] = { "UUID=", "PARTUUID=",          "LUKS=",
					      "MD=",   "/dev/disk/by-uuid/", "/dev/disk/by-partuuid/" };

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
		if (strncmp(name, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}
