/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <blkid/blkid.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "../../core/lines.h"
#include "blockdev.h"

#define UDEV_MAX (64u << 10)
#define MAJOR_FLOPPY 2

/* The names of libblkid, and of udev, which are the same behind its prefix; udev tells of no journal. */
static const struct {
	const char *blkid, *udev;
} names[TAG_COUNT] = {
	[TAG_TYPE] = { "TYPE", "ID_FS_TYPE" },           [TAG_UUID] = { "UUID", "ID_FS_UUID_ENC" },
	[TAG_LABEL] = { "LABEL", "ID_FS_LABEL_ENC" },    [TAG_JOURNAL] = { "EXT_JOURNAL", NULL },
	[TAG_PARTUUID] = { NULL, "ID_PART_ENTRY_UUID" }, [TAG_PARTLABEL] = { NULL, "ID_PART_ENTRY_NAME" },
};

static int set(struct blockdev *d, enum tag tag, const char *value)
{
	if (d->tags[tag] || !value || !*value)
		return 0;
	d->tags[tag] = strdup(value);
	return d->tags[tag] ? 0 : -ENOMEM;
}

/* A size of 0: a loop device without a file, a card reader without a card. */
static bool is_empty(const struct sysroot *r, const struct blockdev *d)
{
	char text[32];

	return sysroot_read_line(r, text, sizeof(text), "%s/size", d->folder) && *text && strtoull(text, NULL, 10) == 0;
}

/*
 * The device itself; in a tree also a file in its place. A node with another number is the device of another machine.
 * -errno.
 */
static int open_device(const struct sysroot *r, const struct blockdev *d)
{
	char path[BLOCK_NAME_LEN + 8];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "dev/%s", d->name);
	for (char *s = path; *s; s++)
		*s = *s == '!' ? '/' : *s;
	fd = sysroot_at(r, path, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) == 0 &&
	    ((S_ISBLK(st.st_mode) && st.st_rdev == makedev(d->major, d->minor)) || (!r->live && S_ISREG(st.st_mode))))
		return fd;
	close(fd);
	return -ENODEV;
}

static int read_superblock(blkid_probe probe, struct blockdev *d)
{
	const char *value;
	int error = 0;

	blkid_probe_enable_superblocks(probe, true);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_UUID | BLKID_SUBLKS_LABEL);
	if (blkid_do_safeprobe(probe) != 0)
		return 0;
	for (enum tag t = 0; t < TAG_COUNT && !error; t++)
		if (names[t].blkid && blkid_probe_lookup_value(probe, names[t].blkid, &value, NULL) == 0)
			error = set(d, t, value);
	return error;
}

/* What the partition table of the disk says of its partitions. */
static int read_partitions(blkid_probe probe, struct blockdevs *b, int disk)
{
	blkid_partlist list;
	int error = 0;

	blkid_probe_enable_superblocks(probe, false);
	blkid_probe_enable_partitions(probe, true);
	list = blkid_probe_get_partitions(probe);
	for (size_t i = 0; list && i < b->n && !error; i++) {
		struct blockdev *d = &b->items[i];
		blkid_partition part =
			d->disk == disk ? blkid_partlist_get_partition_by_partno(list, (int)d->partno) : NULL;

		if (!part)
			continue;
		error = set(d, TAG_PARTUUID, blkid_partition_get_uuid(part));
		if (!error)
			error = set(d, TAG_PARTLABEL, blkid_partition_get_name(part));
	}
	return error;
}

/* 0, -ENOMEM; another -errno: it cannot be opened. */
static int probe_device(const struct sysroot *r, struct blockdevs *b, int i)
{
	int fd = open_device(r, &b->items[i]), error = 0;
	blkid_probe probe;

	if (fd < 0)
		return fd;
	probe = blkid_new_probe();
	if (!probe)
		error = -ENOMEM;
	if (!error && blkid_probe_set_device(probe, fd, 0, 0) == 0) {
		error = read_superblock(probe, &b->items[i]);
		if (!error && b->items[i].disk < 0)
			error = read_partitions(probe, b, i);
	}
	blkid_free_probe(probe);
	close(fd);
	return error;
}

/* The tags from `first` on that a line of udev's record has: "E:ID_FS_UUID_ENC=...", where bytes may be \\xNN. */
static int read_udev_line(struct blockdev *d, char *line, enum tag first)
{
	if (strncmp(line, "E:", 2) != 0)
		return 0;
	line += 2;
	for (enum tag t = first; t < TAG_COUNT; t++) {
		size_t len = names[t].udev ? strlen(names[t].udev) : 0;

		if (len && strncmp(line, names[t].udev, len) == 0 && line[len] == '=')
			return unescape(line + len + 1) < 0 ? 0 : set(d, t, line + len + 1);
	}
	return 0;
}

static int read_udev(const struct sysroot *r, struct blockdev *d, enum tag first)
{
	char path[64], *text, *rest, *line;
	int error;
	size_t len;

	snprintf(path, sizeof(path), "run/udev/data/b%u:%u", d->major, d->minor);
	error = sysroot_read_all(r, path, UDEV_MAX, &text, &len);
	if (error)
		return error == -ENOMEM ? error : 0;
	for (rest = text; !error && (line = strsep(&rest, "\n"));)
		error = read_udev_line(d, line, first);
	free(text);
	return error;
}

int tags_read(const struct sysroot *r, struct blockdevs *b)
{
	bool *closed = calloc(b->n + 1, sizeof(*closed));
	int error = closed ? 0 : -ENOMEM;

	for (size_t i = 0; i < b->n && !error; i++) {
		if (is_empty(r, &b->items[i]))
			continue;
		error = b->items[i].major == MAJOR_FLOPPY ? -ENODEV : probe_device(r, b, (int)i);
		closed[i] = error != 0;
		error = error == -ENOMEM ? error : 0;
	}
	/* What is on a device that was read, udev need not tell; its disk may not have been. */
	for (size_t i = 0; i < b->n && !error; i++)
		error = read_udev(r, &b->items[i], closed[i] ? TAG_TYPE : TAG_PARTUUID);
	free(closed);
	return error;
}
