/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line of lock, plan or report as a table of fields: the same table prints it and reads it, so the two cannot
 * differ, and it is the line's grammar for the reader of the code.
 */
#ifndef EARLYBIND_RECORD_H
#define EARLYBIND_RECORD_H

#include "compat.h"
#include "lines.h"

struct field;

/* How one kind of field is read and printed. `base` is the struct that the line fills. */
struct field_type {
	/* `text` is the field alone and may be changed. 0, -EINVAL, -ENOMEM */
	int (*parse)(const struct field *f, char *text, void *base);
	void (*print)(const struct field *f, const void *base, struct text *out);
	bool rest; /* takes the rest of the line */
};

struct field {
	const char *name; /* "ROOT"; one that ends in '=' is written in front of the value: "driver=" */
	const struct field_type *type;
	uint16_t at;       /* offset of the value */
	uint16_t has;      /* 1 + offset of the bool that says whether there is one ("-"); 0: there always is */
	uint16_t limit;    /* size of a buffer; how many words there are */
	uint8_t since;     /* the version of the formats that brought it; 0: the first */
	bool optional : 1; /* the last field, a char *: not written at all where it is "" */
	bool unhashed : 1; /* left out where the line is printed for the plan's hash */
	const char *const *words;
};

struct record {
	const char *keyword;
	const struct field *fields;
	unsigned n_fields;
};

#define FIELD_AT(type, member) .at = offsetof(struct type, member)
#define FIELD_HAS(type, member) .has = 1 + offsetof(struct type, member)
#define FIELD_WORDS(list) .words = (list), .limit = ARRAY_SIZE(list)
#define RECORD(word, table)                                                                                            \
	{                                                                                                              \
		.keyword = (word), .fields = (table), .n_fields = ARRAY_SIZE(table)                                    \
	}

extern const struct field_type number_field;     /* unsigned; "-" for 0 */
extern const struct field_type count_field;      /* unsigned; 0 is a number */
extern const struct field_type hex64_field;      /* uint64_t, 16 digits; "-" for 0 */
extern const struct field_type digits_field;     /* uint64_t, 16 digits; 0 is a number */
extern const struct field_type root_field;       /* struct root */
extern const struct field_type path_field;       /* struct path */
extern const struct field_type any_path_field;   /* the same; "-" for no path */
extern const struct field_type identity_field;   /* struct identity */
extern const struct field_type address_field;    /* struct address */
extern const struct field_type selector_field;   /* struct selector */
extern const struct field_type reason_field;     /* enum reason */
extern const struct field_type word_field;       /* an enum, by `words` and `limit` */
extern const struct field_type bool_field;       /* bool, by two `words` */
extern const struct field_type name_field;       /* char[limit]; escaped as FILE; "-" for "" */
extern const struct field_type buffer_field;     /* char[limit], TEXT */
extern const struct field_type text_field;       /* char *, owned, TEXT */
extern const struct field_type whole_text_field; /* the same, never cut */

/* Where a field's value is. */
static inline void *field_at(const struct field *f, void *base)
{
	return (char *)base + f->at;
}

static inline const void *field_in(const struct field *f, const void *base)
{
	return (const char *)base + f->at;
}

static inline bool *field_has(const struct field *f, void *base)
{
	return (bool *)((char *)base + f->has - 1);
}

#define RECORD_VERSION 2 /* of lock, plan and report */
#define RECORD_OF_HASH 0 /* how the line is spelled for the plan's hash; see record_print() */

/*
 * Reads the fields behind the keyword, those that this version has, into `base`, which the caller zeroed and frees.
 * -EBADMSG with err->column and err->text; -ENOMEM.
 */
int record_parse(const struct record *r, unsigned version, struct fields *in, void *base,
		 struct plan_error *err) _must_check_;
/*
 * Prints the line with its LF, as that version spells it. RECORD_OF_HASH is version 1 without what is `unhashed`, and
 * with later fields where they hold something: so no upgrade changes a hash.
 */
void record_print(const struct record *r, const void *base, unsigned version, struct text *out);

#endif
