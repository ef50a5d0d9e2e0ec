/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happened at boot, one reason a device.
 *
 *	earlybind-report 2
 *	plan HASH active|trial|stood-down|off|kdump|broken TEXT
 *	device ADDRESS ROOT PATH IDENTITY N bound|refused|released REASON DRIVER TEXT
 *	note REASON N|- ADDRESS|- TEXT
 *	summary BOUND REFUSED FAILED MILLISECONDS
 *
 * Version 1 had note lines without N and ADDRESS.
 */
#ifndef EARLYBIND_REPORT_H
#define EARLYBIND_REPORT_H

#include "address.h"
#include "compat.h"
#include "identity.h"
#include "lines.h"
#include "path.h"
#include "plan.h"
#include "reason.h"
#include "rule.h"

#define REPORT_TEXT_LEN 200

enum plan_state { PLAN_ACTIVE, PLAN_TRIAL, PLAN_STOOD_DOWN, PLAN_OFF, PLAN_KDUMP, PLAN_BROKEN, PLAN_STATE_COUNT };
extern const char *const plan_state_words[PLAN_STATE_COUNT];

enum outcome { OUTCOME_BOUND, OUTCOME_REFUSED, OUTCOME_RELEASED, OUTCOME_COUNT };
extern const char *const outcome_words[OUTCOME_COUNT];

struct report_device {
	bool has_address;
	struct address address;
	struct root root;
	struct path path; /* printed as "-" if it has no hops */
	struct identity identity;
	unsigned rule; /* 0: none ("-") */
	enum outcome outcome;
	enum reason reason;
	char driver[DRIVER_LEN]; /* the driver that the device has now; "" for none */
	char text[REPORT_TEXT_LEN];
};

struct report_note {
	enum reason reason;
	unsigned rule; /* the N of the rule that it is about; 0: none */
	bool has_address;
	struct address address; /* of the device that it is about */
	char text[REPORT_TEXT_LEN];
};

struct report {
	unsigned version; /* of the format, as read; 0: made here */
	uint64_t hash; /* 0 printed as "-" */
	enum plan_state state;
	char text[REPORT_TEXT_LEN];
	struct report_device *devices;
	size_t n_devices;
	struct report_note *notes;
	size_t n_notes;
	bool complete; /* has its summary line */
	unsigned bound, refused, failed;
	unsigned milliseconds;
};

void report_free(struct report *r);
int report_add_device(struct report *r, const struct report_device *d) _must_check_;
int report_add_note(struct report *r, const struct report_note *note) _must_check_;
/* Whether it says which device the boot display was: the notes of rules with this reason are others. */
bool report_note_is_boot_display(const struct report_note *note) _pure_;
/* Whether a person gave something back by `earlybind-init undo` in this boot. */
bool report_undone(const struct report *r) _pure_;
/* Counts the summary from the devices: failed = released. The report is `complete` then. */
void report_count(struct report *r);
/* Without a summary line if it is not complete. A TEXT that is too long for its line is cut. -ENOMEM, -E2BIG. */
int report_print(const struct report *r, struct text *out) _must_check_;
/* Versions 1 and 2. -EBADMSG and *err; -EPROTONOSUPPORT. A report without its summary line is read (complete = false). */
int report_parse(const char *text, size_t len, struct report *out, struct plan_error *err) _must_check_;

#endif
