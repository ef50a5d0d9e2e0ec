/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An initramfs image as the kernel takes it apart (init/initramfs.c): any number of newc archives, each plain or
 * compressed, with zeros between. libarchive's own cpio reader stops at the first trailer.
 */
#ifndef EARLYBIND_SEGMENTS_H
#define EARLYBIND_SEGMENTS_H

#include "newc.h"

#define SEGMENTS_WHY_LEN (NEWC_WHY_LEN + 100)

/*
 * Shows every entry of every segment to the visitor, in their order. 0; -ENOEXEC: this is no initramfs image; -EBADMSG:
 * damaged or truncated; -EOPNOTSUPP: compressed by what cannot be unpacked here; -EFBIG: larger than any such image;
 * -ENOMEM; what the visitor returned. After an error *why says what is wrong, in words that follow the file's name and
 * a colon.
 */
int segments_walk(const unsigned char *data, size_t len, const struct newc_visitor *v,
		  char why[SEGMENTS_WHY_LEN]) _must_check_;

#endif
