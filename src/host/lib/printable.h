/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text of others (mount points, names, what is in sysfs, EFI variables and XML) as a terminal may get it: letters of
 * UTF-8 and tabs stay, and each byte of anything that would speak to the terminal, begin another line or turn the
 * direction of the text becomes \xNN, as in lock and report.
 */
#ifndef EARLYBIND_PRINTABLE_H
#define EARLYBIND_PRINTABLE_H

#include "../../core/compat.h"

/*
 * The UTF-8 character beyond ASCII at *s (RFC 3629), and its bytes; 0: it starts none. Overlong forms, surrogates and
 * what is above 10ffff are none.
 */
size_t utf8_at(const char *s, uint32_t *out);
/* At most PRINTABLE_MAX bytes a byte of the text, and a NUL; what does not fit is cut, never mid-escape. Returns buf.
 */
#define PRINTABLE_MAX 4
const char *printable(const char *text, char *buf, size_t size);
/*
 * The same of a cell for libsmartcols, which escapes what speaks to the terminal by itself, but takes what turns the
 * direction, or is not seen, for letters: these become \uNNNN. Returns buf.
 */
const char *printable_cell(const char *text, char *buf, size_t size);

#endif
