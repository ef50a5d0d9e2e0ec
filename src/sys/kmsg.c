/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kmsg.h"

#include <stdarg.h>

/* kernel/printk/printk.c: devkmsg_write refuses more (6.1: 992 with prefix and LF). */
#define RECORD_MAX 976

void kmsg(const struct sysroot *r, enum kmsg_level level, const char *fmt, ...)
{
	char record[RECORD_MAX + 1];
	int len = snprintf(record, sizeof(record), "<%d>earlybind: ", level);
	va_list args;

	va_start(args, fmt);
	vsnprintf(record + len, sizeof(record) - (size_t)len - 1, fmt, args);
	va_end(args);
	strcpy(record + strlen(record), "\n");
	/* Opened for each record: the rate limit of ten in five seconds counts per open file. */
	if (sysroot_write(r, "dev/kmsg", record, true) < 0)
		return;
}
