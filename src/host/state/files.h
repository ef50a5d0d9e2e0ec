/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Config, lock and report as files below the root. */
#ifndef EARLYBIND_FILES_H
#define EARLYBIND_FILES_H

#include "../../core/compat.h"
#include "../../core/config.h"
#include "../../core/plan.h"
#include "../../core/report.h"
#include "../../sys/sysroot.h"

#define CONFIG_FILE "etc/earlybind.conf"
#define LOCK_FILE "etc/earlybind.lock"
#define REPORT_FILE "run/earlybind/report"
#define CONFIG_MAX (4u << 20) /* bytes */
#define FILE_PATH_LEN 512

/*
 * The path of what the last name links to, for who writes beside that: no link, or nothing yet. 0, -ELOOP,
 * -ENAMETOOLONG.
 */
int file_resolve(const struct sysroot *r, const char *path, char out[FILE_PATH_LEN]) _must_check_;
/* What could block or has no end is no file: -EBADFD; more than limit: -EFBIG; a link to nothing: -ENOLINK. */
int file_read(const struct sysroot *r, const char *path, size_t limit, char **data, size_t *len) _must_check_;

/*
 * Reads /etc/earlybind.conf and earlybind.d/\*.conf of /usr/lib, /run and /etc in name order (a later directory's file
 * masks an earlier one of the same name). A missing file is no problem; an unreadable one is one, and noted.
 * 0 or -ENOMEM.
 */
int config_load(const struct sysroot *r, struct config *out) _must_check_;
/* 0; -ENOENT: there is none; -EBADMSG, -EPROTONOSUPPORT: damaged; -errno: it cannot be read. *err tells of each. */
int lock_load(const struct sysroot *r, struct plan *out, struct plan_error *err) _must_check_;
int report_load(const struct sysroot *r, struct report *out, struct plan_error *err) _must_check_;
/* ":3" behind the name of the file, "" where the file as a whole is meant. */
const char *error_place(const struct plan_error *err, char buf[16]);
/* Where it is a link, what that names is written, and the link stays. 0 or -errno. */
int lock_store(const struct sysroot *r, const struct plan *lock) _must_check_;
/* Copies the lock, byte for byte, to the first free name of /etc/earlybind.lock.damaged-1 and so on. 0 or -errno. */
int lock_keep(const struct sysroot *r, char kept[FILE_PATH_LEN]) _must_check_;

#endif
