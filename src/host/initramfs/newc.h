/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpio in the newc format, as the kernel reads it (Documentation/driver-api/early-userspace/buffer-format.rst):
 *
 *	archive = { entry } trailer
 *	entry   = header name padding data padding       padding: zeros to the next multiple of 4
 *	header  = ( "070701" | "070702" ) 13 * 8 hexadecimal digits
 */
#ifndef EARLYBIND_NEWC_H
#define EARLYBIND_NEWC_H

#include <sys/types.h>

#include "../../core/compat.h"
#include "stream.h"

#define NEWC_NAME_MAX 4096
#define NEWC_WHY_LEN 200

struct newc_entry {
	char name[NEWC_NAME_MAX]; /* without leading "/" and "./" */
	mode_t mode;
	uint32_t ino, major, minor, nlink;
	uint32_t size;
	char *data; /* the wanted content, NUL-terminated; the visitor may take it and set this to NULL */
};

struct newc_visitor {
	/* Whether the content of this entry, which was not read yet, is wanted. */
	bool (*wants)(void *self, const struct newc_entry *e);
	/* Called with every entry but the trailer. 0 or -errno, which ends the walk. */
	int (*visit)(void *self, struct newc_entry *e);
	/* Called at the end of an archive: hard links do not reach further. */
	void (*trailer)(void *self);
	void *self;
};

/*
 * Reads one archive up to and with its trailer. 0; -EBADMSG: damaged, or it ends before the trailer; -EFBIG; -ENOMEM;
 * what the visitor returned. After an error of its own *why says what is wrong.
 */
int newc_walk(struct stream *s, const struct newc_visitor *v, char why[NEWC_WHY_LEN]) _must_check_;

#endif
