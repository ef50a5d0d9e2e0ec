/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libarchive: kernel modules as they are installed (.ko, .ko.xz, .ko.zst, .ko.gz) to plain .ko files. */
#ifndef EARLYBIND_MODULE_FILE_H
#define EARLYBIND_MODULE_FILE_H

#include "../../core/compat.h"
#include "../../sys/sysroot.h"

#define MODULE_FILE_MAX (64u << 20) /* of a module, packed or not */
#define MODULE_FILE_WHY_LEN 160

/*
 * Reads one module below the root and unpacks it, whatever its name says. 0; -ENOENT and other -errno of reading;
 * -EFBIG: over MODULE_FILE_MAX; -EBADMSG: damaged; -ENOEXEC: no ELF file; -ENOMEM. After an error *why says what is
 * wrong, in words that follow the file's name and a colon.
 */
int module_file_read(const struct sysroot *r, const char *path, char **data, size_t *len,
		     char why[MODULE_FILE_WHY_LEN]) _must_check_;

#endif
