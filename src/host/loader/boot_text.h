/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of one file of a boot loader, as its readers take it. */
#ifndef EARLYBIND_BOOT_TEXT_H
#define EARLYBIND_BOOT_TEXT_H

#include "boot_entries.h"

struct boot_text {
	const char *base;   /* see struct boot_entry */
	const char *source; /* its path below the root */
	const char *data;
	size_t len;                 /* any bytes */
	const struct sysroot *root; /* has the rest of a file of which `data` is the start; NULL: that is all */
};

/* Turns one text into entries. 0 or -ENOMEM. */
typedef int boot_text_parse(const struct boot_text *text, struct boot_entries *out);

/*
 * Reads a file below the base and has it parsed; what is not there has no entries, what cannot be read goes to
 * out->unread. Only regular files are read, up to a limit. 0 or -ENOMEM.
 */
int boot_text_read(const struct sysroot *r, const char *base, const char *path, boot_text_parse *parse,
		   struct boot_entries *out) _must_check_;
/* The same for the first bytes of a file of any size. */
int boot_text_read_start(const struct sysroot *r, const char *base, const char *path, size_t len,
			 boot_text_parse *parse, struct boot_entries *out) _must_check_;
/* Copies what stands in the file from the offset on; false: not all of that is there, or it cannot be read. */
bool boot_text_pread(const struct boot_text *text, char *to, size_t size, size_t offset);
/*
 * The names in a directory below the base that fit a pattern, in either case; none where they cannot be listed, or are
 * too many: that goes to out->unread. 0 or -ENOMEM.
 */
int boot_text_list(const struct sysroot *r, const char *base, const char *directory, const char *pattern,
		   struct names *names, struct boot_entries *out) _must_check_;
/* An entry of this text: where it stands, and nothing else. 0 or -ENOMEM. */
int boot_text_entry(const struct boot_text *text, enum boot_loader loader, unsigned line,
		    struct boot_entry *entry) _must_check_;
/* The next line, without LF, CR and the blanks around it; *at starts at 0. False: there is none. */
bool boot_text_line(const struct boot_text *text, size_t *at, const char **line, size_t *len);
/* Takes the next word, divided by blanks, off a line. False: there is none. */
bool boot_text_word(const char **line, size_t *len, const char **word, size_t *word_len);

#endif
