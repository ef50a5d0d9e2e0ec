/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The compressions of an initramfs segment: how each starts, and where a compressed member ends. */
#ifndef EARLYBIND_COMPRESSION_H
#define EARLYBIND_COMPRESSION_H

#include "../../core/compat.h"

struct archive;

struct compression {
	const char *name;
	unsigned char magic[6];
	unsigned char magic_len;
	/* libarchive's filter for it. NULL: what libarchive has may be another program, which is not started here */
	int (*filter)(struct archive *a);
	/*
	 * The length of the member that `data` starts with: more bytes may follow. 0: it is damaged or truncated.
	 * NULL: the filter itself stops at the end of a member and says how far it read.
	 */
	size_t (*length)(const unsigned char *data, size_t len);
	bool is_xz; /* liblzma reads it instead: only who decompresses it finds its end */
};

/* The compression that `data` starts with, as the kernel tells them apart (lib/decompress.c), or NULL. */
const struct compression *compression_of(const unsigned char *data, size_t len) _pure_;

#endif
