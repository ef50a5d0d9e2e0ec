/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a name that people write to the block devices that it means. */
#ifndef EARLYBIND_RESOLVE_H
#define EARLYBIND_RESOLVE_H

#include "../../core/compat.h"
#include "blockdev.h"

/*
 * Marks in set[] (a flag a device) every device that the name means; two disks that carry one UUID are both meant:
 *
 *	UUID=, LABEL=, PARTUUID=, PARTLABEL=, ID=  and /dev/disk/by-.../...
 *	/dev/mapper/NAME, /dev/VG/LV, /dev/md/NAME, /dev/NAME, and any link in /dev
 *	MAJOR:MINOR, as root= takes it
 *	LUKS=START of a UUID, MD=UUID of an array, VG=NAME: words of dracut's
 *
 * How many; 0: none, so that nobody knows what is meant.
 */
int resolve_device(const struct sysroot *r, const struct blockdevs *b, const char *name, bool *set);
/* Marks the members of a ZFS pool, of all pools for "". How many. */
int resolve_pool(const struct blockdevs *b, const char *pool, bool *set);
/* Whether this name of device-mapper ("vg-root") is that of a volume of the group of lvm2. */
bool volume_is_of(const char *dm_name, const char *group);
/*
 * By which tag a name means its device, as a word or a link ("UUID=1-2", "/dev/disk/by-uuid/1-2"), and its value in
 * *value ("1-2"). TAG_COUNT: by none, and *value is the name.
 */
enum tag name_tag(const char *name, const char **value);
/* Whether the name is one that no other machine has: a UUID. */
bool name_is_unique(const char *name) _pure_;

#endif
