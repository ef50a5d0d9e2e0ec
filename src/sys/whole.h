/* SPDX-License-Identifier: GPL-2.0-or-later */
/* read(2) and write(2) until all is done: both may do a part only, or be interrupted by a signal. */
#ifndef EARLYBIND_WHOLE_H
#define EARLYBIND_WHOLE_H

#include "../core/compat.h"

#include <sys/types.h>
#include <unistd.h>

/* Reads until size bytes or the end. Bytes read, or -errno. */
ssize_t read_whole(int fd, char *buf, size_t size) _must_check_;
/* Writes all of it. 0 or -errno. */
int write_whole(int fd, const char *data, size_t len) _must_check_;

/* For _cleanup_; a negative one is none. */
static inline void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#endif
