/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ground of lock, plan and report: ASCII lines that end in LF, fields divided by one space, "-" for none,
 * a free TEXT last. Other bytes and backslashes in TEXT, and also spaces in FILE, are written \xNN.
 */
#ifndef EARLYBIND_LINES_H
#define EARLYBIND_LINES_H

#include "compat.h"

#define LINE_MAX_BYTES 512 /* of a line, LF included */

/* A growing text. All appenders remember the first error in `error` and do nothing after it. */
struct text {
	char *data; /* NUL-terminated once something was added */
	size_t len;
	size_t size;
	int error; /* 0, -ENOMEM, or -E2BIG: a line would be over LINE_MAX_BYTES (text_end_line) */
};

void text_free(struct text *t);
void text_add(struct text *t, const char *s);
void text_addf(struct text *t, const char *fmt, ...) _printf_(2, 3);
/* Adds a TEXT field ("-" if it is empty or NULL), escaped. A TEXT too long for its line is cut, never mid-escape. */
void text_add_free(struct text *t, const char *s);
/* The same, never cut. */
void text_add_rest(struct text *t, const char *s);
/* Adds a FILE field: as TEXT, spaces escaped too, never cut. */
void text_add_file(struct text *t, const char *s);
/* Adds the LF; checks the line's length. */
void text_end_line(struct text *t);

/* Why a text is no lock, plan or report; `line` counts from 1, 0: the text as a whole. */
struct plan_error {
	unsigned line;
	unsigned column; /* counts from 1; 0: the line as a whole */
	char text[128];
};

/* One line's fields while it is read. */
struct fields {
	char *next;        /* what is not yet taken, or NULL */
	const char *start; /* of the line: a field's column is field - start + 1 */
};

/*
 * Takes the next line from *cursor (of *left bytes) into buf without its LF.
 * 1: a line; 0: the end; -EMSGSIZE: longer than LINE_MAX_BYTES; -EBADMSG: no LF at the end, or a byte that is not
 * printable ASCII.
 */
int line_next(const char **cursor, size_t *left, char buf[LINE_MAX_BYTES]) _must_check_;
/* The same, with what is wrong in err->text: -EBADMSG for both. */
int line_take(const char **cursor, size_t *left, char buf[LINE_MAX_BYTES], struct plan_error *err) _must_check_;
/* Says what is wrong: -EBADMSG. */
int line_complain(struct plan_error *err, const char *what);
/* header = "earlybind-" what " " version. -EBADMSG, -EPROTONOSUPPORT: a version that is none of those. */
int line_header(const char *line, const char *what, unsigned oldest, unsigned newest, unsigned *version,
		struct plan_error *err) _must_check_;
void fields_start(struct fields *f, char *line);
/* The next field, NUL-terminated in place; NULL if there is none, or it is empty (two spaces, a space at the end). */
char *field_next(struct fields *f);
/* The rest of the line (TEXT), unescaped in place; "-" becomes "". NULL: no field, or a bad escape. */
char *field_rest(struct fields *f);
/* Unescapes \xNN in place. -EINVAL: a backslash that is not \xNN, or \x00. */
int unescape(char *s) _must_check_;

/* CRC-32 of IEEE 802.3 (zlib's crc32). */
uint32_t crc32_of(const void *data, size_t len) _pure_;
#define FNV1A64_START 0xcbf29ce484222325ull
uint64_t fnv1a64(uint64_t hash, const void *data, size_t len) _pure_;

/* The value of a hexadecimal digit of either case, 16 if it is none. */
unsigned hex_digit(char c);
/* Exactly `digits` hexadecimal digits in lower case at *s, which moves behind them. -EINVAL. */
int hex_take(const char **s, unsigned digits, uint32_t *out) _must_check_;
/*
 * The hexadecimal number that stands at *s behind spaces, of either case, with or without 0x, as sysfs and procfs print
 * them; *s moves behind it. 0 where there is none.
 */
uint64_t hex_number(const char **s);
/* A whole text of decimal digits without leading zeros, at most 4294967295. -EINVAL. */
int decimal_parse(const char *text, unsigned *out) _must_check_;

#endif
