/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "module_file.h"

#include <archive.h>
#include <archive_entry.h>

CLEANUP(free_archive, struct archive *, archive_read_free);

/* The filters that scripts/Makefile.modinst knows, and none; not `all`, which may start other programs. */
static int open_packed(struct archive *a, const void *packed, size_t len)
{
	struct archive_entry *entry;

	archive_read_support_filter_xz(a);
	archive_read_support_filter_zstd(a);
	archive_read_support_filter_gzip(a);
	return archive_read_support_format_raw(a) == ARCHIVE_OK &&
			       archive_read_open_memory(a, packed, len) == ARCHIVE_OK &&
			       archive_read_next_header(a, &entry) == ARCHIVE_OK
		       ? 0
		       : -EBADMSG;
}

/* Reads to the end, or to one byte over the limit. The bytes, or -ENOMEM, -EBADMSG. */
static la_ssize_t read_some(struct archive *a, char **data, size_t limit)
{
	size_t len = 0, room = 0;

	for (;;) {
		la_ssize_t n;

		if (len == room) {
			char *more = realloc(*data, room = room ? 2 * room : 1u << 18);

			if (!more)
				return -ENOMEM;
			*data = more;
		}
		n = archive_read_data(a, *data + len, room - len);
		if (n < 0)
			return -EBADMSG;
		len += (size_t)n;
		if (n == 0 || len > limit)
			return (la_ssize_t)len;
	}
}

static int unpack(const void *packed, size_t packed_len, char **data, size_t *len, char why[MODULE_FILE_WHY_LEN])
{
	_cleanup_(free_archive) struct archive *a = archive_read_new();
	la_ssize_t n;

	if (!a)
		return -ENOMEM;
	n = open_packed(a, packed, packed_len);
	if (n == 0)
		n = read_some(a, data, MODULE_FILE_MAX);
	if (n == -EBADMSG)
		snprintf(why, MODULE_FILE_WHY_LEN, "damaged (%s)",
			 archive_error_string(a) ? archive_error_string(a) : "it ends too early");
	if (n < 0)
		return (int)n;
	*len = (size_t)n;
	return *len > MODULE_FILE_MAX ? -EFBIG : 0;
}

int module_file_read(const struct sysroot *r, const char *path, char **data, size_t *len, char why[MODULE_FILE_WHY_LEN])
{
	_cleanup_(free_pointer) char *packed = NULL, *plain = NULL;
	size_t packed_len;
	int err = sysroot_read_all(r, path, MODULE_FILE_MAX, &packed, &packed_len);

	*why = '\0';
	if (!err && !packed_len) {
		snprintf(why, MODULE_FILE_WHY_LEN, "empty");
		err = -ENOEXEC;
	}
	if (!err)
		err = unpack(packed, packed_len, &plain, len, why);
	if (!err && (*len < 4 || memcmp(plain, "\177ELF", 4))) {
		snprintf(why, MODULE_FILE_WHY_LEN, "no ELF file, so no kernel module");
		err = -ENOEXEC;
	}
	if (err == -EFBIG)
		snprintf(why, MODULE_FILE_WHY_LEN, "larger than %u MiB", MODULE_FILE_MAX >> 20);
	if (err && !*why)
		snprintf(why, MODULE_FILE_WHY_LEN, "%s", strerror(-err));
	if (err)
		return err;
	*data = plain;
	plain = NULL;
	return 0;
}
