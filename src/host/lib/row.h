/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings: what a person should know. A warning and an object of --json are two prints of one row. */
#ifndef EARLYBIND_ROW_H
#define EARLYBIND_ROW_H

#include "../../core/address.h"
#include "../../core/compat.h"
#include "../../core/reason.h"
#include "../../core/report.h"
#include "../../core/rule.h"
#include "json.h"

enum row_kind {
	ROW_IOMMU,    /* it is off */
	ROW_ACS,      /* groups are split by force */
	ROW_GROUP,    /* a group that the virtual machine cannot have as a whole */
	ROW_REGION,   /* a group that the firmware keeps for itself */
	ROW_OVERRIDE, /* another tool gives a device to a driver, too */
	ROW_DRIFT,    /* a locked card is not where it was accepted */
	ROW_VM,       /* a definition of a virtual machine names an address that is no locked card */
	ROW_NOTE,     /* of rules and lock: what goes into an image, and what does not */
	ROW_RULE,     /* what accept says of a rule */
	ROW_BOOT,     /* what the boot says */
	ROW_CHOICE,   /* an ID means several cards, and not all are locked */
	ROW_IMAGE,    /* of images, and of what makes them */
	ROW_KINDS
};

/* How a command says it. */
enum row_level {
	LEVEL_WARNING,
	LEVEL_ERROR,
	LEVEL_LINE,  /* on stdout, as it is */
	LEVEL_DETAIL /* of an error: on stderr, as it is */
};

#define ROW_FILE_LEN 288
#define ROW_NEXT_LEN 400

struct row {
	enum row_kind kind;
	enum row_level level;
	enum reason reason;        /* REASON_NONE: none of the list */
	unsigned rule;             /* the number of the rule that it is about, 0: none */
	char file[ROW_FILE_LEN];   /* that it comes from, as of its root: "/etc/fstab"; "" for none */
	unsigned line;             /* of this file, 0: none */
	char address[ADDRESS_LEN]; /* of the device that it is about, "" for none */
	char next[ROW_NEXT_LEN];   /* the command line that is the next step, a NUL after each word; "" for none */
	int card;                  /* of drift: index into the plan's cards; else -1 */
	char text[1024];           /* a sentence without its full stop: nobody looks into it */
};

struct rows {
	struct row *items;
	size_t n;
	bool lost; /* there was no memory for one */
};

/* address: or NULL. NULL: no memory, which row_say() then returns. */
struct row *row_add(struct rows *rows, enum row_kind kind, const struct address *address);
/* A text that is too long is cut. 0, or -ENOMEM where there is no row. */
int row_say(struct row *row, const char *fmt, ...) _printf_(2, 3) _must_check_;
/* Adds what is to be said of images. */
void rows_tell(struct rows *rows, enum row_level level, const char *fmt, ...) _printf_(3, 4);
/* It is about this rule of the configuration, and comes from its line; NULL: about none. */
void row_set_rule(struct row *row, const struct rule *rule);
/* What a note says, which is about this rule or about none. */
void row_set_note(struct row *row, const struct report_note *note, const struct rule *rule);
/* `earlybind` and these words, one blank between two. What does not fit is no step: then there is none. row: or NULL.
 */
void row_set_next(struct row *row, const char *fmt, ...) _printf_(2, 3);
/* The row as a line: "REASON: FILE:LINE: TEXT", as far as its text does not say so. */
#define ROW_LINE_LEN 1400
const char *row_line(const struct row *row, char buf[ROW_LINE_LEN]);
void rows_free(struct rows *rows);
/* A list of this name: [{"kind", "reason", "rule", "origin", "file", "address", "next", "text"}] */
void rows_json(const struct rows *rows, const char *name, struct json *j);

#endif
